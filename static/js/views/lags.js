/** The Lags view: which lags |t − k| the gradient of W_hh comes from, and how much of its direction the short ones give. */

import { formatSetting } from "../lib/format.js";
import { placeOf } from "../record/chosen.js";
import { axis, axisTitle, createChart, lineAt, note, stepFor } from "../kit/chart.js";
import * as say from "../words/charts.js";

/** @typedef {import("../run/state.js").State} State */
/** @typedef {import("../kit/chart.js").Sheet} Sheet */

/** @param {HTMLElement} node @param {import("../run/session.js").PageStore} store */
export function createView(node, store) {
  return createChart(node, store, "lags", { label: say.PICTURES.lags, inputs, figure });
}

/** Several records share one measurement. @param {State} state */
function inputs({ record }) {
  const norms = record?.tensors.lag_norm?.data;
  return [
    record && placeOf(record).directions,
    record?.meta.as_of,
    record?.meta.needed_lag,
    norms?.length,
    sumOf(norms ?? []),
  ];
}

/** @param {ArrayLike<number>} values */
function sumOf(values) {
  return Array.from(values).reduce((sum, value) => sum + value, 0);
}

/** @param {State} state @param {Sheet} sheet */
export function figure({ record }, sheet) {
  const { ink, ink2, backward, border } = sheet.colours;
  const norms = record?.tensors.lag_norm?.data ?? new Float64Array();
  const cosines = record?.tensors.truncation_cosine?.data ?? new Float64Array();
  const { horizon = null, needed_lag = null, as_of = null } = record?.meta ?? {};
  // The axis reaches below 0 where a cosine does, in steps, so that it holds still.
  const low = Math.min(0, Math.floor(4 * Math.min(0, ...Array.from(cosines).filter(Number.isFinite))) / 4);
  // A number at the bottom would stand on the last lag's; there the left axis has one.
  const cosineTicks = low < 0 ? [0, 1] : [0.5, 1];
  const lags = Array.from(norms, (_, lag) => lag);
  const directions = record ? placeOf(record).directions : 1;
  const top = stepFor(Math.max(0, ...Array.from(norms).filter(Number.isFinite)));
  const needed = needed_lag !== null && needed_lag < norms.length ? needed_lag : null;
  const bars = {
    type: "bar",
    x: lags,
    y: norms,
    marker: { color: lags.map((lag) => (horizon !== null && lag > horizon ? border : backward)) },
    hovertemplate: `${say.lagHover("%{x}", "%{y:.3~g}")}<extra></extra>`,
  };
  const cosine = {
    type: "scatter",
    mode: "lines",
    x: lags,
    y: cosines,
    yaxis: "y2",
    line: { color: ink, width: 2 },
    hovertemplate: `${say.cosineHover("%{x}", "%{y:.3f}")}<extra></extra>`,
  };
  // On bars of the same colour nobody could read it.
  const mark = { xref: "x", yref: "paper", yanchor: "top", bgcolor: sheet.colours.paper, borderpad: 1 };
  const last = Math.max(1, norms.length - 1);
  const side = (/** @type {number} */ lag) => (lag > last / 2 ? "right" : "left");
  const layout = {
    hovermode: "closest",
    margin: { l: 46 * sheet.unit, r: 30 * sheet.unit, t: 34 * sheet.unit, b: 34 * sheet.unit },
    xaxis: axis(sheet, {
      range: [-0.6, last + 0.6],
      tickvals: [...new Set([0, Math.round(last / 2), last])],
      showgrid: false,
      title: axisTitle(sheet, say.lagAxis(directions, as_of)),
    }),
    yaxis: axis(sheet, {
      range: [0, top],
      tickvals: [0, top / 2, top],
      ticktext: [0, top / 2, top].map(formatSetting),
    }),
    yaxis2: axis(sheet, {
      overlaying: "y",
      side: "right",
      range: [low, 1],
      tickvals: cosineTicks,
      ticktext: cosineTicks.map(formatSetting),
      showgrid: false,
      tickfont: { color: ink },
    }),
    shapes: [
      ...(low < 0 ? [lineAt("y2", 0, { color: border, dash: "dot" })] : []),
      ...(needed === null ? [] : [lineAt("x", needed, { color: ink, dash: "dot", width: 1.6 })]),
      ...(horizon === null ? [] : [lineAt("x", horizon + 0.5, { color: backward, width: 1.6 })]),
    ],
    annotations: [
      note(
        sheet,
        say.NORM_BY_LAG,
        { xref: "paper", x: 0, xanchor: "left", yref: "paper", y: 1.02, yanchor: "bottom" },
        backward,
      ),
      note(
        sheet,
        say.COSINE_BY_LAG,
        { xref: "paper", x: 1, xanchor: "right", yref: "paper", y: 1.02, yanchor: "bottom" },
        ink2,
      ),
      ...(needed === null
        ? []
        : [note(sheet, ` ${say.neededWords(needed)} `, { ...mark, x: needed, y: 0.78, xanchor: side(needed) }, ink2)]),
      ...(horizon === null
        ? []
        : [
            note(
              sheet,
              ` ${say.horizonWords(horizon)} `,
              { ...mark, x: horizon + 0.5, y: 0.64, xanchor: side(horizon) },
              backward,
            ),
          ]),
    ],
  };
  return { traces: [bars, cosine], layout };
}

/** The Spectrum view: the eigenvalues of W_hh in the complex plane, beside the unit circle. */

import { formatNumber, formatSetting } from "../lib/format.js";
import { axis, createChart, note, stepFor } from "../kit/chart.js";
import * as say from "../words/charts.js";

/** @typedef {import("../run/state.js").State} State */
/** @typedef {import("../kit/chart.js").Sheet} Sheet */

/** Eigenvalues up to here leave the axis as it is. */
const USUAL = 1.25;

/** @param {HTMLElement} node @param {import("../run/session.js").PageStore} store */
export function createView(node, store) {
  return createChart(node, store, "spectrum", {
    label: say.PICTURES.spectrum,
    inputs,
    figure,
  });
}

/** @param {State} state */
function inputs({ record }) {
  return [record];
}

/** @param {State} state @param {Sheet} sheet */
export function figure({ record }, sheet) {
  const { ink2, ink3, forward, paper } = sheet.colours;
  const eigenvalues = record?.tensors.eigenvalues?.data ?? new Float64Array();
  const real = Array.from(eigenvalues).filter((_, index) => index % 2 === 0);
  const imaginary = Array.from(eigenvalues).filter((_, index) => index % 2 === 1);
  const largest = Math.max(0, ...real.map((re, index) => Math.hypot(re, imaginary[index])).filter(Number.isFinite));
  const end = largest <= USUAL ? USUAL : stepFor(largest * 1.02);
  const ticks = [-1, 0, 1].map((sign) => sign * (end === USUAL ? 1 : end / 2));
  const plane = { range: [-end, end], tickvals: ticks, ticktext: ticks.map(formatSetting) };
  const below = { yanchor: "top", yshift: -2 * sheet.unit };
  const rest = { xref: "paper", yref: "paper" };
  const layout = {
    hovermode: "closest",
    margin: { l: 34 * sheet.unit, r: 30 * sheet.unit, t: 8 * sheet.unit, b: 26 * sheet.unit },
    xaxis: axis(sheet, { ...plane, constrain: "domain" }),
    yaxis: axis(sheet, { ...plane, scaleanchor: "x", constrain: "domain" }),
    shapes: [{ type: "circle", x0: -1, x1: 1, y0: -1, y1: 1, line: { color: ink3, width: 1.2, dash: "dot" } }],
    annotations: [
      note(sheet, say.REAL, { xref: "x", x: ticks[2] / 2, xanchor: "center", yref: "y domain", y: 0, ...below }),
      note(sheet, say.IMAGINARY, { xref: "x", x: 0, xanchor: "left", yref: "y domain", y: 1, yanchor: "top" }),
      ...(record?.tensors.eigenvalues ? [] : [note(sheet, say.NEXT_RECORD, { ...rest, x: 0.5, y: 0.3 }, ink2)]),
    ],
  };
  const points = {
    type: "scatter",
    mode: "markers",
    x: real,
    y: imaginary,
    marker: { color: forward, size: 7 * sheet.unit, line: { color: paper, width: 1 } },
    text: real.map((re, index) => formatNumber(Math.hypot(re, imaginary[index]))),
    hovertemplate: `${say.eigenvalueHover("%{x:.3f}", "%{y:.3f}", "%{text}")}<extra></extra>`,
  };
  return { traces: [points], layout };
}

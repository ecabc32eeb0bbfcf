/** How the entries of one parameter, or the sizes of its gradient, are spread over training: bands between quantiles. */

import { curvesOf, QUANTILES } from "../record/spread.js";
import { axis, axisTitle, lineAt, note, stepFor } from "../kit/chart.js";
import { logAxis } from "./loss.js";
import * as say from "../words/charts.js";

/** @typedef {import("../run/state.js").State} State */
/** @typedef {import("../kit/chart.js").Sheet} Sheet */

const MEDIAN = QUANTILES.indexOf(0.5);
/** From the extremes inwards: how opaque the band up to each quantile is. */
const BANDS = ["", "1f", "42", "80", "80", "42", "1f"];
/** A log axis goes no further down than this: what is smaller leaves the frame. */
const MOST_DECADES = 12;

/** @param {State} state @param {string} name */
export function inputs({ history: { spread }, past, config }, name) {
  return [spread, spread?.length, past, config.clip, config.clip_threshold, name];
}

/** @param {State} state @param {Sheet} sheet @param {string} name of the parameter @param {boolean} gradient */
export function figure({ history, past, config }, sheet, name, gradient) {
  const { ink, ink2, forward, backward } = sheet.colours;
  const colour = gradient ? backward : forward;
  const { iteration, quantiles } = curvesOf(history.spread, name, gradient ? "gradients" : "weights");
  const range = gradient ? sizeAxis(quantiles) : entryAxis(quantiles);
  const floor = gradient ? 10 ** (range.range[0] - 1) : Number.NEGATIVE_INFINITY;
  const threshold = gradient && config.clip === "value" ? Number(config.clip_threshold) : null;
  const traces = quantiles.map((values, index) => ({
    type: "scatter",
    mode: "lines",
    x: iteration,
    // A size of exactly 0 has no place on the axis: the band goes on below the frame.
    y: values.map((value) => Math.max(value, floor)),
    fill: index === 0 ? "none" : "tonexty",
    fillcolor: `${colour}${BANDS[index]}`,
    line: index === MEDIAN ? { color: ink, width: 1.6 } : { color: colour, width: edgeWidth(index) },
    customdata: values,
    hovertemplate: `${say.QUANTILE_NAMES[index]} %{customdata:.3~g}<extra></extra>`,
  }));
  const above = { xref: "paper", yref: "paper", y: 1.01, yanchor: "bottom" };
  const says = say.spreadOf(name, gradient);
  const layout = {
    hovermode: "x unified",
    margin: { l: 46 * sheet.unit, r: 16 * sheet.unit, t: 22 * sheet.unit, b: 34 * sheet.unit },
    xaxis: axis(sheet, { rangemode: "tozero", nticks: 4, showgrid: false, title: axisTitle(sheet, say.ITERATION) }),
    yaxis: axis(sheet, range),
    shapes: [
      ...(past === null ? [] : [lineAt("x", past.iteration, { color: ink, width: 1 })]),
      ...(threshold === null ? [] : [lineAt("y", threshold, { color: ink, dash: "dash" })]),
    ],
    annotations: [
      note(sheet, says, { ...above, x: 0, xanchor: "left" }, ink2),
      note(sheet, legend(colour), { ...above, x: 1, xanchor: "right" }, ink2),
      ...(threshold === null
        ? []
        : [note(sheet, say.clippedAt(threshold), { xref: "paper", x: 1, xanchor: "right", y: Math.log10(threshold) })]),
      ...(iteration.length > 0
        ? []
        : [note(sheet, say.NEXT_RECORD, { xref: "paper", x: 0.5, yref: "paper", y: 0.5 }, ink2)]),
    ],
  };
  return { traces, layout };
}

/** Each band by its name, in its own depth. @param {string} colour */
function legend(colour) {
  const named = (/** @type {string} */ words, /** @type {number} */ index) =>
    `<span style="color:${colour}${BANDS[index]}">▮</span> ${words}`;
  return say.BAND_NAMES.map((name, out) => named(name, MEDIAN - out)).join("  ");
}

/** The extremes are a line of their own, as there is one entry only. @param {number} index */
function edgeWidth(index) {
  return index === 0 || index === QUANTILES.length - 1 ? 0.8 : 0;
}

/** Even, as large on both sides, in steps. @param {number[][]} quantiles */
function entryAxis(quantiles) {
  const sizes = [quantiles[0], quantiles[QUANTILES.length - 1]].flat().map(Math.abs);
  const end = stepFor(sizes.reduce((largest, size) => Math.max(largest, size), 0));
  return { range: [-end, end], nticks: 5, zeroline: true };
}

/** Logarithmic, in steps; where it has to be cut, at the lower end. @param {number[][]} quantiles */
function sizeAxis(quantiles) {
  const whole = logAxis(quantiles.flat(), null);
  const least = whole.range[1] - MOST_DECADES;
  return { ...whole, range: [Math.max(whole.range[0], least), whole.range[1]] };
}

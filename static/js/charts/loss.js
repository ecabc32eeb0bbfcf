/** The Loss view: loss against its baseline and the gradient norm against its threshold, over one iteration axis. */

import { formatPower, formatSetting } from "../format.js";
import { axis, axisTitle, createChart, lineAt, note, stepFor } from "./chart.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../state.js").History} History */
/** @typedef {import("./chart.js").Sheet} Sheet */

const MOST_POINTS = 500;
const FEW_DECADES = 1.5;

/** @param {HTMLElement} node @param {import("../session.js").PageStore} store */
export function createView(node, store) {
  return createChart(node, store, "loss", { label: "Loss and gradient norm over training", inputs, figure });
}

/** @param {State} state */
function inputs({ history, former, past, config, task }) {
  const { loss, length, iteration } = history;
  return [loss, length, iteration[length - 1], former, past, config.clip, config.clip_threshold, task?.name];
}

/**
 * At most so many of the points, each of them a measured one; which ones does not change from frame to frame.
 * @param {History} history @param {Float64Array} column
 */
export function thinned(history, column) {
  const stride = 2 ** Math.max(0, Math.ceil(Math.log2(history.length / MOST_POINTS)));
  const x = [];
  const y = [];
  for (let index = 0; index < history.length; index += 1) {
    if (index % stride !== 0 && index !== history.length - 1) continue;
    x.push(history.iteration[index]);
    y.push(column[index] > 0 ? column[index] : Number.NaN);
  }
  return { x, y };
}

/** What came after a branch before it was one. @param {NonNullable<State["former"]>} former */
function since({ history, from }) {
  const { x, y } = thinned(history, history.loss);
  const first = x.findIndex((iteration) => iteration >= from);
  return first < 0 ? { x: [], y: [] } : { x: x.slice(first), y: y.slice(first) };
}

/** @param {State} state @param {Sheet} sheet */
export function figure({ history, former, past, record, config, task }, sheet) {
  const { ink, ink2, ink3, border, backward } = sheet.colours;
  const baseline = record?.meta.baseline ?? null;
  const threshold = config.clip === "norm" ? Number(config.clip_threshold) : null;
  const curve = { type: "scatter", mode: "lines", hovertemplate: "%{y:.3~g}<extra></extra>" };
  const title = { xref: "paper", x: 0, xanchor: "left", y: 1, yanchor: "bottom" };
  const level = { xref: "paper", x: 1, xanchor: "right", yanchor: "bottom" };
  const layout = {
    hovermode: "x unified",
    xaxis: axis(sheet, {
      anchor: "y2",
      rangemode: "tozero",
      nticks: 4,
      showgrid: false,
      title: axisTitle(sheet, "iteration"),
    }),
    yaxis: axis(sheet, { ...logAxis(history, history.loss, baseline), domain: [0.55, 1] }),
    yaxis2: axis(sheet, { ...logAxis(history, history.gradNorm, threshold), domain: [0, 0.42] }),
    shapes: [
      ...(baseline === null ? [] : [lineAt("y", baseline, { color: ink3, dash: "dot" })]),
      ...(threshold === null ? [] : [lineAt("y2", threshold, { color: ink, dash: "dash" })]),
      ...(past === null ? [] : [lineAt("x", past.iteration, { color: ink, width: 1 })]),
    ],
    annotations: [
      note(sheet, "loss per timestep", { ...title, yref: "y domain" }, ink2),
      note(sheet, "‖g‖ before clipping", { ...title, yref: "y2 domain" }, ink2),
      ...(baseline === null
        ? []
        : [note(sheet, `baseline: ${task?.baseline ?? ""}`, { ...level, yref: "y", y: Math.log10(baseline) })]),
      ...(threshold === null
        ? []
        : [note(sheet, `threshold ${threshold}`, { ...level, yref: "y2", y: Math.log10(threshold) })]),
    ],
  };
  return {
    traces: [
      ...(former === null
        ? []
        : [{ ...curve, ...since(former), hoverinfo: "skip", line: { color: border, width: 1.2 } }]),
      { ...curve, ...thinned(history, history.loss), name: "loss", line: { color: ink, width: 1.5 } },
      { ...curve, ...thinned(history, history.gradNorm), yaxis: "y2", line: { color: backward, width: 1.5 } },
    ],
    layout,
  };
}

/**
 * A range that holds all values so far and ends at a 1, 2 or 5 of its decade: it changes in steps, never with one frame.
 * Ticks are powers of ten; a short axis has 2 and 5 between them.
 * @param {History} history @param {Float64Array} column @param {number | null} level
 */
export function logAxis(history, column, level) {
  let low = level !== null && level > 0 ? level : Number.POSITIVE_INFINITY;
  let high = level ?? 0;
  for (let index = 0; index < history.length; index += 1) {
    const value = column[index];
    if (!(value > 0) || value === Number.POSITIVE_INFINITY) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (!(low < Number.POSITIVE_INFINITY)) [low, high] = [1, 1];
  const to = stepAbove(high);
  const from = Math.min(to - 1, -stepAbove(1 / low));
  const ticks = to - from > FEW_DECADES ? powersBetween(from, to) : stepsBetween(from, to);
  return { type: "log", range: [from, to], tickvals: ticks, ticktext: ticks.map(formatTick) };
}

/** Powers of ten, at most about five of them. @param {number} from @param {number} to log₁₀ */
function powersBetween(from, to) {
  const every = Math.ceil((to - from) / 4);
  const powers = [];
  for (let exponent = Math.ceil(from); exponent <= to; exponent += 1) {
    if (exponent % every === 0) powers.push(10 ** exponent);
  }
  return powers;
}

/** On a short axis every 1, 2 and 5. @param {number} from @param {number} to log₁₀ */
function stepsBetween(from, to) {
  const steps = [];
  for (let exponent = Math.floor(from); exponent <= to; exponent += 1) {
    steps.push(...[1, 2, 5].map((step) => Number(`${step}e${exponent}`)));
  }
  return steps.filter((step) => Math.log10(step) > from - 1e-9 && Math.log10(step) < to + 1e-9);
}

/** @param {number} tick */
function formatTick(tick) {
  const exponent = Math.round(Math.log10(tick));
  return 10 ** exponent === tick ? formatPower(exponent) : formatSetting(tick);
}

/** log₁₀ of the next 1, 2 or 5 times a power of ten above a value. @param {number} value */
function stepAbove(value) {
  return Math.log10(stepFor(value * (1 + 1e-8)));
}

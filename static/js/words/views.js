/**
 * The sentence under each view, filled from the record. Pure. What a sentence says follows from numbers by the
 * thresholds of one table; a symbol is written h_1, E_24 or dW_hh, as in sentences.js.
 */

import { formatCount, formatExp, formatNumber, formatPercent } from "../lib/format.js";
import { cellOf } from "../record/cells.js";
import { curvesOf } from "../record/spread.js";
import { hasPath, placeOf } from "../record/chosen.js";
import { at, farthestLoss, hasTarget, isClassified, isReverse, length, lnFlow, mouth } from "../record/readings.js";
import { readPicture } from "../record/picture.js";
import { steps } from "./finding.js";
import { ofAllWords } from "./layers.js";
import { ownErrorWords } from "./own.js";
import { usedWords } from "./used.js";

/** @typedef {import("../run/state.js").State} State */
/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */

const VIEW_THRESHOLDS = {
  /** A cosine above it: the short lags point where the whole gradient points. */
  sameDirection: 0.99,
  /** From so many baselines on nobody counts in percent. */
  times: 5,
};

/** The curve of the rows that are never trained on. */
export const HELD_OUT = "on rows held out";

const LATER = "These numbers come with the next record.";
const NOT_RECORDED = "These numbers are not in the recording: this view was not open while it was made.";

/** What is said where a record lacks what a view shows. @param {Pick<State, "can">} state */
function lacking({ can }) {
  return can?.present === false ? NOT_RECORDED : LATER;
}
const OMITTED = "Not computed: too expensive at this size. Use fewer timesteps.";

/** The sentence under the loss curve. @param {State} state */
export function lossWords({ record, task }) {
  const meta = record?.meta;
  if (!meta) return "";
  const loss = meta.loss_per_timestep;
  if (loss === null) return "The loss is not finite.";
  const against = [
    ...(meta.baseline ? [compared(loss, meta.baseline, "the baseline")] : []),
    ...(meta.persistence ? [compared(loss, meta.persistence, persistenceName(task))] : []),
  ];
  const share = against.length > 0 ? `, ${against.join(", ")}` : "";
  const clipped = meta.iteration > 0 ? ` Clipped in ${meta.clipped_updates} of ${meta.iteration} updates.` : "";
  return `Loss ${formatNumber(loss)}${share}.${heldOutWords(meta)}${clipped}`;
}

/** @param {number} loss @param {number} level @param {string} whose */
function compared(loss, level, whose) {
  const ratio = loss / level;
  return ratio < VIEW_THRESHOLDS.times
    ? `${formatPercent(ratio)} of ${whose}`
    : `${formatNumber(ratio)} times ${whose}`;
}

/** What is never trained on, and when it was measured. @param {DecodedRecord["meta"]} meta */
function heldOutWords({ validation_loss: loss, validation_as_of: as_of, iteration }) {
  if (loss === null || loss === undefined) return "";
  const when = as_of === iteration ? "" : ` (at iteration ${formatCount(Number(as_of))})`;
  return ` On the rows held out ${formatNumber(loss)}${when}.`;
}

/** Who answers from the present timestep alone. @param {State["task"]} task */
export function persistenceName(task) {
  return task?.loss === "cross_entropy" ? "knowing the last character alone" : "repeating the last value";
}

/** The sentence under the flow matrix: of the pinned column, else of the last row. @param {State} state */
export function flowWords(state) {
  const record = state.record;
  if (!record?.tensors.ln_flow) return "";
  const k = state.pin?.t;
  return k === undefined ? lastRowWords(record) : columnWords(record, k);
}

/** @param {DecodedRecord} record @param {number} k */
function columnWords(record, k) {
  let largest = 0;
  for (let t = 1; t <= length(record); t += 1) {
    if (!hasTarget(record, t) || !hasPath(placeOf(record), t, k)) continue;
    if (largest === 0 || lnFlow(record, t, k) > lnFlow(record, largest, k)) largest = t;
  }
  if (largest === 0) return `No loss at or ${isReverse(record) ? "before" : "after"} h_${k}: it receives no gradient.`;
  const last = farthestLoss(record);
  const others = last !== largest ? ` E_${last} arrives at ${formatExp(lnFlow(record, last, k))}.` : "";
  return `E_${largest} contributes most to h_${k}: ${formatExp(lnFlow(record, largest, k))}.${others}`;
}

/** @param {DecodedRecord} record */
function lastRowWords(record) {
  const last = farthestLoss(record);
  if (last === 0) return "No target, so no loss: there is nothing to backpropagate.";
  const lag = record.meta.needed_lag;
  const end = mouth(record);
  if (last === end) return `E_${last} is ${formatExp(lnFlow(record, last, last))} at h_${last}.`;
  const first = `at h_${end} it is ${formatExp(lnFlow(record, last, end))}.`;
  if (lag === null || lag === 0 || last - lag <= end || isReverse(record))
    return `E_${last} is ${formatExp(lnFlow(record, last, last))} at h_${last}; ${first}`;
  return `E_${last}, ${steps(lag)} back at h_${last - lag}: ${formatExp(lnFlow(record, last, last - lag))}; ${first}`;
}

/** Activations whose slope is 1 or 0. */
const ONE_OR_ZERO = ["relu", "hardtanh"];

/** The sentence under the slope: what each unit's gradient is multiplied by. @param {State} state */
export function slopeWords({ can, record, config, schema }) {
  const { slope_mean, a } = record?.tensors ?? {};
  if (!slope_mean || !a) return lacking({ can });
  const mean = meanOf(slope_mean.data);
  if (!Number.isFinite(mean)) return "The slope is not finite.";
  const name = String(config.activation).replaceAll("_", " ");
  const gamma = schema?.activations?.[String(config.activation)]?.gamma;
  const most = typeof gamma === "number" ? `, of at most ${formatNumber(gamma)}` : "";
  const of = record && "gates" in record.tensors ? " of the candidate" : "";
  const zeros = ONE_OR_ZERO.includes(name) ? ` It is 0 at ${formatPercent(1 - mean)} of all units and timesteps.` : "";
  return `Mean slope${of} ${formatNumber(mean)}${most}: back through ${name} each unit’s gradient is multiplied by its own slope.${zeros}`;
}

/** The sentence under the lags: the horizon, the needed lag, and what the needed lags alone are worth. @param {State} state */
export function lagsWords({ can, record, omitted, config }) {
  if (!record?.tensors.lag_norm) return omitted ? OMITTED : lacking({ can });
  const { horizon, needed_lag } = record.meta;
  const recurrent = `${cellOf(config).recurrent}${ofAllWords(record)}`;
  if (!record.tensors.lag_norm.data.every(Number.isFinite)) return `The gradient of ${recurrent} is not finite.`;
  if (horizon === null) return `The gradient of ${recurrent} is exactly 0: no lag gives anything.`;
  const lies = `99 % of d${recurrent} lies in lags up to ${horizon}`;
  const up = needed_lag === null || needed_lag >= length(record) ? horizon : needed_lag;
  const cosine = formatNumber(at(record, "truncation_cosine", up));
  const alone = up === 0 ? "Lag 0 alone gives" : `Lags 0…${up} alone give`;
  const needs = needed_lag === null ? "." : `; the task needs ${needed_lag}.`;
  return `${lies}${needs} ${alone} a cosine of ${cosine} with the whole.`;
}

/** The sentence under the eigenvalues: what bounds a gradient, and what it meets at each timestep. @param {State} state */
export function spectrumWords({ can, record, config, schema }) {
  if (!record?.tensors.eigenvalues) return lacking({ can });
  const rho = Math.hypot(at(record, "eigenvalues", 0, 0), at(record, "eigenvalues", 0, 1));
  const sigma = at(record, "singular_values", 0);
  if (!Number.isFinite(rho + sigma)) return `${cellOf(config).recurrent} has entries that are not finite.`;
  const whose = "gates" in record.tensors ? "Of the candidate’s block: " : "";
  const sizes = `${whose}${whose ? "e" : "E"}igenvalues up to ρ = ${formatNumber(rho)}; σ_max = ${formatNumber(sigma)}.`;
  const norms = jacobianWords(record.tensors.jacobian_norm.data, isReverse(record));
  const gamma = schema?.activations?.[String(config.activation)]?.gamma;
  const fate = lyapunovWords(record);
  if ("gates" in record.tensors || typeof gamma !== "number") return `${sizes} ${norms}.${fate}`;
  const meaning = `γ is the activation’s steepest slope, σ_max the most ${cellOf(config).recurrent} stretches a vector`;
  return `${sizes} ${norms}; γσ_max = ${formatNumber(gamma * sigma)} bounds it: ${meaning}.${fate}`;
}

/** By how much each timestep can stretch a gradient; one that is 0 stops all that passes. @param {import("../wire/protocol.js").Numbers} norms @param {boolean} reverse */
function jacobianWords(norms, reverse) {
  const sizes = Array.from(norms);
  const step = reverse ? "‖∂h_t/∂h_t+1‖" : "‖∂h_t/∂h_t−1‖";
  if (!sizes.every(Number.isFinite)) return `${step} is not finite at every timestep`;
  const zeros = sizes.filter((size) => size === 0).length;
  const largest = formatNumber(Math.max(...sizes));
  if (zeros === sizes.length) return `${step} is exactly 0 at every timestep`;
  if (zeros > 0) return `${step} is exactly 0 at ${zeros} of ${sizes.length} timesteps, at most ${largest}`;
  const middle = Math.exp(meanOf(sizes.map(Math.log)));
  return `${step} is ${formatNumber(Math.min(...sizes))} to ${largest}, in the geometric mean ${formatNumber(middle)}`;
}

/** What becomes of a small change of the state along the shown sequence. @param {DecodedRecord} record */
function lyapunovWords(record) {
  const largest = record.tensors.lyapunov?.data[0] ?? Number.NaN;
  if (!Number.isFinite(largest)) return "";
  const fate = largest > 0 ? "grow" : largest < 0 ? "fade" : "stay";
  return ` Lyapunov λ₁ = ${formatNumber(largest)}: small changes of the state ${fate}.`;
}

const LSTM_GATES = {
  f: { row: 1, does: "forget gate" },
  i: { row: 0, does: "input gate" },
  o: { row: 3, does: "output gate" },
};

/** What each gate does, and its place in `gates`. @type {Record<string, Record<string, {row: number, does: string}>>} */
export const GATES = {
  lstm: LSTM_GATES,
  ln_lstm: LSTM_GATES,
  gru: { z: { row: 1, does: "update gate" }, r: { row: 0, does: "reset gate" } },
  mingru: { z: { row: 0, does: "update gate" } },
};

/** The gates of a cell, the one that keeps the state first. @param {string} cell @returns {Record<string, {row: number, does: string}>} */
export function gatesOf(cell) {
  const { gates, keeps, candidate } = cellOf({ cell });
  const named = gates
    .filter((gate) => gate !== candidate)
    .sort((a, b) => Number(b === keeps?.gate) - Number(a === keeps?.gate));
  return GATES[cell] ?? Object.fromEntries(named.map((gate) => [gate, { row: gates.indexOf(gate), does: "gate" }]));
}

/** The gates of one kind at timestep t, over all units. @param {DecodedRecord} record @param {number} row @param {number} t */
export function gateMean(record, row, t) {
  const [, rows, H] = record.tensors.gates.shape;
  const from = ((t - 1) * rows + row) * H;
  return meanOf(record.tensors.gates.data.subarray(from, from + H));
}

/** The sentence under the gates. @param {State} state @param {string} gate */
export function gatesWords({ can, record, config }, gate) {
  const known = gatesOf(String(config.cell))[gate];
  if (!record?.tensors.gates || !known) return lacking({ can });
  const T = length(record);
  const means = Array.from({ length: T }, (_, index) => gateMean(record, known.row, index + 1));
  const mean = meanOf(means);
  const open = `The ${known.does} ${gate} is open ${formatPercent(mean)} on average`;
  const { keeps, direct } = cellOf(config);
  if (gate !== keeps?.gate) return `${open}.`;
  const share = keeps.open ? mean : 1 - mean;
  if (!(share > 0 && share < 1)) return `${open}.`;
  const steps = formatNumber(Math.LN2 / -Math.log(share), 2);
  return `${open}; if it stayed so, half of ${direct} would be left after ${steps} steps.`;
}

/** The sentence under a parameter's grid. @param {State} state @param {string} tensor @param {boolean} gradient */
export function weightsWords({ can, record }, tensor, gradient) {
  const shown = record?.tensors[gradient ? `grad.${tensor}` : tensor];
  if (!record || !shown) return lacking({ can });
  if (!gradient) {
    return `${tensor}: ${shown.data.length} numbers, ${usedWords(record, tensor)}; the largest is ${formatNumber(largestOf(shown.data))}.`;
  }
  const norm = record.meta.grad_norms[tensor];
  const whole = record.meta.grad_norm;
  const share = norm && whole ? `, ${formatPercent((norm / whole) ** 2)} of the whole gradient’s square` : "";
  return `‖∂L/∂${tensor}‖ = ${formatNumber(norm)} over the batch, before clipping${share}.`;
}

/** The sentence under a parameter's spread over training: half of its entries, at the shown iteration and at first. @param {State} state @param {string} tensor @param {boolean} gradient */
export function spreadWords({ can, history, record }, tensor, gradient) {
  const { iteration, quantiles } = curvesOf(history.spread, tensor, gradient ? "gradients" : "weights");
  const shown = iteration.findLastIndex((one) => one <= (record?.meta.iteration ?? Number.POSITIVE_INFINITY));
  if (shown < 0) return lacking({ can });
  const count = record?.tensors[tensor]?.data.length ?? 0;
  const half = count === 1 ? "The only entry" : `Half of the ${count} entries`;
  const [, , low, median, high] = quantiles;
  const told = (/** @type {number} */ row) =>
    gradient ? `below ${formatNumber(median[row])}` : `${formatNumber(low[row])} to ${formatNumber(high[row])}`;
  const before = iteration[0] < iteration[shown] ? `; at iteration ${iteration[0]}: ${told(0)}` : "";
  return `${half} of ${gradient ? "∂L/∂" : ""}${tensor} ${gradient ? "are in size" : "lie in"} ${told(shown)} at iteration ${formatCount(iteration[shown])}${before}.`;
}

/** The sentence under the predictions. @param {State} state */
export function outputWords({ record, task }) {
  if (!record) return "";
  const T = length(record);
  let asked = 0;
  let right = 0;
  let loss = 0;
  for (let t = 1; t <= T; t += 1) {
    if (!hasTarget(record, t)) continue;
    asked += 1;
    loss += at(record, "loss_t", t - 1);
    if (isClassified(record) && winner(record, t) === at(record, "target", t - 1)) right += 1;
  }
  if (asked === 0) return "No timestep of this sequence has a target.";
  const mean = `mean loss ${formatNumber(loss / asked)}`;
  const against = task ? `, baseline ${formatNumber(record.meta.baseline)}` : "";
  if (!isClassified(record)) {
    const picture = readPicture(record, {}, task);
    const whose = picture.own ? ", of scaled columns" : "";
    return `This sequence, ${asked} of ${T} timesteps with a target: ${mean}${against}${whose}.${ownErrorWords(picture)}`;
  }
  return `Right at ${right} of ${asked} timesteps of this sequence; ${mean}${against}.`;
}

/** The class that timestep t says. @param {DecodedRecord} record @param {number} t */
export function winner(record, t) {
  const O = record.tensors.y.shape[1];
  let best = 0;
  for (let o = 1; o < O; o += 1) if (at(record, "y", t - 1, o) > at(record, "y", t - 1, best)) best = o;
  return best;
}

/** @param {ArrayLike<number>} values */
function meanOf(values) {
  let sum = 0;
  for (let index = 0; index < values.length; index += 1) sum += values[index];
  return sum / values.length;
}

/** The entry with the largest size, with its sign. @param {ArrayLike<number>} values */
function largestOf(values) {
  let largest = 0;
  for (let index = 0; index < values.length; index += 1) {
    if (!(Math.abs(values[index]) <= Math.abs(largest))) largest = values[index];
  }
  return largest;
}

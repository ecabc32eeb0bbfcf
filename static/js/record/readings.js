/** What a record says about one timestep or pair: plain numbers, read out of its tensors. Pure. t and k count from 1. */

import { placeOf } from "./chosen.js";

/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */

/** @param {DecodedRecord} record */
export function length(record) {
  return record.tensors.h.shape[0] - 1;
}

/** @param {DecodedRecord} record */
export function units(record) {
  return record.tensors.h.shape[1];
}

/**
 * One entry of a tensor; NaN where the record does not have it.
 * @param {DecodedRecord} record
 * @param {string} name
 * @param {...number} index
 */
export function at(record, name, ...index) {
  const tensor = record.tensors[name];
  if (!tensor) return Number.NaN;
  let offset = 0;
  for (const [axis, place] of index.entries()) offset = offset * tensor.shape[axis] + place;
  return tensor.data[offset] ?? Number.NaN;
}

/** Whether E_t exists. @param {DecodedRecord} record @param {number} t */
export function hasTarget(record, t) {
  const { shape, data } = record.tensors.target;
  if (shape.length === 1) return data[t - 1] >= 0;
  return !Number.isNaN(data[(t - 1) * shape[1]]);
}

/** The timestep of the last loss; 0 if there is none. @param {DecodedRecord} record */
export function lastLoss(record) {
  let t = length(record);
  while (t > 0 && !hasTarget(record, t)) t -= 1;
  return t;
}

/**
 * The loss whose gradient goes the whole way back: the last one, in the reverse direction the first one; 0 if there is none.
 * @param {DecodedRecord} record
 */
export function farthestLoss(record) {
  if (!isReverse(record)) return lastLoss(record);
  const T = length(record);
  for (let t = 1; t <= T; t += 1) if (hasTarget(record, t)) return t;
  return 0;
}

/** ln F[t,k] = ln‖∂E_t/∂h_k‖. @param {DecodedRecord} record @param {number} t @param {number} k */
export function lnFlow(record, t, k) {
  return at(record, "ln_flow", t - 1, k);
}

/** The shares of the gradient that the river shows: of what truncation and clipping leave, where they take something. @param {DecodedRecord} record */
export function shownShare(record) {
  return record.tensors.share_used ? "share_used" : "share";
}

/** The part of the shown ∂E/∂h_t that is its own loss's; the rest was carried. NaN where no loss reaches it. @param {DecodedRecord} record @param {number} t */
export function ownShare(record, t) {
  if (at(record, "dh_norm_used", t) === 0) return Number.NaN;
  return hasTarget(record, t) ? at(record, shownShare(record), t - 1, t) : 0;
}

/**
 * Where the size of ∂E_t/∂h_k went on the way from h_t to h_k, in natural logarithms: total = saturation + weights.
 * Null without a record of the way, where none leads from h_t back to h_k, or where a gradient is exactly 0.
 * @param {DecodedRecord} record @param {number} t @param {number} k
 */
export function ledger(record, t, k) {
  let saturation = 0;
  let weights = 0;
  const back = isReverse(record) ? 1 : -1;
  if ((k - t) * back <= 0) return null; // no way leads there, or none is needed
  for (let step = t; (k - step) * back > 0; step += back) {
    const through = at(record, "ln_flow_a", t - 1, step);
    saturation += through - lnFlow(record, t, step);
    weights += lnFlow(record, t, step + back) - through;
  }
  const total = saturation + weights;
  return Number.isFinite(total) ? { total, saturation, weights } : null;
}

/**
 * The sum inside the activation of one unit at timestep t, term by term: input, recurrent, bias. rnn and indrnn only; NaN without weights.
 * @param {DecodedRecord} record @param {number} t @param {number} unit
 */
export function preActivation(record, t, unit) {
  const name = record.tensors.layer_input ? "layer_input" : "x";
  const { shape } = record.tensors[name];
  let input = 0;
  for (let i = 0; i < shape[1]; i += 1) input += at(record, name, t - 1, i) * at(record, "W_xh", i, unit);
  const bias = at(record, "b_h", unit);
  const before = previous(record, t);
  if (record.tensors.u_hh) return { input, recurrent: at(record, "h", before, unit) * at(record, "u_hh", unit), bias };
  let recurrent = 0;
  for (let j = 0; j < units(record); j += 1) recurrent += at(record, "h", before, j) * at(record, "W_hh", j, unit);
  return { input, recurrent, bias };
}

const LAYER_NORM_EPS = 1e-5;

/**
 * What φ is applied to where an lstm reads its cell state: c_t, or of an ln_lstm LN(c_t) g_c + b_c; NaN without weights.
 * @param {DecodedRecord} record @param {number} t @param {number} unit
 */
export function readState(record, t, unit) {
  const c = at(record, "c", t, unit);
  if (!record.tensors.g_c) return c;
  const H = units(record);
  const all = Array.from({ length: H }, (_, j) => at(record, "c", t, j));
  const mean = all.reduce((sum, one) => sum + one, 0) / H;
  const variance = all.reduce((sum, one) => sum + (one - mean) ** 2, 0) / H;
  const normal = (c - mean) / Math.sqrt(variance + LAYER_NORM_EPS);
  return normal * at(record, "g_c", unit) + at(record, "b_c", unit);
}

/** Whether the chosen layer reads the sequence from its end. @param {DecodedRecord} record */
export function isReverse(record) {
  return placeOf(record).direction === "reverse";
}

/** The norm of the initial state h_0 or c_0, in the reverse direction that of T+1. @param {DecodedRecord} record @param {string} [state] */
export function startNorm(record, state = "h") {
  return Math.hypot(...Array.from({ length: units(record) }, (_, j) => at(record, state, 0, j)));
}

/** The row of the state that h_t is made from: h_{t−1}, in the reverse direction h_{t+1}; 0 is the initial one. @param {DecodedRecord} record @param {number} t */
export function previous(record, t) {
  if (!isReverse(record)) return t - 1;
  return t === length(record) ? 0 : t + 1;
}

/** The timestep that reads h_t, and so sends gradient back to it; null at the last one read. @param {DecodedRecord} record @param {number} t */
export function next(record, t) {
  if (isReverse(record)) return t > 1 ? t - 1 : null;
  return t < length(record) ? t + 1 : null;
}

/** The timestep at which the gradient leaves the sequence: 1, in the reverse direction T. @param {DecodedRecord} record */
export function mouth(record) {
  return isReverse(record) ? length(record) : 1;
}

/** Whether the targets are classes. @param {DecodedRecord} record */
export function isClassified(record) {
  return record.tensors.target.shape.length === 1;
}

/** What the network says at t: for classes their probabilities, else the values. @param {DecodedRecord} record @param {number} t */
export function outputs(record, t) {
  const O = record.tensors.y.shape[1];
  const y = Array.from({ length: O }, (_, o) => at(record, "y", t - 1, o));
  if (!isClassified(record)) return y;
  const largest = Math.max(...y);
  const powers = y.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((all, one) => all + one, 0);
  return powers.map((power) => power / sum);
}

/**
 * ∂E_t/∂y_t, in a sum over t; zeros without a target.
 * @param {DecodedRecord} record @param {number} t
 */
export function lossGradient(record, t) {
  const said = outputs(record, t);
  if (!hasTarget(record, t)) return said.map(() => 0);
  if (isClassified(record)) return said.map((p, o) => p - Number(o === at(record, "target", t - 1)));
  return said.map((y, o) => (2 * (y - at(record, "target", t - 1, o))) / said.length);
}

/**
 * What unit h_t[unit] is blamed for by its own loss; the rest of ∂E/∂h_t was carried. With a mean over time, a loss
 * counts one part in the number of losses.
 * @param {DecodedRecord} record @param {number} t @param {number} unit @param {boolean} mean
 */
export function ownGradient(record, t, unit, mean) {
  const row = isReverse(record) ? units(record) + unit : unit; // W_hy reads [h_t; that of the reverse direction]
  const sum = lossGradient(record, t).reduce((all, dy, o) => all + (dy === 0 ? 0 : dy * at(record, "W_hy", row, o)), 0);
  return mean ? sum / Math.max(1, lossCount(record)) : sum;
}

/** How many timesteps have a target. @param {DecodedRecord} record */
export function lossCount(record) {
  let count = 0;
  for (let t = 1; t <= length(record); t += 1) count += Number(hasTarget(record, t));
  return count;
}

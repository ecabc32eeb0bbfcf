/** The words on the flow matrix and at its pointer. Pure. */

import { formatExp, formatNumber, subscript } from "../lib/format.js";

/** What the matrix is to who does not see it. */
export const PICTURE = "Gradient of each loss with respect to each hidden state";
export const ROW = "E_t is a row";
export const COLUMN = "h_k a column";
export const TRUNCATED = "pale: truncated";
export const LATER = "the flow is in the next record";
/** What a timestep before the first loss is called. */
export const UNTARGETED = "no target yet";

/** The name of the stepped line. @param {number} lag @param {boolean} short where there is little room */
export function neededLag(lag, short) {
  return short ? `lag ${lag}` : `needed lag ${lag}`;
}

/** A norm from its logarithm. */
export function shortValue(/** @type {number} */ ln) {
  return ln === Number.NEGATIVE_INFINITY ? "0" : formatExp(ln);
}

/** @param {string} value @param {number} k */
export function valueAt(value, k) {
  return `${value} at h${subscript(k)}`;
}

/** What is said of one pair. @param {import("../record/picture.js").Picture} picture @param {{t: number, k: number}} pair @param {boolean} kept by truncation @returns {string[]} */
export function pairLines({ lnFlow, T }, { t, k }, kept) {
  const pair = `‖∂E${subscript(t)}/∂h${subscript(k)}‖`;
  if (!lnFlow) return [pair, "not in this record"];
  const ln = lnFlow[(t - 1) * (T + 1) + k];
  if (Number.isNaN(ln)) return [`${pair} is NaN`];
  if (ln === Number.NEGATIVE_INFINITY) return [`${pair} = 0 exactly`, `lag ${Math.abs(t - k)}`];
  const lines = [`${pair} = ${formatExp(ln)}`, `ln ${formatNumber(ln)}, lag ${Math.abs(t - k)}`];
  return kept ? lines : [...lines, "truncated: not in the update"];
}

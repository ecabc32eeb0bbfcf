/** What the inspector says of one timestep. Pure. */

import { formatExp, formatNumber } from "../../lib/format.js";
import { isTop } from "../../record/chosen.js";
import {
  at,
  farthestLoss,
  hasTarget,
  isReverse,
  length,
  lnFlow,
  ownShare,
  previous,
  startNorm,
} from "../../record/readings.js";

/** @typedef {import("../../wire/protocol.js").DecodedRecord} DecodedRecord */

/** All later losses, in the reverse direction all earlier ones, by the first and the last of them. @param {DecodedRecord} record @param {number} t */
export function carriedLabel(record, t) {
  const back = isReverse(record) ? -1 : 1;
  const last = farthestLoss(record);
  let first = t + back;
  while ((last - first) * back > 0 && !hasTarget(record, first)) first += back;
  if ((last - first) * back < 0 || last === 0) return "carried";
  return first === last ? `carried, E_${last}` : `carried, E_${Math.min(first, last)}…${Math.max(first, last)}`;
}

/** @param {DecodedRecord} record @param {number} last @param {number} t @param {string} total */
export function ledgerTitle(record, last, t, total) {
  return `From E_${last} back to h_${t}${underFull(record)}: ln ratio ${total}`;
}

/** By which path a gradient goes on. @param {DecodedRecord} record @param {string} state @param {number} t */
export function roadsTitle(record, state, t) {
  const to = previous(record, t);
  return to === 0
    ? `From ${state}_${t} back to the initial state, by which path:`
    : `From ${state}_${t} back to ${state}_${to}, by which path:`;
}

/**
 * What the sequence starts from, where h_t is made from it: zeros, a parameter, the window before, or what data bring.
 * Empty elsewhere.
 * @param {DecodedRecord} record @param {number} t @param {{train_h0?: unknown, carry_state?: unknown}} config
 */
export function startWords(record, t, config) {
  if (previous(record, t) !== 0) return "";
  const states = record.tensors.c ? ["h", "c"] : ["h"];
  const row = isReverse(record) ? length(record) + 1 : 0;
  const one = states.length === 1;
  const names = states.map((state) => `${state}_${row}`).join(" and ");
  const norms = numbersOf(states.map((state) => startNorm(record, state)));
  const back = numbersOf(states.map((state) => Math.exp(at(record, `ln_d${state}_norm`, 0))));
  const size = `${one ? "norm" : "norms"} ${norms}`;
  const gradient = `${one ? "gradient of norm" : "gradients of norms"} ${back}`;
  if (config.train_h0) return `${names}, learned: ${size}; trained by ${one ? "a " : ""}${gradient}.`;
  if (states.every((state) => startNorm(record, state) === 0)) return `${names} ${one ? "is" : "are"} 0.`;
  if (!config.carry_state) return `${names} ${one ? "comes" : "come"} with the data: ${size}.`;
  return `${names}, carried from the window before: ${size}; ${one ? "a " : ""}${gradient} ${one ? "is" : "are"} cut off there.`;
}

const numbersOf = (/** @type {number[]} */ numbers) => numbers.map((number) => formatNumber(number)).join(" and ");

/** Why there are no shares; empty where there are. @param {DecodedRecord} record @param {number} t */
export function noShareWords(record, t) {
  if (!Number.isNaN(ownShare(record, t))) return "";
  if (at(record, "dh_norm_used", t) !== 0) return `∂E/∂h_${t} has no shares that are finite.`;
  const whole = at(record, "ln_dh_norm", t);
  if (whole === Number.NEGATIVE_INFINITY) return `No loss reaches h_${t}: ∂E/∂h_${t} is exactly 0.`;
  return `Truncated, no loss reaches h_${t}; full BPTT would bring it ${formatExp(whole)}.`;
}

/** Where truncation or clipping takes something away: that what follows is of the whole. @param {DecodedRecord} record */
function underFull(record) {
  return record.tensors.share_used ? " under full BPTT" : "";
}

/** @param {DecodedRecord} record @param {number} last @param {number} t */
export function noLedger(record, last, t) {
  if (!isTop(record))
    return "What changed its size can be told for the top layer only: below it, more arrives at every timestep.";
  if (isReverse(record)) return noLedgerInReverse(record, last, t);
  if (last === t) return `E_${t} is the last loss: ${formatExp(lnFlow(record, t, t))} at h_${t}.`;
  if (last < t) return `No loss at or after h_${t}.`;
  return `The gradient of E_${last} at h_${t} is exactly 0.`;
}

/** @param {DecodedRecord} record @param {number} first @param {number} t */
function noLedgerInReverse(record, first, t) {
  if (first === t) return `E_${t} is the first loss: ${formatExp(lnFlow(record, t, t))} at h_${t}.`;
  if (first > t || first === 0) return `No loss at or before h_${t}.`;
  return `The gradient of E_${first} at h_${t} is exactly 0.`;
}

/** What h_t's own loss adds. @param {DecodedRecord} record @param {number} t */
export function ownLabel(record, t) {
  return hasTarget(record, t) ? `own loss E_${t}` : "own: no target";
}

/** @param {string} gate by its symbol */
export const throughGate = (gate) => `directly, through ${gate}`;

export const BY_OTHER_GATES = "by the other gates";

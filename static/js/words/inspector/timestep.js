/** What the inspector says of one timestep. Pure. */

import { formatExp } from "../../lib/format.js";
import { at, hasTarget, lastLoss, lnFlow, ownShare } from "../../record/readings.js";

/** @typedef {import("../../wire/protocol.js").DecodedRecord} DecodedRecord */

/** All later losses, by the first and the last of them. @param {DecodedRecord} record @param {number} t */
export function carriedLabel(record, t) {
  const last = lastLoss(record);
  let first = t + 1;
  while (first < last && !hasTarget(record, first)) first += 1;
  if (first > last) return "carried";
  return first === last ? `carried, E_${last}` : `carried, E_${first}…${last}`;
}

/** Why there are no shares; empty where there are. @param {DecodedRecord} record @param {number} t */
export function noShareWords(record, t) {
  if (!Number.isNaN(ownShare(record, t))) return "";
  if (at(record, "dh_norm_used", t) !== 0) return `∂E/∂h_${t} has no shares that are finite.`;
  const whole = at(record, "ln_dh_norm", t);
  if (whole === Number.NEGATIVE_INFINITY) return `No loss reaches h_${t}: ∂E/∂h_${t} is exactly 0.`;
  return `Truncated, no loss reaches h_${t}; full BPTT would bring it ${formatExp(whole)}.`;
}

/** Where truncation or clipping takes something away: that what follows is of the whole. @param {DecodedRecord} record */
export function underFull(record) {
  return record.tensors.share_used ? " under full BPTT" : "";
}

/** @param {DecodedRecord} record @param {number} last @param {number} t */
export function noLedger(record, last, t) {
  if (last === t) return `E_${t} is the last loss: ${formatExp(lnFlow(record, t, t))} at h_${t}.`;
  if (last < t) return `No loss at or after h_${t}.`;
  return `The gradient of E_${last} at h_${t} is exactly 0.`;
}

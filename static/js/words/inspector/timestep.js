/** What the inspector says of one timestep. Pure. */

import { formatExp } from "../../lib/format.js";
import { hasTarget, lastLoss, lnFlow } from "../../record/readings.js";

/** @typedef {import("../../wire/protocol.js").DecodedRecord} DecodedRecord */

/** All later losses, by the first and the last of them. @param {DecodedRecord} record @param {number} t */
export function carriedLabel(record, t) {
  const last = lastLoss(record);
  let first = t + 1;
  while (first < last && !hasTarget(record, first)) first += 1;
  if (first > last) return "carried";
  return first === last ? `carried, E_${last}` : `carried, E_${first}…${last}`;
}

/** @param {DecodedRecord} record @param {number} last @param {number} t */
export function noLedger(record, last, t) {
  if (last === t) return `E_${t} is the last loss: ${formatExp(lnFlow(record, t, t))} at h_${t}.`;
  if (last < t) return `No loss at or after h_${t}.`;
  return `The gradient of E_${last} at h_${t} is exactly 0.`;
}

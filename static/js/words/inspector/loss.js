/** What the inspector says of one loss. Pure. */

import { formatExp } from "../../lib/format.js";
import { lnFlow } from "../../record/readings.js";

/** @typedef {import("../../wire/protocol.js").DecodedRecord} DecodedRecord */

/** How far it reaches: its size at h_t, and at the first timestep. @param {DecodedRecord} record @param {number} t */
export function reachWords(record, t) {
  const own = `‖∂E_${t}/∂h_${t}‖ is ${formatExp(lnFlow(record, t, t))}`;
  return t === 1 ? `${own}.` : `${own}; of it ${formatExp(lnFlow(record, t, 1))} arrives at h_1.`;
}

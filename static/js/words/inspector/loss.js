/** What the inspector says of one loss. Pure. */

import { formatExp } from "../../lib/format.js";
import { layerTitle } from "../layers.js";
import { isTop } from "../../record/chosen.js";
import { lnFlow, mouth } from "../../record/readings.js";

/** @typedef {import("../../wire/protocol.js").DecodedRecord} DecodedRecord */

/** How far it reaches: its size at h_t, and at the first timestep. @param {DecodedRecord} record @param {number} t */
export function reachWords(record, t) {
  const layer = layerTitle(record);
  const own = `${layer && `${layer}: `}‖∂E_${t}/∂h_${t}‖ is ${formatExp(lnFlow(record, t, t))}`;
  const end = mouth(record);
  if (t === end) return `${own}.`;
  const there = formatExp(lnFlow(record, t, end));
  return isTop(record) ? `${own}; of it ${there} arrives at h_${end}.` : `${own}; at h_${end} it is ${there}.`;
}

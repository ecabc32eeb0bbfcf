/** In which order the chosen layer reads: what its equations depend on beside its cell. */

import { placeOf } from "../../record/chosen.js";
import { isReverse } from "../../record/readings.js";

/** What is read before h_t; the reverse direction reads h_{t+1} first. */
export const BEFORE = "t−1";
export const AFTER = "t+1";

/** How the chosen layer reads and sends back: what its equations depend on beside its cell. @param {import("../../wire/protocol.js").DecodedRecord} record */
export function wayOf(record) {
  const { layer, layers, direction, ending } = placeOf(record);
  const [before, after] = isReverse(record) ? [AFTER, BEFORE] : [BEFORE, AFTER];
  return { key: `${ending}/${layers}`, before, after, direction, above: layer < layers ? layer + 1 : null };
}

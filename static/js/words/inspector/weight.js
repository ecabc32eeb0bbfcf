/** What the inspector says of one weight. Pure. */

import { formatNumber } from "../../lib/format.js";
import { baseOf, nameIn } from "../../record/chosen.js";
import { at, length } from "../../record/readings.js";
import { usedWords } from "../used.js";

/** @typedef {import("../../run/state.js").State} State */
/** @typedef {import("../../wire/protocol.js").DecodedRecord} DecodedRecord */

/** Nothing of a layer that is not open: the record has no number of it. @param {DecodedRecord} record @param {string} tensor @param {number[]} index */
export function useWords(record, tensor, index) {
  if (!(tensor in record.tensors) || nameIn(baseOf(tensor), record) !== tensor) return "";
  return `${formatNumber(at(record, tensor, ...index), 4)}: one number, ${entryWords(record, tensor, index[0])}.`;
}

/** How often: an embedding's row where its class is read. @param {DecodedRecord} record @param {string} tensor @param {number} row */
function entryWords(record, tensor, row) {
  if (baseOf(tensor) !== "W_emb") return usedWords(record, tensor);
  const T = length(record);
  const reads = Array.from({ length: T }, (_, t) => at(record, "x", t, row)).filter((x) => x !== 0).length;
  if (reads === 0) return "not used here: the shown sequence never reads its class";
  return `used at ${reads} of ${T} timesteps, where its class is read`;
}

/** What clips entries each by itself: by how much one of them is not known. */
const CLIPS_ENTRIES = ["value", "timestep"];

/** What the next update does to it: known in advance only for plain descent. @param {State} state @param {DecodedRecord} record @param {number} gradient */
export function updateWords({ config }, record, gradient) {
  const scale = record.meta.clip_scale ?? 1;
  if (config.optimizer !== "sgd" || Number(config.weight_decay) !== 0) return "";
  if (CLIPS_ENTRIES.includes(String(config.clip))) return "";
  if (!Number.isFinite(gradient)) return "";
  const rate = Number(config.learning_rate);
  const clipped = scale < 1 ? ` × ${formatNumber(scale)} by clipping` : "";
  return `The next update adds −${formatNumber(rate)} × gradient${clipped}: ${formatNumber(-rate * scale * gradient)}.`;
}

/** @param {number} gradient */
export function gradientWords(gradient) {
  return `${formatNumber(gradient)} over the batch, before clipping`;
}

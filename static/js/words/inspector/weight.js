/** What the inspector says of one weight. Pure. */

import { formatNumber } from "../../lib/format.js";
import { at, length } from "../../record/readings.js";

/** @typedef {import("../../run/state.js").State} State */
/** @typedef {import("../../wire/protocol.js").DecodedRecord} DecodedRecord */

/** @param {DecodedRecord} record @param {string} tensor @param {number[]} index */
export function useWords(record, tensor, index) {
  const uses = length(record);
  const times = uses === 1 ? "at the one timestep" : `at all ${uses} timesteps`;
  return `${formatNumber(at(record, tensor, ...index), 4)}: one number, used ${times}.`;
}

/** What the next update does to it: known in advance only for plain descent. @param {State} state @param {DecodedRecord} record @param {number} gradient */
export function updateWords({ config }, record, gradient) {
  const scale = record.meta.clip_scale ?? 1;
  if (config.optimizer !== "sgd" || Number(config.weight_decay) !== 0 || config.clip === "value") return "";
  if (!Number.isFinite(gradient)) return "";
  const rate = Number(config.learning_rate);
  const clipped = scale < 1 ? ` × ${formatNumber(scale)} by clipping` : "";
  return `The next update adds −${formatNumber(rate)} × gradient${clipped}: ${formatNumber(-rate * scale * gradient)}.`;
}

/** @param {number} gradient */
export function gradientWords(gradient) {
  return `${formatNumber(gradient)} over the batch, before clipping`;
}

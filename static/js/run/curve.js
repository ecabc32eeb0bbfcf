/** The curve of a run: its losses, norms and clipped updates over training, within fixed bounds. Pure. */

import { appendToSpread } from "../record/spread.js";
import { emptyHistory, HISTORY_CAPACITY } from "./columns.js";

/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */
/** @typedef {import("./columns.js").History} History */

/**
 * A record of an earlier iteration starts another branch: what came after it is dropped. A full history keeps every
 * second point of its older half; clip events are counted in clippedUpdates, so none of them is lost by that.
 * @param {History} history
 * @param {import("../wire/protocol.js").RecordMeta} meta
 * @param {DecodedRecord["tensors"]} tensors
 * @returns {History}
 */
export function appendToHistory(history, meta, tensors = {}) {
  let kept = history;
  const last = history.length - 1;
  if (last >= 0 && meta.iteration <= history.iteration[last]) {
    let length = history.length;
    while (length > 0 && history.iteration[length - 1] >= meta.iteration) length -= 1;
    kept = copyHistory(history, (index) => index < length);
  } else if (history.length === HISTORY_CAPACITY) {
    const half = HISTORY_CAPACITY / 2;
    kept = copyHistory(history, (index) => index >= half || index % 2 === 0);
  }
  const index = kept.length;
  kept.iteration[index] = meta.iteration;
  kept.loss[index] = meta.loss_per_timestep ?? Number.NaN;
  kept.gradNorm[index] = meta.grad_norm ?? Number.NaN;
  kept.clipScale[index] = meta.clip_scale ?? Number.NaN;
  kept.clippedUpdates[index] = meta.clipped_updates;
  kept.validation[index] = meta.validation_as_of === meta.iteration ? (meta.validation_loss ?? Number.NaN) : Number.NaN;
  return { ...kept, length: index + 1, spread: appendToSpread(history.spread, meta, tensors) };
}

/** @param {History} history @param {(index: number) => boolean} keep @returns {History} */
export function copyHistory(history, keep) {
  const copy = emptyHistory();
  for (let index = 0; index < history.length; index += 1) {
    if (!keep(index)) continue;
    copy.iteration[copy.length] = history.iteration[index];
    copy.loss[copy.length] = history.loss[index];
    copy.gradNorm[copy.length] = history.gradNorm[index];
    copy.clipScale[copy.length] = history.clipScale[index];
    copy.clippedUpdates[copy.length] = history.clippedUpdates[index];
    copy.validation[copy.length] = history.validation[index];
    copy.length += 1;
  }
  return copy;
}

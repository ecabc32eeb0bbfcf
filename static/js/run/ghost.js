/** The norm chart's curve as it stood before the last change, kept for a while to compare with. Pure. */

/** @typedef {import("../wire/protocol.js").StateMessage} StateMessage */
/** @typedef {import("./state.js").State} State */

/**
 * The curve before the last live change.
 * @typedef {{label: string, ln_dh_norm: Float64Array, T: number, at: number, fields: string}} Ghost
 */

export const GHOST_LIFETIME = 60_000;

const GHOST_DRAG_PAUSE = 1_500;

/**
 * A drag is many changes of one field: the ghost stays what was there before its first one.
 * @param {State} state @param {StateMessage} message @param {number} at @returns {Ghost | null}
 */
export function ghostAfter(state, message, at) {
  const { live } = state;
  const changed = message.effects.live.filter((field) => live.config[field] !== message.config[field]);
  const lnNorm = live.record?.tensors.ln_dh_norm;
  if (changed.length === 0 || !lnNorm) return state.ghost;
  const fields = changed.join(" ");
  if (state.ghost && state.ghost.fields === fields && at - state.ghost.at < GHOST_DRAG_PAUSE) {
    return { ...state.ghost, at };
  }
  const label = changed.map((field) => `${fieldSymbol(field)} = ${live.config[field]}`).join(", ");
  return ghostOf(state, label, fields, at);
}

/** The curve as it stands now. @param {State} state @param {string} label @param {string} fields @param {number} at @returns {Ghost | null} */
export function ghostOf(state, label, fields, at) {
  const values = /** @type {Float64Array | undefined} */ (state.record?.tensors.ln_dh_norm.data);
  return values ? { label, ln_dh_norm: values, T: values.length - 1, at, fields } : state.ghost;
}

/** @param {string} field */
function fieldSymbol(field) {
  return field === "sequence_length" ? "T" : field.replaceAll("_", " ");
}

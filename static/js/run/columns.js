/** The curve of a run before anything is on it: columns over training, of a fixed size. Pure. */

export const HISTORY_CAPACITY = 8192;

/**
 * Columns over training, shared between states: a state sees the first `length` entries only, later ones are appended
 * behind its back and therefore harmless.
 * @typedef {{length: number, iteration: Float64Array, loss: Float64Array, gradNorm: Float64Array, clipScale: Float64Array,
 *   clippedUpdates: Float64Array, validation: Float64Array, spread: import("../record/spread.js").Spread | null}} History
 */

/** @returns {History} */
export function emptyHistory() {
  const column = () => new Float64Array(HISTORY_CAPACITY);
  return {
    length: 0,
    iteration: column(),
    loss: column(),
    gradNorm: column(),
    clipScale: column(),
    clippedUpdates: column(),
    validation: column(),
    spread: null,
  };
}

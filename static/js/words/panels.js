/** Names of the panels, and what stands in them in every state. Pure. */

export const CHECK = "Check the gradients";

export const USES = "The gradient of a weight";

export const NOTHING_PINNED = "Click anything in the picture to put its numbers into the equations.";

export const NEXT_UPDATE = "The next update";

export const WHICH_INPUT = "Which input";

export const INPUT_SYMBOL = "Input symbol";

export const STEP_BY_STEP = "The gradient, step by step back";

export const INPUT_CHANGES = "Changes the shown sequence only, until a reset or until another sequence is shown";

export const UNPIN = "unpin";

export const SATURATION = "saturation";

export const RECURRENT_WEIGHTS = "recurrent weights";

/** Of a chosen loss in the gradient of h_k. @param {number} k */
export function shareOf(k) {
  return `its share of ∂E/∂h_${k}`;
}

/** @param {number} t @param {string | null} column of own data, where it is the only one */
export function inputName(t, column) {
  return column === null ? `input x_${t}` : `input x_${t}: ${column}`;
}

/** An input that has no name. @param {number} number from 1 */
export const inputNumber = (number) => `input ${number}`;

/** A loss's share of the gradient of h_k, short. @param {number} k */
export const shareAt = (k) => `its share at h_${k}`;

export const OF_SQUARED_NORM = "of ‖gradient‖²";

export const INSPECTOR_NOT_LOADED = "The inspector could not be loaded. Choose a timestep to try again.";

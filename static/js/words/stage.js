/** Short words on the stage. Pure; its sentences have files of their own. */

/** The gradient on its way into the update. */
export const NOT_CLIPPED = "not clipped";
export const UPDATE = "update";

/** What a cell of the track stands for. */
export const PER_UNIT = "per unit ▾";
export const PER_TIMESTEP = "part of each t ▾";

/** Which part of the whole sequence the axis shows. @param {number} first @param {number} last @param {number} T */
export function windowWords(first, last, T) {
  return `t ${first}…${last} of ${T}`;
}

export const FOLD = "Fold";
export const UNFOLD = "Unfold";

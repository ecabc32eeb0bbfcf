/** Short words on the stage. Pure; its sentences have files of their own. */

import { formatPercent } from "../lib/format.js";

/** What clipping leaves of the gradient of the weights: in one line, or in two where that is too long. @param {number} scale its length after clipping, as a part of that before */
export function clippedWords(scale) {
  if (scale >= 1) return ["not clipped"];
  // Rounded, a little would read as nothing.
  return scale > 0.995 ? ["just clipped"] : ["clipped", `to ${formatPercent(scale)}`];
}

/** What a cell of the track stands for. */
export const PER_UNIT = "per unit ▾";
export const PER_TIMESTEP = "part of each t ▾";

/** Which part of the whole sequence the axis shows. @param {number} first @param {number} last @param {number} T */
export function windowWords(first, last, T) {
  return `t ${first}…${last} of ${T}`;
}

export const FOLD = "Fold";
export const UNFOLD = "Unfold";

/** Short words on the stage. Pure; its sentences have files of their own. */

import { formatExp, formatPercent, formatPower } from "../lib/format.js";

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

/** Beside the signs of the rows. */
export const LOSS = "loss";
export const TARGET = "target";
export const INPUT = "input";

export const FOLD = "Fold";
export const UNFOLD = "Unfold";

/** The key of gates that are drawn per unit. */
export const KEEPS_ALL = "1 keeps all";

/** How many of the units rows stand for, where there are too many. @param {number} every */
export const unitsWords = (every) => (every > 1 ? `every ${ordinal(every)}` : "units");

/** @param {number} n */
function ordinal(n) {
  return n === 2 ? "2nd" : n === 3 ? "3rd" : `${n}th`;
}

// The river.

export const CELL_STATE = "cell state";
export const LOG_AXIS = "log axis";
export const WIDTH = "width,";
export const WIDER_SCALE = "wider scale";
/** Beside the dot, where the colours are explained. */
export const SATURATED = "saturated";
export const NAN_SPAN = "NaN: no gradient";
export const INFINITE = "infinite";
export const ZERO_SPAN = "exactly 0: no loss reaches here";
/** Where that has no room. */
export const ZERO = "exactly 0";
export const NO_SHARES = "shares are not finite";

/** What another ruler reaches. @param {number} low @param {number} high powers of ten */
export const reachWords = (low, high) => `see ${formatPower(low)}…${formatPower(high)}`;

/** @param {number} ln @param {number} t */
export const sizeAt = (ln, t) => `${formatExp(ln, 2)} at t = ${t}`;

/** Where the river becomes thinner than its ruler shows. @param {number} low power of ten @param {number} t */
export const goesUnder = (low, t) => `below ${formatPower(low)} from t = ${t}`;

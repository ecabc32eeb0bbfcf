/** The words between the numbers of an equation. Pure. */

import { formatExp, formatFixed, formatNumber } from "../lib/format.js";

export const NO_LOSS = "no target here, so no loss";
/** In the equations themselves. */
export const TARGET = "target";
export const MEAN = "mean";

export const NO_GRADIENT = "no gradient";

/** @param {number} value @param {number} unit from 0 */
export const ofUnit = (value, unit) => `${formatNumber(value)} for unit ${unit + 1}`;

/** @param {number} ln */
const normOf = (ln) => `norm\u00a0${formatExp(ln)}`;

/** A gradient whose parts add up, and its norm. @param {string} sum @param {number} ln */
export const withNorm = (sum, ln) => `${sum}; ${normOf(ln)}`;

/** A gradient that comes from above and from the timestep read next. @param {number} ln @param {number | null} from @param {number} carried NaN where it is not known */
export function fromAbove(ln, from, carried) {
  if (from === null || carried === 0) return `${normOf(ln)}; nothing is carried`;
  return Number.isNaN(carried) ? normOf(ln) : `${normOf(ln)}; carried from ${from}: ${formatNumber(carried)}`;
}

/** @param {string} sum @param {string} after @param {number} gate @param {number} decimals */
export const withGate = (sum, after, gate, decimals) => `${sum}; f_${after} = ${formatFixed(gate, decimals)}`;

/** @param {string} loss @param {number} probability @param {string | number} target */
export const classLoss = (loss, probability, target) => `${loss} = −ln ${formatNumber(probability)}; target ${target}`;

/** Of several outputs the first. @param {string} loss @param {string} first */
export const meanLoss = (loss, first) => `${loss} = mean of ${first}, …`;

/** @param {string} gradient */
export const classGradient = (gradient) => `${gradient} for the target; together 0`;

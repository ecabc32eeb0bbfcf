/** What stands beside the pointer: a few words about each thing of the picture. Pure. */

import { formatExp, formatNumber, formatPercent, formatSetting, subscript } from "../lib/format.js";
import { everywhere, idleWords } from "./used.js";

export const NO_TARGET = "no target here";
export const NO_LOSS = "no target: no loss";

/** @param {number} t */
export const timestep = (t) => `t = ${t}`;

/** @param {string} name @param {readonly number[]} shape @param {boolean} diagonal of a matrix that is 0 elsewhere */
export function weightsName(name, [rows, columns], diagonal) {
  return diagonal ? `uₕₕ on the diagonal, ${rows} numbers` : `${name}, ${rows} × ${columns}`;
}

/** @param {number} number */
export const layer = (number) => `layer ${number}`;

/** @param {string} from @param {string} to */
export const leadsWords = (from, to) => `leads from ${from} to ${to}`;

/**
 * How often a matrix is used, and what the number beside it counts where that is less: the uses that something comes of.
 * @param {number} T @param {number} uses @param {boolean} reverse
 */
export function usesLines(T, uses, reverse) {
  const used = `${T === 1 ? "used" : "the same"} ${everywhere(T)}`;
  if (uses === T) return [used];
  const idle = idleWords(T, reverse, (t) => `h${subscript(t)}`);
  return [used, uses === 0 ? idle : `× ${uses}: ${idle}`];
}

/** What clipping does to the sum of the gradients of all timesteps. @param {"norm" | "value"} mode @param {number} threshold @param {number} scale */
export function clipLines(mode, threshold, scale) {
  const limit = formatSetting(threshold);
  if (scale >= 1) {
    const what = mode === "norm" ? "The gradient's norm is" : "No entry of the gradient is";
    return [`${what} ${mode === "norm" ? "not above" : "above"} ${limit}: nothing is clipped.`];
  }
  const how = mode === "norm" ? `its norm was above ${limit}` : `entries were cut to ±${limit}`;
  return [`The gradient is clipped to ${formatPercent(scale)} of its length:`, how];
}

/** @param {number} loss per timestep */
export const baselineWords = (loss) => `baseline ${formatNumber(loss)} a timestep`;

/** @param {number} t @param {string} symbol @param {number} probability */
export const predictsWords = (t, symbol, probability) =>
  `t = ${t}: predicts ${symbol} with ${formatPercent(probability)}`;

/** @param {string} symbol @param {number} probability that the network gives it */
export const targetProbability = (symbol, probability) => `target ${symbol}: ${formatPercent(probability)}`;

/** @param {string} values */
export const targetWords = (values) => `target ${values}`;

/** Own data, in their own numbers. @param {number} t @param {string} values */
export const ownWords = (t, values) => `t = ${t}: ${values}`;

/** The same as the network has them. @param {"x" | "y"} symbol @param {number} t @param {string} values @param {string | null} target */
export function scaledWords(symbol, t, values, target = null) {
  const scaled = `scaled: ${symbol}${subscript(t)} = ${values}`;
  return target === null ? scaled : `${scaled}; ${targetWords(target)}`;
}

/** A norm from its natural logarithm. @param {number} ln */
function sizeWords(ln) {
  if (Number.isNaN(ln)) return "NaN";
  if (ln === Number.NEGATIVE_INFINITY) return "exactly 0";
  return ln === Number.POSITIVE_INFINITY ? "∞" : formatExp(ln);
}

/** @param {string} name of the state @param {number} t @param {number} ln */
export function normWords(name, t, ln) {
  const logarithm = Number.isFinite(ln) ? `, ln ${formatNumber(ln)}` : "";
  return `‖∂E/∂${name}${subscript(t)}‖ = ${sizeWords(ln)}${logarithm}`;
}

/** @param {number} threshold */
export const clippedHere = (threshold) => `clipped here to ${formatSetting(threshold)}`;

/** What joins where a loss feeds the river. @param {number} own @param {number} carried both as logarithms */
export const joinWords = (own, carried) => `own ${sizeWords(own)} and carried ${sizeWords(carried)}, added as vectors`;

/** @param {number} t of the loss @param {number} part its share of the gradient that is pointed at */
export function shareWords(t, part) {
  const loss = `E${subscript(t)}`;
  return part < 0
    ? `${loss} pulls the other way here: ${formatPercent(part)}`
    : `${loss} is ${formatPercent(part)} of it`;
}

/** @param {number} from @param {number} to @param {number} ln */
export const carriedWords = (from, to, ln) => `carried from h${subscript(from)} to h${subscript(to)}: ${sizeWords(ln)}`;

/** @param {number} open mean over the units @param {number} to */
export const forgetWords = (open, to) => `forget gates let ${formatPercent(open)} through to c${subscript(to)}`;

/** @param {number} unit from 1 @param {number} t */
export const unitWords = (unit, t) => `unit ${unit} at t = ${t}`;

/** A layer that is not open. @param {string} name @param {number} t @param {number} ln */
export const layerNorm = (name, t, ln) => `${name}: ‖∂E/∂h${subscript(t)}‖ = ${sizeWords(ln)}`;

/** A line of the norm chart. @param {string} label @param {number} ln */
export const curveWords = (label, ln) => `${label}: ${sizeWords(ln)}`;

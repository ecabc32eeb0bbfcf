/** What is said of how a weight's gradient adds up over its uses. Pure. */

import { formatFixed, formatNumber, formatPower } from "../lib/format.js";

/** @param {string} tensor */
export const titleOf = (tensor) => `Gradient of ${tensor}`;

export const UNPIN = "unpin";
export const PINNED = "pinned · ";
export const WAITING = "Its parts come with the next record.";
export const SUM = "sum";
export const ONE_LOSS = "One loss, written out";
export const CHOOSE = "Which loss";

/** @param {string} tensor @param {number[]} index @param {number} power of ten that the entries are in */
export function framedWords(tensor, index, power) {
  const place = `${tensor} [${index.map((one) => one + 1).join(", ")}]`;
  const unit = power === 0 ? "" : ` in units of ${formatPower(power)}`;
  return `Bold: the framed entry ${place}${unit}. Its parts add up; the norms below them do not, as parts may point against each other. Click the sum to frame another.`;
}

/** A printed entry with its power of ten; 0 has none. @param {string} value @param {number} power */
export function valueWords(value, power) {
  return power === 0 || value === "0" ? value : `${value}\u2009×\u2009${formatPower(power)}`;
}

/** @param {number} norm */
export const normWords = (norm) => `‖·‖ ${formatNumber(norm)}`;

/** @param {number} t @param {string} tensor @param {number[]} index @param {string} value */
export function useWords(t, tensor, index, value) {
  return `Part of t = ${t} in the gradient of ${tensor} [${index.map((one) => one + 1).join(", ")}]: ${value}`;
}

/** @param {string} tensor @param {number} T @param {string} total */
export function seriesWords(tensor, T, total) {
  return `The framed entry of ${tensor}, by timestep: ${T} parts that add up to ${total}.`;
}

/**
 * Whether the weight acts on h_t itself, or by way of later states.
 * @param {string} tensor @param {number} t @param {number} k @param {boolean} fromZeros whether h_0 is all zeros
 */
export function termWords(tensor, t, k, fromZeros) {
  if (tensor === "W_hy") return "explicit: the output's own use, no other reaches this loss";
  const way = Array.from({ length: t - k }, (_, i) => `h_${k + i}`).reverse();
  const through = way.length > 2 ? `${way[0]}…${way.at(-1)}` : way.join(", ");
  if (fromZeros && k === 1 && tensor !== "W_xh")
    return `${t === k ? "explicit" : "implicit"}, k = 1: h_0 = 0, so exactly nothing`;
  if (k === t)
    return tensor === "W_xh" ? `explicit, k = ${t}: as used for h_${t}` : `explicit, k = ${t}: h_${t - 1} held fixed`;
  return `implicit, k = ${k}: by way of ${through}`;
}

/** @param {number} count @param {number} cosine of the whole with the explicit term */
export function togetherWords(count, cosine) {
  const all = count === 1 ? "its one term" : `all ${count} together, as vectors`;
  return Number.isFinite(cosine) && count > 1 ? `${all}; cosine with the explicit one ${formatFixed(cosine, 2)}` : all;
}

/** The state by which a loss reaches earlier timesteps. @param {boolean} hasCellState */
export const stateWords = (hasCellState) => (hasCellState ? "s_t is h_t and c_t together." : "");

export const POINT = "Point at a term and its path lights up in the picture.";

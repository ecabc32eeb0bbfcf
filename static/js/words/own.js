/** A reader's own numbers in words: each as fine as its column varies, the scaled ones named as such. Pure. */

import { formatFixed, formatNumber } from "../lib/format.js";
import { ownErrors, toOwn } from "../record/own.js";

/** @typedef {import("../record/own.js").Column} Column */
/** @typedef {import("../record/picture.js").Picture} Picture */

/** Columns that one line has room for. */
const SHOWN = 3;
const LONGEST_NAME = 20;
/** Beyond it, or below a millionth, a number is printed with a power of ten. */
const MOST = 1e7;
const MOST_DECIMALS = 6;

/** A number of this column, to three digits of what its standard deviation is. @param {Column} column @param {number} value */
export function formatOwn({ unit }, value) {
  const decimals = unit > 0 ? Math.max(0, 2 - Math.floor(Math.log10(unit))) : 2;
  if (!(Math.abs(value) < MOST) || decimals > MOST_DECIMALS) return formatNumber(value, 4);
  return formatFixed(value, decimals);
}

/** @param {Column} column */
export function shortName({ name }) {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
}

/**
 * The columns of one timestep: "temperature 21.3, humidity 44, …".
 * @param {Column[]} own @param {ArrayLike<number>} scaled of the timestep @param {boolean} named
 */
export function ownList(own, scaled, named = true) {
  const list = own.slice(0, SHOWN).map((column, index) => {
    const value = formatOwn(column, toOwn(column, scaled[index]));
    return named ? `${shortName(column)} ${value}` : value;
  });
  return list.join(", ") + (scaled.length > SHOWN ? ", …" : "");
}

/** The same numbers as the network has them. @param {ArrayLike<number>} scaled */
export function scaledList(scaled) {
  const list = Array.from({ length: Math.min(SHOWN, scaled.length) }, (_, index) => formatNumber(scaled[index]));
  return list.join(", ") + (scaled.length > SHOWN ? ", …" : "");
}

/** How far off the outputs are, in the reader's own numbers. @param {Picture} picture */
export function ownErrorWords(picture) {
  const { own, O, losses } = picture;
  if (!own || losses === 0) return "";
  const errors = ownErrors(picture).slice(0, SHOWN);
  const list = own.slice(0, SHOWN).map((column, index) => `${shortName(column)} ${formatNumber(errors[index])}`);
  return ` Root mean squared error: ${list.join(", ")}${O > SHOWN ? ", …" : ""}.`;
}

/** The output of one timestep beside its target, by name. @param {Picture} picture @param {Column[]} own @param {number} t */
export function ownOutputWords({ y, target, O }, own, t) {
  const [column] = own;
  const at = (t - 1) * O;
  const [said, wanted] = [y[at], target[at]];
  const whose = O > 1 ? `, the first of ${O} columns` : "";
  const output = `The output y_${t} is ${shortName(column)} ${formatOwn(column, toOwn(column, said))}${whose}`;
  const to = formatOwn(column, toOwn(column, wanted));
  return `${output}, the target ${to}; scaled ${formatNumber(said)} and ${formatNumber(wanted)}. The line between them is the error.`;
}

/** What the loss of one timestep is about, before it is scaled. @param {Picture} picture @param {number} t */
export function ownLossWords({ own, y, target, O, hasTarget }, t) {
  if (!own || !hasTarget[t]) return "";
  const at = (t - 1) * O;
  const list = own.slice(0, SHOWN).map((column, o) => {
    const [said, wanted] = [toOwn(column, y[at + o]), toOwn(column, target[at + o])];
    return `${shortName(column)} ${formatOwn(column, said)} for ${formatOwn(column, wanted)}`;
  });
  return `Scaled. In your numbers: ${list.join(", ")}${O > SHOWN ? ", …" : ""}.`;
}

export const COLUMN = "Column";
export const ALL_SCALED = "all columns, scaled";

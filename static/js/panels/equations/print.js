/** How the numbers of an equation are printed: alike, and so that sums add up. Pure. */

import { formatFixed, formatNumber, printSum } from "../../lib/format.js";
import { ofUnit } from "../../words/equations.js";

export const DECIMALS = 3;

const LARGE = 1000;

/** A sum of two with its total first: with decimals that add up as printed, or with powers where they are tiny or huge. @param {number} a @param {number} b */
export function printedSum(a, b) {
  const largest = Math.max(Math.abs(a), Math.abs(b), Math.abs(a + b));
  const exponent = largest > 0 ? Math.floor(Math.log10(largest)) : 0;
  if (exponent < -3 || exponent > 3) return `${formatNumber(a + b)} = ${sum([a, b], formatNumber)}`;
  const { terms: printed, total } = printSum([a, b], Math.max(0, 2 - exponent));
  const terms = [a, b].map((term, index) => (term === 0 ? "0" : printed[index]));
  return `${total} = ${terms[0]} ${terms[1].startsWith("−") ? "−" : "+"} ${terms[1].replace("−", "")}`;
}

/** @param {number} value @param {number} unit */
export const alone = ofUnit;

/** All numbers of one equation are printed alike: with fixed decimals, or three digits and powers where they are large. */
export function printerFor(/** @type {number[]} */ numbers) {
  const large = numbers.some((number) => Math.abs(number) >= LARGE);
  return (/** @type {number} */ value) => (large ? formatNumber(value) : formatFixed(value, DECIMALS));
}

/** @param {number[]} terms @param {(value: number) => string} print */
export function sum(terms, print) {
  return terms.map((term, index) => signed(term < 0, print(Math.abs(term)), index === 0)).join("");
}

/** @param {[number, number][]} factors @param {(value: number) => string} print */
export function products(factors, print) {
  const text = factors.map(([a, b], index) =>
    signed(a * b < 0, `${print(Math.abs(a))} · ${print(Math.abs(b))}`, index === 0),
  );
  return text.join("");
}

/** @param {boolean} negative @param {string} size @param {boolean} first */
function signed(negative, size, first) {
  if (first) return negative ? `−${size}` : size;
  return negative ? ` − ${size}` : ` + ${size}`;
}

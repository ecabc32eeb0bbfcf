/** How the parts of a sum are printed so that they add up as printed, whatever their size. Pure. */

import { printSum } from "../../lib/format.js";

const DECIMALS = 3;

/**
 * Entries with three decimals, in units of a power of ten where they are tiny or huge.
 * @param {number[]} parts
 * @returns {{power: number, parts: string[], total: string}}
 */
export function printParts(parts) {
  const largest = Math.max(...parts.map(Math.abs));
  if (!Number.isFinite(largest))
    return { power: 0, parts: parts.map(signOf), total: signOf(parts.reduce((a, b) => a + b, 0)) };
  const exponent = largest > 0 ? Math.floor(Math.log10(largest)) : 0;
  const power = exponent < -2 || exponent > 2 ? exponent : 0;
  const scaled = parts.map((part) => part / 10 ** power);
  const { terms, total } = printSum(scaled, DECIMALS);
  return { power, parts: terms.map((term, i) => (parts[i] === 0 ? "0" : term)), total };
}

/** @param {number} value */
function signOf(value) {
  if (Number.isNaN(value)) return "NaN";
  return Number.isFinite(value) ? value.toPrecision(3) : value > 0 ? "∞" : "−∞";
}

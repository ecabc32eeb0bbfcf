/** The way to the first bad number: what grew, timestep by timestep, and the largest number there is. Pure. */

import { at, length, units } from "./readings.js";

/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */

/**
 * @typedef {object} Growth
 * @property {"loss" | "gradient" | "state"} kind what grew
 * @property {string} precision of the largest number
 * @property {string} printed the largest number
 * @property {boolean} beyond whether a state is larger than it
 * @property {number[]} log10 t = 1…T; NaN where there is nothing, infinity where no number is left
 * @property {number} largest log₁₀ of the largest number
 */

/** By precision. States come to the page in single precision, whatever the run computes with. */
const LARGEST = {
  float64: { log10: 308.25, printed: "1.8 × 10³⁰⁸" },
  float32: { log10: 38.5318, printed: "3.4 × 10³⁸" },
};
const LOSSES = ["loss_t", "loss"];
const FORWARD = ["h", "c", "y"];

/**
 * @param {DecodedRecord} record
 * @param {string} quantity what the first bad number is
 * @param {string} precision of the run
 * @returns {Growth}
 */
export function growthTo(record, quantity, precision) {
  const own = precision === "float32" ? "float32" : "float64";
  const { log10: largest, printed } = LARGEST[own];
  const ends = { precision: own, printed, beyond: false, largest };
  const timesteps = Array.from({ length: length(record) }, (_, index) => index + 1);
  if (LOSSES.includes(quantity)) {
    const log10 = timesteps.map((t) => logarithm(at(record, "loss_t", t - 1)));
    return { kind: "loss", ...ends, log10 };
  }
  if (!FORWARD.includes(quantity)) {
    const log10 = timesteps.map((t) => drawable(at(record, "ln_dh_norm", t) / Math.LN10));
    return { kind: "gradient", ...ends, log10 };
  }
  const most = LARGEST.float32;
  const log10 = timesteps.map((t) => logarithm(largestState(record, t)));
  const beyond = log10.some((value) => value >= most.log10);
  return { kind: "state", precision: "float32", printed: most.printed, beyond, log10, largest: most.log10 };
}

/** @param {number} value */
function logarithm(value) {
  return drawable(Math.log10(value));
}

/** Of exactly 0 there is none: a timestep without a target has no loss. @param {number} log10 */
function drawable(log10) {
  if (log10 === Number.NEGATIVE_INFINITY) return Number.NaN;
  return Number.isNaN(log10) ? Number.POSITIVE_INFINITY : log10;
}

/** @param {DecodedRecord} record @param {number} t */
function largestState(record, t) {
  let largest = 0;
  for (let unit = 0; unit < units(record); unit += 1) {
    const size = Math.abs(at(record, "h", t, unit));
    largest = size >= largest || Number.isNaN(size) ? size : largest;
  }
  return largest;
}

/**
 * φ′, the slope of the activation at a unit, as it follows from h = φ(a): the factor by which the unit multiplies the
 * gradient that passes it.
 */

import { CELLS } from "./cells.js";

/** @typedef {import("./picture.js").Picture} Picture */

/** Where the slope is smaller, a unit is called saturated. */
export const SATURATED_BELOW = 0.1;

/** gelu and silu are not here: they take some values at two places, with two slopes. @type {Record<string, (h: number) => number>} */
const SLOPES = {
  tanh: (h) => 1 - h * h,
  sigmoid: (h) => h * (1 - h),
  relu: (h) => (h > 0 ? 1 : 0),
  linear: () => 1,
  leaky_relu: (h) => (h > 0 ? 1 : 0.01),
  elu: (h) => Math.min(h, 0) + 1,
  softsign: (h) => (1 - Math.abs(h)) ** 2,
  hardtanh: (h) => (Math.abs(h) < 1 ? 1 : 0),
};

/** The slope as a function of h; null where h is not φ(a), as in cells with gates, or says no single slope. @param {Picture} picture */
export function slopeOf({ cell, activation }) {
  return CELLS[cell]?.ledger ? (SLOPES[activation] ?? null) : null;
}

/** Whether so little passes at this value of a unit. @param {(h: number) => number} slope @param {number} h */
export function isSaturated(slope, h) {
  return Number.isFinite(h) && slope(h) < SATURATED_BELOW;
}

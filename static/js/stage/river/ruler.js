/** The rulers on which a river's width is read, and what stands there where a norm is not on them. Pure. */

import { REACH } from "../../record/ruler.js";
import { clamp, decades } from "../../lib/scales.js";

/** @typedef {import("../../record/picture.js").Lane} Lane */
/** @typedef {import("../../run/state.js").Ruler} RulerName */

/** @typedef {{low: number, high: number, labels: number[], ticks: number}} Ruler exponents of ten */

/** @type {Record<RulerName, Ruler>} */
export const RULERS = {
  small: { ...REACH.small, labels: [-6, -4, -2, 0], ticks: 1 },
  near: { ...REACH.near, labels: [-4, -2, 0, 2], ticks: 1 },
  far: { ...REACH.far, labels: [-12, -6, 0, 6], ticks: 3 },
  abyss: { ...REACH.abyss, labels: [-300, 0, 300], ticks: 100 },
};

/** What stands at one timestep. */
export const KIND = /** @type {const} */ ({ zero: 0, dry: 1, flow: 2, infinite: 3, nan: 4 });

/**
 * @param {number} ln natural logarithm of the norm
 * @param {Ruler} ruler
 * @param {number} laneHeight px
 */
export function widthOf(ln, ruler, laneHeight) {
  const { low, high } = ruler;
  return (laneHeight * (clamp(decades(ln), low, high) - low)) / (high - low);
}

/** @param {number} ln @param {Ruler} ruler */
export function kindOf(ln, ruler) {
  if (Number.isNaN(ln)) return KIND.nan;
  if (ln === Number.POSITIVE_INFINITY) return KIND.infinite;
  if (ln === Number.NEGATIVE_INFINITY) return KIND.zero;
  return decades(ln) < ruler.low ? KIND.dry : KIND.flow;
}

const INWARDS = /** @type {RulerName[]} */ (["near", "far", "abyss"]);

/** A nearer ruler on which every value would fit, or null. */
export function nearerRuler(/** @type {Lane[]} */ lanes, /** @type {RulerName} */ current) {
  const extent = extentOf(lanes);
  if (!extent) return null;
  return INWARDS.slice(0, INWARDS.indexOf(current)).find((name) => fits(extent, name)) ?? null;
}

/** The next ruler outwards that shows more of what leaves this one, or null where nothing does. */
export function fartherRuler(/** @type {Lane[]} */ lanes, /** @type {RulerName} */ current) {
  const extent = extentOf(lanes);
  if (!extent || fits(extent, current)) return null;
  return INWARDS[INWARDS.indexOf(current) + 1] ?? null;
}

/** @param {{low: number, high: number}} extent @param {RulerName} name */
function fits({ low, high }, name) {
  return low >= RULERS[name].low && high <= RULERS[name].high;
}

/** Powers of ten of the smallest and the largest value, null without any. @param {Lane[]} lanes */
function extentOf(lanes) {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { ln, shown } of lanes) {
    for (const values of [ln, shown]) {
      for (let t = 1; t < values.length; t++) {
        if (!Number.isFinite(values[t])) continue;
        low = Math.min(low, decades(values[t]));
        high = Math.max(high, decades(values[t]));
      }
    }
  }
  return low > high ? null : { low, high };
}

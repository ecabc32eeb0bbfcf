/** How the fold moves: what slides, flies, fades and grows while the network closes into one cell. Pure. */
import { clamp, smoothstep } from "../../lib/scales.js";

export const FOLD_MS = 900;

/** Parts of the way from open (0) to folded (1). */
const FADE = { from: 0, to: 0.2 };
const APPEAR = { from: 0.16, to: 0.34 };
const SLIDE = { from: 0, to: 0.66 };
const GROW = { from: 0.62, to: 1 };
const FLIGHT = { from: 0.18, spread: 0.44, lasts: 0.36 };

/**
 * @typedef {object} FoldMoment
 * @property {number} fade how much is left of what only the open picture has
 * @property {number} appear how much there is of what only the folded one has
 * @property {number} slide how far the columns have slid into one
 * @property {number} grow how far that one has become the folded cell
 * @property {(t: number) => number} flight how far timestep t's part of ∂E/∂W_hh is on its way, the last timestep's first
 */

/**
 * @param {number} share of the time that has passed, 0 open, 1 folded
 * @param {number} T
 * @returns {FoldMoment}
 */
export function foldMoment(share, T) {
  const q = smoothstep(clamp(share, 0, 1));
  const start = (/** @type {number} */ t) => FLIGHT.from + (T > 1 ? (FLIGHT.spread * (T - t)) / (T - 1) : 0);
  return {
    fade: 1 - part(q, FADE),
    appear: part(q, APPEAR),
    slide: part(q, SLIDE),
    grow: part(q, GROW),
    flight: (t) => smoothstep(clamp((q - start(t)) / FLIGHT.lasts, 0, 1)),
  };
}

/** @param {number} q @param {{from: number, to: number}} span */
function part(q, { from, to }) {
  return smoothstep(clamp((q - from) / (to - from), 0, 1));
}

/** A clock between open and folded that can turn around on the way. */
export function createFoldClock() {
  let share = 0;
  let last = Number.NaN;
  return {
    /**
     * @param {boolean} folded where it is going
     * @param {number} now ms
     * @param {boolean} moves false jumps
     * @returns {number} 0 open, 1 folded
     */
    at(folded, now, moves) {
      const target = folded ? 1 : 0;
      const passed = Number.isNaN(last) ? 0 : Math.max(0, now - last) / FOLD_MS;
      if (!moves) share = target;
      else share = folded ? Math.min(1, share + passed) : Math.max(0, share - passed);
      last = share === target ? Number.NaN : now;
      return share;
    },
  };
}

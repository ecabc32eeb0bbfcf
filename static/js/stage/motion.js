/** What moves between two states of the picture: the norm chart's axis and the columns. Everything else jumps. Pure. */
import { easeOut, mix } from "../lib/scales.js";
import { columnEdges } from "./axis.js";
import { chooseDomain, NORM_DOMAINS } from "../record/norms.js";

/** @typedef {import("./zoom.js").Zoom} Zoom */

const SLIDE_MS = 250;
const LENS_MS = 200;
const AXIS_MS = 300;

/** The norm chart's range: stable, and when it changes the axis slides there. */
export function createSlidingAxis() {
  /** @type {ReturnType<typeof chooseDomain> | null} */
  let choice = null;
  /** @type {readonly [number, number]} */
  let from = NORM_DOMAINS[0];
  let since = Number.NEGATIVE_INFINITY;
  return {
    /**
     * @param {{low: number, high: number}} extent
     * @param {number} now
     * @param {boolean} moves
     * @returns {readonly [number, number]}
     */
    at(extent, now, moves) {
      const shown = choice ? this.between(now, moves) : null;
      const next = chooseDomain(choice, extent, now);
      if (choice && next.index !== choice.index) {
        from = shown ?? NORM_DOMAINS[choice.index];
        since = now;
      }
      choice = next;
      return this.between(now, moves);
    },
    moving: (/** @type {number} */ now) => now - since < AXIS_MS,
    /** @param {number} now @param {boolean} moves @returns {readonly [number, number]} */
    between(now, moves) {
      const to = NORM_DOMAINS[choice?.index ?? 0];
      const share = moves ? easeOut((now - since) / AXIS_MS) : 1;
      return share >= 1 ? to : [mix(from[0], to[0], share), mix(from[1], to[1], share)];
    },
  };
}

/**
 * The columns' edges: even, zoomed, or one group open as a lens. A change of T or of the lens and leaving a zoom slide them
 * to their new places; a zoom itself follows the hand.
 */
export function createSlidingColumns() {
  /** @type {Float64Array} */
  let from = new Float64Array(0);
  /** @type {Float64Array} */
  let to = new Float64Array(0);
  /** @type {{width: number, U: number, lens: number, zoom: Zoom}} */
  let place = { width: 0, U: 0, lens: 0, zoom: null };
  let since = Number.NEGATIVE_INFINITY;
  let duration = SLIDE_MS;

  /** @param {number} now */
  function between(now) {
    const share = easeOut((now - since) / duration);
    return share >= 1 ? to : to.map((edge, i) => mix(from[i], edge, share));
  }

  return {
    moving: (/** @type {number} */ now) => now - since < duration,
    /** Where the edges will stand. */
    settled: () => to,
    /**
     * @param {number} T
     * @param {{width: number, U: number}} size
     * @param {{lens: {first: number, last: number} | null, zoom: Zoom}} how
     * @param {number} now
     * @param {boolean} moves
     */
    at(T, { width, U }, { lens, zoom }, now, moves) {
      const next = { width, U, lens: lens?.first ?? 0, zoom };
      const resized = width !== place.width || U !== place.U;
      const sameT = T === to.length - 1;
      if (resized || !sameT || next.lens !== place.lens || zoom !== place.zoom) {
        const shown = between(now);
        duration = sameT ? LENS_MS : SLIDE_MS;
        since = moves && !resized && !zoom ? now : Number.NEGATIVE_INFINITY;
        to = columnEdges(width, U, T, lens, zoom);
        from = sameT || resized ? shown : evenFrom(to[0], (shown[shown.length - 1] - shown[0]) / (shown.length - 1), T);
        place = next;
      }
      return between(now);
    },
  };
}

/** @param {number} left @param {number} pitch @param {number} T */
function evenFrom(left, pitch, T) {
  return Float64Array.from({ length: T + 1 }, (_, t) => left + t * pitch);
}

/** Where signs stand on a river and beside it: dashes of the dry bed, waves, chevrons, clipped timesteps. Pure. */

import { clamp, decades, intervalOf, mix } from "../../lib/scales.js";
import { KIND } from "./ruler.js";

/** @typedef {import("../../record/picture.js").Picture} Picture */
/** @typedef {import("./river.js").Bed} Bed */
/** @typedef {import("./river.js").Ribbon} Ribbon */
/** @typedef {import("./ruler.js").Ruler} Ruler */

/** From this norm on, what lies beyond the banks carries waves. */
const FLOOD = Math.log(30);

/** How thick the weir is, in design units. */
export const WEIR = 3;

/** The weir's left side: it stands where the gradient leaves the sequence, in the reverse direction at its end. @param {{left: number, right: number, reverse: boolean, U: number}} layout */
export function weirX({ left, right, reverse, U }) {
  return reverse ? right + U : left - (WEIR + 1) * U;
}

/**
 * The dry bed: dashes on the midline whose gaps grow with the powers of ten below the ruler.
 * @param {Ribbon} ribbon
 * @param {Float64Array} shown
 * @param {Ruler} ruler
 * @param {Bed} bed
 * @returns {{from: number, to: number}[]} from right to left
 */
export function dryDashes(ribbon, shown, ruler, { edges, left: start, right, U }) {
  const dashes = [];
  const T = ribbon.kinds.length - 1;
  const middle = (/** @type {number} */ t) => (edges[t - 1] + edges[t]) / 2;
  for (const { kind, first, last } of ribbon.spans) {
    if (kind !== KIND.dry) continue;
    const flows = (/** @type {number} */ t) => t >= 1 && t <= T && ribbon.kinds[t] === KIND.flow;
    const left = Math.max(start, first > 1 && flows(first - 1) ? middle(first) : edges[first - 1]);
    let x = Math.min(right, flows(last + 1) ? middle(last) - 2 * U : edges[last]);
    while (x > left) {
      const column = intervalOf(edges, x);
      const place = (x - edges[column]) / (edges[column + 1] - edges[column]);
      const at = clamp(column + place + 0.5, first, last);
      const below = Math.floor(at);
      const ln = mix(shown[below], shown[Math.min(last, below + 1)], at - below);
      const from = Math.max(left, x - 3 * U);
      dashes.push({ from, to: x });
      x = from - (2 + 0.55 * (ruler.low - decades(ln))) * U;
    }
  }
  return dashes;
}

/**
 * Wave lines on what lies beyond the banks where the norm exceeds 30, as polylines about the midline.
 * @param {Ribbon} ribbon
 * @param {Float64Array} shown
 * @param {Bed} bed
 * @returns {{x: number[], above: number[]}[]}
 */
export function waveLines(ribbon, shown, { edges, left, U }) {
  const lines = [];
  let widest = 0;
  for (const half of ribbon.half) widest = Math.max(widest, half);
  for (let level = ribbon.bank + 4 * U; level < widest - 1.5 * U; level += 5.5 * U) {
    /** @type {{x: number[], above: number[]} | null} */
    let line = null;
    for (let x = 0; x < ribbon.profile.length; x += 2) {
      const t = intervalOf(edges, left + x) + 1;
      const floods = shown[t] > FLOOD && ribbon.profile[x] > level + 1.5 * U;
      if (!floods) line = null;
      else {
        if (!line) {
          line = { x: [], above: [] };
          lines.push(line);
        }
        line.x.push(x);
        line.above.push(level + 1.3 * U * Math.sin((x / U) * 0.52));
      }
    }
  }
  return lines.filter((line) => line.x.length > 2);
}

/**
 * Where the chevrons stand that show which way the gradient runs.
 * @param {Ribbon} ribbon
 * @param {number} drift px moved so far
 * @param {number} U
 */
export function chevrons(ribbon, drift, U) {
  const apart = 105 * U;
  const places = [];
  for (let x = 26 * U + apart - (drift % apart); x < ribbon.profile.length + apart; x += apart) {
    const at = x - apart;
    const here = ribbon.mirrored ? ribbon.profile.length - 1 - at : at;
    if (at > 6 * U && ribbon.profile[Math.round(here)] > 6 * U) places.push(here);
  }
  return places;
}

/**
 * Where the river is larger than the ruler reaches: each stretch of timesteps, and the largest of it.
 * @param {Float64Array} shown natural logarithms
 * @param {Ruler} ruler
 * @returns {{first: number, last: number, most: number}[]}
 */
export function beyondRuler(shown, { high }) {
  const stretches = [];
  for (let t = 1; t < shown.length; t++) {
    if (!(decades(shown[t]) > high) || shown[t] === Number.POSITIVE_INFINITY) continue;
    const last = stretches.at(-1);
    if (last?.last !== t - 1) stretches.push({ first: t, last: t, most: t });
    else {
      last.last = t;
      if (shown[t] > shown[last.most]) last.most = t;
    }
  }
  return stretches;
}

/**
 * Timesteps at which per-timestep clipping cut the gradient: its norm stands at the threshold, and was larger.
 * @param {Picture} picture
 */
export function clippedTimesteps(picture) {
  const { ln, shown } = picture.lanes[0];
  const threshold = Math.log(picture.clip.threshold);
  const cut = [];
  for (let t = 1; t <= picture.T; t++) {
    if (Math.abs(shown[t] - threshold) < 1e-6 && !(Math.abs(ln[t] - threshold) < 1e-9)) cut.push(t);
  }
  return cut;
}

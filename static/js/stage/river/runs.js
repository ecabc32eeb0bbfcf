/** The unbroken pieces of a river: its half widths at knots along x, and the profile through them. Pure. */

import { clamp, mix, smoothstep } from "../../lib/scales.js";
import { KIND } from "./ruler.js";

/** @typedef {import("./river.js").Bed} Bed */
/** @typedef {import("./river.js").Run} Run */
/** @typedef {import("./river.js").Span} Span */

/**
 * From this pitch on, in design units, what is carried is told apart from what is at a column; below that a column is
 * too narrow for shoulders.
 */
const SHOULDERS_FROM = 14;
/** In pitches from a column's middle: how far its own width reaches, and where beyond it what is carried begins. */
const COLUMN_REACH = 0.24;
const CARRIED_FROM = 0.38;

/**
 * Half widths: at h_t, of what t+1 sends back to t (null where that is not told apart), and at h_0.
 * @typedef {{half: Float64Array, carried: Float64Array | null, start: number}} Halves
 */

/**
 * @param {Span[]} spans
 * @param {Uint8Array} cuts
 * @param {Halves} halves
 * @param {Bed} bed
 */
export function runsOf(spans, cuts, halves, bed) {
  const { edges, U } = bed;
  const T = edges.length - 1;
  const { half, start } = halves;
  const carried = edges[1] - edges[0] >= SHOULDERS_FROM * U ? halves.carried : null;
  const pitch = (/** @type {number} */ t) => edges[t] - edges[t - 1];
  const x = (/** @type {number} */ t) => (edges[t - 1] + edges[t]) / 2;
  const gapAt = (/** @type {number} */ t) => cutGap(pitch(t), U);
  /** @type {Run[]} */
  const runs = [];
  for (let s = 0; s < spans.length; s++) {
    if (spans[s].kind !== KIND.flow) continue;
    let first = spans[s].first;
    for (let last = first; last <= spans[s].last; last++) {
      const ends = last === spans[s].last || cuts[last] === 2;
      if (!ends) continue;
      /** @type {Run} */
      const run = { x: [], half: [], column: [], head: 0 };
      const knot = (/** @type {number} */ at, /** @type {number} */ h, /** @type {number} */ row) => {
        run.x.push(at);
        run.half.push(h);
        run.column.push(row);
      };
      const leftKind = first === spans[s].first && s > 0 ? spans[s - 1].kind : KIND.flow;
      const rightKind = last === spans[s].last && s + 1 < spans.length ? spans[s + 1].kind : KIND.flow;
      const cutBefore = first > 1 && cuts[first - 1] === 2;
      if (carried) {
        shoulderedKnots({ first, last, T, half, carried, start }, { x, pitch, begin: edges[0] }, knot);
        run.head = clamp(edges[last] - run.x[run.x.length - 1], 0.5, 11 * U);
        runs.push(run);
        first = last + 1;
        continue;
      }
      if (first === 1) knot(edges[0], half[1], 1);
      else if (cutBefore) knot(edges[first - 1] + gapAt(first), half[first], first);
      else if (leftKind === KIND.dry) knot(x(first - 1), 0, first);
      else knot(edges[first - 1], 0, first);
      for (let t = first; t <= last; t++) knot(x(t), half[t], t);
      if (last < T && rightKind === KIND.dry && cuts[last] !== 2) knot(x(last + 1), 0, last);
      else {
        const room = edges[last] - x(last) - (cuts[last] === 2 ? gapAt(last) : 0);
        run.head = clamp(room, 0.5, 11 * U);
      }
      runs.push(run);
      first = last + 1;
    }
  }
  return runs;
}

/**
 * At each column its own width; between two what is carried, from the right shoulder of the earlier, where its own loss
 * joins, to the left one of the later, where the step back through the recurrent weights is. Nothing goes on left of
 * t = 1 but to an h_0 that is learned, or carried from the window before, where it is cut off.
 * @param {{first: number, last: number, T: number, half: Float64Array, carried: Float64Array, start: number}} run
 * @param {{x: (t: number) => number, pitch: (t: number) => number, begin: number}} place
 * @param {(x: number, half: number, row: number) => void} knot
 */
function shoulderedKnots({ first, last, T, half, carried, start }, { x, pitch, begin }, knot) {
  const after = (/** @type {number} */ t, /** @type {number} */ share) => x(t) + share * pitch(t);
  const sent = (/** @type {number} */ t) => T + 1 + t;
  if (first > 1) {
    const before = carried[first - 1];
    if (before > 0) knot(after(first - 1, CARRIED_FROM), before, sent(first - 1));
    knot(after(first, -CARRIED_FROM), before, sent(first - 1));
  } else if (start > 0) knot(begin, start, 1);
  else knot(after(1, -CARRIED_FROM), 0, 1);
  for (let t = first; t <= last; t++) {
    knot(after(t, -COLUMN_REACH), half[t], t);
    knot(after(t, COLUMN_REACH), half[t], t);
    if (t === T) break;
    knot(after(t, CARRIED_FROM), carried[t], sent(t));
    if (t < last || carried[t] > 0) knot(after(t + 1, -CARRIED_FROM), carried[t], sent(t));
  }
}

/** Half of the strip of bed a truncation cut leaves free. */
export function cutGap(/** @type {number} */ pitch, /** @type {number} */ U) {
  return Math.min(3 * U, pitch * 0.3);
}

/**
 * The half width at x, by the curve through the knots or the rounded head beyond the last.
 * @param {Run} run
 * @param {number} x
 * @param {number} segment the knot left of x
 */
function halfOn(run, x, segment) {
  const end = run.x.length - 1;
  if (segment >= end) {
    const s = run.head > 0 ? (x - run.x[end]) / run.head : 1;
    return s >= 1 ? 0 : run.half[end] * Math.sqrt(1 - s * s);
  }
  const s = (x - run.x[segment]) / (run.x[segment + 1] - run.x[segment]);
  return mix(run.half[segment], run.half[segment + 1], smoothstep(s));
}

/** A picture without room for an axis has none. @param {Run[]} runs @param {number} left @param {number} length px */
export function profileOf(runs, left, length) {
  const profile = new Float32Array(Math.max(0, Math.ceil(length) + 1));
  for (const run of runs) {
    const end = run.x[run.x.length - 1] + run.head - left;
    let segment = 0;
    for (let i = Math.max(0, Math.ceil(run.x[0] - left)); i <= end && i < profile.length; i++) {
      while (segment < run.x.length - 1 && i + left > run.x[segment + 1]) segment++;
      profile[i] = halfOn(run, i + left, segment);
    }
  }
  return profile;
}

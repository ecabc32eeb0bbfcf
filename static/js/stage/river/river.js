/**
 * The gradient river: how wide it is, of which losses it consists, where it dries up, floods or is cut. Pure.
 *
 * Lengths are px: x as in the layout whose edges it is given, widths about the lane's midline. The width is proportional to the
 * power of ten of ‖∂E/∂h_t‖ on a ruler that only the reader changes.
 */
import { KIND, kindOf, RULERS, widthOf } from "./ruler.js";
import { profileOf, runsOf } from "./runs.js";
import { strataOf } from "./shares.js";

/** @typedef {import("../../record/picture.js").Lane} Lane */
/** @typedef {import("../../record/picture.js").Picture} Picture */
/** @typedef {import("../../run/state.js").Ruler} RulerName */

/**
 * An unbroken piece of the ribbon, from left to right: half widths at knots, and which row of `strata` holds there.
 * @typedef {{x: number[], half: number[], column: number[], head: number}} Run
 */
/** @typedef {{kind: number, first: number, last: number}} Span timesteps of one kind */

/**
 * @typedef {object} Ribbon
 * @property {Uint8Array} kinds index t
 * @property {Float64Array} half half width at t
 * @property {Run[]} runs
 * @property {Span[]} spans
 * @property {Float32Array} profile half width at every px from the data's left end
 * @property {Float32Array | null} strata rows of T+1: at row k the share of the width at h_k below the top of loss t's
 *   stratum; where what is carried is told apart, at row T + 1 + k the same of what timestep k+1 sends back to k
 * @property {Numbers | null} share
 * @property {Numbers | null} carriedShare the same of what is carried
 * @property {Span[]} unsourced flowing timesteps of which no share can be computed: sizes too far apart for a double
 * @property {boolean} mirrored whether it flows to the right: runs, strata and share then lie in mirrored time, T+1-t, and mirrored x
 * @property {number} about where it is mirrored: left and right end together, px
 * @property {boolean} all whether every loss can reach every timestep, earlier ones too
 * @property {number} bank half width at norm 1
 */
/** @typedef {import("../../wire/protocol.js").Numbers} Numbers */

/**
 * Where the river lies: edges of the timesteps' columns, of which some may lie beyond the axis' ends.
 * @typedef {{edges: Float64Array, left: number, right: number, U: number}} Bed
 */

/**
 * @param {Picture} picture
 * @param {Lane} lane
 * @param {Bed & {height: number}} bed
 * @param {RulerName} rulerName
 * @returns {Ribbon}
 */
export function ribbonOf(picture, lane, bed, rulerName) {
  const all = !picture.top && picture.place.directions > 1;
  const { T, cuts, learnsStart, carriesStart } = picture;
  const sequence = { T, cuts, hasStart: learnsStart || carriesStart, all };
  // Where earlier losses come down as well, what is carried is not told apart.
  const shown = all ? { ...lane, carried: null, carriedShare: null } : lane;
  if (!picture.reverse) return flowingLeft(sequence, shown, bed, rulerName);
  const { edges, left, right } = bed;
  const turned = Float64Array.from(edges, (_, t) => left + right - edges[T - t]);
  const ribbon = flowingLeft(sequence, mirroredLane(shown, T), { ...bed, edges: turned }, rulerName);
  return turnedBack(ribbon, T, left + right);
}

/** @typedef {Pick<Lane, "shown" | "share" | "carried" | "carriedShare">} Flowing */

/** As if the sequence were read from its end. @param {Flowing} lane @param {number} T @returns {Flowing} */
function mirroredLane({ shown, share, carried, carriedShare }, T) {
  const states = (/** @type {Float64Array} */ of) => of.map((_, t) => of[t === 0 ? 0 : T + 1 - t]);
  return {
    shown: states(shown),
    share: mirroredPairs(share, T),
    carried: carried && states(carried),
    carriedShare: mirroredPairs(carriedShare, T),
  };
}

/** @param {Numbers | null} pairs (T, T+1) @param {number} T */
function mirroredPairs(pairs, T) {
  if (!pairs) return null;
  const row = T + 1;
  const turned = new Float32Array(pairs.length);
  for (let t = 1; t <= T; t++) {
    turned[(t - 1) * row] = pairs[(T - t) * row];
    for (let k = 1; k <= T; k++) turned[(t - 1) * row + k] = pairs[(T - t) * row + row - k];
  }
  return turned;
}

/** What is asked for by timestep or x is in the sequence's own order again. @param {Ribbon} ribbon @param {number} T @param {number} about left and right end together, px @returns {Ribbon} */
function turnedBack(ribbon, T, about) {
  const { kinds, half, profile, spans, unsourced } = ribbon;
  const back = (/** @type {Span[]} */ of) =>
    of.map(({ kind, first, last }) => ({ kind, first: T + 1 - last, last: T + 1 - first })).reverse();
  return {
    ...ribbon,
    mirrored: true,
    about,
    kinds: kinds.map((_, t) => kinds[t === 0 ? 0 : T + 1 - t]),
    half: half.map((_, t) => half[t === 0 ? 0 : T + 1 - t]),
    profile: profile.slice().reverse(),
    spans: back(spans),
    unsourced: back(unsourced),
  };
}

/**
 * @param {{T: number, cuts: Uint8Array, hasStart: boolean, all: boolean}} sequence `hasStart`: h_0 is more than zeros
 * @param {Flowing} lane
 * @param {Bed & {height: number}} bed
 * @param {RulerName} rulerName
 * @returns {Ribbon}
 */
function flowingLeft({ T, cuts, hasStart, all }, lane, { edges, left, right, height, U }, rulerName) {
  const ruler = RULERS[rulerName];
  const kinds = new Uint8Array(T + 1);
  const halfAt = (/** @type {number} */ ln) =>
    kindOf(ln, ruler) === KIND.flow ? Math.max(0.5, widthOf(ln, ruler, height) / 2) : 0;
  const half = new Float64Array(T + 1);
  for (let t = 1; t <= T; t++) {
    kinds[t] = kindOf(lane.shown[t], ruler);
    half[t] = halfAt(lane.shown[t]);
  }
  const spans = spansOf(kinds, T);
  const lacking = new Uint8Array(T + 1);
  const carried = lane.carried?.map(halfAt) ?? null;
  const start = hasStart ? halfAt(lane.shown[0]) : 0;
  const runs = runsOf(spans, cuts, { half, carried, start }, { edges, left, right, U });
  const shouldered = runs.some(({ column }) => column.some((row) => row > T));
  const carriedShare = lane.carriedShare ?? lane.share;
  return {
    kinds,
    half,
    runs,
    spans,
    profile: profileOf(runs, left, right - left),
    strata: lane.share ? strataOf(lane.share, T, lacking, shouldered ? carriedShare : null, all) : null,
    share: lane.share,
    mirrored: false,
    about: 0,
    all,
    carriedShare,
    unsourced: unsourcedSpans(lacking, kinds, T),
    bank: widthOf(0, ruler, height) / 2,
  };
}

/** @param {Uint8Array} kinds @param {number} T @returns {Span[]} */
function spansOf(kinds, T) {
  const spans = [];
  let first = 1;
  for (let t = 1; t <= T; t++) {
    if (t < T && kinds[t + 1] === kinds[t]) continue;
    spans.push({ kind: kinds[t], first, last: t });
    first = t + 1;
  }
  return spans;
}

/** @param {Uint8Array} lacking @param {Uint8Array} kinds @param {number} T */
function unsourcedSpans(lacking, kinds, T) {
  const unsourced = lacking.map((lacks, k) => Number(lacks && kinds[k] === KIND.flow));
  return spansOf(unsourced, T).filter(({ kind }) => kind === 1);
}

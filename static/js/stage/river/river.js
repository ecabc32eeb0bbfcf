/**
 * The gradient river: how wide it is, of which losses it consists, where it dries up, floods or is cut. Pure.
 *
 * Lengths are px: x as in the layout whose edges it is given, widths about the lane's midline. The width is proportional to the
 * power of ten of ‖∂E/∂h_t‖ on a ruler that only the reader changes.
 */
import { REACH } from "../../record/ruler.js";
import { clamp, decades, intervalOf, mix, smoothstep } from "../../lib/scales.js";

/** @typedef {import("../../record/picture.js").Lane} Lane */
/** @typedef {import("../../record/picture.js").Picture} Picture */
/** @typedef {import("../../run/state.js").Ruler} RulerName */

/** @typedef {{low: number, high: number, labels: number[], ticks: number}} Ruler exponents of ten */

/** @type {Record<RulerName, Ruler>} */
export const RULERS = {
  small: { ...REACH.small, labels: [-6, -4, -2, 0], ticks: 1 },
  near: { ...REACH.near, labels: [-4, -2, 0, 2], ticks: 1 },
  far: { ...REACH.far, labels: [-12, -6, 0, 6], ticks: 3 },
  abyss: { ...REACH.abyss, labels: [-300, 0, 300], ticks: 100 },
};

/** From this norm on, what lies beyond the banks carries waves. */
const FLOOD = Math.log(30);

const AT_ONCE = 16;

/** What stands at one timestep. */
export const KIND = /** @type {const} */ ({ zero: 0, dry: 1, flow: 2, infinite: 3, nan: 4 });

/**
 * From this pitch on, in design units, what is carried is told apart from what is at a column; below that a column is
 * too narrow for shoulders.
 */
const SHOULDERS_FROM = 14;
/** In pitches from a column's middle: how far its own width reaches, and where beyond it what is carried begins. */
const COLUMN_REACH = 0.24;
const CARRIED_FROM = 0.38;

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
function runsOf(spans, cuts, halves, bed) {
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

/** @param {Run[]} runs @param {number} left @param {number} length */
function profileOf(runs, left, length) {
  const profile = new Float32Array(Math.ceil(length) + 1);
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

/**
 * Cumulative |share| at each timestep k, from the latest loss at the bottom up to k's own on top. Where shares are not
 * finite the strata of the timestep after it go on.
 * @param {Numbers} share (T, T+1)
 * @param {number} T
 * @param {Uint8Array} [lacking] told which timesteps those are
 * @param {Numbers | null} [carriedShare] of what is carried, for as many rows more
 * @param {boolean} [all] whether earlier losses reach a timestep as well: they lie on top of its own
 */
export function strataOf(share, T, lacking, carriedShare = null, all = false) {
  const row = T + 1;
  const strata = new Float32Array((carriedShare ? 2 : 1) * row * row);
  const sums = new Float64Array(row);
  // `share` lies loss by loss and `strata` timestep by timestep: a few timesteps at once keep both near.
  for (let start = 1; start <= T; start += AT_ONCE) {
    const end = Math.min(T, start + AT_ONCE - 1);
    for (let t = T; t >= (all ? 1 : start); t--) {
      for (let k = start; k <= (all ? end : Math.min(end, t)); k++) {
        sums[k] += Math.abs(share[(t - 1) * row + k]);
        strata[k * row + t] = sums[k];
      }
    }
  }
  for (let k = T; k >= 1; k--) {
    const sum = sums[k];
    const lowest = all ? 1 : k;
    if (sum > 0 && sum < Number.POSITIVE_INFINITY) {
      const whole = 1 / sum;
      for (let t = T; t >= lowest; t--) strata[k * row + t] *= whole;
    } else {
      if (lacking) lacking[k] = 1;
      if (k < T) strata.copyWithin(k * row + lowest, (k + 1) * row + lowest, (k + 2) * row);
      else strata[k * row + lowest] = 1;
    }
    strata[k * row + lowest - 1] = 1;
  }
  if (carriedShare) addCarriedStrata(strata, carriedShare, T);
  return strata;
}

/** The same of what k+1 sends back to k, which no loss up to k is part of. @param {Float32Array} strata @param {Numbers} share @param {number} T */
function addCarriedStrata(strata, share, T) {
  const row = T + 1;
  for (let k = 0; k < T; k++) {
    const here = (row + k) * row;
    let sum = 0;
    for (let t = T; t > k; t--) {
      sum += Math.abs(share[(t - 1) * row + k]);
      strata[here + t] = sum;
    }
    if (sum > 0 && sum < Number.POSITIVE_INFINITY) for (let t = T; t > k; t--) strata[here + t] /= sum;
    else strata.copyWithin(here + k + 1, (k + 1) * row + k + 1, (k + 2) * row);
    strata[here + k] = 1;
    if (k > 0) strata[here + k - 1] = 1;
  }
}

/**
 * Which loss the river shows at a point, or null where there is no river.
 * @param {Ribbon} ribbon
 * @param {number} T
 * @param {number} t nearest timestep
 * @param {number} above px above the midline
 * @param {{x: number, left: number} | null} [at] px; without it, at the column itself
 */
export function sourceAt(ribbon, T, t, above, at = null) {
  const half = at ? (ribbon.profile[Math.round(at.x - at.left)] ?? 0) : ribbon.half[t];
  if (!ribbon.strata || half === 0 || Math.abs(above) > half) return null;
  const carriedTo = at ? carriedAt(ribbon, T, at.x) : null;
  const k = inFlow(ribbon, T, carriedTo ?? t);
  const row = carriedTo === null ? k : T + 1 + k;
  const first = carriedTo === null ? k : k + 1;
  const level = (above + half) / (2 * half);
  for (let source = T; source >= (ribbon.all ? 1 : first); source--) {
    if (ribbon.strata[row * (T + 1) + source] >= level) return inFlow(ribbon, T, source);
  }
  return inFlow(ribbon, T, first);
}

/** The timestep to which the river at x is carried; null at a column, and where the two are not told apart. @param {Ribbon} ribbon @param {number} T @param {number} x px */
export function carriedAt(ribbon, T, x) {
  const here = ribbon.mirrored ? ribbon.about - x : x;
  for (const { x: knots, column } of ribbon.runs) {
    const end = knots.findIndex((knot) => knot > here);
    if (end < 1) continue;
    const middle = (knots[end - 1] + knots[end]) / 2;
    const row = column[here < middle ? end - 1 : end];
    return row > T ? inFlow(ribbon, T, row - T - 1) : null;
  }
  return null;
}

/** A timestep in the time of the strata, and back. @param {Pick<Ribbon, "mirrored">} ribbon @param {number} T @param {number} t */
export function inFlow({ mirrored }, T, t) {
  return mirrored ? T + 1 - t : t;
}

/** How thick loss t's own stratum is at t: the width of its tributary. */
export function ownThickness(/** @type {Ribbon} */ ribbon, /** @type {number} */ T, /** @type {number} */ t) {
  if (!ribbon.strata) return 0;
  const k = inFlow(ribbon, T, t);
  const at = k * (T + 1) + k;
  return 2 * ribbon.half[t] * (ribbon.strata[at] - (k < T ? ribbon.strata[at + 1] : 0));
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

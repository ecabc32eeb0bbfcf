/**
 * The river's pixels: its strata, seams, stripes and rim, painted into arrays of packed RGBA words. Pure.
 *
 * Cost grows with the pixels, not with the square of the sequence's length, so long sequences stay smooth and exact.
 */

import { clamp, mix, smoothstep } from "../../lib/scales.js";

/** @typedef {import("./river.js").Run} Run */

/** Thinner strata than this, in device px, are left out; thinner than FINEST px they have no seam. */
const THINNEST = 0.04;

const FINEST = 1.2;

/**
 * Of more losses than CROWD, neighbours whose strata are together thinner than MERGED, in device px, are painted as one:
 * nobody sees their colours apart.
 */
const CROWD = 40;

const MERGED = 1.5;

/** Height of a stripe of a negative share, px. */
const STRIPE = 2.6;

/**
 * @typedef {object} RiverPaint
 * @property {number} T
 * @property {Run[]} runs in px
 * @property {number} left px, where the pixels begin
 * @property {number} mid px from the lane's bottom to the midline
 * @property {number} scale device pixels a px
 * @property {Float32Array | null} strata see stage/river/river.js; null paints one colour
 * @property {import("../../wire/protocol.js").Numbers | null} share its sign makes stripes
 * @property {import("../../wire/protocol.js").Numbers | null} carriedShare the same between columns
 * @property {boolean} [all] whether earlier losses have strata too
 * @property {number} apart a loss whose stratum is never merged with others; 0: none
 * @property {Float32Array} colours red, green, blue of loss t at 3t
 * @property {Float32Array} edges the same for the ribbon's rim
 * @property {Float32Array} seam red, green, blue between strata
 * @property {number} U
 */

/**
 * One column of pixels in the making. Colours change at exact heights, so only the changes are noted, split over the two
 * pixels they touch; a running sum from the bottom up then gives every pixel the exact area of each colour.
 */
class PixelColumn {
  /** @param {number} height px */
  constructor(height) {
    this.height = height;
    /** Of the sub-column that is being painted. */
    this.weight = 1;
    this.changes = new Float32Array((height + 2) * 4);
    this.touched = new Uint8Array(height + 2);
    /** Between these pixels something changes; beyond them nothing is painted. */
    this.lowest = height;
    this.highest = -1;
    this.current = new Float32Array(4);
  }

  /**
   * From `at` upwards the colour is this one.
   * @param {number} at px above the bottom
   * @param {Float32Array} colours
   * @param {number} c where the colour's red stands
   * @param {number} opacity
   */
  turn(at, colours, c, opacity) {
    const { changes, current, weight, touched } = this;
    const place = clamp(at, 0, this.height);
    const i = Math.floor(place);
    const above = (place - i) * weight;
    const below = weight - above;
    const j = i * 4;
    for (let channel = 0; channel < 3; channel++) {
      const next = colours[c + channel] * opacity;
      const change = next - current[channel];
      changes[j + channel] += change * below;
      changes[j + 4 + channel] += change * above;
      current[channel] = next;
    }
    if (opacity !== current[3]) {
      const change = opacity - current[3];
      changes[j + 3] += change * below;
      changes[j + 7] += change * above;
      current[3] = opacity;
    }
    touched[i] = 1;
    touched[i + 1] = 1;
    if (i < this.lowest) this.lowest = i;
    if (i + 1 > this.highest) this.highest = i + 1;
  }

  /**
   * Writes the column and forgets it.
   * @param {Uint32Array} pixels
   * @param {number} width
   * @param {number} px
   */
  write(pixels, width, px) {
    const { changes, touched, height, lowest, highest } = this;
    let r = 0;
    let g = 0;
    let b = 0;
    let a = 0;
    let word = 0;
    const end = Math.min(height, highest + 1);
    for (let i = lowest; i < end; i++) {
      if (touched[i]) {
        const j = i * 4;
        r += changes[j];
        g += changes[j + 1];
        b += changes[j + 2];
        a += changes[j + 3];
        const alpha = byte(255 * a);
        word = alpha < 1 ? 0 : ((alpha << 24) | (byte(b / a) << 16) | (byte(g / a) << 8) | byte(r / a)) >>> 0;
      }
      if (word !== 0) pixels[(height - 1 - i) * width + px] = word;
    }
    if (highest < 0) return;
    changes.fill(0, 4 * lowest, 4 * highest + 4);
    touched.fill(0, lowest, highest + 1);
    this.lowest = height;
    this.highest = -1;
  }
}

/**
 * The ribbon with its strata, seams, stripes and rim. Each pixel column is the mean of a few sub-columns: of more where
 * lines are steep.
 * @param {Uint32Array} pixels
 * @param {number} width
 * @param {number} height
 * @param {RiverPaint} paint
 */
export function paintRiver(pixels, width, height, paint) {
  const { runs, scale, left } = paint;
  const column = new PixelColumn(height);
  for (const run of runs) {
    const last = run.x.length - 1;
    const begin = (run.x[0] - left) * scale;
    const end = (run.x[last] + run.head - left) * scale;
    let segment = 0;
    let samples = samplesFor(paint, run, segment);
    for (let px = Math.max(0, Math.floor(begin)); px < Math.min(width, Math.ceil(end)); px++) {
      column.weight = 1 / samples;
      for (let sample = 0; sample < samples; sample++) {
        const x = px + (sample + 0.5) * column.weight;
        if (x < begin || x >= end) continue;
        while (segment < last && x / scale + left > run.x[segment + 1]) segment++;
        paintSlice(column, paint, run, segment, x);
      }
      column.write(pixels, width, px);
      if (segment < last && (px + 1) / scale + left > run.x[segment + 1]) samples = samplesFor(paint, run, segment + 1);
    }
  }
}

/**
 * How many sub-columns a pixel needs between two knots: one where no line climbs more than a pixel a pixel.
 * @param {RiverPaint} paint
 * @param {Run} run
 * @param {number} segment
 */
function samplesFor({ T, strata, all }, run, segment) {
  const next = segment + 1;
  if (next >= run.x.length) return 4;
  const length = Math.max(run.x[next] - run.x[segment], 1);
  const width = 2 * Math.max(run.half[segment], run.half[next]);
  let rise = Math.abs(run.half[segment] - run.half[next]);
  if (strata) {
    const [k, right] = [run.column[segment] * (T + 1), run.column[next] * (T + 1)];
    let largest = 0;
    const lowest = all ? 1 : timestepOf(run.column[segment], T);
    for (let t = T; t >= lowest; t -= mergedAtMost(T))
      largest = Math.max(largest, Math.abs(strata[k + t] - strata[right + t]));
    rise += largest * width;
  }
  const slope = (1.5 * rise) / length;
  return slope < 0.7 ? 1 : slope < 2 || T > CROWD ? 2 : 4;
}

/** Rows beyond T are those of what is carried. @param {number} row @param {number} T */
function timestepOf(row, T) {
  return row > T ? row - T - 1 : row;
}

function mergedAtMost(/** @type {number} */ T) {
  return Math.ceil(T / CROWD);
}

/**
 * The strata on one vertical line, the latest loss at the bottom.
 * @param {PixelColumn} column
 * @param {RiverPaint} paint
 * @param {Run} run
 * @param {number} segment the knot left of x
 * @param {number} x device px
 */
function paintSlice(column, paint, run, segment, x) {
  const { T, scale, strata, colours, edges, seam, apart, U, all } = paint;
  const row = T + 1;
  const last = run.x.length - 1;
  const inHead = segment === last;
  const next = inHead ? segment : segment + 1;
  const reach = inHead ? run.head : run.x[next] - run.x[segment];
  const s = (x / scale + paint.left - run.x[segment]) / reach;
  const ease = inHead ? 0 : smoothstep(s);
  const half = inHead
    ? run.half[last] * Math.sqrt(Math.max(0, 1 - s * s))
    : mix(run.half[segment], run.half[next], ease);
  const whole = 2 * half * scale;
  const bottom = (paint.mid - half) * scale;
  const rim = scale * Math.max(1, U * 0.8);
  const [leftRow, rightRow] = [run.column[segment], run.column[next]];
  const k = timestepOf(leftRow, T);
  const nearestRow = ease > 0.5 ? rightRow : leftRow;
  const share = nearestRow > T ? paint.carriedShare : paint.share;
  const nearest = timestepOf(nearestRow, T);
  const seamHeight = 0.5 * scale * U;
  const stripe = STRIPE * scale * U;
  const heightOf = (/** @type {number} */ t) =>
    strata ? (strata[leftRow * row + t] * (1 - ease) + strata[rightRow * row + t] * ease) * whole : whole;
  const most = mergedAtMost(T);
  let level = 0;
  const lowest = all ? 1 : k;
  for (let t = T; t >= lowest; t--) {
    const latest = t;
    let upTo = heightOf(t);
    const first = Math.max(lowest, t - most + 1);
    if (first < t && (apart < first || apart > t)) {
      const together = heightOf(first);
      if (together - level < MERGED) {
        upTo = together;
        t = first;
      }
    }
    const thickness = upTo - level;
    const isTop = upTo >= whole - THINNEST;
    if (thickness < THINNEST && !(isTop && level === 0)) continue;
    const c = ((latest + t) >> 1) * 3;
    const from = level === 0 ? Math.min(bottom + rim, bottom + upTo) : bottom + level;
    const to = bottom + upTo;
    const line = isTop || thickness < FINEST * scale ? 0 : Math.min(seamHeight, thickness * 0.22);
    if (level === 0) column.turn(bottom, edges, c, 1);
    column.turn(from, colours, c, 1);
    if (share && thickness > 1.6 * stripe && share[(t - 1) * row + (all || t >= nearest ? nearest : k)] < 0) {
      paintStripes(column, paint, { from, to: isTop ? to - rim : to - line, x, stripe, c });
    }
    if (isTop) {
      if (to - rim > from) column.turn(to - rim, edges, c, 1);
      break;
    }
    if (line > 0) column.turn(to - line, seam, 0, 1);
    level = upTo;
  }
  column.turn(bottom + whole, seam, 0, 0);
}

/**
 * Diagonal stripes of bed over a stratum that pulls against the others.
 * @param {PixelColumn} column
 * @param {RiverPaint} paint
 * @param {{from: number, to: number, x: number, stripe: number, c: number}} stratum
 */
function paintStripes(column, { colours, seam }, { from, to, x, stripe, c }) {
  const period = 2.4 * stripe;
  for (let at = from - ((from + x) % period); at < to; at += period) {
    const end = Math.min(to, at + stripe);
    if (end <= from) continue;
    column.turn(Math.max(from, at), seam, 0, 1);
    column.turn(end, colours, c, 1);
  }
}

function byte(/** @type {number} */ value) {
  return value <= 0 ? 0 : value >= 255 ? 255 : (value + 0.5) | 0;
}

/**
 * The river's pixels: its strata, seams, stripes and rim, painted into arrays of packed RGBA words. Pure.
 *
 * Cost grows with the pixels, not with the square of the sequence's length, so long sequences stay smooth and exact.
 */

import { clamp, mix, smoothstep } from "../../lib/scales.js";
import { NOTHING, PixelColumn } from "./pixel_column.js";

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
 * @property {number} mid px from the pixels' bottom to the midline
 * @property {number} [below] device pixels from the lane's bottom to that of the pixels: stripes are counted from there
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
 * The ribbon with its strata, seams, stripes and rim. Within a column of pixels every line is straight; where a knot falls
 * into one, both parts are painted by themselves.
 * @param {Uint32Array} pixels
 * @param {number} width
 * @param {number} height
 * @param {RiverPaint} paint
 */
export function paintRiver(pixels, width, height, paint) {
  const { scale, left } = paint;
  const column = new PixelColumn(pixels, width, height, coloursOf(paint), mostLines(paint, height));
  const slice = new Slice(paint);
  for (const run of paint.runs) {
    const last = run.x.length - 1;
    const knots = [...run.x, run.x[last] + run.head].map((x) => (x - left) * scale);
    let segment = 0;
    slice.between(run, segment);
    slice.move(Math.max(0, knots[0]));
    for (let px = Math.max(0, Math.floor(knots[0])); px < Math.min(width, Math.ceil(knots[last + 1])); px++) {
      for (let from = Math.max(px, knots[0]); from < Math.min(px + 1, knots[last + 1]); ) {
        while (segment < last && knots[segment + 1] <= from) {
          segment++;
          slice.between(run, segment);
          slice.move(from);
        }
        const to = Math.min(px + 1, knots[segment + 1]);
        slice.move(to);
        addLines(column, paint, slice, (from + to) / 2 + (paint.below ?? 0));
        column.paint(to - from);
        from = to;
      }
      column.write(px);
    }
  }
}

/** The losses', their rims', and the seams' as colours 0…T, T+1…2T+1 and 2T+2. @param {RiverPaint} paint */
function coloursOf({ T, colours, edges, seam }) {
  const all = new Float64Array(3 * (2 * T + 3));
  all.set(colours);
  all.set(edges, 3 * (T + 1));
  all.set(seam, 6 * (T + 1));
  return all;
}

/** Five lines a loss, and two a stripe. @param {RiverPaint} paint @param {number} height px */
function mostLines({ T, scale, U }, height) {
  return 5 * (T + 1) + Math.ceil((2 * height) / (STRIPE * scale * U));
}

/** Rows beyond T are those of what is carried. @param {number} row @param {number} T */
function timestepOf(row, T) {
  return row > T ? row - T - 1 : row;
}

function mergedAtMost(/** @type {number} */ T) {
  return Math.ceil(T / CROWD);
}

/** A part of a column of pixels between two knots: which strata can be seen there, and how high they reach at its sides. */
class Slice {
  /** @param {RiverPaint} paint */
  constructor(paint) {
    const { T } = paint;
    this.paint = paint;
    /** @type {Run} */
    this.run = { x: [], half: [], column: [], head: 0 };
    this.segment = 0;
    /** The losses, from the latest on. */
    this.count = 0;
    this.losses = new Int32Array(T + 1);
    /** Upper borders at both knots, shares of the width. */
    this.early = new Float32Array(T + 1);
    this.late = new Float32Array(T + 1);
    /** The same at the left and right side, device px above the river's lower border. */
    this.left = new Float64Array(T + 1);
    this.right = new Float64Array(T + 1);
    /** The river's whole width there. */
    this.wide = { left: 0, right: 0 };
    this.ease = 0;
  }

  /**
   * A stratum that with all that were left out before it is too thin at both knots is too thin in between.
   * @param {Run} run @param {number} segment
   */
  between(run, segment) {
    const { T, strata, scale, all } = this.paint;
    this.run = run;
    this.segment = segment;
    const next = Math.min(segment + 1, run.x.length - 1);
    const [row, nextRow] = [run.column[segment] * (T + 1), run.column[next] * (T + 1)];
    const [width, nextWidth] = [2 * run.half[segment] * scale, 2 * run.half[next] * scale];
    const lowest = all ? 1 : timestepOf(run.column[segment], T);
    this.count = 0;
    let [below, belowNext] = [0, 0];
    for (let t = T; t >= lowest; t--) {
      const early = strata ? strata[row + t] : 1;
      const late = strata ? strata[nextRow + t] : 1;
      const isThin = (early - below) * width < THINNEST && (late - belowNext) * nextWidth < THINNEST;
      if (isThin && t > lowest) continue;
      this.losses[this.count] = t;
      this.early[this.count] = early;
      this.late[this.count] = late;
      this.count++;
      below = early;
      belowNext = late;
    }
  }

  /** What was the right side is the left one now. @param {number} x of the right side, device px */
  move(x) {
    const { run, segment, count, early, late } = this;
    const { scale, left } = this.paint;
    const before = this.left;
    this.left = this.right;
    this.right = before;
    const last = run.x.length - 1;
    const inHead = segment === last;
    const reach = inHead ? run.head : run.x[segment + 1] - run.x[segment];
    const s = clamp((x / scale + left - run.x[segment]) / reach, 0, 1);
    this.ease = inHead ? 0 : smoothstep(s);
    const half = inHead
      ? run.half[last] * Math.sqrt(1 - s * s)
      : mix(run.half[segment], run.half[segment + 1], this.ease);
    this.wide = { left: this.wide.right, right: 2 * half * scale };
    const { right, ease } = this;
    for (let i = 0; i < count; i++) right[i] = (early[i] + (late[i] - early[i]) * ease) * this.wide.right;
  }
}

/**
 * The borders of a slice's strata, the latest loss at the bottom.
 * @param {PixelColumn} column
 * @param {RiverPaint} paint
 * @param {Slice} slice
 * @param {number} x of its middle, and where stripes begin, device px
 */
function addLines(column, paint, { run, segment, losses, left, right, wide, ease, count }, x) {
  const { T, scale, apart, U, all } = paint;
  const row = T + 1;
  const seam = 2 * row;
  const { left: lefts, right: rights, colour } = column;
  let n = 0;
  const whole = (wide.left + wide.right) / 2;
  const mid = paint.mid * scale;
  const lower = mid - wide.left / 2;
  const lowerRight = mid - wide.right / 2;
  const rim = scale * Math.max(1, U * 0.8);
  const leftRow = run.column[segment];
  const nearestRow = ease > 0.5 ? run.column[Math.min(segment + 1, run.column.length - 1)] : leftRow;
  const share = nearestRow > T ? paint.carriedShare : paint.share;
  const k = timestepOf(leftRow, T);
  const nearest = timestepOf(nearestRow, T);
  const seamHeight = 0.5 * scale * U;
  const stripe = STRIPE * scale * U;
  const most = mergedAtMost(T);
  let level = 0;
  let levelRight = 0;
  for (let i = 0; i < count; i++) {
    const latest = losses[i];
    while (i + 1 < count && latest - losses[i + 1] < most && (apart < losses[i + 1] || apart > latest)) {
      if ((left[i + 1] + right[i + 1] - level - levelRight) / 2 >= MERGED) break;
      i++;
    }
    const t = losses[i];
    const upTo = left[i];
    const upToRight = right[i];
    const height = (upTo + upToRight) / 2;
    const thickness = height - (level + levelRight) / 2;
    const isTop = height >= whole - THINNEST;
    const isLowest = level + levelRight === 0;
    if (thickness < THINNEST && !(isTop && isLowest)) continue;
    const c = (latest + t) >> 1;
    const line = isTop || thickness < FINEST * scale ? 0 : Math.min(seamHeight, thickness * 0.22);
    if (isLowest) {
      lefts[n] = lower;
      rights[n] = lowerRight;
      colour[n++] = row + c;
    }
    const from = lower + (isLowest ? Math.min(rim, upTo) : level);
    const fromRight = lowerRight + (isLowest ? Math.min(rim, upToRight) : levelRight);
    lefts[n] = from;
    rights[n] = fromRight;
    colour[n++] = c;
    const top = isTop ? rim : line;
    const to = lower + upTo - top;
    const toRight = lowerRight + upToRight - top;
    if (share && thickness > 1.6 * stripe && share[(t - 1) * row + (all || t >= nearest ? nearest : k)] < 0) {
      column.count = n;
      addStripes(column, seam, { from: Math.max(from, fromRight), to: Math.min(to, toRight), x, stripe, c });
      n = column.count;
    }
    if (isTop) {
      if (to + toRight > from + fromRight) {
        lefts[n] = to;
        rights[n] = toRight;
        colour[n++] = row + c;
      }
      break;
    }
    if (line > 0) {
      lefts[n] = to;
      rights[n] = toRight;
      colour[n++] = seam;
    }
    level = upTo;
    levelRight = upToRight;
  }
  lefts[n] = lower + wide.left;
  rights[n] = lowerRight + wide.right;
  colour[n++] = NOTHING;
  column.count = n;
}

/**
 * Diagonal stripes of bed over a stratum that pulls against the others.
 * @param {PixelColumn} column
 * @param {number} seam its colour
 * @param {{from: number, to: number, x: number, stripe: number, c: number}} stratum
 */
function addStripes(column, seam, { from, to, x, stripe, c }) {
  const { left, right, colour } = column;
  const period = 2.4 * stripe;
  for (let at = from - ((from + x) % period); at < to; at += period) {
    const end = Math.min(to, at + stripe);
    if (end <= from) continue;
    const begin = Math.max(from, at);
    left[column.count] = begin;
    right[column.count] = begin;
    colour[column.count++] = seam;
    left[column.count] = end;
    right[column.count] = end;
    colour[column.count++] = c;
  }
}

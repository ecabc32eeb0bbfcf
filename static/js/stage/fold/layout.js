/** Where the folded network's parts stand: one cell, one loop, one accumulator, all of time in one strip. Pure. */
import { clamp } from "../../lib/scales.js";

/** @typedef {import("../layout.js").Layout} Layout */
/** @typedef {{x: number, y: number, width: number, height: number}} Box */
/** @typedef {{cx: number, cy: number, rx: number, ry: number}} Ring the middle of a road around the loop */

/**
 * @typedef {object} Folded
 * @property {number} U
 * @property {number} T
 * @property {number} H
 * @property {Box} cell
 * @property {number} rowHeight of one unit
 * @property {Ring} loop through W_hh
 * @property {Ring | null} straight the lstm's road of the cell state, which does not pass W_hh
 * @property {number} road px across a whole road
 * @property {{x: number, y: number, size: number}} weights
 * @property {{x: number, y: number, size: number}} input
 * @property {{x: number, y: number}} output
 * @property {Box} accumulator
 * @property {Box} strip
 * @property {boolean} narrow whether there is no room for words beside the loop
 */

/** In design units. */
const TOP = 161;
const STRIP = { below: 57, share: 0.1, least: 63, most: 110 };
const WEIGHTS = { size: 75, aboveStrip: 100 };
const CELL = { width: 70, above: 26, aboveTwoRoads: 72, unitMost: 22 };
const LOOP = { rx: 148, straightRx: 96, enters: 0.36, straightEnters: 0.7, below: 35 };
const ACCUMULATOR = { x: 50, width: 68, below: 43 };
/** A decade of the river's far ruler measures 2.2 px: 39.6 for all eighteen. */
const ROAD = 39.6;
/** What is said beside the loop needs so much room. */
const WORDS = 170;

/**
 * @param {Layout} layout of the unfolded stage, whose time axis the strip keeps
 * @param {number} roads 2 for an lstm
 * @returns {Folded}
 */
export function layoutFolded({ U, width, height, left, right, T, H }, roads) {
  const stripHeight = clamp(STRIP.share * height, STRIP.least * U, STRIP.most * U);
  const stripTop = height - STRIP.below * U - stripHeight;
  const cx = left + 0.47 * (right - left);
  const weights = {
    x: cx - (WEIGHTS.size / 2) * U,
    y: stripTop - WEIGHTS.aboveStrip * U,
    size: WEIGHTS.size * U,
  };
  const bottom = weights.y - (roads > 1 ? CELL.aboveTwoRoads : CELL.above) * U;
  const top = Math.min(TOP * U, (TOP * height) / 620);
  const cellHeight = Math.min(bottom - top, H * CELL.unitMost * U);
  const cell = { x: cx - (CELL.width / 2) * U, y: bottom - cellHeight, width: CELL.width * U, height: cellHeight };
  const rx = Math.min(LOOP.rx * U, 0.26 * (right - left));
  const accumulatorTop = Math.max(top + ACCUMULATOR.below * U, cell.y);
  return {
    U,
    T,
    H,
    cell,
    rowHeight: cellHeight / H,
    loop: ring(cx, rx, cell.y + LOOP.enters * cellHeight, weights.y + weights.size / 2),
    straight:
      roads > 1
        ? ring(cx, (rx * LOOP.straightRx) / LOOP.rx, cell.y + LOOP.straightEnters * cellHeight, bottom + LOOP.below * U)
        : null,
    road: ROAD * U,
    weights,
    input: { x: cx - rx - 21 * U, y: cell.y + 2 * U, size: 18 * U },
    output: { x: cx, y: cell.y - 41 * U },
    accumulator: {
      x: ACCUMULATOR.x * U,
      y: accumulatorTop,
      width: ACCUMULATOR.width * U,
      height: weights.y - 4 * U - accumulatorTop,
    },
    strip: { x: left, y: stripTop, width: right - left, height: stripHeight },
    narrow: cx + rx + WORDS * U > width,
  };
}

/** @param {number} cx @param {number} rx @param {number} top @param {number} bottom @returns {Ring} */
function ring(cx, rx, top, bottom) {
  return { cx, cy: (top + bottom) / 2, rx, ry: (bottom - top) / 2 };
}

/** Where a ring meets the vertical line x, above its middle. @param {Ring} ring @param {number} x */
export function ringTopAt({ cx, cy, rx, ry }, x) {
  const s = clamp((x - cx) / rx, -1, 1);
  return cy - ry * Math.sqrt(1 - s * s);
}

/**
 * The accumulator's layers, from the bottom up: the last timestep's part first, as backpropagation hands them over.
 * @param {Float64Array} norms ‖dW_hh,t‖, row t-1
 * @param {number} height px
 * @returns {{t: number, from: number, to: number}[] | null} px above the bottom; null where a norm is no finite number
 */
export function layersOf(norms, height) {
  const whole = norms.reduce((sum, norm) => sum + norm, 0);
  if (!Number.isFinite(whole)) return null;
  let sum = 0;
  const layers = [];
  for (let t = norms.length; t >= 1; t--) {
    const from = whole > 0 ? (sum / whole) * height : 0;
    sum += norms[t - 1];
    layers.push({ t, from, to: whole > 0 ? (sum / whole) * height : 0 });
  }
  return layers;
}

/**
 * What lies under a point of the folded view, named as in the unfolded one.
 * @param {Folded} folded
 * @param {number} shown the timestep the cell shows
 * @param {{t: number, from: number, to: number}[] | null} layers
 * @param {number} x
 * @param {number} y
 * @returns {import("../under.js").Place}
 */
export function foldedPlaceAt(folded, shown, layers, x, y) {
  const { strip, cell, weights, accumulator, T, H, U } = folded;
  /** @type {import("../under.js").Place} */
  const nothing = { row: null, t: null, unit: null, lane: 0 };
  if (inside(strip, x, y, 16 * U)) {
    const t = clamp(Math.floor(((x - strip.x) / strip.width) * T) + 1, 1, T);
    const unit = clamp(Math.floor(((y - strip.y) / strip.height) * H), 0, H - 1);
    return { row: "track", t, unit, lane: 0 };
  }
  if (inside(cell, x, y, 0)) {
    return {
      row: "units",
      t: shown,
      unit: clamp(Math.floor(((y - cell.y) / cell.height) * H), 0, H - 1),
      lane: 0,
    };
  }
  if (inside({ ...weights, width: weights.size, height: weights.size }, x, y, 0))
    return { ...nothing, row: "weights", matrix: "W_hh" };
  if (inside(accumulator, x, y, 0)) {
    const above = accumulator.y + accumulator.height - y;
    const layer = layers?.find(({ from, to }) => above >= from && above <= to);
    return { ...nothing, row: "parts", t: layer?.t ?? null };
  }
  return nothing;
}

/** @param {Box} box @param {number} x @param {number} y @param {number} below room under it that still counts */
function inside(box, x, y, below) {
  return x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height + below;
}

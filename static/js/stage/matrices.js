/** Where the three matrices of the network stand: once each in the gutter, and as a tile wherever one is used. Pure. */

import { clamp } from "../lib/scales.js";
import { columnWidth, isVisible, pitchOf, standsApart, xOf } from "./axis.js";
import { thumbnailPlaces, weightsBox } from "./layout.js";
import { once } from "./once.js";

/** @typedef {import("./layout.js").Layout} Layout */
/** @typedef {"W_xh" | "W_hh" | "W_hy"} Matrix the weights on the way from x_t to h_t, from h_{t−1} to h_t, from h_t to y_t */

/** In the gutter a tile may be as wide as one in a column of this many design units. */
const GUTTER_ROOM = 34;

/** @type {Matrix[]} */
export const MATRICES = ["W_hy", "W_hh", "W_xh"];

/** Those around the open layer: what leads from a lower one is the next layer's. @param {Layout} layout */
export function matricesOf({ isTop }) {
  return isTop ? MATRICES : MATRICES.filter((matrix) => matrix !== "W_hy");
}

/** @typedef {{x: number, y: number, width: number, height: number}} Box px */

/** Where each matrix stands once, in the gutter. @param {Layout} layout @param {Matrix} matrix @returns {Box} */
export function matrixBox(layout, matrix) {
  if (matrix === "W_hh") {
    const { x, y, size } = weightsBox(layout);
    return { x, y, width: size, height: size };
  }
  const { width, height, y } = tileSize(layout, matrix, GUTTER_ROOM * layout.U);
  return { x: 20 * layout.U, y, width, height };
}

/** @typedef {Box & {t: number}} Tile the weights where they are used at t */

/** The tiles of a matrix over time: on every forward arrow that has room for one. @param {Layout} layout @param {Matrix} matrix @returns {Tile[]} */
export function tilesOf(layout, matrix) {
  return once(layout, `tiles/${matrix}`, () => tilesAlong(layout, matrix));
}

/** @param {Layout} layout @param {Matrix} matrix @returns {Tile[]} */
function tilesAlong(layout, matrix) {
  if (matrix === "W_hh")
    return thumbnailPlaces(layout).map(({ t, x, y, size }) => ({ t, x, y, width: size, height: size }));
  const tiles = [];
  for (let t = 1; t <= layout.T; t++) {
    if (!standsApart(layout, t) || !isVisible(layout, t)) continue;
    const { width, height, y } = tileSize(layout, matrix, pitchOf(layout, t));
    const x = matrix === "W_hy" ? wayX(layout, t) : xOf(layout, t);
    tiles.push({ t, x: x - width / 2, y, width, height });
  }
  return tiles;
}

/** W_hy stands upright as the units do that it reads; W_xh lies. @param {Layout} layout @param {Matrix} matrix @param {number} room */
function tileSize({ U, readout, entrance }, matrix, room) {
  if (matrix === "W_hy") {
    const margin = Math.min(5 * U, (readout.bottom - readout.top) / 4);
    const height = readout.bottom - readout.top - 2 * margin;
    return { width: Math.min(0.6 * height, 0.34 * room), height, y: readout.top + margin };
  }
  const height = clamp(entrance.bottom - entrance.top - 13 * U, 5 * U, 14 * U);
  return { width: Math.min(2 * height, 0.56 * room), height, y: entrance.bottom - 3.5 * U - height };
}

/** Where the line from h_t up to y_t stands: left of the middle, clear of what falls from the loss. */
export function wayX(/** @type {Layout} */ layout, /** @type {number} */ t) {
  return xOf(layout, t) - Math.min(0.3 * pitchOf(layout, t), 0.32 * columnWidth(layout, t) + 1.2 * layout.U);
}

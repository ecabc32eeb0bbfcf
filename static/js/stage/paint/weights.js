/** Draws the weights and the way that leads through them: x_t → h_t → y_t. Keeps no state. */
import { activationIndex } from "../../kit/colour.js";
import { drawMath, drawText } from "../../kit/text.js";
import { drawPixels } from "../../lib/canvas/bitmap.js";
import { cellEdges, paintCells } from "../../lib/canvas/cells.js";
import { statesMeetBy } from "../../record/cells.js";
import { weightsOf, usesOf } from "../../record/picture.js";
import { acrossAxis, standsApart, xOf } from "../axis.js";
import { matricesOf, matrixBox, tilesOf, wayX } from "../matrices.js";
import { outputHeights } from "./ends.js";
import { WAY } from "./units.js";

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {import("../scene.js").Scene} Scene */
/** @typedef {import("../layout.js").Layout} Layout */
/** @typedef {import("../../lib/canvas/bitmap.js").Bitmap} Bitmap */
/** @typedef {import("../../lib/canvas/bitmap.js").Bitmaps} Bitmaps */
/** @typedef {import("../matrices.js").Matrix} Matrix */
/** @typedef {import("../matrices.js").Box} Box */
/** @typedef {import("../../wire/protocol.js").Tensor} Tensor */

/** A tile over time shows at most this many rows and columns of its matrix. */
const TILE_CELLS = 4;
/** The gutter's W_hy and W_xh are small: more cells could not be told apart. */
const SLIM_CELLS = 8;

/** What the matrix is called in this cell; null where it has none. @param {import("../../record/picture.js").Picture} picture @param {Matrix} matrix */
export function nameOf(picture, matrix) {
  return matrix === "W_hh" ? statesMeetBy(picture) : matrix;
}

/**
 * The three matrices, once each in the gutter.
 * @param {Context} ctx
 * @param {Scene} scene
 * @param {Bitmaps} bitmaps
 * @param {number} ratio
 * @param {Matrix[]} [matrices]
 */
export function drawWeights(ctx, scene, bitmaps, ratio, matrices = matricesOf(scene.layout)) {
  const { layout, palette, picture } = scene;
  if (!picture) return;
  for (const matrix of matrices) {
    const weights = weightsOf(picture, matrix);
    if (!weights || !nameOf(picture, matrix)) continue;
    const box = matrixBox(layout, matrix);
    drawMatrix(ctx, scene, bitmaps(matrix), weights, { ...box, ratio }, matrix === "W_hh" ? picture.H : SLIM_CELLS);
    outline(ctx, box, palette.forward, 1.2 * layout.U);
  }
}

/** All that their names depend on, beside the layout and the palette. @param {Scene} scene */
export function weightNamesKey({ picture, layout }) {
  if (!picture) return "";
  return matricesOf(layout)
    .map((matrix) => [weightsOf(picture, matrix) && nameOf(picture, matrix), usesOf(picture, matrix)].join())
    .join();
}

/** What they are called, and how often each is used. @param {Context} ctx @param {Scene} scene @param {Matrix[]} [matrices] */
export function drawWeightNames(ctx, scene, matrices = matricesOf(scene.layout)) {
  const { layout, palette, picture } = scene;
  if (!picture) return;
  const { U } = layout;
  for (const matrix of matrices) {
    const name = nameOf(picture, matrix);
    if (!name || !weightsOf(picture, matrix)) continue;
    const box = matrixBox(layout, matrix);
    const uses = usesOf(picture, matrix);
    const count = uses > 0 ? `× ${uses}` : "";
    const x = box.x + box.width + 6 * U;
    if (matrix === "W_hh") {
      drawMath(ctx, U, name, x, box.y + 4 * U, { size: 14, colour: palette.ink2 });
      if (count) drawText(ctx, U, count, x, box.y + 21 * U, { colour: palette.ink3 });
      continue;
    }
    const y = box.y + box.height / 2;
    const end = drawMath(ctx, U, name, x, y, { size: 14, colour: palette.ink2 });
    drawText(ctx, U, count, end + 5 * U, y, { colour: palette.ink3 });
  }
}

/**
 * Weights as cells: every entry where there is room, else evenly chosen ones, never their mean.
 * @param {Context} ctx
 * @param {Scene} scene
 * @param {Bitmap} bitmap
 * @param {Tensor} weights
 * @param {Box & {ratio: number}} box
 * @param {number} most cells on a side
 */
export function drawMatrix(ctx, { palette }, bitmap, weights, box, most) {
  drawPixels(ctx, bitmap, box, (pixels, width, height) => paintMatrix(pixels, width, height, palette, weights, most));
}

/**
 * @param {Uint32Array} pixels
 * @param {number} width
 * @param {number} height
 * @param {import("../../kit/colour.js").Palette} palette
 * @param {Tensor} weights
 * @param {number} most cells on a side
 */
function paintMatrix(pixels, width, height, palette, { shape, data }, most) {
  const [ROWS, COLUMNS] = shape;
  const [rows, columns] = [Math.min(ROWS, most, height), Math.min(COLUMNS, most, width)];
  const edges = (/** @type {number} */ cells, /** @type {number} */ length) =>
    cellEdges(
      cells,
      (i) => (i * length) / cells,
      (i) => ((i + 1) * length) / cells,
    );
  const chosen = (/** @type {number} */ i, /** @type {number} */ of, /** @type {number} */ cells) =>
    Math.floor(((i + 0.5) * of) / cells);
  const colourAt = (/** @type {number} */ r, /** @type {number} */ c) =>
    palette.activation.rgba[activationIndex(data[chosen(r, ROWS, rows) * COLUMNS + chosen(c, COLUMNS, columns)])];
  const hatch = { ink: palette.pixel.border, ground: palette.pixel.paper };
  paintCells(pixels, width, edges(columns, width), edges(rows, height), colourAt, hatch);
}

/**
 * The same small matrix wherever it is used, where there is room.
 * @param {Context} ctx
 * @param {Scene} scene
 * @param {Bitmaps} bitmaps
 * @param {number} ratio
 * @param {Matrix[]} [matrices]
 */
export function drawTiles(ctx, scene, bitmaps, ratio, matrices = matricesOf(scene.layout)) {
  const { layout, palette, picture } = scene;
  if (!picture) return;
  const snap = (/** @type {number} */ value) => Math.round(value * ratio) / ratio;
  for (const matrix of matrices) {
    const weights = weightsOf(picture, matrix);
    if (!weights || !nameOf(picture, matrix)) continue;
    const tiles = tilesOf(layout, matrix);
    if (tiles.length === 0) continue;
    drawTileRow(ctx, scene, bitmaps(`tile/${matrix}`), weights, tiles, ratio);
    ctx.strokeStyle = palette.forward;
    ctx.lineWidth = 1;
    ctx.beginPath();
    for (const { x, y, width, height } of tiles) {
      ctx.rect(snap(x) - 0.5, snap(y) - 0.5, snap(width) + 1, snap(height) + 1);
    }
    ctx.stroke();
  }
}

/**
 * All tiles of a matrix as one image: each shows the same numbers, so those of one size are painted once and copied.
 * @param {Context} ctx
 * @param {Scene} scene
 * @param {Bitmap} bitmap
 * @param {Tensor} weights
 * @param {import("../matrices.js").Tile[]} tiles
 * @param {number} ratio
 */
function drawTileRow(ctx, { layout, palette }, bitmap, weights, tiles, ratio) {
  const [{ y, height }] = tiles;
  const box = acrossAxis(layout, { top: y, bottom: y + height }, ratio);
  drawPixels(ctx, bitmap, box, (pixels, stride, rows) => {
    const left = Math.round(layout.left * ratio);
    /** @type {Map<number, Uint32Array>} */
    const painted = new Map();
    for (const tile of tiles) {
      const columns = Math.max(1, Math.round(tile.width * ratio));
      const one = painted.get(columns) ?? new Uint32Array(columns * rows);
      if (!painted.has(columns)) paintMatrix(one, columns, rows, palette, weights, TILE_CELLS);
      painted.set(columns, one);
      copyTile(pixels, stride, rows, one, columns, Math.round(tile.x * ratio) - left);
    }
  });
}

/** What lies beyond the axis' ends is left out. @param {Uint32Array} pixels @param {number} stride @param {number} rows @param {Uint32Array} tile @param {number} columns @param {number} at */
function copyTile(pixels, stride, rows, tile, columns, at) {
  const [from, to] = [Math.max(0, -at), Math.min(columns, stride - at)];
  if (to <= from) return;
  for (let row = 0; row < rows; row++) {
    pixels.set(tile.subarray(row * columns + from, row * columns + to), row * stride + at + from);
  }
}

/**
 * From each h_t up to its y_t: behind the river, and with a turn to the output's place, so that both are seen.
 * @param {Context} ctx
 * @param {Scene} scene
 */
export function drawWays(ctx, scene) {
  const { layout, palette } = scene;
  if (!scene.picture || !layout.isTop) return;
  ctx.fillStyle = palette.forward;
  const heights = outputHeights(scene);
  for (let t = 1; t <= layout.T; t++) if (standsApart(layout, t)) fillWay(ctx, layout, t, heights[t]);
}

/** Up, and to the right: as two boxes, which are drawn sooner than a line with a corner. @param {Context} ctx @param {Layout} layout @param {number} t @param {number} height of the output, NaN without a number */
function fillWay(ctx, layout, t, height) {
  const width = WAY * layout.U;
  const left = wayX(layout, t) - width / 2;
  const bottom = layout.units.top - 1.4 * layout.U;
  if (Number.isNaN(height)) {
    const top = layout.output.bottom + 3 * layout.U;
    ctx.fillRect(left, top, width, bottom - top);
    return;
  }
  const top = height - width / 2;
  ctx.fillRect(left, top, width, bottom - top);
  ctx.fillRect(left + width, top, xOf(layout, t) - left - width, width);
}

/** @param {Context} ctx @param {Scene} scene @param {number} t @param {Float64Array} heights of the outputs, NaN without a number */
function way(ctx, { layout }, t, heights) {
  const x = wayX(layout, t);
  ctx.moveTo(x, layout.units.top - 1.4 * layout.U);
  if (Number.isNaN(heights[t])) ctx.lineTo(x, layout.output.bottom + 3 * layout.U);
  else {
    ctx.lineTo(x, heights[t]);
    ctx.lineTo(xOf(layout, t), heights[t]);
  }
}

/** One of them again, above the river, on a paper-coloured halo. @param {Context} ctx @param {Scene} scene @param {number} t */
export function drawWayOnTop(ctx, scene, t) {
  if (!scene.layout.isTop) return;
  const heights = outputHeights(scene);
  for (const [colour, width] of /** @type {const} */ ([
    [scene.palette.paper, 3.6],
    [scene.palette.forward, 1.8],
  ])) {
    ctx.strokeStyle = colour;
    ctx.lineWidth = width * scene.layout.U;
    ctx.beginPath();
    way(ctx, scene, t, heights);
    ctx.stroke();
  }
}

/** It is one matrix: all its places framed, and threads from each to the one in the gutter. @param {Context} ctx @param {Scene} scene @param {Matrix} matrix */
export function drawSharedWeights(ctx, { layout, palette, picture }, matrix) {
  if (!picture || !nameOf(picture, matrix)) return;
  const { U } = layout;
  const box = matrixBox(layout, matrix);
  const places = tilesOf(layout, matrix);
  const from = { x: box.x + box.width + 1, y: box.y + box.height / 2 };
  const sag = matrix === "W_hh" ? layout.units.bottom - 6 * U : from.y + box.height / 2 + 5 * U;
  ctx.strokeStyle = palette.forward;
  ctx.globalAlpha = 0.45;
  ctx.lineWidth = 0.8 * U;
  ctx.beginPath();
  for (const { x, y, width, height } of places) {
    ctx.moveTo(from.x, from.y);
    ctx.bezierCurveTo(from.x + 60 * U, sag, x - 40 * U, sag, x + width / 2, y + height);
  }
  ctx.stroke();
  ctx.globalAlpha = 1;
  for (const place of [box, ...places]) outline(ctx, place, palette.ink, 1.6 * U, 1);
}

/** @param {Context} ctx @param {Box} box @param {string} colour @param {number} width @param {number} [margin] */
export function outline(ctx, { x, y, width: w, height }, colour, width, margin = 0.5) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.strokeRect(x - margin, y - margin, w + 2 * margin, height + 2 * margin);
}

/** Draws the hidden units and what connects them: columns of cells, arrows, the recurrent weights. Keeps no state. */
import { activationIndex } from "../../kit/colour.js";
import { drawPixels } from "../../lib/canvas/bitmap.js";
import { acrossAxis, columnWidth, pitchOf, standsApart, thumbnailPlaces, weightsBox, xOf } from "../layout.js";
import { cellEdges, NOT_A_NUMBER, paintCells } from "../../lib/canvas/cells.js";
import { drawMath, drawText, sans } from "../../kit/text.js";
import { statesMeetBy } from "../../record/cells.js";

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {import("../scene.js").Scene} Scene */
/** @typedef {import("../layout.js").Layout} Layout */
/** @typedef {import("../../lib/canvas/bitmap.js").Bitmaps} Bitmaps */

const THUMBNAIL_CELLS = 4;
/** Columns further apart than this have a shaft on the arrow between them. */
const LINES_FROM = 60;

/**
 * Columns of hidden units: one cell a unit, coloured by its value.
 * @param {Context} ctx
 * @param {Scene} scene
 * @param {Bitmaps} bitmaps
 * @param {number} ratio
 */
export function drawUnits(ctx, scene, bitmaps, ratio) {
  const { layout, palette, picture } = scene;
  if (!picture) return;
  const { units } = layout;
  const { H, T, h } = picture;
  drawPixels(ctx, bitmaps("units"), acrossAxis(layout, units, ratio), (pixels, width) => {
    const start = (/** @type {number} */ c) =>
      (xOf(layout, c + 1) - layout.left - columnWidth(layout, c + 1) / 2) * ratio;
    const columns = cellEdges(T, start, (c) => start(c) + columnWidth(layout, c + 1) * ratio);
    const rows = cellEdges(
      units.rows,
      (r) => r * units.rowHeight * ratio,
      (r) => (r + 1) * units.rowHeight * ratio - Math.round(units.gap * ratio),
    );
    paintCells(
      pixels,
      width,
      columns,
      rows,
      (r, c) => {
        const value = h[(c + 1) * H + r * units.every];
        return Number.isFinite(value) ? palette.activation.rgba[activationIndex(value)] : NOT_A_NUMBER;
      },
      { ink: palette.pixel.border, ground: palette.pixel.paper },
    );
  });
  if (layout.packed) drawGroupCuts(ctx, layout, palette.paper);
  drawBeyondScale(ctx, scene);
  drawNotFinite(ctx, scene);
}

/** A thin line around every column that stands apart. */
export function drawColumns(/** @type {Context} */ ctx, /** @type {Scene} */ { layout, palette }) {
  ctx.strokeStyle = palette.border;
  ctx.lineWidth = 0.9;
  ctx.beginPath();
  for (let t = 1; t <= layout.T; t++) {
    if (standsApart(layout, t)) columnOutline(ctx, layout, t, Math.min(1.4 * layout.U, pitchOf(layout, t) * 0.08));
  }
  ctx.stroke();
}

/** @param {Context} ctx @param {Layout} layout @param {number} t @param {number} padding */
export function columnOutline(ctx, layout, t, padding) {
  const { units, U } = layout;
  const width = columnWidth(layout, t);
  const x = xOf(layout, t) - width / 2 - padding;
  const height = units.bottom - units.top - units.gap + 2 * padding;
  ctx.roundRect(x, units.top - padding, width + 2 * padding, height, 2.5 * U);
}

/** One unit at one timestep: its cell framed in ink, on a paper-coloured halo. */
export function drawUnitFrame(
  /** @type {Context} */ ctx,
  /** @type {Scene} */ { layout, palette },
  /** @type {number} */ t,
  /** @type {number} */ unit,
) {
  const { units, U } = layout;
  const width = columnWidth(layout, t);
  const y = units.top + Math.floor(unit / units.every) * units.rowHeight;
  const height = Math.max(units.rowHeight - units.gap, 2);
  for (const [colour, lineWidth] of /** @type {const} */ ([
    [palette.paper, 3],
    [palette.ink, 1.4],
  ])) {
    ctx.strokeStyle = colour;
    ctx.lineWidth = lineWidth * U;
    ctx.strokeRect(xOf(layout, t) - width / 2 - 0.5, y - 0.5, width + 1, height + 1);
  }
}

/** Hairlines that count packed columns in groups. */
function drawGroupCuts(/** @type {Context} */ ctx, /** @type {Layout} */ layout, /** @type {string} */ colour) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (let t = layout.group; t < layout.T; t += layout.group) {
    const x = layout.edges[t];
    ctx.moveTo(x, layout.units.top);
    ctx.lineTo(x, layout.input.bottom);
  }
  ctx.stroke();
}

/** A paper-coloured dot on cells whose value lies beyond the colour scale's ends. */
function drawBeyondScale(/** @type {Context} */ ctx, /** @type {Scene} */ { layout, palette, picture }) {
  if (!picture) return;
  const { units, U } = layout;
  if (units.rowHeight < 4.5 * U) return;
  ctx.fillStyle = palette.paper;
  ctx.beginPath();
  for (let t = 1; t <= picture.T; t++) {
    if (columnWidth(layout, t) < 5 * U) continue;
    for (let r = 0; r < units.rows; r++) {
      const value = Math.abs(picture.h[t * picture.H + r * units.every]);
      if (!(value > 1.0001) || value === Number.POSITIVE_INFINITY) continue;
      const y = units.top + (r + 0.5) * units.rowHeight - units.gap / 2;
      ctx.moveTo(xOf(layout, t) + 1.4 * U, y);
      ctx.arc(xOf(layout, t), y, 1.4 * U, 0, 2 * Math.PI);
    }
  }
  ctx.fill();
}

/** The first column that holds a number that is not finite is framed, with a sign of what it is. */
function drawNotFinite(/** @type {Context} */ ctx, /** @type {Scene} */ { layout, palette, picture }) {
  if (!picture) return;
  const first = picture.h.findIndex((value) => !Number.isFinite(value));
  if (first < 0) return;
  const { U, units } = layout;
  const t = Math.floor(first / picture.H);
  if (t < 1) return;
  ctx.strokeStyle = palette.error;
  ctx.lineWidth = 2 * U;
  ctx.beginPath();
  columnOutline(ctx, layout, t, 3 * U);
  ctx.stroke();
  const y = units.top + (Math.floor((first % picture.H) / units.every) + 0.5) * units.rowHeight;
  const sign = Number.isNaN(picture.h[first]) ? "NaN" : "∞";
  ctx.font = sans(U, 12, 600);
  const width = ctx.measureText(sign).width + 4 * U;
  ctx.fillStyle = palette.raised;
  ctx.fillRect(xOf(layout, t) - width / 2, y - 7 * U, width, 14 * U);
  drawText(ctx, U, sign, xOf(layout, t), y, { size: 12, weight: 600, align: "center", colour: palette.error });
}

/**
 * The recurrent weights, where the cell has any: one matrix in the gutter, with how often it is used.
 * @param {Context} ctx
 * @param {Scene} scene
 * @param {Bitmaps} bitmaps
 * @param {number} ratio
 */
export function drawWeights(ctx, scene, bitmaps, ratio) {
  const { layout, palette, picture } = scene;
  const name = picture && statesMeetBy(picture);
  if (!picture || !name) return;
  const { U } = layout;
  const box = weightsBox(layout);
  drawMatrix(ctx, scene, bitmaps("W_hh"), { ...box, ratio }, picture.H);
  ctx.strokeStyle = palette.forward;
  ctx.lineWidth = 1.2 * U;
  ctx.strokeRect(box.x - 0.5, box.y - 0.5, box.size + 1, box.size + 1);
  const x = box.x + box.size + 6 * U;
  drawMath(ctx, U, name, x, box.y + 4 * U, { size: 14, colour: palette.ink2 });
  if (picture.T > 1) drawText(ctx, U, `× ${picture.T - 1}`, x, box.y + 21 * U, { colour: palette.ink3 });
}

/**
 * W_hh as a square of cells: every entry where there is room, else evenly chosen ones, never their mean.
 * @param {Context} ctx
 * @param {Scene} scene
 * @param {import("../../lib/canvas/bitmap.js").Bitmap} bitmap
 * @param {{x: number, y: number, size: number, ratio: number}} box
 * @param {number} most cells on a side
 */
export function drawMatrix(ctx, { palette, picture }, bitmap, { x, y, size, ratio }, most) {
  if (!picture?.W_hh) return;
  const [H, columns] = picture.W_hh.shape;
  const { data } = picture.W_hh;
  drawPixels(ctx, bitmap, { x, y, width: size, height: size, ratio }, (pixels, width) => {
    const cells = Math.min(H, most, width);
    const edges = cellEdges(
      cells,
      (i) => (i * width) / cells,
      (i) => ((i + 1) * width) / cells,
    );
    const chosen = (/** @type {number} */ i, /** @type {number} */ of) => Math.floor(((i + 0.5) * of) / cells);
    const colourAt = (/** @type {number} */ r, /** @type {number} */ c) =>
      palette.activation.rgba[activationIndex(data[chosen(r, H) * columns + chosen(c, columns)])];
    paintCells(pixels, width, edges, edges, colourAt, { ink: palette.pixel.border, ground: palette.pixel.paper });
  });
}

/** h_{t-1} → h_t, in the reverse direction h_{t+1} → h_t, and x_t → h_t from below. */
export function drawArrows(/** @type {Context} */ ctx, /** @type {Scene} */ { layout, palette, picture }) {
  const reverse = picture?.reverse ?? false;
  const tip = (thumbnailPlaces(layout).length > 0 ? 2.4 : 3) * layout.U;
  ctx.fillStyle = palette.forward;
  ctx.strokeStyle = palette.forward;
  ctx.lineWidth = layout.U;
  ctx.beginPath();
  for (let t = 1; t <= layout.T; t++) {
    if (!standsApart(layout, t)) continue;
    inputHead(ctx, layout, t);
    if (t > 1 && standsApart(layout, t - 1)) recurrentHead(ctx, layout, t, tip, reverse);
  }
  ctx.fill();
  ctx.beginPath();
  for (let t = 1; t <= layout.T; t++) {
    if (!standsApart(layout, t)) continue;
    ctx.moveTo(xOf(layout, t), layout.units.bottom + 4 * layout.U);
    ctx.lineTo(xOf(layout, t), layout.input.top);
    if (t > 1 && pitchOf(layout, t) > LINES_FROM * layout.U) recurrentLine(ctx, layout, t);
  }
  ctx.stroke();
}

function inputHead(/** @type {Context} */ ctx, /** @type {Layout} */ layout, /** @type {number} */ t) {
  const { U } = layout;
  const x = xOf(layout, t);
  const top = layout.units.bottom + 1.8 * U;
  const half = Math.min(2.6 * U, columnWidth(layout, t) * 0.3);
  ctx.moveTo(x, top);
  ctx.lineTo(x - half, top + 3.4 * U);
  ctx.lineTo(x + half, top + 3.4 * U);
}

/** Into t from t−1; where the sequence is read from its end, into t−1 from t. @param {Context} ctx @param {Layout} layout @param {number} t @param {number} tip @param {boolean} reverse */
function recurrentHead(ctx, layout, t, tip, reverse) {
  const { U, units } = layout;
  const y = (units.top + units.bottom) / 2;
  const [into, ahead] = reverse ? [t - 1, -1] : [t, 1];
  const x = xOf(layout, into) - ahead * (columnWidth(layout, into) / 2 + 1.8 * U);
  ctx.moveTo(x, y);
  ctx.lineTo(x - ahead * tip, y - 2.4 * U);
  ctx.lineTo(x - ahead * tip, y + 2.4 * U);
}

/** Between columns far apart the arrow has a shaft. */
function recurrentLine(/** @type {Context} */ ctx, /** @type {Layout} */ layout, /** @type {number} */ t) {
  const { U, units } = layout;
  const y = (units.top + units.bottom) / 2;
  ctx.moveTo(xOf(layout, t - 1) + columnWidth(layout, t - 1) / 2 + 2 * U, y);
  ctx.lineTo(xOf(layout, t) - columnWidth(layout, t) / 2 - 3 * U, y);
}

/**
 * The same small W_hh on every arrow where there is room.
 * @param {Context} ctx
 * @param {Scene} scene
 * @param {Bitmaps} bitmaps
 * @param {number} ratio
 */
export function drawThumbnails(ctx, scene, bitmaps, ratio) {
  const places = thumbnailPlaces(scene.layout, scene.picture?.reverse);
  if (!scene.picture?.W_hh || places.length === 0) return;
  const snap = (/** @type {number} */ value) => Math.round(value * ratio) / ratio;
  const bitmap = bitmaps("thumbnail");
  const { size } = places[0];
  drawMatrix(ctx, scene, bitmap, { x: places[0].x, y: places[0].y, size, ratio }, THUMBNAIL_CELLS);
  for (const { x, y } of places.slice(1)) ctx.drawImage(bitmap.canvas, snap(x), snap(y), size, size);
  ctx.strokeStyle = scene.palette.forward;
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (const { x, y } of places) ctx.rect(snap(x) - 0.5, snap(y) - 0.5, size + 1, size + 1);
  ctx.stroke();
}

/** It is one matrix: all its places framed, and threads from each to the one in the gutter. */
export function drawSharedWeights(/** @type {Context} */ ctx, /** @type {Scene} */ { layout, palette, picture }) {
  if (!picture || !statesMeetBy(picture)) return;
  const { U } = layout;
  const box = weightsBox(layout);
  const places = thumbnailPlaces(layout, picture.reverse);
  const from = { x: box.x + box.size + 1, y: box.y + box.size / 2 };
  ctx.strokeStyle = palette.forward;
  ctx.globalAlpha = 0.45;
  ctx.lineWidth = 0.8 * U;
  ctx.beginPath();
  for (const { x, y, size } of places) {
    const drop = layout.units.bottom - 6 * U;
    ctx.moveTo(from.x, from.y);
    ctx.bezierCurveTo(from.x + 60 * U, drop, x - 40 * U, drop, x + size / 2, y + size);
  }
  ctx.stroke();
  ctx.globalAlpha = 1;
  ctx.strokeStyle = palette.ink;
  ctx.lineWidth = 1.6 * U;
  ctx.strokeRect(box.x - 1, box.y - 1, box.size + 2, box.size + 2);
  ctx.beginPath();
  for (const { x, y, size } of places) ctx.rect(x - 1, y - 1, size + 2, size + 2);
  ctx.stroke();
}

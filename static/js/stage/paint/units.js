/** Draws the hidden units and the arrows between them: columns of cells, their signs. Keeps no state. */
import { activationIndex } from "../../kit/colour.js";
import { startsAtZero } from "../../record/picture.js";
import { drawPixels } from "../../lib/canvas/bitmap.js";
import { acrossAxis, columnWidth, pitchOf, standsApart, xOf } from "../axis.js";
import { thumbnailPlaces, weightsBox } from "../layout.js";
import { cellEdges, NOT_A_NUMBER, paintCells } from "../../lib/canvas/cells.js";
import { drawText, sans } from "../../kit/text.js";
import { once } from "../once.js";
import { isSaturated, slopeOf } from "../../record/slope.js";
import { SATURATED } from "../../words/stage.js";

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {import("../scene.js").Scene} Scene */
/** @typedef {import("../layout.js").Layout} Layout */
/** @typedef {import("../../lib/canvas/bitmap.js").Bitmaps} Bitmaps */

/** Columns further apart than this have a shaft on the arrow between them. */
const LINES_FROM = 20;
/** How thick what goes forward is drawn, in design units: as easy to see as what comes back. */
export const WAY = 1.6;

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
    const { columns, rows } = once(layout, `units/${ratio}`, () => unitEdges(layout, T, ratio));
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
  drawCellMarks(ctx, scene);
  drawBadState(ctx, scene);
}

/** Where the units' cells begin and end. @param {Layout} layout @param {number} T @param {number} ratio */
function unitEdges(layout, T, ratio) {
  const { units } = layout;
  const start = (/** @type {number} */ c) =>
    (xOf(layout, c + 1) - layout.left - columnWidth(layout, c + 1) / 2) * ratio;
  return {
    columns: cellEdges(T, start, (c) => start(c) + columnWidth(layout, c + 1) * ratio),
    rows: cellEdges(
      units.rows,
      (r) => r * units.rowHeight * ratio,
      (r) => (r + 1) * units.rowHeight * ratio - Math.round(units.gap * ratio),
    ),
  };
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

/** Hairlines that count packed columns and their inputs in groups. */
function drawGroupCuts(/** @type {Context} */ ctx, /** @type {Layout} */ layout, /** @type {string} */ colour) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (let t = layout.group; t < layout.T; t += layout.group) {
    const x = layout.edges[t];
    for (const { top, bottom } of [layout.units, layout.input]) {
      ctx.moveTo(x, top);
      ctx.lineTo(x, bottom);
    }
  }
  ctx.stroke();
}

/** Cells this small in design units carry no marks. */
const MARKED = { row: 4.5, column: 5 };
const DOT = 1.4;

/** Whether cells are large enough to be marked. @param {Layout} layout @param {number} t */
export function hasMarks(layout, t) {
  return layout.units.rowHeight >= MARKED.row * layout.U && columnWidth(layout, t) >= MARKED.column * layout.U;
}

/** The middle of a unit's cell. @param {Layout} layout @param {number} row */
export function middleOf({ units }, row) {
  return units.top + (row + 0.5) * units.rowHeight - units.gap / 2;
}

/** In paper colour: a dot on a saturated unit, a bar on a value beyond the colour scale's ends. */
function drawCellMarks(/** @type {Context} */ ctx, /** @type {Scene} */ { layout, palette, picture }) {
  if (!picture) return;
  const { units, U } = layout;
  const slope = slopeOf(picture);
  ctx.fillStyle = palette.paper;
  ctx.beginPath();
  for (let t = 1; t <= picture.T; t++) {
    if (!hasMarks(layout, t)) continue;
    for (let r = 0; r < units.rows; r++) {
      const value = picture.h[t * picture.H + r * units.every];
      if (!Number.isFinite(value)) continue;
      if (Math.abs(value) > 1.0001) ctx.rect(xOf(layout, t) - 2.5 * U, middleOf(layout, r) - 0.7 * U, 5 * U, 1.4 * U);
      else if (slope && isSaturated(slope, value)) dot(ctx, xOf(layout, t), middleOf(layout, r), DOT * U);
    }
  }
  ctx.fill();
}

/** @param {Context} ctx @param {number} x @param {number} y @param {number} radius */
function dot(ctx, x, y, radius) {
  ctx.moveTo(x + radius, y);
  ctx.arc(x, y, radius, 0, 2 * Math.PI);
}

/** What a dot means, in the gutter, where there is room between the colours' key and the weights. */
export function drawSaturatedKey(/** @type {Context} */ ctx, /** @type {Scene} */ { layout, palette, picture }) {
  const { U, units } = layout;
  const y = units.top + 38 * U;
  if (!picture || !slopeOf(picture) || !hasMarks(layout, layout.T) || weightsBox(layout).y < y + 7 * U) return;
  const x = 25 * U;
  ctx.fillStyle = palette.activation.css[activationIndex(1)];
  ctx.fillRect(x - 5 * U, y - 3.5 * U, 10 * U, 7 * U);
  ctx.fillStyle = palette.paper;
  ctx.beginPath();
  dot(ctx, x, y, DOT * U);
  ctx.fill();
  drawText(ctx, U, SATURATED, x + 10 * U, y, { colour: palette.ink3 });
}

/** Where the first number that is not finite is a state, its column is framed. */
function drawBadState(/** @type {Context} */ ctx, /** @type {Scene} */ { layout, palette, picture }) {
  const bad = picture?.firstBad;
  if (bad?.of !== "h") return;
  const { U, units } = layout;
  ctx.strokeStyle = palette.error;
  ctx.lineWidth = 2 * U;
  ctx.beginPath();
  columnOutline(ctx, layout, bad.t, 3 * U);
  ctx.stroke();
  const y = units.top + (Math.floor(bad.unit / units.every) + 0.5) * units.rowHeight;
  drawBadSign(ctx, U, palette, bad.value, xOf(layout, bad.t), y);
}

/**
 * NaN or ∞ on raised ground.
 * @param {Context} ctx @param {number} U @param {import("../../kit/colour.js").Palette} palette
 * @param {number} value @param {number} x @param {number} y
 */
export function drawBadSign(ctx, U, palette, value, x, y) {
  const sign = Number.isNaN(value) ? "NaN" : "∞";
  ctx.font = sans(U, 12, 600);
  const width = ctx.measureText(sign).width + 4 * U;
  ctx.fillStyle = palette.raised;
  ctx.fillRect(x - width / 2, y - 7 * U, width, 14 * U);
  drawText(ctx, U, sign, x, y, { size: 12, weight: 600, align: "center", colour: palette.error });
}

/** h_{t-1} → h_t, in the reverse direction h_{t+1} → h_t, and x_t → h_t from below. */
export function drawArrows(/** @type {Context} */ ctx, /** @type {Scene} */ scene) {
  drawInputArrows(ctx, scene);
  drawRecurrentArrows(ctx, scene);
}

/** x_t → h_t. @param {Context} ctx @param {Scene} scene */
function drawInputArrows(ctx, { layout, palette }) {
  ctx.fillStyle = palette.forward;
  ctx.strokeStyle = palette.forward;
  ctx.lineWidth = WAY * layout.U;
  ctx.beginPath();
  for (let t = 1; t <= layout.T; t++) if (standsApart(layout, t)) inputHead(ctx, layout, t);
  ctx.fill();
  ctx.beginPath();
  for (let t = 1; t <= layout.T; t++) {
    if (!standsApart(layout, t)) continue;
    ctx.moveTo(xOf(layout, t), layout.units.bottom + 4 * layout.U);
    ctx.lineTo(xOf(layout, t), layout.input.top);
  }
  ctx.stroke();
}

/** h_{t-1} → h_t, in the reverse direction h_{t+1} → h_t. @param {Context} ctx @param {Scene} scene */
export function drawRecurrentArrows(ctx, { layout, palette, picture }) {
  const reverse = picture?.reverse ?? false;
  const fromStart = picture !== null && !startsAtZero(picture) && standsApart(layout, reverse ? layout.T : 1);
  const tip = (thumbnailPlaces(layout).length > 0 ? 2.4 : 3) * layout.U;
  ctx.fillStyle = palette.forward;
  ctx.strokeStyle = palette.forward;
  ctx.lineWidth = WAY * layout.U;
  ctx.beginPath();
  for (let t = 1; t <= layout.T; t++) {
    if (!standsApart(layout, t)) continue;
    if (t > 1 && standsApart(layout, t - 1)) recurrentHead(ctx, layout, t, tip, reverse);
  }
  if (fromStart) recurrentHead(ctx, layout, reverse ? layout.T + 1 : 1, tip, reverse);
  ctx.fill();
  ctx.beginPath();
  for (let t = 1; t <= layout.T; t++) {
    if (!standsApart(layout, t)) continue;
    if (t > 1 && pitchOf(layout, t) > LINES_FROM * layout.U) recurrentLine(ctx, layout, t);
  }
  if (fromStart) startLine(ctx, layout, reverse);
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

/** From the edge of the picture into the column that is read first: an initial state that is not 0. @param {Context} ctx @param {Layout} layout @param {boolean} reverse */
function startLine(ctx, layout, reverse) {
  const { U, units, edges, T } = layout;
  const y = (units.top + units.bottom) / 2;
  const [t, from, ahead] = reverse ? [T, edges[T], -1] : [1, edges[0], 1];
  ctx.moveTo(from, y);
  ctx.lineTo(xOf(layout, t) - ahead * (columnWidth(layout, t) / 2 + 3 * U), y);
}

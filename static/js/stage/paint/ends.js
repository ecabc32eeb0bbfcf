/** Draws both ends of the network: losses and outputs above the river, inputs below the units. Keeps no state. */
import { activationIndex, sourceIndex } from "../../kit/colour.js";
import { clamp } from "../../lib/scales.js";
import { drawPixels } from "../../lib/canvas/bitmap.js";
import { acrossAxis, columnWidth, pitchOf, standsApart, xOf } from "../axis.js";
import { outputAt, symbolAt } from "../../record/picture.js";
import { cellEdges, NOT_A_NUMBER, paintCells } from "../../lib/canvas/cells.js";
import { SYMBOL_PITCH, showsSymbols } from "../scene.js";
import { visibleSymbol } from "../../lib/format.js";
import { drawText } from "../../kit/text.js";

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {import("../scene.js").Scene} Scene */
/** @typedef {import("../../record/picture.js").Picture} Picture */
/** @typedef {import("../layout.js").Layout} Layout */
/** @typedef {import("../../lib/canvas/bitmap.js").Bitmaps} Bitmaps */

const DISC = { baseline: 7.5, least: 1.4, most: 9 };
/** Discs with a smaller radius, in px, are squares. */
const SQUARE = 1;

/**
 * A disc's radius where there is room. Its area grows with E_t, up to a largest disc; the baseline's loss per timestep
 * has the radius 7.5.
 * @param {number} loss @param {number | null | undefined} baseline
 */
export function discRadius(loss, baseline) {
  const radius = DISC.baseline * Math.sqrt(loss / (baseline && baseline > 0 ? baseline : 1));
  return clamp(radius, DISC.least, DISC.most);
}

export function lossRadius(/** @type {Picture} */ picture, /** @type {Layout} */ layout, /** @type {number} */ t) {
  const { U } = layout;
  const pitch = pitchOf(layout, t);
  const room = Math.min(1, pitch / (18 * U));
  const radius = discRadius(picture.loss[t - 1], picture.baseline);
  return U * Math.max(Math.min(DISC.least, 0.4 * (pitch / U)), room * radius);
}

export function drawLosses(/** @type {Context} */ ctx, /** @type {Scene} */ { layout, palette, picture, highlight }) {
  if (!picture) return;
  const { U } = layout;
  const { y } = layout.loss;
  ctx.strokeStyle = palette.ink3;
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (let t = 1; t <= picture.T; t++) {
    if (picture.hasTarget[t]) continue;
    const dash = Math.min(4.5 * U, pitchOf(layout, t) * 0.3);
    ctx.moveTo(xOf(layout, t) - dash, Math.round(y) + 0.5);
    ctx.lineTo(xOf(layout, t) + dash, Math.round(y) + 0.5);
  }
  ctx.stroke();
  const alone = picture.losses < 2;
  for (let t = 1; t <= picture.T; t++) {
    if (!picture.hasTarget[t]) continue;
    if (!Number.isFinite(picture.loss[t - 1])) {
      drawText(ctx, U, "×", xOf(layout, t), y, { align: "center", weight: 600, colour: palette.error });
      continue;
    }
    ctx.globalAlpha = highlight === 0 || highlight === t ? 1 : 0.28;
    ctx.fillStyle = palette.source.css[sourceIndex(t, picture.T, alone)];
    ctx.beginPath();
    addDisc(ctx, xOf(layout, t), y, lossRadius(picture, layout, t));
    ctx.fill();
  }
  ctx.globalAlpha = 1;
}

/** A disc for the path; a tiny one is a square, which is drawn faster and looks the same. @param {Context} ctx @param {number} x @param {number} y @param {number} radius */
function addDisc(ctx, x, y, radius) {
  if (radius < SQUARE) return ctx.rect(x - radius, y - radius, 2 * radius, 2 * radius);
  ctx.moveTo(x + radius, y);
  ctx.arc(x, y, radius, 0, 2 * Math.PI);
}

/** Where a value stands in the row of outputs. @param {Scene} scene @returns {(value: number) => number} */
function placeOfOutput({ layout, outputDomain: [low, high] }) {
  const { top, bottom } = layout.output;
  const margin = 2.5 * layout.U;
  return (value) => {
    const share = clamp((value - low) / (high - low), -0.12, 1.12);
    return bottom - margin - share * (bottom - top - 2 * margin);
  };
}

/** The height of y_t at index t, in the middle of its dots where there are several; NaN without a number. @param {Scene} scene */
export function outputHeights(scene) {
  const { picture } = scene;
  const heights = new Float64Array((picture?.T ?? 0) + 1).fill(Number.NaN);
  if (!picture) return heights;
  const place = placeOfOutput(scene);
  const lows = heights.slice();
  const highs = heights.slice();
  for (const { t, value } of outputMarks(picture)) {
    if (!Number.isFinite(value)) continue;
    const y = place(value);
    if (!(lows[t] <= y)) lows[t] = y;
    if (!(highs[t] >= y)) highs[t] = y;
  }
  return heights.map((_, t) => (lows[t] + highs[t]) / 2);
}

/** Output as a dot, target as a bar, the error as the ink line between them. */
export function drawOutputs(/** @type {Context} */ ctx, /** @type {Scene} */ scene) {
  const { layout, palette, picture, outputDomain } = scene;
  if (!picture) return;
  const { U, pitch } = layout;
  const [low] = outputDomain;
  const place = placeOfOutput(scene);
  ctx.strokeStyle = palette.hairline;
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (const level of low < 0 ? [0] : [low]) {
    const y = Math.round(place(level)) + 0.5;
    ctx.moveTo(layout.left, y);
    ctx.lineTo(layout.right, y);
  }
  ctx.stroke();

  const marks = outputMarks(picture);
  ctx.strokeStyle = palette.ink;
  ctx.lineWidth = Math.min(1.2 * U, pitch * 0.3);
  ctx.beginPath();
  for (const { t, value, target } of marks) {
    if (target === null || !Number.isFinite(value)) continue;
    ctx.moveTo(xOf(layout, t), place(value));
    ctx.lineTo(xOf(layout, t), place(target));
  }
  ctx.stroke();
  ctx.fillStyle = palette.ink;
  for (const { t, target } of marks) {
    const bar = Math.min(5.5 * U, Math.max(0.6, pitchOf(layout, t) * 0.36));
    if (target !== null) ctx.fillRect(xOf(layout, t) - bar, place(target) - 0.9 * U, 2 * bar, 1.8 * U);
  }
  dots(
    ctx,
    layout,
    marks.filter((mark) => mark.target !== null && Number.isFinite(mark.value)),
    place,
  );
  ctx.fillStyle = palette.forward;
  ctx.fill();
  dots(
    ctx,
    layout,
    marks.filter((mark) => mark.target === null && Number.isFinite(mark.value)),
    place,
  );
  ctx.fillStyle = palette.paper;
  ctx.fill();
  ctx.strokeStyle = palette.forward;
  ctx.lineWidth = Math.min(1.2 * U, pitch * 0.13);
  ctx.stroke();
}

/**
 * @param {Context} ctx
 * @param {Layout} layout
 * @param {{t: number, value: number}[]} marks
 * @param {(value: number) => number} place
 */
function dots(ctx, layout, marks, place) {
  ctx.beginPath();
  for (const { t, value } of marks) {
    const y = place(value);
    const radius = Math.min(2.8 * layout.U, Math.max(0.9, pitchOf(layout, t) * 0.22));
    addDisc(ctx, xOf(layout, t), y, radius);
  }
}

/**
 * For values y against the target, output by output; for classes the target's probability against 1, and the
 * winner's where there is no target.
 * @param {Picture} picture
 * @returns {{t: number, value: number, target: number | null}[]}
 */
function outputMarks(picture) {
  const { T, O, classification, hasTarget, target } = picture;
  const marks = [];
  for (let t = 1; t <= T; t++) {
    if (classification) {
      if (hasTarget[t]) marks.push({ t, value: outputAt(picture, t, target[t - 1]), target: 1 });
      else marks.push({ t, value: highestProbability(picture, t), target: null });
      continue;
    }
    for (let o = 0; o < O; o++) {
      const wanted = target[(t - 1) * O + o];
      marks.push({ t, value: outputAt(picture, t, o), target: Number.isNaN(wanted) ? null : wanted });
    }
  }
  return marks;
}

function highestProbability(/** @type {Picture} */ picture, /** @type {number} */ t) {
  let highest = 0;
  for (let o = 0; o < picture.O; o++) highest = Math.max(highest, outputAt(picture, t, o));
  return highest;
}

/**
 * Inputs: symbols on tiles, or one cell an input.
 * @param {Context} ctx
 * @param {Scene} scene
 * @param {Bitmaps} bitmaps
 * @param {number} ratio
 */
export function drawInputs(ctx, scene, bitmaps, ratio) {
  const { layout, palette, picture } = scene;
  if (!picture) return;
  if (showsSymbols(scene)) {
    drawSymbols(ctx, scene);
    return;
  }
  const { input, U } = layout;
  const { x, I, T } = picture;
  const tileOf = (/** @type {number} */ t) =>
    standsApart(layout, t) ? Math.min(columnWidth(layout, t), 14 * U) : columnWidth(layout, t);
  const rowHeight = (input.bottom - input.top) / I;
  const gap = I <= 2 && rowHeight > 8 ? 1.6 * U : rowHeight > 4 ? 0.8 * U : 0;
  drawPixels(ctx, bitmaps("input"), acrossAxis(layout, input, ratio), (pixels, width) => {
    const start = (/** @type {number} */ c) => (xOf(layout, c + 1) - layout.left - tileOf(c + 1) / 2) * ratio;
    const columns = cellEdges(T, start, (c) => start(c) + tileOf(c + 1) * ratio);
    const rows = cellEdges(
      I,
      (r) => r * rowHeight * ratio,
      (r) => (r + 1) * rowHeight * ratio - (I > 1 ? gap * ratio : 0),
    );
    const colourAt = (/** @type {number} */ r, /** @type {number} */ c) => {
      const value = x[c * I + r];
      return Number.isFinite(value) ? palette.activation.rgba[activationIndex(value)] : NOT_A_NUMBER;
    };
    paintCells(pixels, width, columns, rows, colourAt, { ink: palette.pixel.border, ground: palette.pixel.paper });
  });
  if (I > 2) return;
  ctx.strokeStyle = palette.border;
  ctx.lineWidth = 0.9;
  ctx.beginPath();
  for (let t = 1; t <= T; t++) {
    if (!standsApart(layout, t)) continue;
    const tile = tileOf(t);
    for (let i = 0; i < I; i++) {
      const height = rowHeight - (I > 1 ? gap : 0);
      ctx.rect(xOf(layout, t) - tile / 2, input.top + i * rowHeight, tile, height);
    }
  }
  ctx.stroke();
}

function drawSymbols(/** @type {Context} */ ctx, /** @type {Scene} */ { layout, palette, picture }) {
  if (!picture?.symbols) return;
  const { input, U } = layout;
  const y = (input.top + input.bottom) / 2;
  const side = 14 * U;
  ctx.fillStyle = palette.raised;
  ctx.strokeStyle = palette.border;
  ctx.lineWidth = 0.9;
  ctx.beginPath();
  for (let t = 1; t <= picture.T; t++) {
    if (!standsApart(layout, t)) continue;
    const half = Math.min(side, pitchOf(layout, t) - 2) / 2;
    ctx.roundRect(xOf(layout, t) - half, y - side / 2, 2 * half, side, 2 * U);
  }
  ctx.fill();
  ctx.stroke();
  for (let t = 1; t <= picture.T; t++) {
    if (pitchOf(layout, t) < SYMBOL_PITCH * 0.8) continue;
    const symbol = visibleSymbol(picture.symbols[symbolAt(picture, t)]);
    drawText(ctx, U, symbol, xOf(layout, t), y + 0.5, { weight: 500, align: "center", colour: palette.forward });
  }
}

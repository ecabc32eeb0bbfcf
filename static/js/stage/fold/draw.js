/** Draws the folded network: one cell with its numbers, its loop, one accumulator, and all of time in a strip. */
import { activationIndex, sourceIndex } from "../../kit/colour.js";
import { formatExp, formatFixed, formatNumber, formatPercent, visibleSymbol } from "../../lib/format.js";
import { labelledTimesteps } from "../../lib/scales.js";
import { drawTrack } from "../paint/track.js";
import { drawMatrix, outline } from "../paint/weights.js";
import { symbolAt } from "../../record/picture.js";
import { statesMeetBy } from "../../record/cells.js";
import { readoutLines } from "../readout.js";
import { drawMath, drawText, sans } from "../../kit/text.js";
import { aboveWords, belowWords } from "../../words/layers.js";
import * as say from "../../words/fold.js";
import { drawLoop } from "./loop.js";
import { layersOf } from "./layout.js";

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {import("../scene.js").Scene} Scene */
/** @typedef {import("../../lib/canvas/bitmap.js").Bitmaps} Bitmaps */
/** @typedef {import("./layout.js").Folded} Folded */
/** @typedef {import("./layout.js").Box} Box */

/** Rows lower than this have no room for a number. */
const NUMBER_ROW = 10;
const CARDS_BEHIND = 3;

/**
 * @param {Context} ctx
 * @param {Scene} scene
 * @param {Folded} folded
 * @param {{t: number, drift: number, cell: Box, bitmaps: Bitmaps, ratio: number}} how `cell`: where the cell is by now
 */
export function drawFolded(ctx, scene, folded, { t, drift, cell, bitmaps, ratio }) {
  const { palette, picture } = scene;
  if (!picture) return;
  drawLoop(ctx, scene, folded, t, drift);
  const { U, weights } = folded;
  ctx.fillStyle = palette.paper;
  const room = { x: folded.cell.x - 3 * U, width: folded.cell.width + 19 * U };
  ctx.fillRect(room.x, folded.cell.y - 13 * U, room.width, folded.cell.height + 16 * U);
  ctx.fillRect(weights.x - 4 * U, weights.y - 4 * U, weights.size + 8 * U, weights.size + 8 * U);
  drawWeights(ctx, scene, folded, bitmaps, ratio);
  drawInput(ctx, scene, folded, t);
  drawOutput(ctx, scene, folded, t);
  drawCell(ctx, scene, { box: cell, U, t, settled: cell === folded.cell });
  drawMath(
    ctx,
    U,
    "h_t",
    folded.cell.x - 20 * U,
    folded.cell.y + (folded.straight ? 0.52 : 0.72) * folded.cell.height,
    {
      size: 15,
      colour: palette.ink2,
    },
  );
  drawNames(ctx, scene, folded, t);
  drawStrip(ctx, scene, folded, t, bitmaps, ratio);
}

/**
 * The one cell on top of the deck, its numbers in it once it has come to rest.
 * @param {Context} ctx
 * @param {Scene} scene
 * @param {{box: Box, U: number, t: number, settled: boolean}} cell
 */
export function drawCell(ctx, { palette, picture, layout }, { box, U, t, settled }) {
  if (!picture) return;
  const { H, h } = picture;
  const rowHeight = box.height / H;
  const card = (/** @type {number} */ right, /** @type {number} */ up) => {
    ctx.beginPath();
    const padding = 2 * U;
    ctx.roundRect(
      box.x + right - padding,
      box.y - up - padding,
      box.width + 2 * padding,
      box.height + 2 * padding,
      4 * U,
    );
    ctx.fill();
    ctx.stroke();
  };
  ctx.fillStyle = palette.paper;
  ctx.strokeStyle = palette.border;
  ctx.lineWidth = U;
  for (let i = Math.min(CARDS_BEHIND, layout.T - 1); i > 0; i--) card(4 * i * U, 3 * i * U);
  ctx.strokeStyle = palette.ink;
  ctx.lineWidth = 1.6 * U;
  card(0, 0);
  const gap = rowHeight > 4 * U ? 0.8 * U : 0;
  const numbers = settled && rowHeight >= NUMBER_ROW * U;
  for (let unit = 0; unit < H; unit++) {
    const value = h[t * H + unit];
    const index = activationIndex(value);
    const y = box.y + unit * rowHeight;
    ctx.fillStyle = Number.isFinite(value) ? palette.activation.css[index] : palette.errorGround;
    ctx.fillRect(box.x, y, box.width, rowHeight - gap);
    if (!numbers) continue;
    const colour = Number.isFinite(value) ? inkOn(palette.activation.rgba[index]) : palette.error;
    drawText(
      ctx,
      U,
      Math.abs(value) < 10 ? formatFixed(value, 2) : formatNumber(value, 2),
      box.x + box.width / 2,
      y + (rowHeight - gap) / 2,
      {
        align: "center",
        colour,
      },
    );
  }
}

/** Black or white, whichever can be read better: on every tile at 4.5 to 1 or more. @param {number} tile packed */
export function inkOn(tile) {
  const light = luminance(tile) + 0.05;
  return light / 0.05 > 1.05 / light ? "#000000" : "#ffffff";
}

/** Relative luminance of sRGB, as WCAG 2 defines it. */
function luminance(/** @type {number} */ word) {
  const [r, g, b] = [0, 8, 16].map((shift) => {
    const s = ((word >>> shift) & 255) / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function drawWeights(
  /** @type {Context} */ ctx,
  /** @type {Scene} */ scene,
  /** @type {Folded} */ { weights, U },
  /** @type {Bitmaps} */ bitmaps,
  /** @type {number} */ ratio,
) {
  const { palette, picture } = scene;
  const name = picture && statesMeetBy(picture);
  if (!picture?.W_hh || !name) return;
  const box = { x: weights.x, y: weights.y, width: weights.size, height: weights.size };
  drawMatrix(ctx, scene, bitmaps("folded W_hh"), picture.W_hh, { ...box, ratio }, picture.H);
  outline(ctx, box, palette.forward, 1.2 * U);
  drawMath(ctx, U, name, weights.x + weights.size / 2 - 14 * U, weights.y + weights.size + 12 * U, {
    size: 15,
    colour: palette.ink2,
  });
}

/** x_t as tiles, and the arrow from it into the cell. */
function drawInput(
  /** @type {Context} */ ctx,
  /** @type {Scene} */ { palette, picture },
  /** @type {Folded} */ { input, cell, U },
  /** @type {number} */ t,
) {
  if (!picture) return;
  const { x, y, size } = input;
  const arrow = { from: { x: x + size + 4 * U, y: y + size / 2 }, to: { x: cell.x - 4 * U, y: y + size / 2 } };
  const below = belowWords(picture.place);
  if (below) {
    drawText(ctx, U, below, x + size, y + size / 2, { align: "right", colour: palette.ink2 });
    drawArrow(ctx, arrow.from, arrow.to, palette.forward, U);
    return;
  }
  ctx.strokeStyle = palette.border;
  ctx.lineWidth = 0.9;
  if (picture.symbols) {
    ctx.fillStyle = palette.raised;
    ctx.beginPath();
    ctx.roundRect(x, y, size, size, 3 * U);
    ctx.fill();
    ctx.stroke();
    const symbol = visibleSymbol(picture.symbols[symbolAt(picture, t)]);
    drawText(ctx, U, symbol, x + size / 2, y + size / 2, { align: "center", weight: 500, colour: palette.forward });
  } else {
    const tile = Math.min(size, (54 * U) / picture.I);
    for (let i = 0; i < picture.I; i++) {
      ctx.fillStyle = palette.activation.css[activationIndex(picture.x[(t - 1) * picture.I + i])];
      ctx.fillRect(x, y + i * tile, size, tile);
      if (tile > 6 * U) ctx.strokeRect(x, y + i * tile, size, tile);
    }
  }
  drawMath(ctx, U, "x_t", x - 22 * U, y + size / 2, { size: 15, colour: palette.ink2 });
  drawArrow(ctx, arrow.from, arrow.to, palette.forward, U);
}

/** y_t beside its target, in the read-out's words. */
function drawOutput(
  /** @type {Context} */ ctx,
  /** @type {Scene} */ scene,
  /** @type {Folded} */ { output, cell, U, narrow },
  /** @type {number} */ t,
) {
  const { palette, picture } = scene;
  const cards = Math.min(CARDS_BEHIND, scene.layout.T - 1);
  ctx.strokeStyle = palette.forward;
  ctx.lineWidth = 1.4 * U;
  ctx.beginPath();
  ctx.moveTo(output.x, cell.y - (3 * cards + 3) * U);
  ctx.lineTo(output.x, output.y + 7 * U);
  ctx.stroke();
  ctx.fillStyle = palette.forward;
  ctx.beginPath();
  ctx.arc(output.x, output.y, 5 * U, 0, 2 * Math.PI);
  ctx.fill();
  const above = picture && aboveWords(picture.place);
  const lines = above ? [above] : readoutLines(scene, { row: "output", t, unit: null, lane: 0 }, 0);
  for (const [index, line] of (narrow ? lines : [lines.join(", ")]).entries()) {
    drawText(ctx, U, line, output.x + 13 * U, output.y + 15 * index * U, { size: 12, colour: palette.ink2 });
  }
}

/** Which colour goes which way, with the number of the one that comes back. */
function drawNames(
  /** @type {Context} */ ctx,
  /** @type {Scene} */ { palette, picture, layout: { width } },
  /** @type {Folded} */ { loop, straight, weights, output, narrow, U },
  /** @type {number} */ t,
) {
  if (!picture) return;
  const x = narrow ? 20 * U : loop.cx + loop.rx + 6 * U;
  const y = narrow ? output.y - (straight ? 50 : 33) * U : weights.y + 6 * U;
  const norm = (/** @type {number} */ lane) =>
    `‖∂E/∂${lane === 0 ? "h" : "c"}‖ = ${formatExp(picture.lanes[lane].shown[t])}`;
  const names = [
    { name: say.FORWARD, value: "", colour: palette.forward },
    { name: say.BACKWARD, value: norm(0), colour: palette.backward },
    ...(straight ? [{ name: say.DIRECTLY, value: norm(1), colour: palette.backward }] : []),
  ];
  ctx.font = sans(U, 12);
  let line = y;
  for (const { name, value, colour } of names) {
    const whole = `${name} ${value}`.trimEnd();
    const fits = x + ctx.measureText(whole).width < width - 4 * U;
    for (const words of fits ? [whole] : [name, value]) {
      drawText(ctx, U, words, x, line, { size: 12, colour });
      line += 17 * U;
    }
  }
}

/** @param {Context} ctx @param {{x: number, y: number}} from @param {{x: number, y: number}} to @param {string} colour @param {number} U */
function drawArrow(ctx, from, to, colour, U) {
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.lineWidth = 1.4 * U;
  ctx.beginPath();
  ctx.moveTo(from.x, from.y);
  ctx.lineTo(to.x - 6 * U, to.y);
  ctx.stroke();
  ctx.beginPath();
  ctx.moveTo(to.x, to.y);
  ctx.lineTo(to.x - 8 * U, to.y - 4 * U);
  ctx.lineTo(to.x - 8 * U, to.y + 4 * U);
  ctx.fill();
}

/** h of all timesteps: what is scrubbed over. */
function drawStrip(
  /** @type {Context} */ ctx,
  /** @type {Scene} */ scene,
  /** @type {Folded} */ { strip, U, T },
  /** @type {number} */ t,
  /** @type {Bitmaps} */ bitmaps,
  /** @type {number} */ ratio,
) {
  const { palette, layout } = scene;
  const pitch = strip.width / T;
  const edges = Float64Array.from({ length: T + 1 }, (_, i) => strip.x + i * pitch);
  const track = { top: strip.y, bottom: strip.y + strip.height };
  drawTrack(ctx, { ...scene, track: "h", layout: { ...layout, track, edges } }, bitmaps, ratio);
  const end = drawMath(ctx, U, "h_t", 20 * U, strip.y + 10 * U, { size: 15, colour: palette.ink2 });
  drawText(ctx, U, say.OVER_TIME, end + 7 * U, strip.y + 10 * U, { colour: palette.ink3 });
  const y = strip.y + strip.height + 13 * U;
  const middle = (/** @type {number} */ at) => strip.x + (at - 0.5) * pitch;
  ctx.font = sans(U);
  const room = ctx.measureText(String(T)).width + 7 * U;
  for (const label of labelledTimesteps(T, pitch, room)) {
    if (label === t || (pitch < room && Math.abs(middle(label) - middle(t)) < room)) continue;
    drawText(ctx, U, String(label), middle(label), y, { align: "center", colour: palette.ink3 });
  }
  drawText(ctx, U, String(t), middle(t), y, { weight: 600, align: "center", colour: palette.ink });
  const width = Math.max(pitch, 3 * U);
  ctx.strokeStyle = palette.paper;
  ctx.lineWidth = 3.4 * U;
  ctx.strokeRect(middle(t) - width / 2, strip.y - 2 * U, width, strip.height + 4 * U);
  ctx.strokeStyle = palette.ink;
  ctx.lineWidth = 1.6 * U;
  ctx.strokeRect(middle(t) - width / 2, strip.y - 2 * U, width, strip.height + 4 * U);
}

/**
 * The accumulator: a layer for each timestep's part that has arrived. It stacks norms, and says so.
 * @param {Context} ctx
 * @param {Scene} scene
 * @param {Folded} folded
 * @param {(t: number) => boolean} arrived
 * @param {number | null} marked the timestep whose layer is framed
 */
export function drawAccumulator(ctx, { palette, picture }, { accumulator, narrow, U, T }, arrived, marked) {
  if (!picture?.parts) return;
  const { x, y, width, height } = accumulator;
  drawMath(ctx, U, `∂E/∂${picture.recurrent}`, x, y - 27 * U, { size: 15, colour: palette.ink2 });
  drawText(ctx, U, say.partsWords(T), x, y - 10 * U, {
    colour: palette.ink3,
  });
  ctx.fillStyle = palette.bed;
  ctx.fillRect(x, y, width, height);
  const layers = layersOf(picture.parts, height);
  const seam = height / T > 4 * U ? 0.6 * U : 0;
  for (const { t, from, to } of layers ?? []) {
    if (!arrived(t) || to === from) continue;
    ctx.fillStyle = palette.source.css[sourceIndex(t, T, false)];
    ctx.fillRect(x, y + height - to, width, Math.max(to - from - seam, 0.3));
  }
  ctx.strokeStyle = palette.backward;
  ctx.lineWidth = 1.2 * U;
  ctx.strokeRect(x - U, y - U, width + 2 * U, height + 2 * U);
  drawSums(ctx, palette, picture, accumulator, U, layers === null, narrow);
  const layer = layers?.find(({ t }) => t === marked);
  if (marked === null || !layer) return;
  const top = y + height - layer.to;
  ctx.strokeStyle = palette.ink;
  ctx.lineWidth = 1.6 * U;
  ctx.strokeRect(x - U, top, width + 2 * U, Math.max(layer.to - layer.from, 2 * U));
  const share = formatPercent((layer.to - layer.from) / height);
  // Its second line stays beside the bar: sums are written below it.
  const middle = Math.min(top + (layer.to - layer.from) / 2, y + height - (narrow ? 16 : 0) * U);
  const style = { colour: palette.ink2 };
  if (!narrow) return drawText(ctx, U, `t = ${marked}: ${share}`, x + width + 7 * U, middle, style);
  drawText(ctx, U, `t = ${marked}`, x - 6 * U, middle - 7 * U, { ...style, align: "right" });
  drawText(ctx, U, share, x - 6 * U, middle + 7 * U, { ...style, align: "right" });
}

/** Stacked norms add up to more than the norm of the sum: parts may point against each other. */
function drawSums(
  /** @type {Context} */ ctx,
  /** @type {import("../../kit/colour.js").Palette} */ palette,
  /** @type {import("../../record/picture.js").Picture} */ { parts, partsSum },
  /** @type {Box} */ { x, y, width, height },
  /** @type {number} */ U,
  /** @type {boolean} */ broken,
  /** @type {boolean} */ narrow,
) {
  const below = y + height + 14 * U;
  if (broken || !parts) {
    drawText(ctx, U, say.NOT_FINITE, x + width / 2, y + height / 2, { align: "center", colour: palette.error });
    return;
  }
  const stacked = parts.reduce((sum, norm) => sum + norm, 0);
  const sums = [
    { name: say.STACKED, value: stacked, style: { colour: palette.ink2 } },
    ...(partsSum === null ? [] : [{ name: say.SUM, value: partsSum, style: { weight: 600, colour: palette.ink } }]),
  ];
  for (const [index, { name, value, style }] of sums.entries()) {
    const number = formatNumber(value);
    if (!narrow) drawText(ctx, U, `${name} ${number}`, x, below + 15 * index * U, style);
    else {
      drawText(ctx, U, name, 20 * U, below + 30 * index * U, style);
      drawText(ctx, U, number, 20 * U, below + (30 * index + 14) * U, style);
    }
  }
}

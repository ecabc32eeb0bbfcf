/** Draws what stands beside the lane, before its mouth. Keeps no state. */

import { drawText, sans } from "../../kit/text.js";
import { SMALL, underCellState } from "./beds.js";
import { RULERS } from "./ruler.js";
import { WEIR, weirX } from "./signs.js";
import * as say from "../../words/stage.js";

/** @typedef {import("../scene.js").Scene} Scene */
/** @typedef {import("../layout.js").Layout} Layout */
/** @typedef {CanvasRenderingContext2D} Context */

/** What stands beside the lane, before its mouth: the weir, and the offer of another ruler. */
export function drawMouth(/** @type {Context} */ ctx, /** @type {Scene} */ scene) {
  drawWeir(ctx, scene);
  offerRuler(ctx, scene);
}

/** A text button beside the ruler: the whole river would fit a nearer one, or leaves this one. None is taken without being asked. */
function offerRuler(/** @type {Context} */ ctx, /** @type {Scene} */ { layout, palette, nearer, farther }) {
  const other = nearer ?? farther;
  const y = offerAt(layout);
  if (!other || y === null) return;
  const { U } = layout;
  ctx.font = sans(U);
  const reach = say.reachWords(RULERS[other].low, RULERS[other].high);
  const fits = 20 * U + ctx.measureText(reach).width < layout.left - 10 * U;
  const words = fits ? reach : say.WIDER_SCALE;
  drawText(ctx, U, words, 20 * U, y, { colour: palette.ink2 });
  ctx.fillStyle = palette.ink3;
  ctx.fillRect(20 * U, Math.round(y + 5.5 * U), ctx.measureText(words).width, 1);
}

/** Above what the weir says at the mouth, beside the lower of two lanes; null without room for it. @param {Layout} layout */
function offerAt(layout) {
  const { lanes, U } = layout;
  if (lanes.length > 1) return underCellState(layout);
  const [{ top, mid, bottom }] = lanes;
  return bottom - top < SMALL * U ? null : Math.min(mid + 26 * U, bottom - 28 * U);
}

/** Clipping by norm or value acts on the sum: one weir at the mouth. */
function drawWeir(/** @type {Context} */ ctx, /** @type {Scene} */ { layout, palette, picture, ribbons, clipSaid }) {
  if (!picture) return;
  const { U } = layout;
  const { mode, scale } = picture.clip;
  if ((mode !== "norm" && mode !== "value") || scale === null) return;
  const lane = layout.lanes[0];
  const clipped = scale < 1;
  const { bank } = ribbons[0];
  const length = (lane.bottom - lane.top) / 2 - bank;
  ctx.fillStyle = palette.ink;
  ctx.globalAlpha = clipped ? 1 : 0.25;
  const x = weirX(layout);
  ctx.fillRect(x, lane.top, WEIR * U, length);
  ctx.fillRect(x, lane.bottom - length, WEIR * U, length);
  ctx.globalAlpha = 1;
  const said = clipSaid ?? scale;
  labelWeir(ctx, layout, say.clippedWords(said), {
    weight: said < 1 ? 600 : 400,
    colour: said < 1 ? palette.ink : palette.ink3,
  });
}

/**
 * What clipping leaves, beside the weir; a long number takes the line below the word.
 * @param {Context} ctx
 * @param {Layout} layout
 * @param {string[]} words
 * @param {{weight: number, colour: string}} style
 */
function labelWeir(ctx, { U, lanes, left }, words, style) {
  const y = lanes[0].bottom - 4 * U;
  ctx.font = sans(U, 11, style.weight);
  const fits = 20 * U + ctx.measureText(words.join(" ")).width < left - 12 * U;
  const lines = fits ? [words.join(" ")] : words;
  for (const [index, line] of lines.entries()) {
    drawText(ctx, U, line, 20 * U, y - 12 * U * (lines.length - 1 - index), style);
  }
}

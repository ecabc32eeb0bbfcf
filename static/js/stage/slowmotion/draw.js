/** Draws a moment of slow motion: of the finished picture only what has been reached, and what is happening there. */
import { drawBand, drawCurrentLabel } from "../paint/stage.js";
import { drawTiles, drawWeights, nameOf, outline } from "../paint/weights.js";
import { matricesOf, matrixBox, tilesOf } from "../matrices.js";
import { drawBackward } from "./backward.js";
import { drawForward, drawLossesReached } from "./forward.js";
import { copyAll } from "./layers.js";

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {import("../scene.js").Scene} Scene */
/** @typedef {import("./layers.js").Layers} Layers */
/** @typedef {import("./timeline.js").Moment} Moment */
/** @typedef {import("../../lib/canvas/bitmap.js").Bitmaps} Bitmaps */

/**
 * @param {Context} ctx
 * @param {Layers} layers
 * @param {Moment} moment
 */
export function drawMoment(ctx, layers, moment) {
  const { layout } = layers.scene;
  if (moment.phase === "forward") drawForward(ctx, layers, moment);
  else if (moment.phase === "losses") drawLossesReached(ctx, layers, moment.t);
  else if (moment.phase === "backward") drawBackward(ctx, layers, moment);
  else copyAll(ctx, layers.whole, layout);
  if (moment.phase === "update") return;
  drawBand(ctx, layers.scene, moment.t);
  drawCurrentLabel(ctx, layers.scene, moment.t);
}

/**
 * The update: the weir first, then the new weights in all places in the same frame; nothing else is known of the new
 * network yet, so the rest stays as it was.
 * @param {Context} ctx
 * @param {Layers} before
 * @param {Scene} after
 * @param {number} part
 * @param {Bitmaps} bitmaps
 */
export function drawUpdate(ctx, before, after, part, bitmaps) {
  const { layout, palette } = before.scene;
  copyAll(ctx, before.whole, layout);
  if (part < 0.4) return;
  const scene = { ...after, layout };
  drawWeights(ctx, scene, bitmaps, before.ratio);
  drawTiles(ctx, scene, bitmaps, before.ratio);
  const { U } = layout;
  for (const matrix of matricesOf(layout)) {
    if (!after.picture || !nameOf(after.picture, matrix)) continue;
    for (const box of [matrixBox(layout, matrix), ...tilesOf(layout, matrix)])
      outline(ctx, box, palette.ink, 1.8 * U, U);
  }
}

/** Draws everything that stands in the river's lanes, from the bed up. Keeps no state. */

import { drawBanks, drawCuts, drawGatePosts, drawUnaltered, drawWaves } from "./marks.js";
import { drawDirectCore, drawMotorway } from "./motorway.js";
import { drawRibbon } from "./ribbon.js";
import { drawBeyondRuler, drawDryBed, drawUnsourced, drawWithoutNumber } from "./spans.js";

/** @typedef {import("../scene.js").Scene} Scene */
/** @typedef {CanvasRenderingContext2D} Context */

/**
 * @param {Context} ctx
 * @param {Scene} scene
 * @param {import("../../lib/canvas/bitmap.js").Bitmaps} bitmaps
 * @param {number} ratio device pixels a px
 */
export function drawRivers(ctx, scene, bitmaps, ratio) {
  const { layout, picture } = scene;
  if (!picture) return;
  for (const [index, _lane] of layout.lanes.entries()) {
    const isCellState = index === 1;
    drawWithoutNumber(ctx, scene, index);
    if (isCellState) drawMotorway(ctx, scene, index);
    else drawRibbon(ctx, scene, bitmaps, ratio, index);
    drawDryBed(ctx, scene, index);
    drawWaves(ctx, scene, index);
    drawBanks(ctx, scene, index);
    drawUnsourced(ctx, scene, index);
    drawBeyondRuler(ctx, scene, index);
    if (picture.altered) drawUnaltered(ctx, scene, index);
  }
  drawDirectCore(ctx, scene);
  drawCuts(ctx, scene);
  drawGatePosts(ctx, scene);
}

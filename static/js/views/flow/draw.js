/** Draws the flow matrix: what is the same from record to record, and what a record says. Keeps no state. */

import { drawText } from "../../kit/text.js";
import { hasPath } from "../../record/chosen.js";
import * as say from "../../words/flow.js";
import { drawAxes, drawAxisNames, drawRowValues } from "./axes.js";
import { drawKey } from "./key.js";
import { drawLegend, drawLegendBelow } from "./legend.js";
import { drawFrames, drawLagLine } from "./marks.js";
import { drawTiles } from "./tiles.js";

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {import("./layout.js").FlowSheet} FlowSheet */
/** @typedef {import("../../lib/canvas/bitmap.js").Bitmaps} Bitmaps */

/**
 * @param {Context} ctx
 * @param {FlowSheet} sheet
 * @param {Bitmaps} bitmaps
 */
export function drawFlow(ctx, sheet, bitmaps) {
  drawChrome(ctx, sheet);
  drawPairs(ctx, sheet, bitmaps);
}

/** Paper, axes, legend and key: what is the same from record to record. @param {Context} ctx @param {FlowSheet} sheet */
export function drawChrome(ctx, sheet) {
  const { width, height, picture, layout, palette: colours } = sheet;
  ctx.fillStyle = colours.paper;
  ctx.fillRect(0, 0, width + 1, height + 1); // at 150 % the last pixel is a part of one
  if (!picture || !layout) return;
  ctx.strokeStyle = colours.hairline;
  ctx.lineWidth = 1;
  if (!layout.few) ctx.strokeRect(layout.left - 0.5, layout.top - 0.5, layout.side + 1, layout.bottom - layout.top + 1);
  drawAxes(ctx, sheet);
  if (!layout.few && !hasPath(picture.place, 1, picture.T)) drawLegend(ctx, sheet);
  else if (!layout.few && !hasPath(picture.place, picture.T, 1)) drawLegendBelow(ctx, sheet);
  else if (!layout.few) drawAxisNames(ctx, sheet);
  drawKey(ctx, layout, colours);
}

/** What the record says, and what is chosen of it. @param {Context} ctx @param {FlowSheet} sheet @param {Bitmaps} bitmaps */
export function drawPairs(ctx, sheet, bitmaps) {
  const { U, picture, layout, palette: colours } = sheet;
  if (!picture || !layout) return;
  drawTiles(ctx, sheet, bitmaps);
  drawLagLine(ctx, sheet);
  drawFrames(ctx, sheet);
  if (layout.few) drawRowValues(ctx, sheet);
  if (!picture.lnFlow) {
    const y = layout.top + layout.side * 0.7;
    drawText(ctx, U, say.LATER, layout.left + 8 * U, y, { colour: colours.ink3 });
  }
}

/** The few lines beside the pointer, on raised ground, never on the column they speak of. */
import { clamp } from "../../lib/scales.js";
import { drawText, sans } from "../../kit/text.js";

/** Above it stand the page's sentences, in design units. */
const TOP = 50;

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {{width: number, height: number, U: number, palette: import("../../kit/colour.js").Palette}} sheet
 * @param {string[]} lines
 * @param {{x: number, y: number, aside: number}} at beside x, at least `aside` px away
 */
export function drawReadout(ctx, { width, height, U, palette }, lines, { x, y, aside }) {
  if (lines.length === 0) return;
  ctx.font = sans(U, 12, 500);
  const boxWidth = Math.max(...lines.map((line) => ctx.measureText(line).width)) + 16 * U;
  const boxHeight = (lines.length * 16 + 10) * U;
  const fitsRight = x + aside + boxWidth < width - 4 * U;
  const left = fitsRight ? x + aside : Math.max(4 * U, x - aside - boxWidth);
  const above = y - boxHeight - 10 * U;
  const top = clamp(above >= TOP * U ? above : y + 14 * U, TOP * U, height - boxHeight - 4 * U);
  ctx.fillStyle = palette.raised;
  ctx.strokeStyle = palette.border;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.roundRect(Math.round(left) + 0.5, Math.round(top) + 0.5, Math.round(boxWidth), Math.round(boxHeight), 5 * U);
  ctx.fill();
  ctx.stroke();
  lines.forEach((line, i) => {
    const style = i === 0 ? { size: 12, weight: 500, colour: palette.ink } : { size: 12, colour: palette.ink2 };
    drawText(ctx, U, line, left + 8 * U, top + (13 + 16 * i) * U, style);
  });
}

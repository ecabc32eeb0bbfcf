/** What is marked on the flow matrix: the lag that a task needs, the pinned column, the pair under the pointer. Keeps no state. */

import { hasPath } from "../../record/chosen.js";
import { lagLine } from "./layout.js";

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {import("./layout.js").FlowSheet} FlowSheet */
/** @typedef {import("../../kit/colour.js").Palette} Palette */

/** @param {Context} ctx @param {FlowSheet} sheet */
export function drawLagLine(ctx, { picture, layout, palette: colours }) {
  if (!picture || !layout || picture.neededLag === null || picture.reverse) return;
  const points = lagLine(layout, picture.neededLag);
  if (points.length === 0) return;
  strokeWithHalo(ctx, points, layout.U, colours);
}

/** A dark line on a ring of paper, to be seen on every tile.
 * @param {Context} ctx
 * @param {[number, number][]} points
 * @param {number} U
 * @param {Palette} colours
 */
export function strokeWithHalo(ctx, points, U, colours) {
  ctx.lineJoin = "miter";
  ctx.beginPath();
  ctx.moveTo(points[0][0], points[0][1]);
  for (const [x, y] of points) ctx.lineTo(x, y);
  ctx.strokeStyle = colours.paper;
  ctx.lineWidth = 4 * U;
  ctx.stroke();
  ctx.strokeStyle = colours.ink;
  ctx.lineWidth = 1.6 * U;
  ctx.stroke();
}

/** The pinned column as far as its rows can reach it, and what is hovered: its column, and its loss's row. */
export function drawFrames(
  /** @type {Context} */ ctx,
  /** @type {FlowSheet} */ { picture, layout, palette: colours, state },
) {
  if (!picture || !layout) return;
  const { U, left, top, bottom, column, rowPitch, rowHeight, few, rows, T } = layout;
  const { place } = picture;
  const frame = (/** @type {number} */ k, /** @type {number} */ width, /** @type {number} */ opacity) => {
    if (k < 1 || k > T) return;
    ctx.globalAlpha = opacity;
    ctx.lineWidth = width * U;
    const from = few ? top - 3 * U : hasPath(place, 1, k) ? top : top + (k - 1) * rowPitch;
    const to = few || hasPath(place, T, k) ? bottom : top + k * rowPitch;
    ctx.strokeRect(left + (k - 1) * column - 0.5, from - 0.5, Math.max(column, 2 * U), to - from);
    ctx.globalAlpha = 1;
  };
  ctx.strokeStyle = colours.ink;
  const { hover, pin } = state;
  if (hover && hover.t !== pin?.t) frame(hover.t, 1, 0.6);
  if (pin) frame(pin.t, 1.6, 1);
  const row = hover?.source === undefined ? -1 : rows.indexOf(hover.source);
  if (row >= 0) {
    ctx.lineWidth = U;
    const t = rows[row];
    const [from, to] = [hasPath(place, t, 1) ? 0 : t - 1, hasPath(place, t, T) ? T : t];
    const width = (to - from) * column;
    ctx.strokeRect(left + from * column - 0.5, top + row * rowPitch - 0.5, width, Math.max(rowHeight, 2 * U));
  }
}

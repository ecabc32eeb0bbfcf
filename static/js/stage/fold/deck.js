/** Draws the way between the open and the folded network: columns sliding into one, parts flying into the accumulator. */
import { sourceIndex } from "../../kit/colour.js";
import { mix } from "../../lib/scales.js";
import { columnWidth, xOf } from "../axis.js";

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {import("../scene.js").Scene} Scene */
/** @typedef {import("./layout.js").Folded} Folded */
/** @typedef {import("./timeline.js").FoldMoment} FoldMoment */

const LARGEST_SQUARE = 14;

/**
 * The open picture, column after column on its way into one place, the latest on top; charts and labels fade.
 * @param {Context} ctx
 * @param {Scene} scene
 * @param {CanvasImageSource} open the whole open picture, in device pixels
 * @param {Folded} folded
 * @param {FoldMoment} moment
 * @param {number} ratio
 */
export function drawDeck(ctx, { layout }, open, folded, { fade, slide, grow }, ratio) {
  const { left, right, U, width, height, T, edges, band, labels } = layout;
  const piece = (
    /** @type {number} */ x,
    /** @type {number} */ y,
    /** @type {number} */ w,
    /** @type {number} */ h,
    /** @type {number} */ to,
  ) => ctx.drawImage(open, x * ratio, y * ratio, w * ratio, h * ratio, to, y, w, h);
  const bottom = labels.y - 8 * U; // numbers that lie on each other cannot be read: they fade where they are
  ctx.globalAlpha = fade;
  if (fade > 0) {
    piece(0, band.top, left - 1, height - band.top, 0);
    piece(left - 1, bottom, width - left + 1, height - bottom, left - 1);
    piece(right, band.top, width - right, bottom - band.top, right);
  }
  ctx.globalAlpha = 1 - grow;
  for (let t = 1; grow < 1 && t <= T; t++) {
    const room = Math.min(right, edges[t]) - Math.max(left, edges[t - 1]);
    if (room <= 0) continue;
    const w = Math.min(room, Math.max(columnWidth(layout, t) + 4 * U, (1 - slide) * room + 0.5));
    const middle = xOf(layout, t);
    piece(middle - w / 2, band.top, w, bottom - band.top, mix(middle, folded.output.x, slide) - w / 2);
  }
  ctx.globalAlpha = 1;
}

/**
 * From each use of W_hh a square, its area the norm of that timestep's part, on its way into the accumulator.
 * @param {Context} ctx
 * @param {Scene} scene
 * @param {Folded} folded
 * @param {FoldMoment} moment
 */
export function drawFlights(ctx, { layout, palette, picture }, { accumulator, output, U, T }, { slide, flight }) {
  if (!picture?.parts) return;
  const largest = Math.max(...picture.parts.filter(Number.isFinite));
  if (!(largest > 0)) return;
  const to = { x: accumulator.x + accumulator.width, y: accumulator.y + 0.8 * accumulator.height };
  ctx.lineWidth = 0.7;
  for (let t = 1; t <= T; t++) {
    const s = flight(t);
    const norm = picture.parts[t - 1];
    if (s <= 0 || s >= 1 || !(norm > 0)) continue;
    const from = { x: mix(xOf(layout, t), output.x, slide), y: (layout.units.top + layout.units.bottom) / 2 };
    const bend = { x: mix(from.x, to.x, 0.55), y: Math.max(from.y, to.y) + 46 * U };
    ctx.strokeStyle = palette.hairline;
    ctx.beginPath();
    ctx.moveTo(from.x, from.y);
    ctx.quadraticCurveTo(bend.x, bend.y, to.x, to.y);
    ctx.stroke();
    const at = along(from, bend, to, s);
    const side = Math.max(1.5 * U, LARGEST_SQUARE * U * Math.sqrt(norm / largest));
    ctx.fillStyle = palette.source.css[sourceIndex(t, T, false)];
    ctx.strokeStyle = palette.paper;
    ctx.fillRect(at.x - side / 2, at.y - side / 2, side, side);
    ctx.strokeRect(at.x - side / 2, at.y - side / 2, side, side);
  }
}

/** A point on a quadratic curve. @param {{x: number, y: number}} a @param {{x: number, y: number}} b @param {{x: number, y: number}} c @param {number} s */
function along(a, b, c, s) {
  const on = (/** @type {number} */ p, /** @type {number} */ q, /** @type {number} */ r) =>
    mix(mix(p, q, s), mix(q, r, s), s);
  return { x: on(a.x, b.x, c.x), y: on(a.y, b.y, c.y) };
}

/** Draws spans of the lane where there is no ribbon, or none that can be divided: no number, no loss, too little. Keeps no state. */

import { drawText, sans } from "../../kit/text.js";
import { xOf } from "../axis.js";
import * as say from "../../words/stage.js";
import { beyondRuler, dryDashes } from "./signs.js";
import { KIND, RULERS } from "./ruler.js";

/** @typedef {import("../scene.js").Scene} Scene */
/** @typedef {CanvasRenderingContext2D} Context */

/** A tag stands in lanes of at least this height, in design units: in a slim one hatching and ink speak alone. */
const TAG_LANE = 34;

/** Spans of NaN are cross-hatched, infinite ones solid ink, empty ones say why they are empty. */
export function drawWithoutNumber(/** @type {Context} */ ctx, /** @type {Scene} */ scene, /** @type {number} */ index) {
  const { layout, palette, ribbons } = scene;
  const lane = layout.lanes[index];
  const height = lane.bottom - lane.top;
  for (const { kind, first, last } of ribbons[index].spans) {
    const left = Math.max(layout.left, layout.edges[first - 1]);
    const right = Math.min(layout.right, layout.edges[last]);
    if (right <= left) continue;
    const hasTag = height >= TAG_LANE * layout.U;
    if (kind === KIND.nan) {
      hatchBox(ctx, { x: left, y: lane.top, width: right - left, height }, 5 * layout.U, palette.border);
      if (hasTag) drawTag(ctx, scene, say.NAN_SPAN, (left + right) / 2, lane.mid, right - left);
    } else if (kind === KIND.infinite) {
      ctx.fillStyle = palette.ink;
      ctx.fillRect(left, lane.top, right - left, height);
      if (hasTag) drawTag(ctx, scene, say.INFINITE_SPAN, (left + right) / 2, lane.mid, right - left);
    } else if (kind === KIND.zero) {
      ctx.font = sans(layout.U);
      const room = right - left - 12 * layout.U;
      const words = [say.ZERO_SPAN, "exactly 0"].find((text) => ctx.measureText(text).width < room);
      if (words) drawOnBed(ctx, scene, words, (left + right) / 2, lane.mid);
    }
  }
}

/** On a piece of bed, so that what leads up to the outputs does not cross the words. @param {Context} ctx @param {Scene} scene @param {string} words @param {number} x @param {number} y */
function drawOnBed(ctx, { layout: { U }, palette }, words, x, y) {
  const width = ctx.measureText(words).width + 8 * U;
  ctx.fillStyle = palette.bed;
  ctx.fillRect(x - width / 2, y - 8 * U, width, 16 * U);
  drawText(ctx, U, words, x, y, { align: "center", colour: palette.ink2 });
}

/** The width is known, but not of which losses it consists. */
export function drawUnsourced(/** @type {Context} */ ctx, /** @type {Scene} */ scene, /** @type {number} */ index) {
  const { layout, palette, ribbons } = scene;
  const lane = layout.lanes[index];
  for (const { first, last } of ribbons[index].unsourced) {
    const x = Math.max(layout.left, layout.edges[first - 1]);
    const width = Math.min(layout.right, layout.edges[last]) - x;
    if (width <= 0) continue;
    hatchBox(ctx, { x, y: lane.top, width, height: lane.bottom - lane.top }, 7 * layout.U, palette.paper);
    const y = (lane.mid + lane.bottom) / 2; // clear of the chevrons
    drawTag(ctx, scene, say.NO_SHARES, x + width / 2, y, width);
  }
}

/**
 * Hatching both ways inside a box.
 * @param {Context} ctx
 * @param {{x: number, y: number, width: number, height: number}} box
 * @param {number} apart
 * @param {string} colour
 */
export function hatchBox(ctx, { x, y, width, height }, apart, colour) {
  ctx.save();
  ctx.beginPath();
  ctx.rect(x, y, width, height);
  ctx.clip();
  ctx.beginPath();
  for (let at = -height; at < width; at += apart) {
    ctx.moveTo(x + at, y);
    ctx.lineTo(x + at + height, y + height);
    ctx.moveTo(x + at + height, y);
    ctx.lineTo(x + at, y + height);
  }
  ctx.strokeStyle = colour;
  ctx.globalAlpha = 0.55;
  ctx.lineWidth = 0.8;
  ctx.stroke();
  ctx.restore();
}

/** @param {Context} ctx @param {number} U @param {string} words */
function tagWidth(ctx, U, words) {
  ctx.font = sans(U, 12, 600);
  return ctx.measureText(words).width + 24 * U;
}

/**
 * Words on a raised ground, where a plain line could not be read.
 * @param {Context} ctx
 * @param {Scene} scene
 * @param {string} words
 * @param {number} x
 * @param {number} y
 * @param {number} room
 */
function drawTag(ctx, { layout, palette }, words, x, y, room) {
  const { U } = layout;
  const width = tagWidth(ctx, U, words);
  if (width > room) return;
  ctx.fillStyle = palette.raised;
  ctx.strokeStyle = palette.border;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.roundRect(x - width / 2, y - 15 * U, width, 30 * U, 5 * U);
  ctx.fill();
  ctx.stroke();
  drawText(ctx, U, words, x, y, { size: 12, weight: 600, align: "center", colour: palette.ink });
}

/** Where it is larger than the ruler reaches: arrows outwards, and its number. */
export function drawBeyondRuler(/** @type {Context} */ ctx, /** @type {Scene} */ scene, /** @type {number} */ index) {
  const { layout, palette, picture, ruler } = scene;
  if (!picture) return;
  const { U } = layout;
  const { top, bottom } = layout.lanes[index];
  const { shown } = picture.lanes[index];
  for (const { first, last, most } of beyondRuler(shown, RULERS[ruler])) {
    const left = Math.max(layout.left, layout.edges[first - 1]);
    const right = Math.min(layout.right, layout.edges[last]);
    if (right <= left) continue;
    ctx.strokeStyle = palette.paper;
    ctx.lineWidth = 1.6 * U;
    ctx.beginPath();
    for (let x = left + Math.min(14 * U, (right - left) / 2); x < right; x += 60 * U) {
      for (const [y, out] of [
        [top + 3 * U, 5],
        [bottom - 3 * U, -5],
      ]) {
        ctx.moveTo(x - 4 * U, y + out * U);
        ctx.lineTo(x, y);
        ctx.lineTo(x + 4 * U, y + out * U);
      }
    }
    ctx.stroke();
    const words = say.sizeAt(shown[most], most);
    const room = layout.right - layout.left;
    const half = tagWidth(ctx, U, words) / 2;
    const x = Math.min(layout.right - half, Math.max(layout.left + half, xOf(layout, most)));
    drawTag(ctx, scene, words, x, top + 24 * U, room);
  }
}

/** Dashes on the midline, the value where the river goes under, and the smallest one. */
export function drawDryBed(/** @type {Context} */ ctx, /** @type {Scene} */ scene, /** @type {number} */ index) {
  const { layout, picture, ribbons } = scene;
  if (!picture) return;
  const shown = picture.lanes[index].shown;
  if (!drawDryDashes(ctx, scene, index)) return;
  for (const span of ribbons[index].spans) {
    if (span.kind === KIND.dry) labelDrySpan(ctx, scene, shown, span, layout.lanes[index].mid);
  }
}

/** The dashes alone; whether there are any. */
export function drawDryDashes(/** @type {Context} */ ctx, /** @type {Scene} */ scene, /** @type {number} */ index) {
  const { layout, palette, picture, ribbons, ruler } = scene;
  if (!picture) return false;
  const { U } = layout;
  const dashes = dryDashes(ribbons[index], picture.lanes[index].shown, RULERS[ruler], layout);
  const y = layout.lanes[index].mid;
  ctx.strokeStyle = palette.backward;
  ctx.lineWidth = 1.6 * U;
  ctx.beginPath();
  for (const { from, to } of dashes) {
    ctx.moveTo(from, y);
    ctx.lineTo(to, y);
  }
  ctx.stroke();
  return dashes.length > 0;
}

/**
 * @param {Context} ctx
 * @param {Scene} scene
 * @param {Float64Array} shown
 * @param {import("./river.js").Span} span
 * @param {number} y
 */
function labelDrySpan(ctx, { layout, palette, ruler, picture }, shown, { first, last }, y) {
  const { U } = layout;
  const [under, end] = picture?.reverse ? [first, last] : [last, first];
  const from = Math.max(layout.left, layout.edges[first - 1]);
  const to = Math.min(layout.right, layout.edges[last]);
  if (to <= from) return;
  const above = say.goesUnder(RULERS[ruler].low, under);
  ctx.font = sans(U);
  const room = Math.max(to, from + 118 * U) - from;
  if (to - from < 40 * U && last !== first && last !== layout.T) return;
  const width = ctx.measureText(above).width;
  const x = Math.max(from + 4 * U, Math.min(to - 4 * U, layout.right) - width);
  if (width < room + 60 * U) drawText(ctx, U, above, x, y - 15 * U, { colour: palette.ink2 });
  const value = say.sizeAt(shown[end], end);
  drawText(ctx, U, value, from + 4 * U, y + 15 * U, { colour: palette.ink2 });
}

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

/** In design units: a lane as low as this has no room for words above and below its midline. */
const LOW = 46;

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
      if (hasTag) drawTag(ctx, scene, say.INFINITE, (left + right) / 2, lane.mid, right - left);
    } else if (kind === KIND.zero) {
      ctx.font = sans(layout.U);
      const room = right - left - 12 * layout.U;
      const words = [say.ZERO_SPAN, say.ZERO].find((text) => ctx.measureText(text).width < room);
      if (words) {
        const x = (left + right - ctx.measureText(words).width) / 2;
        drawOnBed(ctx, scene, words, { x, y: lane.mid, from: left, to: right, lane });
      }
    }
  }
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
function hatchBox(ctx, { x, y, width, height }, apart, colour) {
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
    if (span.kind === KIND.dry) labelDrySpan(ctx, scene, shown, span, layout.lanes[index]);
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
 * @param {import("../layout.js").LaneBand} lane
 */
function labelDrySpan(ctx, scene, shown, { first, last }, lane) {
  const { layout, ruler, picture } = scene;
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
  const value = say.sizeAt(shown[end], end);
  // In a lower lane both stand on the midline, or the value alone.
  const apart = lane.bottom - lane.top < LOW * U ? 0 : 15 * U;
  const clear = apart > 0 || x > from + 16 * U + ctx.measureText(value).width;
  if (clear && width < room + 60 * U) drawOnBed(ctx, scene, above, { x, y: lane.mid - apart, from, to, lane });
  drawOnBed(ctx, scene, value, { x: from + 4 * U, y: lane.mid + apart, from, to, lane });
}

/**
 * Words on the bed, before what crosses it on its way to the outputs; the river they may reach into stays as it is.
 * @param {Context} ctx
 * @param {Scene} scene
 * @param {string} words
 * @param {{x: number, y: number, from: number, to: number, lane: import("../layout.js").LaneBand}} place left end and middle of
 *   the words, and where there is only bed
 */
function drawOnBed(ctx, { layout, palette }, words, { x, y, from, to, lane }) {
  const { U } = layout;
  ctx.font = sans(U);
  const left = Math.max(from, x - 3 * U);
  const right = Math.min(to, x + ctx.measureText(words).width + 3 * U);
  const top = Math.max(lane.top, y - 8 * U);
  const bottom = Math.min(lane.bottom, y + 8 * U);
  ctx.fillStyle = palette.bed;
  if (right > left && bottom > top) ctx.fillRect(left, top, right - left, bottom - top);
  drawText(ctx, U, words, x, y, { colour: palette.ink2 });
}

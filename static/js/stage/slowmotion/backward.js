/** Backward in slow motion: the river comes to one timestep after the other, and each part joins the sum. */

import { mix } from "../../lib/scales.js";
import { xOf } from "../axis.js";
import { drawNormCurves } from "../paint/norm_chart.js";
import { clipToAxis } from "../paint/stage.js";
import { frameWeights } from "./frames.js";
import { drawFront } from "./front.js";
import { copyAll, copyGutterWeights, copyPart, readsBothWays } from "./layers.js";
import { drawFlight, drawSum } from "./sum.js";
import { between } from "./timeline.js";

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {import("../layout.js").Layout} Layout */
/** @typedef {import("./layers.js").Layers} Layers */
/** @typedef {import("./timeline.js").Moment} Moment */

/** When, within one timestep, what happens. */
const BACKWARD = { tributary: [0, 0.3], river: [0.3, 0.8], sum: [0.8, 1] };

/**
 * Where the river's front stands, what it has passed along the axis, and of that what it passed before t.
 * @param {Layout} layout @param {number} t @param {number} part
 */
function frontAt(layout, t, part) {
  const { U, T, edges, left, right, width, reverse } = layout;
  const s = share(part);
  if (reverse) {
    const from = t === 1 ? left - 12 * U : xOf(layout, t - 1);
    const front = mix(from, xOf(layout, t), s);
    const start = left - 2 * U;
    const column = part >= BACKWARD.river[1] ? edges[t] : edges[t - 1];
    const passed = { left: start, right: front };
    return { front, passed, before: { left: start, right: edges[t - 1] }, summed: { left: start, right: column } };
  }
  const from = t === T ? right + 12 * U : xOf(layout, t + 1);
  const front = mix(from, xOf(layout, t), s);
  const column = part >= BACKWARD.river[1] ? edges[t - 1] : edges[t];
  const passed = { left: front, right: width };
  return { front, passed, before: { left: edges[t], right: width }, summed: { left: column, right: width } };
}

export function drawBackward(
  /** @type {Context} */ ctx,
  /** @type {Layers} */ layers,
  /** @type {Moment} */ { t, part },
) {
  const { scene, losses, whole, ratio } = layers;
  const { layout, palette, picture, ribbons } = scene;
  const { U, T, lanes, edges, track, reverse } = layout;
  if (!picture) return;
  copyAll(ctx, losses, layout);
  copyGutterWeights(ctx, layers);
  const below = layout.bands.filter(({ above }) => !above).at(-1);
  const bottom = below ? below.units.top : lanes[lanes.length - 1].bottom + 4 * U;
  const { front, passed, before, summed } = frontAt(layout, t, part);
  const surfaceAt = (/** @type {number} */ k) => lanes[0].mid - ribbons[0].half[k];
  const surface = surfaceAt(t);
  const previous = reverse ? t - 1 : t + 1;
  if (previous >= 1 && previous <= T) {
    copyPart(ctx, whole, ratio, { ...before, top: layout.band.top, bottom: surfaceAt(previous) });
  }
  copyPart(ctx, whole, ratio, { ...passed, top: layout.band.top, bottom });
  const falling = mix(layout.loss.y, surface, between(part, BACKWARD.tributary[0], BACKWARD.tributary[1]));
  copyPart(ctx, whole, ratio, { left: edges[t - 1], right: edges[t], top: layout.band.top, bottom: falling });
  if (readsBothWays(scene)) copyOthers(ctx, layers);
  drawNorms(ctx, layers, passed);
  copyPart(ctx, whole, ratio, { ...summed, top: track.top - U, bottom: track.bottom + U });
  const done = part >= BACKWARD.sum[1] ? t : previous;
  drawSum(ctx, scene, reverse ? { first: 1, last: done } : { first: done, last: T });
  if (part >= BACKWARD.sum[0] && part < 1) {
    frameWeights(ctx, scene, t, palette.backward);
    drawFlight(ctx, scene, t, between(part, BACKWARD.sum[0], BACKWARD.sum[1]));
  }
  drawFront(ctx, scene, front, t);
}

/**
 * The norms as far as the river has come. With two directions those of the layers above are whole by then, and all others
 * have not begun.
 * @param {Context} ctx @param {Layers} layers @param {{left: number, right: number}} passed
 */
function drawNorms(ctx, { scene, whole, ratio }, passed) {
  const { curves, picture, layout } = scene;
  const { U, norm } = layout;
  const [top, bottom] = [norm.top - 8 * U, norm.bottom + 8 * U];
  if (!picture || !readsBothWays(scene)) return copyPart(ctx, whole, ratio, { ...passed, top, bottom });
  const above = curves.filter(({ place }) => place && place.layer > picture.place.layer);
  ctx.save();
  clipToAxis(ctx, layout);
  drawNormCurves(ctx, { ...scene, curves: above });
  ctx.beginPath();
  ctx.rect(passed.left, top, passed.right - passed.left, bottom - top);
  ctx.clip();
  drawNormCurves(ctx, { ...scene, curves: curves.filter(({ id }) => id !== "layer") });
  ctx.restore();
}

/** With two directions: the rivers above are whole before this one begins, the others come later. @param {Context} ctx @param {Layers} layers */
function copyOthers(ctx, { scene, losses, whole, ratio }) {
  const { layout, picture } = scene;
  const { U, left, width, bands, loss, units } = layout;
  for (const [index, { choice, river, above }] of bands.entries()) {
    const isDone = picture !== null && choice.layer > picture.place.layer;
    const over = bands[index - 1]?.above === above ? bands[index - 1].units.bottom + 6 * U : null;
    const fed = over ?? (above ? loss.y + 14 * U : units.bottom + 6 * U);
    const part = { left: left - 4 * U, right: width, top: Math.min(fed, river.top - U), bottom: river.bottom + U };
    copyPart(ctx, isDone ? whole : losses, ratio, part);
  }
}

/** @param {number} part */
function share(part) {
  return between(part, BACKWARD.river[0], BACKWARD.river[1]);
}

/** Draws lanes below each other. Keeps no state. */

import { drawNormAxes } from "../stage/paint/norm_chart.js";
import { drawTrack } from "../stage/paint/track.js";
import { drawBeds } from "../stage/river/beds.js";
import { drawRivers } from "../stage/river/draw.js";
import { xOf } from "../stage/axis.js";
import { laneReading, shownLayer } from "../words/lanes.js";
import { layerWords } from "../words/layers.js";
import { drawMath, drawText, sans } from "../kit/text.js";
import { decades, labelledTimesteps, linear } from "../lib/scales.js";

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {ReturnType<typeof import("./picture.js").lanesScene>} LanesScene */

/** Between two names in the chart's legend, in design units. */
const APART = 18;
/** Lanes are told apart by dash, not by hue: all of them are gradients. */
const DASHES = [[], [7, 4], [1.5, 3], [11, 3, 2, 3]];

/**
 * @param {Context} ctx
 * @param {LanesScene} scene
 * @param {{name: string, words: string, record: import("../wire/protocol.js").DecodedRecord | null}[]} lanes
 * @param {number} chosen
 * @param {import("../lib/canvas/bitmap.js").Bitmaps} bitmaps
 * @param {number} ratio
 */
export function drawLanes(ctx, scene, lanes, chosen, bitmaps, ratio) {
  const { axis, blocks, scenes, palette } = scene;
  ctx.fillStyle = palette.paper;
  ctx.fillRect(0, 0, axis.width + 1, axis.height + 1);
  for (const [index, of] of scenes.entries()) {
    drawTitle(ctx, scene, index, lanes[index], index === chosen);
    drawBeds(ctx, of, { under: true });
    drawRivers(ctx, of, (name) => bitmaps(`${index} ${name}`), ratio);
    drawTrack(ctx, of, (name) => bitmaps(`${index} ${name}`), ratio);
    const { top, bottom } = blocks[index].layout.track;
    drawMath(ctx, axis.U, "h_t", 20 * axis.U, (top + bottom) / 2, { size: 14, colour: palette.ink2 });
  }
  drawTimesteps(ctx, scene);
  drawNorms(ctx, scene, lanes);
}

/**
 * @param {Context} ctx @param {LanesScene} scene @param {number} index
 * @param {{name: string, words: string, record: import("../wire/protocol.js").DecodedRecord | null}} lane @param {boolean} chosen
 */
function drawTitle(ctx, { axis, blocks, palette }, index, { name, words, record }, chosen) {
  const { U, left, right } = axis;
  const { titleY } = blocks[index];
  const size = 16 * U;
  ctx.beginPath();
  ctx.roundRect(20 * U, titleY - size / 2, size, size, 3 * U);
  ctx.fillStyle = palette.ink;
  ctx.strokeStyle = palette.ink;
  ctx.lineWidth = 1.3 * U;
  if (chosen) ctx.fill();
  else ctx.stroke();
  const number = { size: 11, weight: 600, align: /** @type {const} */ ("center") };
  drawText(ctx, U, String(index + 1), 28 * U, titleY + 0.5, {
    ...number,
    colour: chosen ? palette.paper : palette.ink,
  });
  ctx.font = sans(U, 13, 600);
  const end = 44 * U + ctx.measureText(name).width + 12 * U;
  drawText(ctx, U, name, 44 * U, titleY, { size: 13, weight: 600, colour: palette.ink });
  const layer = record ? layerWords(record) : "";
  const more = layer && shownLayer(layer);
  const reading = record ? laneReading(record.meta) : "";
  ctx.font = sans(U, 12);
  const from = Math.max(left, end);
  const room = right - from - (reading ? ctx.measureText(reading).width + 12 * U : 0);
  const fits = (/** @type {string} */ text) => ctx.measureText(text).width <= room;
  drawText(ctx, U, shortened(`${words}${more}`, fits), from, titleY, { size: 12, colour: palette.ink2 });
  drawText(ctx, U, reading, right, titleY, { size: 12, align: "right", colour: palette.ink2 });
}

/** As many parts of a list as have room; the table beside the lanes has them all. @param {string} list @param {(text: string) => boolean} fits */
export function shortened(list, fits) {
  const parts = list.split(", ");
  const most = parts.findLastIndex((_, last) => fits(parts.slice(0, last + 1).join(", ")));
  return parts.slice(0, most + 1).join(", ");
}

/** @param {Context} ctx @param {LanesScene} scene */
function drawTimesteps(ctx, { axis, palette }) {
  const { U, T, pitch, labels } = axis;
  ctx.font = sans(U);
  const room = ctx.measureText(String(T)).width + 7 * U;
  for (const t of labelledTimesteps(T, pitch, room)) {
    drawText(ctx, U, String(t), xOf(axis, t), labels.y, { align: "center", colour: palette.ink3 });
  }
}

/** @param {Context} ctx @param {LanesScene} scene @param {{name: string}[]} lanes */
function drawNorms(ctx, scene, lanes) {
  const { axis, scenes, palette, domain } = scene;
  const { U, norm, left, right } = axis;
  drawNormAxes(ctx, { ...scenes[0], layout: axis });
  const place = linear(domain, [norm.bottom, norm.top]);
  const far = norm.bottom + 400;
  const yOf = (/** @type {number} */ ln) => Math.min(far, Math.max(-far, place(decades(ln))));
  ctx.save();
  ctx.beginPath();
  ctx.rect(left - 2, norm.top - 2, right - left + 8, norm.bottom - norm.top + 4);
  ctx.clip();
  ctx.strokeStyle = palette.backward;
  ctx.lineWidth = 2 * U;
  ctx.lineJoin = "round";
  for (const [index, { curves, layout }] of scenes.entries()) {
    ctx.setLineDash(DASHES[index].map((length) => length * U));
    ctx.beginPath();
    let drawing = false;
    for (let t = 1; t <= layout.T && curves.length > 0; t += 1) {
      const ln = curves[0].ln[t];
      if (Number.isFinite(ln)) ctx[drawing ? "lineTo" : "moveTo"](xOf(layout, t), yOf(ln));
      drawing = Number.isFinite(ln);
    }
    ctx.stroke();
  }
  ctx.setLineDash([]);
  ctx.restore();
  drawNames(ctx, scene, lanes);
}

/**
 * In a row above the chart: on the lines they would hide the first timesteps. Where there is no room for all the names,
 * their numbers: both stand at the lanes.
 * @param {Context} ctx @param {Pick<LanesScene, "axis" | "palette">} scene @param {{name: string}[]} lanes
 */
function drawNames(ctx, { axis, palette }, lanes) {
  const { U, norm, left, right } = axis;
  const y = norm.top - 12 * U;
  const sample = 24 * U;
  ctx.font = sans(U);
  const room = (/** @type {string} */ label) => sample + 6 * U + ctx.measureText(label).width;
  const fit = (/** @type {string[]} */ labels) =>
    labels.reduce((sum, label) => sum + room(label) + APART * U, -APART * U) <= right - left;
  let x = left;
  for (const [index, label] of laneLabels(lanes, fit).entries()) {
    ctx.strokeStyle = palette.backward;
    ctx.lineWidth = 2 * U;
    ctx.setLineDash(DASHES[index].map((length) => length * U));
    ctx.beginPath();
    ctx.moveTo(x, y);
    ctx.lineTo(x + sample, y);
    ctx.stroke();
    ctx.setLineDash([]);
    drawText(ctx, U, label, x + sample + 6 * U, y, { colour: palette.ink2 });
    x += room(label) + APART * U;
  }
}

/** Number and name of every lane; where they have no room, the numbers alone, as on the badges. @param {{name: string}[]} lanes @param {(labels: string[]) => boolean} fit */
export function laneLabels(lanes, fit) {
  const labels = lanes.map(({ name }, index) => `${index + 1} ${name}`);
  return fit(labels) ? labels : lanes.map((_, index) => String(index + 1));
}

/**
 * The band of one timestep through all lanes.
 * @param {Context} ctx @param {LanesScene} scene @param {number} t
 */
export function drawBand(ctx, { axis, palette }, t) {
  if (t > axis.T) return;
  ctx.fillStyle = palette.ink;
  ctx.globalAlpha = 0.055;
  ctx.fillRect(axis.edges[t - 1], axis.band.top, axis.edges[t] - axis.edges[t - 1], axis.band.bottom - axis.band.top);
  ctx.globalAlpha = 1;
  const { U, labels } = axis;
  ctx.fillStyle = palette.paper;
  ctx.fillRect(xOf(axis, t) - 12 * U, labels.y - 7 * U, 24 * U, 14 * U);
  drawText(ctx, U, String(t), xOf(axis, t), labels.y, { weight: 600, align: "center", colour: palette.ink });
}

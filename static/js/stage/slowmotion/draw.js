/** Draws a moment of slow motion: of the finished picture only what has been reached, and what is happening there. */
import { sourceIndex } from "../../kit/colour.js";
import { mix } from "../../lib/scales.js";
import { clipToAxis, drawBand, drawChrome, drawCurrentLabel, drawForwardPass, drawRecord } from "../paint/stage.js";
import { drawNormCurves } from "../paint/norm_chart.js";
import { drawLosses } from "../paint/ends.js";
import { drawTiles, drawWeights, nameOf, outline } from "../paint/weights.js";
import { matricesOf, matrixBox, tilesOf, wayX } from "../matrices.js";
import { columnWidth, pitchOf, standsApart, weightsBox, xOf } from "../layout.js";
import { drawMath, drawText, sans } from "../../kit/text.js";
import { piecePainters } from "../../lib/canvas/painters.js";
import { between } from "./timeline.js";
import { cardLines, cardTitle } from "../../words/slowmotion.js";
import { statesMeetBy } from "../../record/cells.js";

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {import("../scene.js").Scene} Scene */
/** @typedef {import("../layout.js").Layout} Layout */
/** @typedef {import("../../lib/canvas/bitmap.js").Bitmaps} Bitmaps */
/** @typedef {import("./timeline.js").Moment} Moment */
/** @typedef {{left: number, right: number, top: number, bottom: number}} Frame */

/**
 * The picture in four states, each with everything the one before has: labels, the forward pass, the losses, all.
 * @typedef {{scene: Scene, chrome: HTMLCanvasElement, forward: HTMLCanvasElement, losses: HTMLCanvasElement,
 *   whole: HTMLCanvasElement, ratio: number}} Layers
 */

/** When, within one timestep, what happens. */
const FORWARD = { input: [0, 0.15], weights: [0.15, 0.35], units: [0.3, 0.75], output: [0.75, 1] };
const BACKWARD = { tributary: [0, 0.3], river: [0.3, 0.8], sum: [0.8, 1] };

/**
 * @param {Scene} scene
 * @param {HTMLCanvasElement} base the whole picture
 * @param {Bitmaps} bitmaps
 * @param {number} ratio
 * @returns {Layers}
 */
export function makeLayers(scene, base, bitmaps, ratio) {
  const copy = (/** @type {HTMLCanvasElement} */ of, /** @type {(ctx: Context) => void} */ add) => {
    const canvas = document.createElement("canvas");
    canvas.width = of.width;
    canvas.height = of.height;
    const ctx = /** @type {Context} */ (canvas.getContext("2d", { alpha: false }));
    ctx.drawImage(of, 0, 0);
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.imageSmoothingEnabled = false;
    add(ctx);
    return canvas;
  };
  const labels = (/** @type {Context} */ ctx) => drawChrome(ctx, scene);
  const pass = (/** @type {Context} */ ctx) => drawForwardPass(ctx, scene, bitmaps, ratio);
  const springs = (/** @type {Context} */ ctx) => drawLosses(ctx, scene);
  const chrome = copy(base, labels);
  const forward = copy(chrome, pass);
  const losses = copy(forward, springs);
  const whole = copy(base, () => {});
  const record = (/** @type {Context} */ ctx) => drawRecord(ctx, scene, bitmaps, ratio);
  for (const [piece, ...parts] of /** @type {const} */ ([
    [chrome, labels],
    [forward, labels, pass],
    [losses, labels, pass, springs],
    [whole, labels, record],
  ])) {
    const paint = (/** @type {Context} */ ctx) => {
      for (const part of parts) part(ctx);
    };
    piecePainters.set(piece, { paint, ratio });
  }
  return { scene, chrome, forward, losses, whole, ratio };
}

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

/** A rectangle of one state of the picture. @param {Context} ctx @param {HTMLCanvasElement} from @param {number} ratio @param {Frame} frame */
function copyPart(ctx, from, ratio, { left, right, top, bottom }) {
  const edge = (/** @type {number} */ value) => Math.round(value * ratio);
  const [x, y, width, height] = [edge(left), edge(top), edge(right) - edge(left), edge(bottom) - edge(top)];
  if (width <= 0 || height <= 0) return;
  ctx.drawImage(from, x, y, width, height, x / ratio, y / ratio, width / ratio, height / ratio);
}

/** @param {Context} ctx @param {HTMLCanvasElement} from @param {Layout} layout */
function copyAll(ctx, from, { width, height }) {
  ctx.drawImage(from, 0, 0, width, height);
}

/** The weights are known from the start. */
function copyGutterWeights(/** @type {Context} */ ctx, /** @type {Layers} */ { scene, whole, ratio }) {
  const { readout, entrance, left, bands, U } = scene.layout;
  const rows = [{ top: readout.top, bottom: entrance.bottom }];
  for (const { full, units } of bands) if (full) rows.push({ top: units.top, bottom: units.bottom });
  for (const row of rows) copyPart(ctx, whole, ratio, { left: 0, right: left - 26 * U, ...row });
}

/** How far to the right the column of t reaches, with what belongs to it. @param {Layout} layout @param {number} t */
function rightOf(layout, t) {
  if (t < 1) return layout.left - 2 * layout.U;
  if (!standsApart(layout, t)) return layout.edges[t];
  return xOf(layout, t) + columnWidth(layout, t) / 2 + 3 * layout.U;
}

/** How far to the left it reaches. @param {Layout} layout @param {number} t */
function leftOf(layout, t) {
  if (t > layout.T) return layout.right + 2 * layout.U;
  if (!standsApart(layout, t)) return layout.edges[t - 1];
  return xOf(layout, t) - columnWidth(layout, t) / 2 - 3 * layout.U;
}

/**
 * Along the axis: the columns before t in the order of the sequence, t's own with the arrow into it, and that arrow.
 * @param {Layout} layout @param {number} t
 */
function spansAt(layout, t) {
  const { U, left, right, reverse } = layout;
  const half = columnWidth(layout, t) / 2 + 2.2 * U;
  if (!reverse) {
    const done = rightOf(layout, t - 1);
    return {
      done: { left: left - 4 * U, right: done },
      column: { left: done, right: rightOf(layout, t) },
      arrow: { left: done, right: xOf(layout, t) - half },
    };
  }
  const done = leftOf(layout, t + 1);
  return {
    done: { left: done, right: right + 12 * U },
    column: { left: leftOf(layout, t), right: done },
    arrow: { left: xOf(layout, t) + half, right: done },
  };
}

/**
 * With two directions each runs through the whole sequence by itself: what is below the open layer and beside it is there
 * before it begins, what is above it begins when both are done.
 * @param {Scene} scene
 */
function readsBothWays({ picture }) {
  return (picture?.place.directions ?? 1) > 1;
}

function drawForward(/** @type {Context} */ ctx, /** @type {Layers} */ layers, /** @type {Moment} */ { t, part }) {
  const { scene, chrome, forward, ratio } = layers;
  const { layout, palette } = scene;
  const { U, units, output, band } = layout;
  const both = readsBothWays(scene);
  copyAll(ctx, chrome, layout);
  copyGutterWeights(ctx, layers);
  const { done, column, arrow } = spansAt(layout, t);
  const hasOutput = !both || layout.isTop;
  copyPart(ctx, forward, ratio, { ...done, top: hasOutput ? band.top : units.top - 3 * U, bottom: layout.height });
  if (both) copyEarlier(ctx, layers);
  const top = units.top - 3 * U;
  const filled = mix(top, units.bottom + 2 * U, between(part, FORWARD.units[0], FORWARD.units[1]));
  const input = { top: units.bottom + 2 * U, bottom: layout.labels.y + 8 * U };
  copyPart(ctx, forward, ratio, { ...column, ...input });
  if (part >= FORWARD.weights[0]) {
    copyPart(ctx, forward, ratio, { ...arrow, top, bottom: units.bottom });
  }
  copyPart(ctx, forward, ratio, { ...column, top, bottom: filled });
  if (part >= FORWARD.units[1]) {
    copyPart(ctx, forward, ratio, { ...column, top: layout.track.top, bottom: layout.track.bottom });
  }
  if (part < FORWARD.weights[0]) frameInput(ctx, layout, palette, t);
  else if (part < FORWARD.weights[1]) frameWeights(ctx, scene, t, palette.ink);
  if (part >= FORWARD.units[1] && !both) {
    for (const { above, units: upper } of layout.bands) {
      if (above) copyPart(ctx, forward, ratio, { ...column, top: upper.top - 2 * U, bottom: upper.bottom + 6 * U });
    }
  }
  if (!hasOutput) return;
  const falls = between(part, FORWARD.output[0], FORWARD.output[1]);
  if (falls >= 1) copyPart(ctx, forward, ratio, { ...column, top: output.top - 4 * U, bottom: units.top });
  else if (falls > 0) drawOnItsWay(ctx, layout, palette.forward, wayX(layout, t), falls);
}

/** The layers below, and the other direction of the open one. @param {Context} ctx @param {Layers} layers */
function copyEarlier(ctx, { scene, forward, ratio }) {
  const { layout, picture } = scene;
  const { U, left, right, bands } = layout;
  for (const { choice, units } of bands) {
    if (!picture || choice.layer > picture.place.layer) continue;
    const span = { left: left - 4 * U, right: right + 12 * U };
    copyPart(ctx, forward, ratio, { ...span, top: units.top - 2 * U, bottom: units.bottom + 6 * U });
  }
}

/** The output leaves the column for its row: a thin forward line across the empty river. */
function drawOnItsWay(
  /** @type {Context} */ ctx,
  /** @type {Layout} */ { units, output, U },
  /** @type {string} */ colour,
  /** @type {number} */ x,
  /** @type {number} */ share,
) {
  const from = units.top - 3 * U;
  const y = mix(from, (output.top + output.bottom) / 2, share);
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.lineWidth = 1.4 * U;
  ctx.beginPath();
  ctx.moveTo(x, from);
  ctx.lineTo(x, y);
  ctx.stroke();
  ctx.beginPath();
  ctx.arc(x, y, 2.8 * U, 0, 2 * Math.PI);
  ctx.fill();
}

function frameInput(
  /** @type {Context} */ ctx,
  /** @type {Layout} */ layout,
  /** @type {import("../../kit/colour.js").Palette} */ palette,
  /** @type {number} */ t,
) {
  const { input, U } = layout;
  const width = Math.max(columnWidth(layout, t), 4 * U);
  ctx.strokeStyle = palette.ink;
  ctx.lineWidth = 1.6 * U;
  ctx.strokeRect(
    xOf(layout, t) - width / 2 - 2 * U,
    input.top - 2 * U,
    width + 4 * U,
    input.bottom - input.top + 4 * U,
  );
}

/** W_hh where it is used for t, and the one it is the same as; nothing where the states meet by no weights. */
function frameWeights(
  /** @type {Context} */ ctx,
  /** @type {Scene} */ { layout, picture },
  /** @type {number} */ t,
  /** @type {string} */ colour,
) {
  if (!picture || !statesMeetBy(picture)) return;
  const { U } = layout;
  const into = layout.reverse ? t + 1 : t; // a tile is named by the later one of its two timesteps
  const tiles = tilesOf(layout, "W_hh").filter((tile) => tile.t === into);
  for (const box of [matrixBox(layout, "W_hh"), ...tiles]) outline(ctx, box, colour, 1.8 * U, U);
}

function drawLossesReached(/** @type {Context} */ ctx, /** @type {Layers} */ layers, /** @type {number} */ t) {
  const { scene, forward, losses, ratio } = layers;
  const { layout } = scene;
  copyAll(ctx, forward, layout);
  copyGutterWeights(ctx, layers);
  const right = t === layout.T ? layout.width : layout.edges[t];
  copyPart(ctx, losses, ratio, { left: 0, right, top: layout.band.top, bottom: layout.output.top - 4 * layout.U });
}

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

function drawBackward(/** @type {Context} */ ctx, /** @type {Layers} */ layers, /** @type {Moment} */ { t, part }) {
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
  const above = curves.filter(({ layer = 0 }) => layer > picture.place.layer);
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

/** Timestep t's part of ∂E/∂W_hh on its way from the tag to the one matrix. */
function drawFlight(
  /** @type {Context} */ ctx,
  /** @type {Scene} */ { layout, palette },
  /** @type {number} */ t,
  /** @type {number} */ s,
) {
  const box = weightsBox(layout);
  const { U } = layout;
  const aside = ((layout.reverse ? 1 : -1) * pitchOf(layout, t)) / 2;
  const from = { x: xOf(layout, t) + aside, y: (layout.units.top + layout.units.bottom) / 2 };
  const to = { x: box.x - 7 * U, y: box.y + box.size / 2 };
  ctx.fillStyle = palette.source.css[sourceIndex(t, layout.T, false)];
  const side = 7 * U;
  ctx.fillRect(mix(from.x, to.x, s) - side / 2, mix(from.y, to.y, s) - side / 2, side, side);
}

/** The parts that have joined the sum so far, beside the matrix they are the gradient of. */
function drawSum(
  /** @type {Context} */ ctx,
  /** @type {Scene} */ { layout, palette, picture },
  /** @type {{first: number, last: number}} */ { first, last },
) {
  const { U, T, reverse } = layout;
  const box = weightsBox(layout);
  const parts = picture?.parts;
  const whole = parts?.reduce((sum, norm) => sum + norm, 0) ?? 0;
  if (!parts || !(whole > 0) || !Number.isFinite(whole)) return;
  const x = box.x - 11 * U;
  if (!statesMeetBy(picture)) {
    drawMath(ctx, U, `∂E/∂${picture.recurrent}`, box.x + 2 * U, box.y + box.size / 2, { colour: palette.ink2 });
  }
  ctx.fillStyle = palette.bed;
  ctx.fillRect(x, box.y, 7 * U, box.size);
  let y = box.y + box.size;
  for (let i = first; i <= last; i++) {
    const t = reverse ? i : last - (i - first);
    const height = (box.size * parts[t - 1]) / whole;
    ctx.fillStyle = palette.source.css[sourceIndex(t, T, false)];
    ctx.fillRect(x, y - height, 7 * U, height);
    y -= height;
  }
  ctx.strokeStyle = palette.backward;
  ctx.lineWidth = U;
  ctx.strokeRect(x - 0.5, box.y - 0.5, 7 * U + 1, box.size + 1);
}

/** An ink bar at the river's front, and a card with what has arrived there. */
function drawFront(
  /** @type {Context} */ ctx,
  /** @type {Scene} */ { layout, palette, picture },
  /** @type {number} */ x,
  /** @type {number} */ t,
) {
  if (!picture) return;
  const { U, lanes } = layout;
  const lane = lanes[0];
  const lines = cardLines(picture, t);
  ctx.font = sans(U, 12, 600);
  const width = Math.max(150 * U, ...lines.map((line) => ctx.measureText(line).width + 22 * U));
  const height = (28 + 17 * lines.length) * U;
  const [roomLeft, roomRight] = [x - 24 * U - width > layout.left, x + 24 * U + width < layout.right];
  const onTheLeft = layout.reverse ? !roomRight : roomLeft;
  const left = onTheLeft ? x - 24 * U - width : x + 24 * U;
  const top = lane.mid - height / 2;
  ctx.fillStyle = palette.ink;
  ctx.fillRect(x - U, lane.top + 10 * U, 2 * U, lane.bottom - lane.top - 20 * U);
  ctx.beginPath();
  const side = onTheLeft ? -1 : 1;
  ctx.moveTo(x + side * 3 * U, lane.mid);
  ctx.lineTo(x + side * 12 * U, lane.mid - 6 * U);
  ctx.lineTo(x + side * 12 * U, lane.mid + 6 * U);
  ctx.fill();
  ctx.fillStyle = palette.raised;
  ctx.strokeStyle = palette.border;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.roundRect(left, top, width, height, 5 * U);
  ctx.fill();
  ctx.stroke();
  drawMath(ctx, U, cardTitle(picture, t), left + 11 * U, top + 15 * U, { size: 14, colour: palette.ink2 });
  lines.forEach((line, i) => {
    const last = i === lines.length - 1;
    const style = last ? { weight: 600, colour: palette.backward } : { colour: palette.ink2 };
    drawText(ctx, U, line, left + 11 * U, top + (35 + 17 * i) * U, { size: 12, ...style });
  });
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

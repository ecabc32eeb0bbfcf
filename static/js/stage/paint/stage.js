/** Draws the stage: what stands, what a record says, and what follows the pointer. Keeps no state. */
import { activationIndex } from "../../kit/colour.js";
import { labelledTimesteps } from "../../lib/scales.js";
import { drawNormAxes, drawNormCurves, drawNormLegend, drawNormPoint } from "./norm_chart.js";
import { drawInputs, drawLosses, drawOutputs, lossRadius } from "./ends.js";
import { drawBeds } from "../river/beds.js";
import { drawMouth } from "../river/mouth.js";
import { drawRivers } from "../river/draw.js";
import { drawPath } from "./path.js";
import {
  drawBandChrome,
  drawBandRivers,
  drawBandsStanding,
  drawBandUnits,
  drawBandWeights,
  drawFalls,
} from "../bands/draw.js";
import { drawTrack, drawTrackKey } from "./track.js";
import {
  columnOutline,
  drawArrows,
  drawBadSign,
  drawColumns,
  drawSaturatedKey,
  drawUnitFrame,
  drawUnits,
} from "./units.js";
import { drawSharedWeights, drawTiles, drawWayOnTop, drawWays, drawWeightNames, drawWeights } from "./weights.js";
import { matrixBox } from "../matrices.js";
import { isVisible, pitchOf, standsApart, visibleTimesteps, xOf } from "../axis.js";
import { drawMath, drawText, sans } from "../../kit/text.js";
import * as say from "../../words/stage.js";

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {import("../scene.js").Scene} Scene */
/** @typedef {import("../layout.js").Layout} Layout */
/** @typedef {import("../../lib/canvas/bitmap.js").Bitmaps} Bitmaps */
/** @typedef {import("../../run/state.js").Place} Place */

/** Half the height of the row of losses, with what frames one that is not finite, in design units. */
const LOSS_ROW = 14;
/** Between two lines with a symbol and its subscript, in design units. */
const NAMES_APART = 18;

/** Paper, beds, axes and labels: what does not change from record to record. */
export function drawChrome(/** @type {Context} */ ctx, /** @type {Scene} */ scene) {
  const { layout, palette } = scene;
  ctx.fillStyle = palette.paper;
  ctx.fillRect(0, 0, layout.width + 1, layout.height + 1);
  drawBeds(ctx, scene);
  drawBandChrome(ctx, scene);
  drawRowLabels(ctx, scene);
  drawTimesteps(ctx, scene);
  drawWeightNames(ctx, scene);
  drawNormAxes(ctx, scene);
  drawNormLegend(ctx, scene);
  drawTrackKey(ctx, scene);
}

/**
 * Everything that comes from the record.
 * @param {Context} ctx
 * @param {Scene} scene
 * @param {Bitmaps} bitmaps
 * @param {number} ratio device pixels a px
 */
export function drawRecord(ctx, scene, bitmaps, ratio) {
  drawStanding(ctx, scene, bitmaps, ratio);
  drawComputed(ctx, scene, bitmaps, ratio);
}

/**
 * What stands as long as the shown sequence does: columns, arrows, inputs.
 * @param {Context} ctx
 * @param {Scene} scene
 * @param {Bitmaps} bitmaps
 * @param {number} ratio
 */
export function drawStanding(ctx, scene, bitmaps, ratio) {
  if (!scene.picture) return;
  ctx.save();
  clipToAxis(ctx, scene.layout);
  drawBandsStanding(ctx, scene);
  drawColumns(ctx, scene);
  drawArrows(ctx, scene);
  drawInputs(ctx, scene, bitmaps, ratio);
  ctx.restore();
}

/** What the network made of it. @param {Context} ctx @param {Scene} scene @param {Bitmaps} bitmaps @param {number} ratio */
function drawComputed(ctx, scene, bitmaps, ratio) {
  drawFlowing(ctx, scene, bitmaps, ratio);
  drawReached(ctx, scene, bitmaps, ratio);
}

/**
 * Where the losses fall and the gradient flows, and the way from each state to its output behind it.
 * @param {Context} ctx
 * @param {Scene} scene
 * @param {Bitmaps} bitmaps
 * @param {number} ratio
 */
export function drawFlowing(ctx, scene, bitmaps, ratio) {
  const { picture, layout } = scene;
  if (!picture) return;
  drawMouth(ctx, scene);
  ctx.save();
  clipToAxis(ctx, layout);
  drawWays(ctx, scene);
  drawFalls(ctx, scene, (t) => lossRadius(picture, layout, t));
  drawBandRivers(ctx, scene, bitmaps, ratio);
  drawRivers(ctx, scene, bitmaps, ratio);
  drawLosses(ctx, scene);
  ctx.restore();
}

/** Between which heights that is. @param {Layout} layout */
export function flowingStrip({ loss, units, bands, U }) {
  return { from: loss.y - LOSS_ROW * U, to: Math.max(units.top, ...bands.map((band) => band.units.top)) };
}

/**
 * What the states, outputs and weights are, and how large the gradient is at each of them.
 * @param {Context} ctx
 * @param {Scene} scene
 * @param {Bitmaps} bitmaps
 * @param {number} ratio
 */
export function drawReached(ctx, scene, bitmaps, ratio) {
  const { picture, layout } = scene;
  if (!picture) return;
  ctx.save();
  clipToAxis(ctx, layout);
  drawNormCurves(ctx, scene);
  if (scene.track !== "h") drawTrack(ctx, scene, bitmaps, ratio);
  ctx.restore();
  drawStates(ctx, scene, bitmaps, ratio);
  drawBadElsewhere(ctx, scene);
}

/** Between which heights that is; where something is not finite it may be a loss. @param {Layout} layout */
export function reachedStrip({ loss, height, U }) {
  return { from: loss.y - LOSS_ROW * U, to: height };
}

/** Where the first number that is not finite is an output, a loss or a gradient, its place is framed. @param {Context} ctx @param {Scene} scene */
function drawBadElsewhere(ctx, { layout, palette, picture }) {
  const bad = picture?.firstBad;
  if (!bad || bad.of === "h" || !isVisible(layout, Math.max(1, bad.t))) return;
  const { U, loss, output, lanes } = layout;
  const t = Math.max(1, bad.t);
  const [top, bottom] = {
    y: [output.top - 2 * U, output.bottom + 2 * U],
    loss: [loss.y - 11 * U, loss.y + 11 * U],
    dh: [lanes[0].top, lanes[0].bottom],
  }[bad.of];
  const width = Math.max(pitchOf(layout, t), 24 * U);
  ctx.strokeStyle = palette.error;
  ctx.lineWidth = 2 * U;
  ctx.strokeRect(xOf(layout, t) - width / 2, top, width, bottom - top);
  drawBadSign(ctx, U, palette, bad.value, xOf(layout, t), (top + bottom) / 2);
}

/** What belongs to a timestep is drawn only where the axis shows it. */
export function clipToAxis(/** @type {Context} */ ctx, /** @type {Layout} */ { zoom, left, right, height, U }) {
  const from = zoom ? left : 0;
  ctx.beginPath();
  ctx.rect(from, 0, right + (zoom ? 0 : 12 * U) - from, height);
  ctx.clip();
}

/**
 * What is known once the network has run forward: inputs, hidden units, outputs, and the weights that made them.
 * @param {Context} ctx
 * @param {Scene} scene
 * @param {Bitmaps} bitmaps
 * @param {number} ratio
 */
export function drawForwardPass(ctx, scene, bitmaps, ratio) {
  drawStanding(ctx, scene, bitmaps, ratio);
  if (!scene.picture) return;
  ctx.save();
  clipToAxis(ctx, scene.layout);
  drawWays(ctx, scene);
  ctx.restore();
  drawStates(ctx, scene, bitmaps, ratio);
}

/** @param {Context} ctx @param {Scene} scene @param {Bitmaps} bitmaps @param {number} ratio */
function drawStates(ctx, scene, bitmaps, ratio) {
  drawWeights(ctx, scene, bitmaps, ratio);
  drawBandWeights(ctx, scene, bitmaps, ratio);
  ctx.save();
  clipToAxis(ctx, scene.layout);
  drawOutputs(ctx, scene);
  drawUnits(ctx, scene, bitmaps, ratio);
  drawBandUnits(ctx, scene, bitmaps, ratio);
  drawTiles(ctx, scene, bitmaps, ratio);
  if (scene.track === "h") drawTrack(ctx, scene, bitmaps, ratio);
  ctx.restore();
}

/**
 * What follows the pointer: the band of one timestep, the pinned column.
 * @param {Context} ctx
 * @param {Scene} scene
 * @param {{hover: Place | null, pin: Place | null, weights?: import("../matrices.js").Matrix | null}} marks `weights`: a matrix that is pointed at or pinned
 */
export function drawMarks(ctx, scene, { hover, pin, weights }) {
  ctx.save();
  clipToAxis(ctx, scene.layout);
  for (const t of new Set([pin?.t, hover?.t])) {
    if (t === undefined) continue;
    drawCurrentLabel(ctx, scene, t);
    drawBand(ctx, scene, t);
    drawNormPoint(ctx, scene, t);
  }
  if (pin) drawPin(ctx, scene, pin.t);
  for (const place of [pin, hover]) if (place?.unit !== undefined) drawUnitFrame(ctx, scene, place.t, place.unit);
  const pair = hover?.k === undefined ? pin : hover;
  if (pair?.k !== undefined && pair.source !== undefined) {
    drawPath(ctx, scene, { t: pair.source, k: pair.k, matrix: weights ?? null });
  }
  ctx.restore();
  if (weights && pair?.k === undefined) drawSharedWeights(ctx, scene, weights);
}

function drawRowLabels(/** @type {Context} */ ctx, /** @type {Scene} */ scene) {
  const { layout, palette } = scene;
  const { U } = layout;
  const x = 20 * U;
  const words = (/** @type {string} */ text, /** @type {number} */ at, /** @type {number} */ y) =>
    drawText(ctx, U, text, at, y, { colour: palette.ink3 });
  let end = drawMath(ctx, U, "E_t", x, layout.loss.y, { size: 14, colour: palette.ink2 });
  words(say.LOSS, end + 6 * U, layout.loss.y);

  const outputY = (layout.output.top + layout.output.bottom) / 2;
  end = drawMath(ctx, U, "y_t", x, outputY, { size: 14, colour: palette.ink2 }) + 9 * U;
  ctx.fillStyle = palette.forward;
  ctx.beginPath();
  ctx.arc(end, outputY, 2.8 * U, 0, 2 * Math.PI);
  ctx.fill();
  ctx.fillStyle = palette.ink;
  ctx.fillRect(end + 13 * U, outputY - 0.9 * U, 11 * U, 1.8 * U);
  words(say.TARGET, end + 28 * U, outputY);

  const { units } = layout;
  end = drawMath(ctx, U, "h_t", x, units.top + 8 * U, { size: 14, colour: palette.ink2 });
  words(say.unitsWords(units.every), end + 6 * U, units.top + 8 * U);
  drawText(ctx, U, "1", layout.left - 8 * U, units.top + 6 * U, { align: "right", colour: palette.ink3 });
  const last = layout.H > 1 ? String(layout.H) : "";
  drawText(ctx, U, last, layout.left - 8 * U, units.bottom - 5 * U, { align: "right", colour: palette.ink3 });
  drawActivationKey(ctx, layout, palette);
  drawSaturatedKey(ctx, scene);
  // Where the rows are low the name of the weights above it needs the room.
  const { y, height } = matrixBox(layout, "W_xh");
  const inputY = Math.max((layout.input.top + layout.input.bottom) / 2, y + height / 2 + NAMES_APART * U);
  end = drawMath(ctx, U, "x_t", x, inputY, { size: 14, colour: palette.ink2 });
  words(say.INPUT, end + 6 * U, inputY);
}

/** −1 ▭ 1: what the colours of hidden units, inputs and weights mean. */
function drawActivationKey(
  /** @type {Context} */ ctx,
  /** @type {Layout} */ { U, units },
  /** @type {import("../../kit/colour.js").Palette} */ palette,
) {
  const y = units.top + 25 * U;
  const x = 36 * U;
  const width = 42 * U;
  drawText(ctx, U, "−1", x - 4 * U, y, { align: "right", colour: palette.ink3 });
  drawText(ctx, U, "1", x + width + 5 * U, y, { colour: palette.ink3 });
  const steps = 42;
  for (let i = 0; i < steps; i++) {
    ctx.fillStyle = palette.activation.css[activationIndex((2 * i) / (steps - 1) - 1)];
    ctx.fillRect(x + (i * width) / steps, y - 3 * U, width / steps + 0.3, 6 * U);
  }
}

function drawTimesteps(/** @type {Context} */ ctx, /** @type {Scene} */ { layout, palette }) {
  const { U } = layout;
  ctx.font = sans(U);
  const room = ctx.measureText(String(layout.T)).width + 7 * U;
  for (const t of labelsAlong(layout, room)) {
    if (!isVisible(layout, t)) continue;
    drawText(ctx, U, String(t), xOf(layout, t), layout.labels.y, { align: "center", colour: palette.ink3 });
  }
  if (layout.zoom) drawWindow(ctx, layout, palette);
}

/** Which part of the whole sequence the axis shows. */
function drawWindow(
  /** @type {Context} */ ctx,
  /** @type {Layout} */ layout,
  /** @type {import("../../kit/colour.js").Palette} */ palette,
) {
  const { U, left, right, T, labels, zoom } = layout;
  if (!zoom) return;
  const { first, last } = visibleTimesteps(layout);
  drawText(ctx, U, say.windowWords(first, last, T), 20 * U, labels.y, { colour: palette.ink2 });
  const y = labels.y + 9 * U;
  ctx.fillStyle = palette.hairline;
  ctx.fillRect(left, y, right - left, 2 * U);
  ctx.fillStyle = palette.ink3;
  ctx.fillRect(left + (zoom.from / T) * (right - left), y, ((zoom.to - zoom.from) / T) * (right - left), 2 * U);
}

/** An open lens is numbered first, then both ends, then the round timesteps that still have room. */
function labelsAlong(/** @type {Layout} */ layout, /** @type {number} */ room) {
  const round = labelledTimesteps(layout.T, layout.pitch, room);
  if (!layout.packed) return round;
  const open = Array.from({ length: layout.T }, (_, i) => i + 1).filter((t) => standsApart(layout, t));
  /** @type {number[]} */
  const chosen = [];
  for (const t of [...open, 1, layout.T, ...round]) {
    const x = xOf(layout, t);
    if (chosen.every((other) => Math.abs(xOf(layout, other) - x) >= 0.85 * room)) chosen.push(t);
  }
  return chosen;
}

/**
 * How much of the row of numbers gives way to that of t: a neighbour that would be cut goes whole.
 * @param {Layout} layout @param {number} t @param {number} half of what its own number needs @param {number} room of a number
 */
function givesWay(layout, t, half, room) {
  const x = xOf(layout, t);
  const touched = labelsAlong(layout, room + 7 * layout.U)
    .map((other) => xOf(layout, other))
    .filter((other) => Math.abs(other - x) < half + room / 2);
  return {
    from: Math.min(x - half, ...touched.map((at) => at - room / 2)),
    to: Math.max(x + half, ...touched.map((at) => at + room / 2)),
  };
}

/** The number of one timestep, standing out of its neighbours. */
export function drawCurrentLabel(
  /** @type {Context} */ ctx,
  /** @type {Scene} */ { layout, palette },
  /** @type {number} */ t,
) {
  const { U } = layout;
  const text = String(t);
  ctx.font = sans(U, 11, 600);
  const half = ctx.measureText(text).width / 2 + 3 * U;
  ctx.font = sans(U);
  const { from, to } = givesWay(layout, t, half, ctx.measureText(String(layout.T)).width);
  ctx.fillStyle = palette.paper;
  ctx.fillRect(from, layout.labels.y - 7 * U, to - from, 14 * U);
  drawText(ctx, U, text, xOf(layout, t), layout.labels.y, { weight: 600, align: "center", colour: palette.ink });
}

/** One vertical band across all rows: the hovered timestep everywhere. */
export function drawBand(
  /** @type {Context} */ ctx,
  /** @type {Scene} */ { layout, palette },
  /** @type {number} */ t,
) {
  const width = Math.max(pitchOf(layout, t), 3 * layout.U);
  ctx.fillStyle = palette.ink;
  ctx.globalAlpha = 0.055;
  ctx.fillRect(xOf(layout, t) - width / 2, layout.band.top, width, layout.band.bottom - layout.band.top);
  ctx.globalAlpha = 1;
}

/** The pinned column: its outline, and the forward line h → y across the river. */
function drawPin(/** @type {Context} */ ctx, /** @type {Scene} */ scene, /** @type {number} */ t) {
  const { layout, palette } = scene;
  const { U } = layout;
  drawWayOnTop(ctx, scene, t);
  ctx.strokeStyle = palette.ink;
  ctx.lineWidth = 1.6 * U;
  ctx.beginPath();
  columnOutline(ctx, layout, t, standsApart(layout, t) ? 2 * U : U);
  ctx.stroke();
}

/** The picture in the states that a moment of slow motion is put together from, and how its parts are copied. */

import { piecePainters } from "../../lib/canvas/painters.js";
import { drawChrome, drawForwardPass, drawRecord } from "../paint/stage.js";
import { drawLosses } from "../paint/ends.js";

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {import("../scene.js").Scene} Scene */
/** @typedef {import("../layout.js").Layout} Layout */
/** @typedef {import("../../lib/canvas/bitmap.js").Bitmaps} Bitmaps */
/** @typedef {{left: number, right: number, top: number, bottom: number}} Frame */

/**
 * The picture in four states, each with everything the one before has: labels, the forward pass, the losses, all.
 * @typedef {{scene: Scene, chrome: HTMLCanvasElement, forward: HTMLCanvasElement, losses: HTMLCanvasElement,
 *   whole: HTMLCanvasElement, ratio: number}} Layers
 */

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

/** A rectangle of one state of the picture. @param {Context} ctx @param {HTMLCanvasElement} from @param {number} ratio @param {Frame} frame */
export function copyPart(ctx, from, ratio, { left, right, top, bottom }) {
  const edge = (/** @type {number} */ value) => Math.round(value * ratio);
  const [x, y, width, height] = [edge(left), edge(top), edge(right) - edge(left), edge(bottom) - edge(top)];
  if (width <= 0 || height <= 0) return;
  ctx.drawImage(from, x, y, width, height, x / ratio, y / ratio, width / ratio, height / ratio);
}

/** @param {Context} ctx @param {HTMLCanvasElement} from @param {Layout} layout */
export function copyAll(ctx, from, { width, height }) {
  ctx.drawImage(from, 0, 0, width, height);
}

/** The weights are known from the start. */
export function copyGutterWeights(/** @type {Context} */ ctx, /** @type {Layers} */ { scene, whole, ratio }) {
  const { readout, entrance, left, bands, U } = scene.layout;
  const rows = [{ top: readout.top, bottom: entrance.bottom }];
  for (const { full, units } of bands) if (full) rows.push({ top: units.top, bottom: units.bottom });
  for (const row of rows) copyPart(ctx, whole, ratio, { left: 0, right: left - 26 * U, ...row });
}

/**
 * With two directions each runs through the whole sequence by itself: what is below the open layer and beside it is there
 * before it begins, what is above it begins when both are done.
 * @param {Scene} scene
 */
export function readsBothWays({ picture }) {
  return (picture?.place.directions ?? 1) > 1;
}

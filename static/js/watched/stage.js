/** The stage of a watched run: draws it after every change, and tells what lies under the pointer. */

import { byId } from "../lib/dom.js";
import { createBitmaps } from "../lib/canvas/bitmap.js";
import { devicePixels } from "../lib/canvas/resolution.js";
import { labelledTimesteps } from "../lib/scales.js";
import { normExtent } from "../record/norms.js";
import { drawMath, drawText } from "../kit/text.js";
import { timestepAt, xOf } from "../stage/axis.js";
import { NARROWEST } from "../stage/layout.js";
import { drawInputs, drawLosses, lossRadius } from "../stage/paint/ends.js";
import { drawNormAxes, drawNormCurves, drawNormLegend, drawNormPoint } from "../stage/paint/norm_chart.js";
import { clipToAxis, drawBand, drawCurrentLabel } from "../stage/paint/stage.js";
import { drawArrows, drawColumns, drawUnits } from "../stage/paint/units.js";
import { drawTiles, drawWeightNames, drawWeights } from "../stage/paint/weights.js";
import { drawBeds } from "../stage/river/beds.js";
import { drawChevrons } from "../stage/river/chevrons.js";
import { drawRivers } from "../stage/river/draw.js";
import { drawTributaries } from "../stage/river/tributaries.js";
import { measureUnit } from "../stage/unit.js";
import { curvesOf, watchedScene, widened } from "./scene.js";
import * as say from "../words/watched.js";

/** @typedef {import("../record/picture.js").Picture} Picture */
/** @typedef {import("../stage/scene.js").Scene} Scene */

/**
 * What is drawn.
 * @typedef {object} View
 * @property {Picture} picture
 * @property {{picture: Picture, step: number} | null} compared
 * @property {number} step
 * @property {number} inputs numbers a timestep, of which the picture shows some
 * @property {import("../run/state.js").Ruler} ruler
 * @property {boolean} dark
 * @property {boolean} names
 * @property {{t: number, source?: number} | null} hover
 * @property {{t: number} | null} pin
 */

/**
 * @param {HTMLCanvasElement} canvas
 * @param {{hover: (t: number | null) => void, pin: (t: number) => void}} tell
 */
export function createWatchedStage(canvas, tell) {
  const ctx = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
  const bitmaps = createBitmaps();
  /** @type {readonly [number, number] | null} */
  let range = null;
  /** @type {Scene | null} */
  let scene = null;
  const size = { width: 0, height: 0, U: 1, ratio: 1 };

  /** @param {PointerEvent | MouseEvent} event */
  function pointed(event) {
    const box = canvas.getBoundingClientRect();
    return scene ? timestepAt(scene.layout, event.clientX - box.left) : null;
  }
  canvas.addEventListener("pointermove", (event) => tell.hover(pointed(event)));
  canvas.addEventListener("pointerleave", () => tell.hover(null));
  canvas.addEventListener("click", (event) => {
    const t = pointed(event);
    if (t !== null) tell.pin(t);
  });

  return {
    /** @param {View} view */
    draw(view) {
      // Where the page is only just being laid out there may be no room for an axis yet.
      if (size.width < NARROWEST * size.U || size.height === 0) return;
      const extent = normExtent(curvesOf(view.picture, view.compared, view.step));
      range = widened(range, extent);
      const highlight = view.picture.losses > 1 ? (view.hover?.source ?? 0) : 0;
      scene = watchedScene(view.picture, view.compared, { ...view, highlight }, size, range);
      const { ratio } = size;
      ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
      ctx.imageSmoothingEnabled = false;
      drawAll(ctx, scene, view, bitmaps, ratio);
    },
    /** What was drawn last. */
    shown: () => scene,
    /** The canvas has another size; measured before anything of a frame is written. */
    resize() {
      const ratio = window.devicePixelRatio || 1;
      Object.assign(size, { width: canvas.clientWidth, height: canvas.clientHeight, U: measureUnit(), ratio });
      const { columns, rows } = devicePixels(canvas, ratio);
      if (canvas.width === columns && canvas.height === rows) return;
      canvas.width = columns;
      canvas.height = rows;
    },
    /** Another module: its axis is chosen anew. */
    forget() {
      range = null;
    },
  };
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {View} view
 * @param {import("../lib/canvas/bitmap.js").Bitmaps} bitmaps
 * @param {number} ratio
 */
function drawAll(ctx, scene, view, bitmaps, ratio) {
  const { layout, palette, picture } = scene;
  if (!picture) return;
  ctx.fillStyle = palette.paper;
  ctx.fillRect(0, 0, layout.width + 1, layout.height + 1);
  drawBeds(ctx, scene);
  drawLabels(ctx, scene, view.inputs);
  drawNormAxes(ctx, scene);
  drawNormLegend(ctx, scene);
  drawWeightNames(ctx, scene);
  ctx.save();
  clipToAxis(ctx, layout);
  drawColumns(ctx, scene);
  drawArrows(ctx, scene);
  drawInputs(ctx, scene, bitmaps, ratio);
  drawTributaries(ctx, scene, (t) => layout.loss.y + lossRadius(picture, layout, t));
  drawRivers(ctx, scene, bitmaps, ratio);
  drawLosses(ctx, scene);
  drawNormCurves(ctx, scene);
  drawChevrons(ctx, scene, 0);
  ctx.restore();
  drawWeights(ctx, scene, bitmaps, ratio);
  ctx.save();
  clipToAxis(ctx, layout);
  drawUnits(ctx, scene, bitmaps, ratio);
  drawTiles(ctx, scene, bitmaps, ratio);
  for (const t of new Set([view.pin?.t, view.hover?.t])) {
    if (t === undefined || t > layout.T) continue;
    drawCurrentLabel(ctx, scene, t);
    drawBand(ctx, scene, t);
    drawNormPoint(ctx, scene, t);
  }
  ctx.restore();
}

/** @param {CanvasRenderingContext2D} ctx @param {Scene} scene @param {number} inputs */
function drawLabels(ctx, { layout, palette, picture }, inputs) {
  const { U, units } = layout;
  const x = 20 * U;
  const words = (/** @type {string} */ text, /** @type {number} */ at, /** @type {number} */ y) =>
    drawText(ctx, U, text, at, y, { colour: palette.ink3 });
  words(say.GRADIENT, x, layout.loss.y - 6 * U);
  words(say.HANDED_IN_HERE, x, layout.loss.y + 7 * U);
  let end = drawMath(ctx, U, "h_t", x, units.top + 8 * U, { size: 14, colour: palette.ink2 });
  words(say.unitsLabel(layout.H, units.every), end + 6 * U, units.top + 8 * U);
  const inputY = (layout.input.top + layout.input.bottom) / 2;
  end = drawMath(ctx, U, "x_t", x, inputY - (inputs > (picture?.I ?? 0) ? 6 : 0) * U, {
    size: 14,
    colour: palette.ink2,
  });
  if (inputs > (picture?.I ?? 0)) {
    const [some, of] = say.someInputs(picture?.I ?? 0, inputs);
    words(some, end + 6 * U, inputY - 6 * U);
    words(of, end + 6 * U, inputY + 7 * U);
  } else words(say.inputsLabel(inputs), end + 6 * U, inputY);
  for (const t of labelledTimesteps(layout.T, layout.pitch, 22 * U)) {
    drawText(ctx, U, String(t), xOf(layout, t), layout.labels.y, { align: "center", colour: palette.ink3 });
  }
}

/** The canvas of the stage. */
export function stageCanvas() {
  return /** @type {HTMLCanvasElement} */ (byId("network"));
}

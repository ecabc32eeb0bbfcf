/** Draws the second track: one quantity of all units, or of the whole, at every timestep. Keeps no state. */
import { activationIndex, GRADIENT_DOMAIN, gradientIndex } from "../../kit/colour.js";
import { formatPower } from "../../lib/format.js";
import { keptBy, keptName } from "../../record/cells.js";
import { clamp } from "../../lib/scales.js";
import { drawPixels } from "../../lib/canvas/bitmap.js";
import { acrossAxis, pitchOf } from "../axis.js";
import { once } from "../once.js";
import { cellEdges, NOT_A_NUMBER, paintCells } from "../../lib/canvas/cells.js";
import { drawMath, drawText } from "../../kit/text.js";
import * as say from "../../words/stage.js";

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {import("../scene.js").Scene} Scene */
/** @typedef {import("../layout.js").Layout} Layout */
/** @typedef {import("../../record/picture.js").Picture} Picture */

/** The powers of ten between which bars of ‖dW_hh,t‖ stand. */
const PARTS_DOMAIN = /** @type {const} */ ([-6, 2]);

/** What the track shows, and the key of its colours at the right above it. */
export function drawTrackKey(/** @type {Context} */ ctx, /** @type {Scene} */ scene) {
  const { layout, palette, picture, track } = scene;
  const { U } = layout;
  // Where the stage is low the second line must not leave it, nor the first one stand in the chart above.
  const y = Math.max(layout.norm.bottom + 14 * U, Math.min(layout.track.top + 9 * U, layout.height - 26 * U));
  const parts = `‖d${picture?.recurrent ?? "W_hh"}‖`;
  const name = { h: "h_t", dW_hh: parts, gates: keptName(picture ?? {}) }[track] ?? "∂E/∂h_t";
  drawMath(ctx, U, name, 20 * U, y, { size: 14, colour: palette.ink2 });
  const per = track === "dW_hh" ? say.PER_TIMESTEP : say.PER_UNIT;
  drawText(ctx, U, per, 20 * U, y + 17 * U, { colour: palette.ink3 });
  if (track === "dW_hh") return drawPartsAxis(ctx, scene);
  const limit = formatPower(GRADIENT_DOMAIN[1]);
  const { ramp, low, high, from } =
    track === "h"
      ? { ramp: palette.activation, low: "−1", high: "1", from: 0 }
      : track === "gates"
        ? { ramp: palette.activation, low: "0", high: say.KEEPS_ALL, from: 0.5 }
        : { ramp: palette.gradient, low: `−${limit}`, high: `+${limit}`, from: 0 };
  const width = 88 * U;
  const right = layout.right - (track === "gates" ? 64 : 34) * U;
  const steps = 45;
  for (let i = 0; i < steps; i++) {
    ctx.fillStyle = ramp.css[Math.round((from + (1 - from) * (i / (steps - 1))) * 255)];
    ctx.fillRect(right - width + (i * width) / steps, layout.key.y - 3 * U, width / steps + 0.3, 6 * U);
  }
  drawText(ctx, U, low, right - width - 6 * U, layout.key.y, { align: "right", colour: palette.ink3 });
  drawText(ctx, U, high, right + 6 * U, layout.key.y, { colour: palette.ink3 });
}

/** The ends of the bars' log axis. @param {Context} ctx @param {Scene} scene */
function drawPartsAxis(ctx, { layout, palette }) {
  const { U, left, track } = layout;
  const style = /** @type {const} */ ({ align: "right", colour: palette.ink3 });
  drawText(ctx, U, formatPower(PARTS_DOMAIN[1]), left - 9 * U, track.top + 5 * U, style);
  drawText(ctx, U, formatPower(PARTS_DOMAIN[0]), left - 9 * U, track.bottom - 5 * U, style);
}

/**
 * @param {Context} ctx
 * @param {Scene} scene
 * @param {import("../../lib/canvas/bitmap.js").Bitmaps} bitmaps
 * @param {number} ratio
 */
export function drawTrack(ctx, scene, bitmaps, ratio) {
  const { layout, palette, picture, track } = scene;
  if (!picture) return;
  if (track === "dW_hh") return drawParts(ctx, scene);
  const { H, T } = picture;
  const colourOf = colouring(track, picture, palette);
  drawPixels(ctx, bitmaps("track"), acrossAxis(layout, layout.track, ratio), (pixels, width, height) => {
    const { columns, rows } = once(layout, `track/${ratio}`, () => trackEdges(layout, T, H, height, ratio));
    paintCells(pixels, width, columns, rows, colourOf, { ink: palette.pixel.border, ground: palette.pixel.paper });
  });
}

/** Where the track's cells begin and end. @param {Layout} layout @param {number} T @param {number} H @param {number} height device pixels @param {number} ratio */
function trackEdges(layout, T, H, height, ratio) {
  const rowGap = height / H >= 3.5 ? 1 : 0;
  return {
    columns: cellEdges(
      T,
      (c) => (layout.edges[c] - layout.left) * ratio,
      (c) => (layout.edges[c + 1] - layout.left) * ratio - (pitchOf(layout, c + 1) * ratio >= 6 ? 1 : 0),
    ),
    rows: cellEdges(
      H,
      (r) => (r * height) / H,
      (r) => Math.min(height, ((r + 1) * height) / H - rowGap),
    ),
  };
}

/**
 * The colour of unit r at timestep c + 1.
 * @param {string} track
 * @param {Picture} picture
 * @param {import("../../kit/colour.js").Palette} palette
 * @returns {(r: number, c: number) => number}
 */
function colouring(track, picture, { activation, gradient }) {
  const { H, h, dh, gates } = picture;
  const bounded = (/** @type {number} */ value) =>
    Number.isFinite(value) ? activation.rgba[activationIndex(value)] : NOT_A_NUMBER;
  if (track === "h") return (r, c) => bounded(h[(c + 1) * H + r]);
  if (track === "gates" && gates) return (r, c) => bounded(keptBy(picture.cell, gates, c + 1, r));
  return (r, c) => {
    const value = dh[(c + 1) * H + r];
    if (!Number.isFinite(value)) return NOT_A_NUMBER;
    return value === 0 ? 0 : gradient.rgba[gradientIndex(value)];
  };
}

/** A bar a timestep: the norm of its part of ∂E/∂W_hh, on a log axis. @param {Context} ctx @param {Scene} scene */
function drawParts(ctx, { layout, palette, picture }) {
  if (!picture?.parts) return;
  const { top, bottom } = layout.track;
  const [low, high] = PARTS_DOMAIN;
  ctx.fillStyle = palette.backward;
  for (let t = 1; t <= picture.T; t++) {
    const share = (Math.log10(picture.parts[t - 1]) - low) / (high - low);
    if (!(share > 0)) continue;
    const height = clamp(share, 0, 1) * (bottom - top);
    const gap = pitchOf(layout, t) >= 6 ? pitchOf(layout, t) * 0.15 : 0;
    const x = layout.edges[t - 1] + gap / 2;
    ctx.fillRect(x, bottom - height, Math.max(1, layout.edges[t] - layout.edges[t - 1] - gap), height);
  }
}

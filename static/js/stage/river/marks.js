/** Draws what is marked along the ribbon: floods, banks, what truncation and clipping took. Keeps no state. */

import { pitchOf, xOf } from "../axis.js";
import { RULERS, widthOf } from "./ruler.js";
import { clippedTimesteps, waveLines } from "./signs.js";
import { cutGap } from "./runs.js";

/** @typedef {import("../scene.js").Scene} Scene */
/** @typedef {CanvasRenderingContext2D} Context */

export function drawWaves(/** @type {Context} */ ctx, /** @type {Scene} */ scene, /** @type {number} */ index) {
  const { layout, palette, picture, ribbons } = scene;
  if (!picture) return;
  const lines = waveLines(ribbons[index], picture.lanes[index].shown, layout);
  if (lines.length === 0) return;
  const { mid } = layout.lanes[index];
  ctx.strokeStyle = palette.paper;
  ctx.globalAlpha = 0.75;
  ctx.lineWidth = 1.1 * layout.U;
  ctx.beginPath();
  for (const { x, above } of lines) {
    for (const side of [-1, 1]) {
      ctx.moveTo(layout.left + x[0], mid + side * above[0]);
      for (let i = 1; i < x.length; i++) ctx.lineTo(layout.left + x[i], mid + side * above[i]);
    }
  }
  ctx.stroke();
  ctx.globalAlpha = 1;
}

/** Dotted, at norm 1: the fixed level everything is seen against. */
export function drawBanks(/** @type {Context} */ ctx, /** @type {Scene} */ scene, /** @type {number} */ index) {
  const { layout, palette, ribbons } = scene;
  const { mid } = layout.lanes[index];
  const { bank } = ribbons[index];
  ctx.strokeStyle = palette.ink;
  ctx.globalAlpha = 0.5;
  ctx.lineWidth = 1;
  ctx.setLineDash([1.5 * layout.U, 3.5 * layout.U]);
  ctx.beginPath();
  for (const y of [mid - bank, mid + bank]) {
    ctx.moveTo(layout.left, Math.round(y) + 0.5);
    ctx.lineTo(layout.right, Math.round(y) + 0.5);
  }
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
}

/** The outline the river would have without truncation and per-timestep clipping, dashed. */
export function drawUnaltered(/** @type {Context} */ ctx, /** @type {Scene} */ scene, /** @type {number} */ index) {
  const { layout, palette, picture, ruler } = scene;
  if (!picture) return;
  const lane = layout.lanes[index];
  const height = lane.bottom - lane.top;
  const { ln } = picture.lanes[index];
  ctx.strokeStyle = palette.ink3;
  ctx.lineWidth = 1.2 * layout.U;
  ctx.setLineDash([5 * layout.U, 3 * layout.U]);
  ctx.beginPath();
  for (const side of [-1, 1]) {
    let previous = Number.NaN;
    for (let t = 1; t <= picture.T; t++) {
      const half = Number.isFinite(ln[t]) ? widthOf(ln[t], RULERS[ruler], height) / 2 : Number.NaN;
      const x = xOf(layout, t);
      const y = lane.mid + side * half;
      if (Number.isFinite(previous) && Number.isFinite(half)) {
        const third = (x - xOf(layout, t - 1)) / 3;
        ctx.bezierCurveTo(x - 2 * third, lane.mid + side * previous, x - third, y, x, y);
      } else if (Number.isFinite(half)) ctx.moveTo(x, y);
      previous = half;
    }
  }
  ctx.stroke();
  ctx.setLineDash([]);
}

/**
 * Truncation: a double line where no loss crosses, short ticks under the lane where only some are lost. Where h_0 is
 * carried from the window before, no gradient crosses to it.
 */
export function drawCuts(/** @type {Context} */ ctx, /** @type {Scene} */ { layout, palette, picture }) {
  if (!picture) return;
  const { U } = layout;
  const bottom = layout.lanes[layout.lanes.length - 1].bottom;
  ctx.strokeStyle = palette.ink;
  ctx.lineWidth = 1.4 * U;
  ctx.beginPath();
  for (let t = picture.carriesStart ? 0 : 1; t < picture.T; t++) {
    if (t > 0 && picture.cuts[t] === 0) continue;
    const whole = t === 0 || picture.cuts[t] === 2;
    const gap = cutGap(pitchOf(layout, Math.max(1, t)), U);
    for (const x of [layout.edges[t] - gap, layout.edges[t] + gap]) {
      ctx.moveTo(x, whole ? layout.lanes[0].top - 4 * U : bottom - 5 * U);
      ctx.lineTo(x, bottom + (whole ? 4 : 2) * U);
    }
  }
  ctx.stroke();
}

/** Per-timestep clipping: two posts narrow the channel at each timestep that was cut. */
export function drawGatePosts(/** @type {Context} */ ctx, /** @type {Scene} */ { layout, palette, picture, ribbons }) {
  if (picture?.clip.mode !== "timestep") return;
  const lane = layout.lanes[0];
  ctx.fillStyle = palette.ink;
  for (const t of clippedTimesteps(picture)) {
    const width = Math.min(3.6 * layout.U, Math.max(1, pitchOf(layout, t) * 0.4));
    const half = ribbons[0].half[t];
    const x = xOf(layout, t) - width / 2;
    ctx.fillRect(x, lane.top, width, lane.mid - half - lane.top);
    ctx.fillRect(x, lane.mid + half, width, lane.bottom - lane.mid - half);
  }
}

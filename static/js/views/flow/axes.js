/** The timesteps beside the flow matrix, and beside a few losses how much arrives at both ends. Keeps no state. */

import { subscript } from "../../lib/format.js";
import { drawMath, drawText } from "../../kit/text.js";
import { clamp } from "../../lib/scales.js";
import * as say from "../../words/flow.js";

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {import("./layout.js").FlowLayout} FlowLayout */
/** @typedef {import("./layout.js").FlowSheet} FlowSheet */

/** @param {Context} ctx @param {FlowSheet} sheet */
export function drawAxes(ctx, { picture, layout, palette: colours, state }) {
  if (!picture || !layout) return;
  const { U, left, top, bottom, column, rowPitch, rowHeight, few, rows, T } = layout;
  const pinned = state.pin && state.pin.t <= T ? state.pin.t : 0;
  const ticks = [...new Set([1, Math.round(T / 2), T])];
  const y = bottom + 10 * U;
  const xOf = (/** @type {number} */ k) => left + (k - 0.5) * column;
  const style = { colour: colours.ink3 };
  for (const k of ticks) {
    if (pinned && k !== pinned && Math.abs(xOf(k) - xOf(pinned)) < 20 * U) continue;
    const align = k === T && T > 1 ? "right" : k === 1 && T > 1 ? "left" : "center";
    const x = align === "right" ? left + T * column : align === "left" ? left : xOf(k);
    if (k !== pinned) drawText(ctx, U, String(k), x, y, { ...style, align });
  }
  if (pinned) drawText(ctx, U, String(pinned), xOf(pinned), y, { weight: 600, align: "center", colour: colours.ink });
  if (!few) {
    for (const t of ticks) {
      const at = clamp(top + (t - 0.5) * rowPitch, top + 5 * U, bottom - 5 * U);
      drawText(ctx, U, String(t), left - 7 * U, at, { ...style, align: "right" });
    }
    return;
  }
  rows.forEach((t, i) => {
    const middle = top + i * rowPitch + rowHeight / 2;
    drawText(ctx, U, `E${subscript(t)}`, left - 7 * U, middle, { ...style, align: "right" });
  });
}

/** Where every pair has a path there is no room for the legend: what is a row and what a column stands at the axes. @param {Context} ctx @param {FlowSheet} sheet */
export function drawAxisNames(ctx, { picture, layout, palette: colours, state }) {
  if (!picture || !layout) return;
  const { U, left, top, bottom, side, T } = layout;
  const style = { size: 14, colour: colours.ink2 };
  drawMath(ctx, U, "E_t", left - 26 * U, top + side / 4, style);
  const isPinnedThere = state.pin !== null && state.pin.t <= T / 2;
  drawMath(ctx, U, "h_k", left + (isPinnedThere ? 0.75 : 0.25) * side - 7 * U, bottom + 10 * U, style);
}

/** Few losses leave room for numbers: how much arrives at both ends of each row. @param {Context} ctx @param {FlowSheet} sheet */
export function drawRowValues(ctx, { picture, layout, palette: colours }) {
  if (!picture?.lnFlow || !layout) return;
  const { lnFlow, T } = picture;
  const { U, left, top, column, rowPitch, rowHeight, rows } = layout;
  rows.forEach((t, i) => {
    const rowTop = top + i * rowPitch;
    const value = (/** @type {number} */ k) => say.shortValue(lnFlow[(t - 1) * (T + 1) + k]);
    const below = rowTop + rowHeight + 11 * U;
    const ink = { colour: colours.ink2 };
    if (picture.reverse) {
      drawReverseValues(ctx, layout, t, value, below, ink);
      return;
    }
    if (t > 1) drawText(ctx, U, say.valueAt(value(1), 1), left, below, ink);
    const own = say.valueAt(value(t), t);
    if (t === 1) drawText(ctx, U, own, left, below, ink);
    else drawText(ctx, U, own, left + Math.max(t * column, 200 * U), below, { ...ink, align: "right" });
  });
}

/** The same where the gradient runs to the right. @param {Context} ctx @param {FlowLayout} layout @param {number} t @param {(k: number) => string} value @param {number} y @param {{colour: string}} ink */
function drawReverseValues(ctx, { U, T, left, column }, t, value, y, ink) {
  const right = { ...ink, align: /** @type {const} */ ("right") };
  const end = left + T * column;
  const own = say.valueAt(value(t), t);
  if (t === T) {
    drawText(ctx, U, own, end, y, right);
    return;
  }
  drawText(ctx, U, say.valueAt(value(T), T), end, y, right);
  drawText(ctx, U, own, Math.min(left + (t - 1) * column, end - 200 * U), y, ink);
}

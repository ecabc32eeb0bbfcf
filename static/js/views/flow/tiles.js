/** The pairs of the flow matrix as tiles, one colour a decade. Keeps no state. */

import { blend, SIZE_DOMAIN, sizeIndex } from "../../kit/colour.js";
import { drawPixels } from "../../lib/canvas/bitmap.js";
import { BELOW_SCALE, cellEdges, NOT_A_NUMBER, paintCells } from "../../lib/canvas/cells.js";
import { decades } from "../../lib/scales.js";
import { hasPath } from "../../record/chosen.js";
import { isKept } from "../../record/picture.js";

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {import("./layout.js").FlowSheet} FlowSheet */
/** @typedef {import("../../lib/canvas/bitmap.js").Bitmaps} Bitmaps */

/** Truncated pairs keep this much of their colour. */
const MASKED = 0.22;
/** Tiles as wide as this, in px, stand apart. */
const GAP_FROM = 5;

/** Whether a column is known: in slow motion only what backward has come to. @param {import("../../run/state.js").State} state @param {boolean} reverse @param {number} k */
export function isReached({ slow }, reverse, k) {
  if (slow === null || slow.phase === "update") return true;
  return slow.phase === "backward" && (reverse ? k <= slow.t : k >= slow.t);
}

/** @param {Context} ctx @param {FlowSheet} sheet @param {Bitmaps} bitmaps */
export function drawTiles(ctx, { picture, layout, palette: colours, state, ratio }, bitmaps) {
  if (!picture?.lnFlow || !layout) return;
  const { T, lnFlow } = picture;
  const { rows, few, rowPitch, rowHeight } = layout;
  const k1 = Number(state.config.k1 ?? 0);
  const k2 = Number(state.config.k2 ?? 0);
  const full = colours.size.rgba;
  const masked = k1 > 0 ? Uint32Array.from(full, (word) => blend(word, colours.pixel.paper, MASKED)) : full;
  const box = { x: layout.left, y: layout.top, width: layout.side, height: layout.bottom - layout.top, ratio };
  drawPixels(ctx, bitmaps("flow"), box, (pixels, width, height) => {
    const columns = Math.min(T, width);
    const lines = few ? rows.length : Math.min(T, height);
    const gap = layout.column >= GAP_FROM ? 1 : 0;
    const across = cellEdges(
      columns,
      (c) => (c * width) / columns,
      (c) => ((c + 1) * width) / columns - gap,
    );
    const down = cellEdges(
      lines,
      (r) => (few ? r * rowPitch * ratio : (r * height) / lines),
      (r) => (few ? (r * rowPitch + rowHeight) * ratio : ((r + 1) * height) / lines - gap),
    );
    const colourAt = (/** @type {number} */ r, /** @type {number} */ c) => {
      const t = few ? rows[r] : Math.floor((r * T) / lines) + 1;
      const k = Math.floor((c * T) / columns) + 1;
      if (!isReached(state, picture.reverse, k) || !hasPath(picture.place, t, k)) return 0;
      const ln = lnFlow[(t - 1) * (T + 1) + k];
      if (Number.isNaN(ln)) return picture.hasTarget[t] ? NOT_A_NUMBER : 0;
      if (ln === Number.NEGATIVE_INFINITY) return 0;
      if (decades(ln) < SIZE_DOMAIN[0]) return BELOW_SCALE;
      return (isKept(t, k, T, k1, k2) ? full : masked)[sizeIndex(ln)];
    };
    paintCells(pixels, width, across, down, colourAt, { ink: colours.pixel.border, ground: full[0] });
  });
}

/** Draws small arrows adrift on the river. Keeps no state. */

import { chevrons } from "./signs.js";

/** @typedef {import("../scene.js").Scene} Scene */
/** @typedef {CanvasRenderingContext2D} Context */

/** How far a chevron reaches from the midline, with its stroke. */
export const CHEVRON = 6;

/** Small arrows adrift on the river, paper-coloured: which way the gradient runs. */
export function drawChevrons(/** @type {Context} */ ctx, /** @type {Scene} */ scene, /** @type {number} */ drift) {
  const { layout, palette, ribbons } = scene;
  const { U, left } = layout;
  ctx.strokeStyle = palette.paper;
  ctx.lineWidth = 1.6 * U;
  ctx.lineJoin = "round";
  ctx.beginPath();
  const ribbon = ribbons[0];
  if (!ribbon) return;
  const ahead = ribbon.mirrored ? 1 : -1;
  for (const x of chevrons(ribbon, drift, U)) {
    const { mid } = layout.lanes[0];
    ctx.moveTo(left + x - ahead * 2.4 * U, mid - 4 * U);
    ctx.lineTo(left + x + ahead * 1.8 * U, mid);
    ctx.lineTo(left + x - ahead * 2.4 * U, mid + 4 * U);
  }
  ctx.stroke();
}

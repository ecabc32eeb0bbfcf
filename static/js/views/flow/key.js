/** The scale of the flow matrix below it. Keeps no state. */

import { SIZE_DOMAIN } from "../../kit/colour.js";
import { drawText, sans } from "../../kit/text.js";
import { formatPower } from "../../lib/format.js";

/** All forty decades, evenly, with the values that carry most of the colour in their true places. */
export function drawKey(
  /** @type {CanvasRenderingContext2D} */ ctx,
  /** @type {import("./layout.js").FlowLayout} */ { U, left, side, keyY },
  /** @type {import("../../kit/colour.js").Palette} */ colours,
) {
  const [low, high] = SIZE_DOMAIN;
  const steps = 80;
  for (let i = 0; i < steps; i++) {
    ctx.fillStyle = colours.size.css[Math.round((i / (steps - 1)) * 255)];
    ctx.fillRect(left + (i * side) / steps, keyY - 4 * U, side / steps + 0.4, 8 * U);
  }
  ctx.strokeStyle = colours.ink3;
  ctx.lineWidth = 1;
  ctx.font = sans(U);
  ctx.beginPath();
  for (const e of [-30, -20, -10, 0]) {
    const x = Math.round(left + ((e - low) / (high - low)) * side) + 0.5;
    ctx.moveTo(x, keyY + 4 * U);
    ctx.lineTo(x, keyY + 8 * U);
    drawText(ctx, U, formatPower(e), x, keyY + 14 * U, { align: "center", colour: colours.ink3 });
  }
  ctx.stroke();
}

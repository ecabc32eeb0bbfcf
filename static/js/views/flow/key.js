/** The scale of the flow matrix below it. Keeps no state. */

import { SIZE_DOMAIN } from "../../kit/colour.js";
import { drawText, sans } from "../../kit/text.js";
import { formatPower } from "../../lib/format.js";

const TICKS = [-30, -20, -10, 0];

/** All forty decades, evenly, with the values that carry most of the colour in their true places; under a small matrix every second is named. */
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
  const apart = (TICKS[1] - TICKS[0]) * (side / (high - low));
  const every = ctx.measureText(formatPower(TICKS[0])).width + 4 * U < apart ? 1 : 2;
  for (const [index, e] of TICKS.entries()) {
    const x = Math.round(left + ((e - low) / (high - low)) * side) + 0.5;
    ctx.moveTo(x, keyY + 4 * U);
    ctx.lineTo(x, keyY + 8 * U);
    if (index % every !== every - 1) continue;
    drawText(ctx, U, formatPower(e), x, keyY + 14 * U, { align: "center", colour: colours.ink3 });
  }
  ctx.stroke();
}

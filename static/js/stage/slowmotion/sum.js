/** The sum of the gradient of the recurrent weights in slow motion: a part on its way, and what has joined so far. */

import { sourceIndex } from "../../kit/colour.js";
import { drawMath } from "../../kit/text.js";
import { mix } from "../../lib/scales.js";
import { statesMeetBy } from "../../record/cells.js";
import { pitchOf, xOf } from "../axis.js";
import { weightsBox } from "../layout.js";

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {import("../scene.js").Scene} Scene */

/** Timestep t's part of ∂E/∂W_hh on its way from the tag to the one matrix. */
export function drawFlight(
  /** @type {Context} */ ctx,
  /** @type {Scene} */ { layout, palette },
  /** @type {number} */ t,
  /** @type {number} */ s,
) {
  const box = weightsBox(layout);
  const { U } = layout;
  const aside = ((layout.reverse ? 1 : -1) * pitchOf(layout, t)) / 2;
  const from = { x: xOf(layout, t) + aside, y: (layout.units.top + layout.units.bottom) / 2 };
  const to = { x: box.x - 7 * U, y: box.y + box.size / 2 };
  ctx.fillStyle = palette.source.css[sourceIndex(t, layout.T, false)];
  const side = 7 * U;
  ctx.fillRect(mix(from.x, to.x, s) - side / 2, mix(from.y, to.y, s) - side / 2, side, side);
}

/** The parts that have joined the sum so far, beside the matrix they are the gradient of. */
export function drawSum(
  /** @type {Context} */ ctx,
  /** @type {Scene} */ { layout, palette, picture },
  /** @type {{first: number, last: number}} */ { first, last },
) {
  const { U, T, reverse } = layout;
  const box = weightsBox(layout);
  const parts = picture?.parts;
  const whole = parts?.reduce((sum, norm) => sum + norm, 0) ?? 0;
  if (!parts || !(whole > 0) || !Number.isFinite(whole)) return;
  const x = box.x - 11 * U;
  if (!statesMeetBy(picture)) {
    drawMath(ctx, U, `∂E/∂${picture.recurrent}`, box.x + 2 * U, box.y + box.size / 2, { colour: palette.ink2 });
  }
  ctx.fillStyle = palette.bed;
  ctx.fillRect(x, box.y, 7 * U, box.size);
  let y = box.y + box.size;
  for (let i = first; i <= last; i++) {
    const t = reverse ? i : last - (i - first);
    const height = (box.size * parts[t - 1]) / whole;
    ctx.fillStyle = palette.source.css[sourceIndex(t, T, false)];
    ctx.fillRect(x, y - height, 7 * U, height);
    y -= height;
  }
  ctx.strokeStyle = palette.backward;
  ctx.lineWidth = U;
  ctx.strokeRect(x - 0.5, box.y - 0.5, 7 * U + 1, box.size + 1);
}

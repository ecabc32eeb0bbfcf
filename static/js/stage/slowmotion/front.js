/** Where the river has come to in slow motion, and the card that says what has arrived there. */

import { drawMath, drawText, mathWidth, sans } from "../../kit/text.js";
import { cardLines, cardTitle } from "../../words/slowmotion.js";

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {import("../scene.js").Scene} Scene */

/** An ink bar at the river's front, and a card with what has arrived there. */
export function drawFront(
  /** @type {Context} */ ctx,
  /** @type {Scene} */ { layout, palette, picture },
  /** @type {number} */ x,
  /** @type {number} */ t,
) {
  if (!picture) return;
  const { U, lanes } = layout;
  const lane = lanes[0];
  const lines = cardLines(picture, t);
  const title = cardTitle(picture, t);
  const titleWidth = mathWidth(ctx, U, title, 14);
  ctx.font = sans(U, 12, 600);
  const widths = [titleWidth, ...lines.map((line) => ctx.measureText(line).width)];
  const width = Math.max(150 * U, ...widths.map((one) => one + 22 * U));
  const height = (28 + 17 * lines.length) * U;
  const [roomLeft, roomRight] = [x - 24 * U - width > layout.left, x + 24 * U + width < layout.right];
  const onTheLeft = layout.reverse ? !roomRight : roomLeft;
  const left = onTheLeft ? x - 24 * U - width : x + 24 * U;
  const top = lane.mid - height / 2;
  ctx.fillStyle = palette.ink;
  ctx.fillRect(x - U, lane.top + 10 * U, 2 * U, lane.bottom - lane.top - 20 * U);
  ctx.beginPath();
  const side = onTheLeft ? -1 : 1;
  ctx.moveTo(x + side * 3 * U, lane.mid);
  ctx.lineTo(x + side * 12 * U, lane.mid - 6 * U);
  ctx.lineTo(x + side * 12 * U, lane.mid + 6 * U);
  ctx.fill();
  ctx.fillStyle = palette.raised;
  ctx.strokeStyle = palette.border;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.roundRect(left, top, width, height, 5 * U);
  ctx.fill();
  ctx.stroke();
  drawMath(ctx, U, title, left + 11 * U, top + 15 * U, { size: 14, colour: palette.ink2 });
  lines.forEach((line, i) => {
    const last = i === lines.length - 1;
    const style = last ? { weight: 600, colour: palette.backward } : { colour: palette.ink2 };
    drawText(ctx, U, line, left + 11 * U, top + (35 + 17 * i) * U, { size: 12, ...style });
  });
}

/** In the triangle where no gradient can be: what is a row, what a column, and the names of the marks. Keeps no state. */

import { drawMath, drawText, mathWidth, sans } from "../../kit/text.js";
import * as say from "../../words/flow.js";
import { strokeWithHalo } from "./marks.js";

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {import("./layout.js").FlowSheet} FlowSheet */

/** In a smaller triangle the long name would lie on tiles, in design units. */
const NAMED_FROM = 174;
/** In one as small as this, in design units, everything would. */
const LEGEND_FROM = 130;

/** In the triangle where no gradient can be: what is a row, what a column, and the marks' names. */
export function drawLegend(
  /** @type {Context} */ ctx,
  /** @type {FlowSheet} */ { picture, layout, palette: colours, state, without = say.UNTARGETED },
) {
  if (!picture || !layout || layout.side < LEGEND_FROM * layout.U) return;
  const { U, left, top, side, rowPitch } = layout;
  const right = left + side - 8 * U;
  const math = (/** @type {string} */ formula, /** @type {number} */ y) => {
    const width = mathWidth(ctx, U, formula);
    drawMath(ctx, U, formula, right - width, y, { size: 14, colour: colours.ink2 });
  };
  math(say.ROW, top + 14 * U);
  math(say.COLUMN, top + 32 * U);
  const words = (/** @type {string} */ text, /** @type {number} */ x, /** @type {number} */ y) =>
    drawText(ctx, U, text, x, y, { align: "right", colour: colours.ink3 });
  let y = top + 52 * U;
  if (picture.neededLag !== null && picture.neededLag > 0 && picture.neededLag < picture.T) {
    words(say.neededLag(picture.neededLag, side < NAMED_FROM * U), right - 27 * U, y);
    const x = right - 21 * U;
    const corner = x + 11 * U;
    strokeWithHalo(
      ctx,
      [
        [x, y - 3 * U],
        [corner, y - 3 * U],
        [corner, y + 4 * U],
        [right, y + 4 * U],
      ],
      U,
      colours,
    );
    y += 18 * U;
  }
  ctx.font = sans(U);
  const free = side - (y - top) - 16 * U; // of the triangle, on that line
  if (Number(state.config.k1) > 0 && ctx.measureText(say.TRUNCATED).width < free) words(say.TRUNCATED, right, y);
  const firstLoss = picture.hasTarget.indexOf(1);
  const room = side - mathWidth(ctx, U, say.ROW) - 24 * U;
  ctx.font = sans(U);
  if (firstLoss > 1 && (firstLoss - 1) * rowPitch > 16 * U && ctx.measureText(without).width < room) {
    drawText(ctx, U, without, left + 8 * U, top + 12 * U, { colour: colours.ink3 });
  }
}

/** The reverse direction leaves the lower triangle free. @param {Context} ctx @param {FlowSheet} sheet */
export function drawLegendBelow(ctx, { layout, palette: colours }) {
  if (!layout) return;
  const { U, left, bottom } = layout;
  drawMath(ctx, U, say.ROW, left + 8 * U, bottom - 32 * U, { size: 14, colour: colours.ink2 });
  drawMath(ctx, U, say.COLUMN, left + 8 * U, bottom - 14 * U, { size: 14, colour: colours.ink2 });
}

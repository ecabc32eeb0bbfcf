/** Draws what a lane holds before any record: its bed, the ruler, its name. Keeps no state. */

import { drawMath, drawText } from "../../kit/text.js";
import { formatPower } from "../../lib/format.js";
import * as say from "../../words/stage.js";
import { RULERS, widthOf } from "./ruler.js";

/** @typedef {import("../scene.js").Scene} Scene */
/** @typedef {import("../layout.js").Layout} Layout */

/** @typedef {CanvasRenderingContext2D} Context */

/** A lower lane has room for fewer words beside it, in design units. */
export const SMALL = 110;

const SMALLEST = 70;

/** The lowest, where several networks stand below each other, have room for their name alone. */
const LOWEST = 34;

/** Where layers have names beside their rivers: lower lanes have no room for both that and what is drawn. */
const NAMED = 72;

/** Below the lane's top the name of a layer or direction stands: between the first two labels of its ruler. */
export const NAME_AT = 12;

/** Below the lane's top the symbol's middle is clear of a title's badge. */
const UNDER_TITLE = 12;

/** Between two lines of what is written beside a lane. */
const LINE = 13;

/** From the symbol down to the words beside the cell state's lane: clear of the ruler's lowest label. */
const CELL_STATE_DOWN = 23;

const LANE_LABELS = { h: "∂E/∂h_t", c: "∂E/∂c_t" };

/**
 * The bed, its banks' level on the ruler and the lane's name: what stands there before any record.
 * @param {Context} ctx
 * @param {Scene} scene
 * @param {{named?: boolean, under?: boolean}} [beside] `named`: the name of a layer or direction stands beside the first
 *   lane; `under`: a title stands close above it, so that what is written keeps below the lane's edge
 */
export function drawBeds(ctx, { layout, palette, ruler }, { named = layout.bands.length > 0, under = named } = {}) {
  for (const [index, lane] of layout.lanes.entries()) {
    ctx.fillStyle = palette.bed;
    ctx.beginPath();
    ctx.roundRect(
      layout.left,
      lane.top,
      layout.right - layout.left + 6 * layout.U,
      lane.bottom - lane.top,
      3 * layout.U,
    );
    ctx.fill();
    drawRuler(ctx, layout, palette, ruler, index, { named, under });
  }
}

/** Whether a label would stand where the name is. @param {import("../layout.js").LaneBand} lane @param {number} y @param {number} U */
function isOnName({ top }, y, U) {
  return y > top + NAME_AT * U && y < top + (NAME_AT + 10) * U;
}

/** The name's middle, where two lines about the weir stand below it at the mouth. @param {import("../layout.js").LaneBand} lane @param {number} U */
function aboveWeirWords({ top, bottom }, U) {
  return Math.max(top + 3 * U, bottom - 35 * U);
}

/** Where a lane's symbol stands. @param {import("../layout.js").LaneBand} lane @param {number} U @param {number} [highest] */
function symbolY(lane, U, highest = 0) {
  const height = lane.bottom - lane.top;
  if (height < LOWEST * U) return lane.mid;
  return Math.max(highest, Math.min(lane.mid - (height < SMALL * U ? 10 : 18) * U, aboveWeirWords(lane, U)));
}

/** The line below what is written beside the cell state's lane, the lower of two; null where it has no room for it. @param {Layout} layout */
export function underCellState({ lanes: [, lane], U }) {
  const y = symbolY(lane, U) + (CELL_STATE_DOWN + LINE) * U;
  return y + (LINE / 2) * U <= lane.bottom ? y : null;
}

/**
 * The axis at the lane's left: powers of ten by the distance from the midline, the upper half labelled.
 * @param {Context} ctx
 * @param {Layout} layout
 * @param {import("../../kit/colour.js").Palette} palette
 * @param {import("../../run/state.js").Ruler} rulerName
 * @param {number} index
 * @param {{named: boolean, under: boolean}} beside
 */
function drawRuler(ctx, layout, palette, rulerName, index, { named, under }) {
  const { U } = layout;
  const lane = layout.lanes[index];
  const ruler = RULERS[rulerName];
  const height = lane.bottom - lane.top;
  const small = height < SMALL * U;
  const x = Math.round(layout.left - 8 * U) + 0.5;
  const halfAt = (/** @type {number} */ exponent) => widthOf(exponent * Math.LN10, ruler, height) / 2;
  ctx.strokeStyle = palette.ink3;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(x, lane.top);
  ctx.lineTo(x, lane.bottom);
  for (let e = ruler.low; e <= ruler.high; e += ruler.ticks) {
    const tick = ruler.labels.includes(e) ? 5 * U : 3 * U;
    for (const y of [lane.mid - halfAt(e), lane.mid + halfAt(e)]) {
      ctx.moveTo(x, Math.round(y) + 0.5);
      ctx.lineTo(x - tick, Math.round(y) + 0.5);
    }
  }
  ctx.stroke();
  const room = 11 * U;
  let below = Number.NEGATIVE_INFINITY;
  for (const e of [...ruler.labels].reverse()) {
    const y = Math.max(lane.mid - halfAt(e), under || height < SMALLEST * U ? lane.top + 5 * U : 0);
    if (y - below < room || (named && isOnName(lane, y, U))) continue;
    drawText(ctx, U, formatPower(e), x - 8 * U, y, { align: "right", colour: palette.ink3 });
    below = y;
  }
  const name = layout.lanes.length > 1 && index === 1 ? "c" : "h";
  if (named && index === 0 && height < NAMED * U) return;
  const isLowest = height < LOWEST * U;
  const nameY = symbolY(lane, U, under && index === 0 ? lane.top + UNDER_TITLE * U : 0);
  drawMath(ctx, U, LANE_LABELS[name], 20 * U, nameY, { size: isLowest ? 13 : 15, colour: palette.ink2 });
  if (isLowest) return;
  const words = index === 1 ? [say.CELL_STATE] : small ? [say.LOG_AXIS] : [say.WIDTH, say.LOG_AXIS];
  if (index === 0 && height < SMALLEST * U) return;
  words.forEach((word, i) => {
    const down = index === 1 ? CELL_STATE_DOWN : 18;
    drawText(ctx, U, word, 20 * U, nameY + (down + LINE * i) * U, { colour: palette.ink3 });
  });
}

/** Where the parts of the flow matrix stand, and which pair is where. Pure. */

import { hasPath, ONE_LAYER } from "../../record/chosen.js";

/** @typedef {import("../../record/picture.js").Picture} Picture */

/** With fewer losses than this the matrix would be a few thin lines: its rows become tall bars. */
const FEW_LOSSES = 4;
/** Above the matrix, and under it room for its axis and the colour key. */
const TOP = 10;
const BELOW = 48;
/** From one tall row to the next, and under the last: they stand in the middle of their place. */
const BETWEEN_ROWS = 52;
const UNDER_ROWS = 4;

/**
 * Where the matrix stands: x of column k, y of row `losses[i]`.
 * @typedef {object} FlowLayout
 * @property {number} U
 * @property {number} left
 * @property {number} top
 * @property {number} side width of all columns
 * @property {number} bottom
 * @property {number} T
 * @property {boolean} few rows are the losses themselves, tall
 * @property {number[]} rows which t stands in which row
 * @property {number} rowHeight
 * @property {number} rowPitch
 * @property {number} column width of one
 * @property {number} keyY
 */

/**
 * @typedef {{width: number, height: number, U: number, ratio: number, picture: Picture | null,
 *   layout: FlowLayout | null, state: import("../../run/state.js").State, palette: import("../../kit/colour.js").Palette, without?: string}} FlowSheet
 */

/**
 * @param {{width: number, height: number, U: number}} size
 * @param {number} T
 * @param {number[]} losses timesteps with a target
 * @returns {FlowLayout}
 */
export function layoutFlow({ width, height, U }, T, losses) {
  const few = losses.length > 0 && losses.length < FEW_LOSSES;
  const used = TOP + BELOW + (few ? BETWEEN_ROWS * losses.length + UNDER_ROWS : 0);
  const top = TOP * U + (few ? Math.max(0, (height - used * U) / 2) : 0);
  const room = Math.max(40 * U, height - top - BELOW * U);
  const side = Math.max(60 * U, few ? width - 74 * U : Math.min(width - 74 * U, room));
  const left = 41 * U + Math.max(0, (width - 74 * U - side) / 2);
  const rows = few ? losses : Array.from({ length: T }, (_, i) => i + 1);
  const rowPitch = few ? BETWEEN_ROWS * U : side / T;
  const rowHeight = few ? 22 * U : rowPitch;
  const bottom = few ? top + UNDER_ROWS * U + rows.length * rowPitch : top + side;
  return { U, left, top, side, bottom, T, few, rows, rowHeight, rowPitch, column: side / T, keyY: bottom + 25 * U };
}

/** The timesteps with a loss. @param {Picture} picture */
export function lossesOf({ hasTarget, T }) {
  const losses = [];
  for (let t = 1; t <= T; t++) if (hasTarget[t]) losses.push(t);
  return losses;
}

/**
 * The pair under a point, or null where no path leads from E_t to h_k.
 * @param {FlowLayout} layout @param {number} x @param {number} y @param {Picture["place"]} [place] the layer that is shown
 */
export function pairAt(layout, x, y, place = ONE_LAYER) {
  const k = Math.floor((x - layout.left) / layout.column) + 1;
  const row = Math.floor((y - layout.top) / layout.rowPitch);
  const t = layout.rows[row];
  if (t === undefined || k < 1 || k > layout.T || y > layout.bottom || !hasPath(place, t, k)) return null;
  return { t, k };
}

/**
 * The stepped line of the lag a task needs: to its left lie the pairs that reach back at least that far.
 * @param {FlowLayout} layout
 * @param {number} lag
 * @returns {[number, number][]}
 */
export function lagLine({ left, top, column, rowPitch, T, few }, lag) {
  if (few || lag <= 0 || lag >= T) return [];
  /** @type {[number, number][]} */
  const points = [[left, top + lag * rowPitch]];
  for (let k = 1; k <= T - lag; k++) {
    const x = left + k * column;
    points.push([x, top + (k + lag - 1) * rowPitch], [x, top + (k + lag) * rowPitch]);
  }
  return points;
}

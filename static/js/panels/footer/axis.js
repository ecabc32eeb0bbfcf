/** The footer's axis: from iteration 0 to the last one, and what lies under a point of it. Pure. */

import { clamp } from "../../lib/scales.js";

/** @typedef {import("../../run/state.js").State} State */
/** @typedef {import("../../run/columns.js").History} History */

/** In px of the design. */
export const LEFT = 116;
const RIGHT = 158;
export const HANDLE = 5;
const FEWEST_ITERATIONS = 100;

/** From 0 to the last iteration, of the curve before a branch too. @param {Pick<State, "history" | "former">} state @param {number} width */
export function axisOf({ history, former }, width) {
  const right = Math.max(LEFT + 40, width - RIGHT);
  return { right, span: Math.max(FEWEST_ITERATIONS, lastOf(history), lastOf(former?.history)) };
}

/** The last iteration of a curve. @param {History | undefined} history */
export function lastOf(history) {
  return history && history.length > 0 ? history.iteration[history.length - 1] : 0;
}

/** The iteration under x. @param {Pick<State, "history" | "former">} state @param {number} width @param {number} x */
export function iterationAt(state, width, x) {
  const { right, span } = axisOf(state, width);
  return Math.round(clamp((x - LEFT) / (right - LEFT), 0, 1) * span);
}

/** Whether a point is on the axis, so that the handle follows it. @param {Pick<State, "history" | "former">} state @param {number} width @param {number} x */
export function isOnAxis(state, width, x) {
  return x >= LEFT - HANDLE && x <= axisOf(state, width).right + HANDLE;
}

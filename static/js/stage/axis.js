/** The time axis: where timesteps begin and end, which stand apart, what lies at a point. Pure. */

import { clamp, intervalOf } from "../lib/scales.js";

/** @typedef {import("./layout.js").Layout} Layout */
/** @typedef {import("./layout.js").Band} Band */

/** In design units. */
export const GUTTER = 116;
export const RIGHT = 18;
const APART_FROM = 12;
const GROUPS = [5, 10, 20, 50, 100];
const GROUP_ROOM = 24;
const LENS = { column: 28, most: 0.5 };

/**
 * Where each timestep begins and ends: all the same, or some of them over the whole axis, or one group opened as a lens
 * while the others give way.
 * @param {number} width of the stage
 * @param {number} U
 * @param {number} T
 * @param {{first: number, last: number} | null} lens
 * @param {{from: number, to: number} | null} zoom
 */
export function columnEdges(width, U, T, lens, zoom) {
  const left = GUTTER * U;
  const length = width - (GUTTER + RIGHT) * U;
  const pitch = length / (zoom ? zoom.to - zoom.from : T);
  const edges = Float64Array.from({ length: T + 1 }, (_, t) => left + (t - (zoom?.from ?? 0)) * pitch);
  const count = lens ? lens.last - lens.first + 1 : 0;
  if (!lens || zoom || count >= T) return edges;
  const open = Math.max(Math.min(LENS.column * U, (LENS.most * length) / count), pitch);
  const others = (length - open * count) / (T - count);
  for (let t = 1; t <= T; t++) edges[t] = edges[t - 1] + (t >= lens.first && t <= lens.last ? open : others);
  return edges;
}

/** The first and last timestep of which something is between the axis' ends. */
export function visibleTimesteps(/** @type {Layout} */ { zoom, T }) {
  return zoom ? { first: Math.floor(zoom.from) + 1, last: Math.min(T, Math.ceil(zoom.to)) } : { first: 1, last: T };
}

/** Whether the middle of timestep t is between the axis' ends. */
export function isVisible(/** @type {Layout} */ layout, /** @type {number} */ t) {
  const x = xOf(layout, t);
  return x >= layout.left && x <= layout.right;
}

/** The room of timestep t. */
export function pitchOf(/** @type {Layout} */ { edges }, /** @type {number} */ t) {
  return edges[t] - edges[t - 1];
}

/** Whether t's column stands apart from its neighbours, with arrows and a tributary of its own. */
export function standsApart(/** @type {Layout} */ layout, /** @type {number} */ t) {
  return !layout.packed || pitchOf(layout, t) >= APART_FROM * layout.U;
}

/** The width of t's column of cells. */
export function columnWidth(/** @type {Layout} */ layout, /** @type {number} */ t) {
  const pitch = pitchOf(layout, t);
  if (standsApart(layout, t)) return Math.min(0.46 * pitch, 20 * layout.U);
  return pitch >= 4 ? pitch - 0.8 : pitch;
}

export function groupSize(/** @type {number} */ pitch, /** @type {number} */ T) {
  return GROUPS.find((g) => g * pitch >= GROUP_ROOM) ?? T;
}

/** The middle of timestep t's column; between two timesteps t is fractional. */
export function xOf(/** @type {Layout} */ { edges, T }, /** @type {number} */ t) {
  const at = clamp(t - 0.5, 0, T);
  const below = Math.min(Math.floor(at), T - 1);
  return edges[below] + (at - below) * (edges[below + 1] - edges[below]);
}

/** The timestep whose column holds x, or null outside the data. */
export function timestepAt(/** @type {Layout} */ { edges, left, right }, /** @type {number} */ x) {
  if (x < left || x >= right || x >= edges[edges.length - 1]) return null;
  return intervalOf(edges, x) + 1;
}

/** The first and last timestep of the group t belongs to. */
export function groupOf(/** @type {Layout} */ layout, /** @type {number} */ t) {
  const first = Math.floor((t - 1) / layout.group) * layout.group + 1;
  return { first, last: Math.min(layout.T, first + layout.group - 1) };
}

/** A band as wide as the time axis, for pixels. @param {Layout} layout @param {Band} band @param {number} ratio device pixels a px */
export function acrossAxis({ left, right }, { top, bottom }, ratio) {
  return { x: left, y: top, width: right - left, height: bottom - top, ratio };
}

/** Draws the path by which one loss reaches one timestep, and a matrix as it is used there. Keeps no state. */

import { drawMath, mathWidth } from "../../kit/text.js";
import { columnWidth, pitchOf, xOf } from "../axis.js";
import { tilesOf, wayX } from "../matrices.js";
import { outline } from "./weights.js";

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {import("../scene.js").Scene} Scene */
/** @typedef {import("../matrices.js").Matrix} Matrix */

/** From this pitch on, in design units, each step of the path is named. */
const NAMED_FROM = 64;

/**
 * From E_t down to h_t, back to h_k, and on to the matrix where it is used for h_k; of W_hy only down to y_t's own use.
 * @param {Context} ctx
 * @param {Scene} scene
 * @param {{t: number, k: number, matrix: Matrix | null}} path
 */
export function drawPath(ctx, scene, { t, k, matrix }) {
  const { layout, palette, picture } = scene;
  const { U, units, loss } = layout;
  if (!picture?.top || picture.reverse || t > layout.T || k > t) return;
  const level = units.top + 0.7 * (units.bottom - units.top);
  const start = xOf(layout, t) + Math.min(6 * U, 0.2 * columnWidth(layout, t));
  const tile = matrix === null ? undefined : tilesOf(layout, matrix).find((one) => one.t === k);
  /** @type {[number, number][]} */
  const points = [[start, loss.y + 8 * U]];
  if (matrix === "W_hy") {
    const end = tile ? tile.y + tile.height / 2 : layout.readout.top;
    points.push([start, end], [tile ? tile.x + tile.width : wayX(layout, t), end]);
  } else {
    points.push([start, level]);
    const x = xOf(layout, k);
    if (matrix === "W_xh") points.push([x, level], [x, tile ? tile.y : layout.entrance.bottom]);
    else if (matrix === "W_hh" && tile) {
      const end = tile.x + tile.width / 2;
      points.push([end, level], [end, tile.y + tile.height]);
    } else points.push([x, level]);
  }
  for (const [colour, width] of /** @type {const} */ ([
    [palette.paper, 6],
    [palette.backward, 3.2],
  ])) {
    ctx.strokeStyle = colour;
    ctx.lineWidth = width * U;
    ctx.lineJoin = "round";
    ctx.beginPath();
    ctx.moveTo(...points[0]);
    for (const [x, y] of points.slice(1)) ctx.lineTo(x, y);
    ctx.stroke();
  }
  if (matrix !== "W_hy") drawSteps(ctx, scene, t, k, level);
  if (tile) outline(ctx, tile, palette.backward, 2.4 * U, 2 * U);
}

/** An arrow between every two states on the path, and its derivative where there is room. @param {Context} ctx @param {Scene} scene @param {number} t @param {number} k @param {number} level */
function drawSteps(ctx, { layout, palette, picture }, t, k, level) {
  const { U } = layout;
  const state = (picture?.lanes.length ?? 1) > 1 ? "s" : "h";
  ctx.fillStyle = palette.backward;
  ctx.beginPath();
  for (let s = t; s > k; s--) {
    const x = layout.edges[s - 1];
    ctx.moveTo(x - 5 * U, level);
    ctx.lineTo(x + 4 * U, level - 5 * U);
    ctx.lineTo(x + 4 * U, level + 5 * U);
  }
  ctx.fill();
  for (let s = t; s > k; s--) {
    if (pitchOf(layout, s) < NAMED_FROM * U) continue;
    const words = `∂${state}_${s}/∂${state}_${s - 1}`;
    const width = mathWidth(ctx, U, words) + 10 * U;
    const [x, y] = [layout.edges[s - 1] - width / 2, level + 18 * U];
    ctx.fillStyle = palette.raised;
    ctx.strokeStyle = palette.backward;
    ctx.lineWidth = U;
    ctx.beginPath();
    ctx.roundRect(x, y - 9 * U, width, 18 * U, 4 * U);
    ctx.fill();
    ctx.stroke();
    drawMath(ctx, U, words, x + 5 * U, y, { colour: palette.ink });
  }
}

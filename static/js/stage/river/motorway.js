/** Draws the straight roads of gated cells: the lstm's cell state as a motorway, the gru's direct part as a core. */
import { CELL_STATE_INDEX } from "../../kit/colour.js";
import { CELLS, keepingAt } from "../../record/cells.js";
import { pitchOf, standsApart, xOf } from "../axis.js";
import { KIND, RULERS, widthOf } from "./ruler.js";

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {import("../scene.js").Scene} Scene */
/** @typedef {import("../layout.js").Layout} Layout */
/** @typedef {import("../../record/picture.js").Picture} Picture */

/**
 * ∂E/∂c_t as slabs, one a timestep, without curves: nothing bends on the way straight through. Between two slabs a toll
 * gate closes from both edges by what the forget gates hold back on average.
 * @param {Context} ctx
 * @param {Scene} scene
 * @param {number} index of the lane
 */
export function drawMotorway(ctx, { layout, palette, picture, ribbons }, index) {
  if (!picture) return;
  const { mid } = layout.lanes[index];
  const { half, kinds } = ribbons[index];
  ctx.fillStyle = palette.source.css[CELL_STATE_INDEX];
  ctx.beginPath();
  for (let t = 1; t <= picture.T; t++) {
    if (kinds[t] !== KIND.flow) continue;
    if (standsApart(layout, t)) addSlab(ctx, layout, t, half[t], mid);
    else t = addSlabs(ctx, layout, t, half, kinds, mid);
  }
  ctx.fill();
  drawTollGates(ctx, layout, palette.paper, picture, half, mid);
  drawLaneDashes(ctx, layout, palette.paper, half, mid);
}

/** One that stands apart. @param {Context} ctx @param {Layout} layout @param {number} t @param {number} half @param {number} mid */
function addSlab(ctx, layout, t, half, mid) {
  const seam = 0.5 * layout.U;
  ctx.rect(layout.edges[t - 1] + seam, mid - half, pitchOf(layout, t) - 2 * seam, 2 * half);
}

/**
 * All that touch each other from `first` on, as one outline: a border between two slabs would cost the browser a line
 * through every row of pixels. Gives the last of them.
 * @param {Context} ctx @param {Layout} layout @param {number} first @param {Float64Array} half @param {Uint8Array} kinds @param {number} mid
 */
function addSlabs(ctx, layout, first, half, kinds, mid) {
  const { edges, T } = layout;
  let last = first;
  while (last < T && kinds[last + 1] === KIND.flow && !standsApart(layout, last + 1)) last++;
  ctx.moveTo(edges[first - 1], mid - half[first]);
  for (let t = first; t <= last; t++) {
    ctx.lineTo(edges[t - 1], mid - half[t]);
    ctx.lineTo(edges[t], mid - half[t]);
  }
  for (let t = last; t >= first; t--) {
    ctx.lineTo(edges[t], mid + half[t]);
    ctx.lineTo(edges[t - 1], mid + half[t]);
  }
  ctx.closePath();
  return last;
}

/**
 * @param {Context} ctx
 * @param {Layout} layout
 * @param {string} colour
 * @param {Picture} picture
 * @param {Float64Array} half
 * @param {number} mid
 */
function drawTollGates(ctx, layout, colour, picture, half, mid) {
  const { U, edges } = layout;
  ctx.fillStyle = colour;
  for (let t = 2; t <= picture.T; t++) {
    const open = meanKept(picture, picture.reverse ? t - 1 : t); // of the state that is made from its neighbour
    const height = Math.min(half[t - 1], half[t]);
    if (open === null || height === 0) continue;
    const width = Math.min(2 * U, pitchOf(layout, t) * 0.3);
    const closed = height * (1 - open);
    ctx.fillRect(edges[t - 1] - width / 2, mid - height, width, closed);
    ctx.fillRect(edges[t - 1] - width / 2, mid + height - closed, width, closed);
  }
}

/** The mean of the keeping gate at t, over all units; null when the record has no gates. */
export function meanKept(/** @type {Picture} */ picture, /** @type {number} */ t) {
  const gates = picture.gates;
  if (!gates || gates.shape[0] !== picture.T) return null;
  const H = gates.shape[2];
  const keeping = keepingAt(picture.cell, gates, t);
  if (!keeping) return Number.NaN;
  const { from, open } = keeping;
  let sum = 0;
  for (let j = 0; j < H; j++) sum += open ? gates.data[from + j] : 1 - gates.data[from + j];
  return sum / H;
}

/**
 * @param {Context} ctx
 * @param {import("../layout.js").Layout} layout
 * @param {string} colour
 * @param {Float64Array} half
 * @param {number} mid
 */
function drawLaneDashes(ctx, layout, colour, half, mid) {
  const { U } = layout;
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.3 * U;
  ctx.beginPath();
  const every = Math.max(1, Math.ceil((14 * U) / layout.pitch));
  for (let t = 1; t <= layout.T; t++) {
    if (half[t] < 4 * U || (t % every !== 0 && !standsApart(layout, t))) continue;
    const dash = Math.min(5 * U, 0.2 * Math.max(pitchOf(layout, t), 14 * U));
    ctx.moveTo(xOf(layout, t) - dash, mid);
    ctx.lineTo(xOf(layout, t) + dash, mid);
  }
  ctx.stroke();
}

/**
 * The part of a gru's (a mingru's) gradient that goes straight on, z_t (1 − z_t) ⊙ ∂E/∂h_t, inside the river on the same axis: dashed like lanes.
 * @param {Context} ctx
 * @param {Scene} scene
 */
export function drawDirectCore(ctx, { layout, palette, picture, ruler }) {
  if (!picture?.gates || CELLS[picture.cell].direct !== "h") return;
  const lane = layout.lanes[0];
  const height = lane.bottom - lane.top;
  ctx.strokeStyle = palette.paper;
  ctx.lineWidth = 1.3 * layout.U;
  ctx.setLineDash([6 * layout.U, 5 * layout.U]);
  ctx.beginPath();
  const halves = Float64Array.from({ length: picture.T + 1 }, (_, t) => {
    const ln = t > 0 ? lnDirectNorm(picture, t) : Number.NaN;
    return Number.isFinite(ln) ? widthOf(ln, RULERS[ruler], height) / 2 : Number.NaN;
  });
  for (const side of [-1, 1]) {
    let previous = Number.NaN;
    for (let t = 1; t <= picture.T; t++) {
      const half = halves[t];
      const x = xOf(layout, t);
      const y = lane.mid + side * half;
      if (half > 0 && previous > 0) {
        const third = (x - xOf(layout, t - 1)) / 3;
        ctx.bezierCurveTo(x - 2 * third, lane.mid + side * previous, x - third, y, x, y);
      } else if (half > 0) ctx.moveTo(x, y);
      previous = half;
    }
  }
  ctx.stroke();
  ctx.setLineDash([]);
}

/** ln‖z_t ⊙ ∂E/∂h_t‖ (a mingru: 1 − z_t), from the rescaled norm and the share that the gate keeps. */
export function lnDirectNorm(/** @type {Picture} */ picture, /** @type {number} */ t) {
  const { gates, dh, H, T } = picture;
  const keeping = gates?.shape[0] === T ? keepingAt(picture.cell, gates, t) : null;
  if (!gates || !keeping) return Number.NaN;
  const { from, open } = keeping;
  let kept = 0;
  let whole = 0;
  for (let j = 0; j < H; j++) {
    const gradient = dh[t * H + j];
    kept += ((open ? gates.data[from + j] : 1 - gates.data[from + j]) * gradient) ** 2;
    whole += gradient ** 2;
  }
  return picture.lanes[0].ln[t] + 0.5 * Math.log(kept / whole);
}

/** Draws the history of a training: the loss against its baseline, which updates were clipped, what is kept, the handle. */

import { palette } from "../../kit/colour.js";
import { isPlaying } from "../../run/state.js";
import { BASELINE, CLIPPED, placeWords, shownLoss } from "../../words/history.js";
import { axisOf, HANDLE, LEFT } from "./axis.js";

/** @typedef {import("../../run/state.js").State} State */
/** @typedef {import("../../run/columns.js").History} History */
/** @typedef {import("../../run/history.js").Moment} Moment */

/** In px of the design. */
const TOP = 7;
const BOTTOM = 36;
const CLIP_Y = 45;

/**
 * @param {CanvasRenderingContext2D} ctx @param {State} state @param {number} width
 * @param {Moment[]} moments what the handle can go back to
 */
export function drawHistory(ctx, state, width, moments = []) {
  const { history, former } = state;
  const colours = palette(state.dark ? "dark" : "light");
  const { right, span } = axisOf(state, width);
  const x = (/** @type {number} */ iteration) => LEFT + ((right - LEFT) * iteration) / span;
  const baseline = state.record?.meta.baseline ?? null;
  const y = lossScale(former ? [history, former.history] : [history], baseline);

  ctx.font = "11px Inter, system-ui, sans-serif";
  ctx.textBaseline = "middle";
  ctx.fillStyle = colours.ink3;
  ctx.textAlign = "right";
  if (baseline !== null && baseline > 0) {
    ctx.fillText(BASELINE, LEFT - 8, y(baseline));
    drawLevel(ctx, y(baseline), right, colours.ink3);
  }
  if (isClipping(state)) ctx.fillText(CLIPPED, LEFT - 8, CLIP_Y);
  ctx.fillStyle = colours.hairline;
  ctx.fillRect(LEFT, CLIP_Y + 2, right - LEFT, 1);
  drawMoments(ctx, moments, x, colours.ink3);
  drawClips(ctx, history, x, colours.backward);
  if (former) drawFormer(ctx, former, x, y, colours.border);
  drawLoss(ctx, history, x, y, colours.ink);
  drawShown(ctx, state, x, y, right, colours);
}

/** Whether the ticks of clipped updates can be met. @param {State} state */
function isClipping({ config, history }) {
  return config.clip !== "none" || (history.clippedUpdates[history.length - 1] ?? 0) > 0;
}

/** What is kept: each moment a tick, which run together where none is missing. @param {CanvasRenderingContext2D} ctx @param {Moment[]} moments @param {(iteration: number) => number} x @param {string} colour */
function drawMoments(ctx, moments, x, colour) {
  ctx.fillStyle = colour;
  let drawn = Number.NEGATIVE_INFINITY;
  for (const { iteration } of moments) {
    const at = Math.round(x(iteration));
    if (at > drawn) ctx.fillRect(at, CLIP_Y + 3, 1, 3);
    drawn = at;
  }
}

/** The curve before the run was branched, from there on. @param {CanvasRenderingContext2D} ctx @param {{history: History, from: number}} former @param {(iteration: number) => number} x @param {(loss: number) => number} y @param {string} colour */
function drawFormer(ctx, { history, from }, x, y, colour) {
  ctx.save();
  ctx.beginPath();
  ctx.rect(x(from), 0, ctx.canvas.width, CLIP_Y);
  ctx.clip();
  drawLoss(ctx, history, x, y, colour);
  ctx.restore();
}

/** Whole decades from 0.1 of the baseline, or lower if the loss ever went there. @param {History[]} histories @param {number | null} baseline */
function lossScale(histories, baseline) {
  let low = baseline && baseline > 0 ? baseline / 10 : 1;
  let high = baseline && baseline > 0 ? baseline : 1;
  for (const history of histories) {
    for (let index = 0; index < history.length; index += 1) {
      const loss = history.loss[index];
      if (!(loss > 0) || loss === Number.POSITIVE_INFINITY) continue;
      low = Math.min(low, loss);
      high = Math.max(high, loss);
    }
  }
  const from = Math.floor(Math.log10(low));
  const to = Math.max(from + 1, Math.ceil(Math.log10(high)));
  return (/** @type {number} */ loss) => BOTTOM - ((BOTTOM - TOP) * (Math.log10(loss) - from)) / (to - from);
}

/** @param {CanvasRenderingContext2D} ctx @param {number} y @param {number} right @param {string} colour */
function drawLevel(ctx, y, right, colour) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1;
  ctx.setLineDash([1, 3]);
  ctx.beginPath();
  ctx.moveTo(LEFT, y);
  ctx.lineTo(right, y);
  ctx.stroke();
  ctx.setLineDash([]);
}

/**
 * Within one pixel only the lowest and the highest loss are drawn: the same line with fewer strokes.
 * @param {CanvasRenderingContext2D} ctx @param {History} history @param {(iteration: number) => number} x
 * @param {(loss: number) => number} y @param {string} colour
 */
function drawLoss(ctx, history, x, y, colour) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.3;
  ctx.lineJoin = "round";
  ctx.beginPath();
  let column = Number.NEGATIVE_INFINITY;
  let highest = 0;
  let lowest = 0;
  const flush = () => {
    if (column === Number.NEGATIVE_INFINITY) return;
    ctx.lineTo(column, highest);
    if (lowest !== highest) ctx.lineTo(column, lowest);
  };
  for (let index = 0; index < history.length; index += 1) {
    const at = y(history.loss[index]);
    if (!Number.isFinite(at)) continue;
    const here = Math.round(x(history.iteration[index]) * 2) / 2;
    if (here !== column) {
      flush();
      column = here;
      highest = at;
      lowest = at;
    }
    highest = Math.min(highest, at);
    lowest = Math.max(lowest, at);
  }
  flush();
  ctx.stroke();
}

/**
 * One tick for every pixel in which an update was clipped.
 * @param {CanvasRenderingContext2D} ctx @param {History} history @param {(iteration: number) => number} x @param {string} colour
 */
function drawClips(ctx, history, x, colour) {
  ctx.fillStyle = colour;
  let drawn = Number.NEGATIVE_INFINITY;
  for (let index = 1; index < history.length; index += 1) {
    if (history.clippedUpdates[index] <= history.clippedUpdates[index - 1]) continue;
    const from = Math.round(x(history.iteration[index - 1]));
    const to = Math.max(from + 1, Math.round(x(history.iteration[index])));
    if (to <= drawn) continue;
    ctx.fillRect(Math.max(from, drawn), CLIP_Y - 2, to - Math.max(from, drawn), 4);
    drawn = to;
  }
}

/**
 * Which record is shown, in words, as a point on the curve and as the handle below it.
 * @param {CanvasRenderingContext2D} ctx @param {State} state @param {(iteration: number) => number} x
 * @param {(loss: number) => number} y @param {number} right @param {import("../../kit/colour.js").Palette} colours
 */
function drawShown(ctx, state, x, y, right, colours) {
  const { record } = state;
  const iteration = record?.meta.iteration ?? 0;
  const loss = record?.meta.loss_per_timestep ?? Number.NaN;
  ctx.textAlign = "left";
  ctx.fillStyle = colours.ink;
  ctx.fillText(shownLoss(loss), right + 14, 24);
  ctx.fillStyle = colours.ink3;
  ctx.fillText(placeWords(state, iteration, isPlaying(state)), right + 14, 41);
  const at = x(iteration);
  if (loss > 0 && Number.isFinite(loss)) {
    ctx.fillStyle = colours.ink;
    ctx.beginPath();
    ctx.arc(at, y(loss), 2.5, 0, 2 * Math.PI);
    ctx.fill();
  }
  ctx.fillStyle = colours.raised;
  ctx.strokeStyle = colours.ink;
  ctx.lineWidth = 2;
  ctx.beginPath();
  ctx.arc(at, CLIP_Y + 2.5, HANDLE, 0, 2 * Math.PI);
  ctx.fill();
  ctx.stroke();
}

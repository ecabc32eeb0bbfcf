/**
 * The footer: the loss of every update so far against its baseline, which updates were clipped, and the handle that goes
 * back through what is kept of the run.
 */

import { palette } from "../kit/colour.js";
import { byId, setText } from "../lib/dom.js";
import { formatCount, formatNumber } from "../lib/format.js";
import { painters } from "../lib/canvas/painters.js";
import { devicePixels } from "../lib/canvas/resolution.js";
import { clamp } from "../lib/scales.js";
import { isPlaying } from "../run/state.js";

/** @typedef {import("../run/state.js").State} State */
/** @typedef {import("../run/curve.js").History} History */
/** @typedef {import("../run/history.js").Moment} Moment */

/**
 * What moves through the past.
 * @typedef {object} Travel
 * @property {(iteration: number) => void} to
 * @property {() => void} back
 * @property {() => void} next
 * @property {() => void} now
 * @property {() => void} branch
 * @property {() => void} undo
 * @property {() => void} asLane
 * @property {() => Moment[]} moments
 */

const LEFT = 116;
const RIGHT = 158;
const TOP = 7;
const BOTTOM = 36;
const CLIP_Y = 45;
const HANDLE = 5;
const FEWEST_ITERATIONS = 100;
/** Of all moments that are kept, PageUp and PageDown pass over one in so many. */
const PAGES = 10;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {import("../run/session.js").PageStore} store
 * @param {Travel} travel
 */
export function createHistory(canvas, store, travel) {
  const ctx = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  /** @type {State | null} */
  let shown = null;
  let width = 0;
  /** Device pixels a px when the canvas got its size, and px a design pixel. */
  let ratio = 1;
  let scale = 1;

  painters.set(canvas, (target) => {
    target.setTransform(scale, 0, 0, scale, 0, 0);
    drawHistory(target, store.get(), width, travel.moments());
  });

  const xOf = (/** @type {PointerEvent} */ event) => (event.clientX - canvas.getBoundingClientRect().left) / scale;
  canvas.addEventListener("pointerdown", (event) => {
    const x = xOf(event);
    if (x < LEFT - HANDLE || x > axis(store.get(), width).right + HANDLE) return;
    canvas.setPointerCapture(event.pointerId);
    travel.to(iterationAt(store.get(), width, x));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) travel.to(iterationAt(store.get(), width, xOf(event)));
  });
  canvas.addEventListener("pointerup", (event) => {
    if (canvas.hasPointerCapture(event.pointerId) && store.get().past === null) travel.now();
  });
  canvas.addEventListener("keydown", (event) => {
    const move = keys[event.key];
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    move();
  });
  const page = (/** @type {number} */ direction) => {
    const moments = travel.moments();
    const { iteration } = store.get();
    const here = moments.findLastIndex((moment) => moment.iteration <= iteration);
    const step = direction * Math.max(1, Math.round(moments.length / PAGES));
    const there = moments[clamp(here + step, 0, moments.length - 1)];
    if (there) travel.to(there.iteration);
  };
  /** @type {Record<string, () => void>} */
  const keys = {
    ArrowLeft: travel.back,
    ArrowDown: travel.back,
    ArrowRight: travel.next,
    ArrowUp: travel.next,
    PageDown: () => page(-1),
    PageUp: () => page(1),
    Home: () => travel.to(0),
    End: travel.now,
  };
  byId("branch").addEventListener("click", travel.branch);
  byId("now").addEventListener("click", travel.now);
  byId("as-lane").addEventListener("click", travel.asLane);
  byId("undo-branch").addEventListener("click", travel.undo);

  return {
    resize() {
      ratio = window.devicePixelRatio || 1;
      const { columns, rows } = devicePixels(canvas, ratio);
      canvas.width = columns;
      canvas.height = rows;
      shown = null;
    },
    /** @param {number} unit pixels per design pixel @param {boolean} reads whether it is time for the curve to grow */
    draw(unit, reads) {
      const state = store.get();
      if (!shown || !sameActions(shown, state)) showActions(state);
      if (shown && sameStanding(shown, state) && (!reads || shown.history === state.history)) return;
      shown = state;
      scale = unit;
      ctx.setTransform(ratio * scale, 0, 0, ratio * scale, 0, 0);
      width = canvas.width / (ratio * scale);
      ctx.clearRect(0, 0, width, canvas.height / (ratio * scale));
      drawHistory(ctx, state, width, travel.moments());
      showValue(canvas, state);
      setText(byId("residual"), `residual ${formatNumber(state.record?.meta.flow_residual, 2)}`);
    },
  };
}

/** Whether only the curve has grown. @param {State} a @param {State} b */
function sameStanding(a, b) {
  return (
    a.former === b.former &&
    a.past === b.past &&
    a.can === b.can &&
    a.dark === b.dark &&
    isPlaying(a) === isPlaying(b) &&
    (a.can.present || a.record === b.record)
  );
}

/** @param {State} a @param {State} b */
function sameActions(a, b) {
  return a.past === b.past && a.former === b.former && a.can === b.can && a.connection.status === b.connection.status;
}

/** What can be done with a moment of the past, in place of the title. @param {State} state */
function showActions({ past, former, can, connection }) {
  const offers = past !== null || former !== null;
  byId("history-title").hidden = offers;
  byId("history-actions").hidden = !offers;
  setText(
    byId("history-where"),
    past ? `Iteration ${formatCount(past.iteration)}` : `Branched at ${former?.from ?? ""}`,
  );
  byId("now").hidden = past === null;
  for (const [id, hidden] of /** @type {const} */ ([
    ["branch", past === null || !can.branch],
    ["as-lane", past === null || !can.lanes],
    ["undo-branch", past !== null || !can.branch],
  ])) {
    const button = /** @type {HTMLButtonElement} */ (byId(id));
    button.hidden = hidden;
    button.disabled = connection.status !== "open";
  }
}

/** The handle, for who does not see it. @param {HTMLElement} node @param {State} state */
function showValue(node, { can, history, live, past, record }) {
  const iteration = record?.meta.iteration ?? 0;
  node.setAttribute("aria-valuemax", String(can.present ? live.iteration : lastOf(history)));
  node.setAttribute("aria-valuenow", String(iteration));
  const loss = formatNumber(record?.meta.loss_per_timestep);
  node.setAttribute("aria-valuetext", `iteration ${iteration}${past || !can.present ? "" : ", now"}, loss ${loss}`);
}

/** From 0 to the last iteration, of the curve before a branch too. @param {Pick<State, "history" | "former">} state @param {number} width */
function axis({ history, former }, width) {
  const right = Math.max(LEFT + 40, width - RIGHT);
  return { right, span: Math.max(FEWEST_ITERATIONS, lastOf(history), lastOf(former?.history)) };
}

/** The last iteration of a curve. @param {History | undefined} history */
function lastOf(history) {
  return history && history.length > 0 ? history.iteration[history.length - 1] : 0;
}

/** Where what is shown stands. @param {State} state */
function placeWords(state) {
  if (!state.can.present) return ` of ${formatCount(lastOf(state.history))}`;
  if (state.past) return ` of ${formatCount(state.live.iteration)}`;
  return isPlaying(state) ? ", now" : ", stopped";
}

/** The iteration under x. @param {Pick<State, "history" | "former">} state @param {number} width @param {number} x */
export function iterationAt(state, width, x) {
  const { right, span } = axis(state, width);
  return Math.round(clamp((x - LEFT) / (right - LEFT), 0, 1) * span);
}

/**
 * @param {CanvasRenderingContext2D} ctx @param {State} state @param {number} width
 * @param {Moment[]} moments what the handle can go back to
 */
export function drawHistory(ctx, state, width, moments = []) {
  const { history, former } = state;
  const colours = palette(state.dark ? "dark" : "light");
  const { right, span } = axis(state, width);
  const x = (/** @type {number} */ iteration) => LEFT + ((right - LEFT) * iteration) / span;
  const baseline = state.record?.meta.baseline ?? null;
  const y = lossScale(former ? [history, former.history] : [history], baseline);

  ctx.font = "11px Inter, system-ui, sans-serif";
  ctx.textBaseline = "middle";
  ctx.fillStyle = colours.ink3;
  ctx.textAlign = "right";
  if (baseline !== null && baseline > 0) {
    ctx.fillText("baseline", LEFT - 8, y(baseline));
    drawLevel(ctx, y(baseline), right, colours.ink3);
  }
  ctx.fillText("clipped", LEFT - 8, CLIP_Y);
  ctx.fillStyle = colours.hairline;
  ctx.fillRect(LEFT, CLIP_Y + 2, right - LEFT, 1);
  drawMoments(ctx, moments, x, colours.ink3);
  drawClips(ctx, history, x, colours.backward);
  if (former) drawFormer(ctx, former, x, y, colours.border);
  drawLoss(ctx, history, x, y, colours.ink);
  drawShown(ctx, state, x, y, right, colours);
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
 * @param {(loss: number) => number} y @param {number} right @param {import("../kit/colour.js").Palette} colours
 */
function drawShown(ctx, state, x, y, right, colours) {
  const { record } = state;
  const iteration = record?.meta.iteration ?? 0;
  const loss = record?.meta.loss_per_timestep ?? Number.NaN;
  ctx.textAlign = "left";
  ctx.fillStyle = colours.ink;
  ctx.fillText(Number.isNaN(loss) ? "no loss" : `loss ${formatNumber(loss)}`, right + 14, 24);
  ctx.fillStyle = colours.ink3;
  ctx.fillText(`iteration ${formatCount(iteration)}${placeWords(state)}`, right + 14, 41);
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

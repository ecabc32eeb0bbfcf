/**
 * The footer: the loss of every update so far against its baseline, which updates were clipped, and the handle that goes
 * back through what is kept of the run.
 */

import { byId, setText } from "../../lib/dom.js";
import { painters } from "../../lib/canvas/painters.js";
import { devicePixels } from "../../lib/canvas/resolution.js";
import { clamp } from "../../lib/scales.js";
import { isPlaying } from "../../run/state.js";
import { residualWords, valueWords, whereWords } from "../../words/history.js";
import { isOnAxis, iterationAt, lastOf } from "./axis.js";
import { drawHistory } from "./draw.js";

/** @typedef {import("../../run/state.js").State} State */
/** @typedef {import("../../run/history.js").Moment} Moment */

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

/** Of all moments that are kept, PageUp and PageDown pass over one in so many. */
const PAGES = 10;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {import("../../run/session.js").PageStore} store
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
    if (!isOnAxis(store.get(), width, x)) return;
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
      setText(byId("residual"), residualWords(state.record?.meta.flow_residual));
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
  setText(byId("history-where"), whereWords(past, former));
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
function showValue(node, state) {
  const { can, history, live, record } = state;
  node.setAttribute("aria-valuemax", String(can.present ? live.iteration : lastOf(history)));
  node.setAttribute("aria-valuenow", String(record?.meta.iteration ?? 0));
  node.setAttribute("aria-valuetext", valueWords(state));
}

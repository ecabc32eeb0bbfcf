/**
 * The flow matrix: ‖∂E_t/∂h_k‖ for every loss (row) and every timestep it reaches back to (column), exact and on one
 * fixed scale of forty decades. The upper triangle, where no gradient can be, holds the legend.
 */

import { palette } from "../kit/colour.js";
import { createChangeDetector } from "../lib/changed.js";
import { createBitmaps } from "../lib/canvas/bitmap.js";
import { painters } from "../lib/canvas/painters.js";
import { devicePixels } from "../lib/canvas/resolution.js";
import { placeKey } from "../record/chosen.js";
import { isKept, readPicture } from "../record/picture.js";
import { drawReadout } from "../stage/paint/readout.js";
import { pageUnit } from "../stage/unit.js";
import { pairLines, UNTARGETED } from "../words/flow.js";
import { drawChrome, drawFlow, drawPairs } from "./flow/draw.js";
import { layoutFlow, lossesOf, pairAt } from "./flow/layout.js";
import { isReached } from "./flow/tiles.js";

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {import("../record/picture.js").Picture} Picture */
/** @typedef {import("../run/state.js").State} State */
/** @typedef {import("../run/state.js").Action} Action */
/** @typedef {import("./flow/layout.js").FlowLayout} FlowLayout */
/** @typedef {import("./flow/layout.js").FlowSheet} FlowSheet */

/** While training runs it is drawn again after so many ms at the earliest, with the record that then comes; without one, at the latest after: */
const DRAWN_EVERY = 60;
const DRAWN_LATEST = 100;

/** What the picture of a state is. @param {State} state @returns {Picture | null} */
function pictureOf({ record, config, task }) {
  return record ? readPicture(record, config, task) : null;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {import("../lib/store.js").Store<State, Action>} store
 * @param {{read: (state: State) => Picture | null, without: string}} [of] how the record is read, and what a timestep without a loss is called
 * @returns {{draw: (now: number) => number, resize: () => void}}
 */
export function createFlowView(canvas, store, { read, without } = { read: pictureOf, without: UNTARGETED }) {
  const ctx = /** @type {Context} */ (canvas.getContext("2d", { alpha: false }));
  const bitmaps = createBitmaps();
  const size = { width: 0, height: 0, U: 1, ratio: 1 };
  /** Kept as pixels: its words cost more than everything that a record changes. */
  const chrome = document.createElement("canvas");
  const seen = { all: createChangeDetector(), reader: createChangeDetector(), chrome: createChangeDetector() };
  let drawnAt = Number.NEGATIVE_INFINITY;
  /** @type {{x: number, y: number} | null} */
  let pointer = null;
  /** @type {unknown} */
  let readFrom = null;
  /** @type {Picture | null} */
  let picture = null;
  /** @type {FlowLayout | null} */
  let layout = null;
  let frameAsked = false;

  function resize() {
    size.ratio = window.devicePixelRatio || 1;
    size.width = canvas.clientWidth;
    size.height = canvas.clientHeight;
    size.U = pageUnit();
    const { columns, rows } = devicePixels(canvas, size.ratio);
    canvas.width = columns;
    canvas.height = rows;
    seen.all.forget();
  }

  /** While training runs every second record will do. Gives after how many ms it wants to be called again. @param {number} now */
  function draw(now) {
    // Asking for the canvas's size here would lay the page out in the middle of a frame: whoever resizes it says so.
    if (size.width === 0 || window.devicePixelRatio !== size.ratio) resize();
    if (size.width === 0 || size.height === 0) return Number.POSITIVE_INFINITY;
    const state = store.get();
    const { hover, pin } = state;
    const reader = [state.config, state.dark, hover, pin, pointer, state.slow?.phase, state.slow?.t, state.phase];
    const paced = !seen.reader.changed(reader) && state.phase === "running" && now - drawnAt < DRAWN_EVERY;
    if (paced)
      return seen.all.holds([state.record, ...reader]) ? Number.POSITIVE_INFINITY : drawnAt + DRAWN_LATEST - now;
    if (!seen.all.changed([state.record, ...reader])) return Number.POSITIVE_INFINITY;
    drawnAt = now;
    if (readFrom !== state.record) {
      readFrom = state.record;
      picture = read(state);
    }
    layout = picture ? layoutFlow(size, picture.T, lossesOf(picture)) : null;
    const sheet = { ...size, picture, layout, state, without, palette: palette(state.dark ? "dark" : "light") };
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.drawImage(chromeOf(sheet), 0, 0);
    ctx.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
    drawPairs(ctx, sheet, bitmaps);
    const pair = pointer && layout ? pairAt(layout, pointer.x, pointer.y, picture?.place) : null;
    if (pair && pointer && picture && layout && isReached(state, picture.reverse, pair.k)) {
      const sheet = { ...size, palette: palette(state.dark ? "dark" : "light") };
      const { k1, k2 } = state.config;
      const kept = isKept(pair.t, pair.k, picture.T, Number(k1 ?? 0), Number(k2 ?? 0));
      drawReadout(ctx, sheet, pairLines(picture, pair, kept), { ...pointer, aside: 14 * size.U });
    }
    return Number.POSITIVE_INFINITY;
  }

  /** For the pointer, which moves more often than frames are drawn. */
  function askFrame() {
    if (frameAsked) return;
    frameAsked = true;
    requestAnimationFrame((now) => {
      frameAsked = false;
      draw(now);
    });
  }

  /** @param {FlowSheet} sheet */
  function chromeOf(sheet) {
    const { layout: at, picture: of, state, palette: colours } = sheet;
    const { pin, config } = state;
    const what = [
      of?.T,
      of && placeKey(of.place),
      of?.neededLag,
      of?.hasTarget.indexOf(1),
      at?.rows.join(),
      Number(config.k1) > 0,
      pin?.t,
      canvas.width, // a box of the same size covers another number of pixels where it has moved by a part of one
      canvas.height,
    ];
    if (!seen.chrome.changed([...what, colours, ...Object.values(size)])) return chrome;
    chrome.width = canvas.width;
    chrome.height = canvas.height;
    const kept = /** @type {Context} */ (chrome.getContext("2d", { alpha: false }));
    kept.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
    drawChrome(kept, sheet);
    return chrome;
  }

  painters.set(canvas, (target, ratio) => {
    const state = store.get();
    const sheet = { ...size, ratio, picture, layout, state, without, palette: palette(state.dark ? "dark" : "light") };
    drawFlow(target, sheet, bitmaps);
  });

  canvas.addEventListener("pointermove", (event) => {
    const box = canvas.getBoundingClientRect();
    pointer = { x: event.clientX - box.left, y: event.clientY - box.top };
    const pair = layout ? pairAt(layout, pointer.x, pointer.y, picture?.place) : null;
    canvas.style.cursor = pair ? "pointer" : "default";
    store.dispatch({ type: "hover", hover: pair ? { t: pair.k, source: pair.t, k: pair.k } : null });
    askFrame();
  });
  canvas.addEventListener("pointerleave", () => {
    pointer = null;
    store.dispatch({ type: "hover", hover: null });
  });
  canvas.addEventListener("click", () => {
    const pair = pointer && layout ? pairAt(layout, pointer.x, pointer.y, picture?.place) : null;
    if (!pair) return;
    const { pin } = store.get();
    const freed = pin?.k === pair.k && pin.source === pair.t;
    store.dispatch({ type: "pin", pin: freed ? null : { t: pair.k, source: pair.t, k: pair.k } });
  });

  return { draw, resize };
}

/** Pointer, wheel and fingers on the stage, and the read-out of what is under the pointer. The first picture does without. */
import { drawReadout } from "./paint/readout.js";
import { listenToGestures } from "./gestures.js";
import { pitchOf, xOf } from "./axis.js";
import { listenToPointer } from "./pointing.js";
import { readoutLines } from "./readout.js";
import { containing } from "./zoom.js";

/** @typedef {import("./view.js").Store} Store */
/** @typedef {import("./view.js").Look} Look */
/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {{width: number, height: number, U: number}} Size of the stage, px */

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Store} store
 * @param {Look} look
 * @returns {import("./view.js").Listening}
 */
export function listenToStage(canvas, store, look) {
  const { scene, act } = look;
  const gestures = listenToGestures(canvas, {
    axis: axisToZoom,
    zoom: () => store.get().zoom,
    pinned: () => store.get().pin?.t ?? null,
    show: (zoom) => store.dispatch({ type: "zoom", zoom }),
    scrolls: pageScrolls,
  });
  const pointing = listenToPointer(canvas, store, { ...look, dragged: gestures.dragged });
  store.watch(
    ({ pin }) => pin?.t ?? 0,
    (t) => {
      const { zoom } = store.get();
      const shown = scene();
      const next = t > 0 && shown ? containing(zoom, shown.layout.T, t) : zoom;
      if (next !== zoom) store.dispatch({ type: "zoom", zoom: next });
    },
  );

  /** Where the time axis stands; the folded view has none. */
  function axisToZoom() {
    const shown = scene();
    return shown?.picture && !(act() && store.get().folded) ? shown.layout : null;
  }

  /** The read-out of what is under the pointer, beside its column. @param {CanvasRenderingContext2D} ctx @param {Scene} current @param {Size} size */
  function drawPointed(ctx, current, size) {
    const pointer = pointing.pointer();
    if (!pointer) return;
    const { place, source } = pointer;
    const playing = act();
    const column = playing ? playing.xOf(place) : place.t === null ? null : xOf(current.layout, place.t);
    const halfColumn = playing || place.t === null ? 0 : pitchOf(current.layout, place.t) / 2;
    const aside = Math.max(halfColumn, playing && place.row === "units" ? 40 * size.U : 6 * size.U) + 8 * size.U;
    const lines = playing?.lines(place) ?? readoutLines(current, place, source);
    const sheet = { ...size, palette: current.palette };
    drawReadout(ctx, sheet, lines, { x: column ?? pointer.x, y: pointer.y, aside });
  }

  return { ...pointing, drawPointed };
}

/** Whether the wheel scrolls the page, or the one it is embedded in. */
function pageScrolls() {
  const { scrollHeight, clientHeight } = document.documentElement;
  const isLonger = scrollHeight > clientHeight && getComputedStyle(document.body).overflowY !== "hidden";
  return isLonger || window.parent !== window;
}

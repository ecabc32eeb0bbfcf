/**
 * Zooming and panning the time axis: wheel and trackpad, two fingers, dragging, double click, and the keyboard. Says which
 * timesteps are to fill the axis, draws nothing.
 */
import { panBy, windowOf, zoomAt } from "./zoom.js";

/** @typedef {import("./zoom.js").Zoom} Zoom */

/** A pointer that moved less has not dragged. */
const STILL = 4;
const WHEEL_PER_DOUBLING = 300;
const KEY_FACTOR = 1.5;
const KEY_PAN = 0.25;
/** px a line of wheels that count in lines. */
const LINE = 16;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {{axis: () => {left: number, right: number, T: number} | null, zoom: () => Zoom, pinned: () => number | null,
 *   show: (zoom: Zoom) => void, scrolls: () => boolean}} around `axis`: where the time axis stands, px; null while it
 *   cannot be zoomed; `scrolls`: whether the wheel scrolls the page, which then keeps it
 * @returns {{dragged: () => boolean}} whether the last press was a drag and therefore no click
 */
export function listenToGestures(canvas, { axis, zoom, pinned, show, scrolls }) {
  /** @type {Map<number, number>} x of each pointer that is down */
  const down = new Map();
  let start = 0;
  let dragged = false;

  /** @param {number} x @returns {number} */
  const inside = (x) => x - canvas.getBoundingClientRect().left;

  /** @param {number} x px @param {number} factor */
  function zoomAbout(x, factor) {
    const at = axis();
    if (!at) return;
    const share = Math.min(1, Math.max(0, (x - at.left) / (at.right - at.left)));
    show(zoomAt(zoom(), at.T, share, factor));
  }

  /** @param {number} px to the right, as the picture is dragged */
  function pan(px) {
    const at = axis();
    if (!at || zoom() === null) return;
    const { from, to } = windowOf(zoom(), at.T);
    show(panBy(zoom(), at.T, (-px * (to - from)) / (at.right - at.left)));
  }

  canvas.addEventListener(
    "wheel",
    (event) => {
      const unit = event.deltaMode === 0 ? 1 : LINE;
      const [dx, dy] = event.shiftKey ? [event.deltaY + event.deltaX, 0] : [event.deltaX, event.deltaY];
      const at = axis();
      // Two fingers on a trackpad come as a wheel with Ctrl.
      const isOurs = event.ctrlKey || event.metaKey || !scrolls() || Math.abs(dx) > Math.abs(dy);
      if (!at || !isOurs || (zoom() === null && dy >= 0)) return;
      event.preventDefault();
      if (Math.abs(dx) > Math.abs(dy)) pan(-dx * unit);
      else zoomAbout(inside(event.clientX), 2 ** ((-dy * unit * (event.ctrlKey ? 4 : 1)) / WHEEL_PER_DOUBLING));
    },
    { passive: false },
  );

  canvas.addEventListener("pointerdown", (event) => {
    down.set(event.pointerId, event.clientX);
    start = event.clientX;
    dragged = false;
  });

  canvas.addEventListener("pointermove", (event) => {
    const before = down.get(event.pointerId);
    if (before === undefined || event.buttons === 0) {
      down.delete(event.pointerId);
      return;
    }
    if (Math.abs(event.clientX - start) >= STILL) dragged = zoom() !== null || down.size === 2;
    if (down.size === 2) {
      const [other] = [...down].filter(([id]) => id !== event.pointerId).map(([, x]) => x);
      const [was, is] = [Math.abs(before - other), Math.abs(event.clientX - other)];
      if (was > STILL && is > STILL) zoomAbout(inside((event.clientX + other) / 2), is / was);
    } else if (dragged) pan(event.clientX - before);
    down.set(event.pointerId, event.clientX);
  });

  for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
    canvas.addEventListener(end, (event) => down.delete(/** @type {PointerEvent} */ (event).pointerId));
  }

  canvas.addEventListener("dblclick", () => show(null));

  canvas.addEventListener("keydown", (event) => {
    const at = axis();
    if (!at || !event.shiftKey) return;
    const { from, to } = windowOf(zoom(), at.T);
    const t = pinned();
    const share = t === null ? 0.5 : (t - 0.5 - from) / (to - from);
    const middle = share >= 0 && share <= 1 ? share : 0.5;
    const next = {
      ArrowUp: () => zoomAt(zoom(), at.T, middle, KEY_FACTOR),
      ArrowDown: () => zoomAt(zoom(), at.T, middle, 1 / KEY_FACTOR),
      ArrowLeft: () => panBy(zoom(), at.T, -KEY_PAN * (to - from)),
      ArrowRight: () => panBy(zoom(), at.T, KEY_PAN * (to - from)),
    }[event.key];
    if (!next) return;
    event.preventDefault();
    show(next());
  });

  return { dragged: () => dragged };
}

/** How many of the screen's pixels a canvas covers, so that each of its own is one of them, and when that changes. */

import { createChangeDetector } from "../changed.js";

/**
 * Where scaling is no whole number, such as 125 %, a box's edges fall between the screen's pixels; the browser moves each
 * edge to the nearest one, and so does this. A canvas of any other size would be drawn blurred.
 * @param {Element} canvas
 * @param {number} ratio device pixels a px
 */
export function devicePixels(canvas, ratio) {
  const { left, top, right, bottom } = canvas.getBoundingClientRect();
  return {
    columns: Math.max(1, Math.round(right * ratio) - Math.round(left * ratio)),
    rows: Math.max(1, Math.round(bottom * ratio) - Math.round(top * ratio)),
  };
}

/**
 * Gives a canvas, and those drawn onto it, the pixels it covers. Asked again for the same size it measures nothing, which in
 * a frame would make the browser lay the page out in its midst.
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLCanvasElement[]} others
 */
export function createFit(canvas, ...others) {
  const sized = createChangeDetector();
  /** @param {import("../sizes.js").Size} size @param {number} ratio */
  return ({ width, height }, ratio) => {
    if (!sized.changed([width, height, ratio])) return;
    const { columns, rows } = devicePixels(canvas, ratio);
    for (const one of [canvas, ...others]) Object.assign(one, { width: columns, height: rows });
  };
}

/** Calls when a px gets another number of device pixels: the page is zoomed, or moved to another screen. @param {() => void} changed */
export function watchResolution(changed) {
  const media = window.matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
  const next = () => {
    watchResolution(changed);
    changed();
  };
  media.addEventListener("change", next, { once: true });
}

/** How many of the screen's pixels a canvas covers, so that each of its own is one of them, and when that changes. */

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

/** Calls when a px gets another number of device pixels: the page is zoomed, or moved to another screen. @param {() => void} changed */
export function watchResolution(changed) {
  const media = window.matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
  const next = () => {
    watchResolution(changed);
    changed();
  };
  media.addEventListener("change", next, { once: true });
}

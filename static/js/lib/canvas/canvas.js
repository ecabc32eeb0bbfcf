/** A canvas that fills its box at the screen's resolution, and where on it the pointer is. */

import { element } from "../dom.js";
import { sizeOf } from "../sizes.js";
import { painters } from "./painters.js";
import { devicePixels } from "./resolution.js";

/** @typedef {CanvasRenderingContext2D} Context */

/**
 * @param {HTMLElement} node
 * @param {Record<string, string | boolean>} attributes
 */
export function createCanvas(node, attributes) {
  const canvas = element("canvas", { role: "img", tabindex: "0", ...attributes });
  node.append(canvas);
  const ctx = /** @type {Context} */ (canvas.getContext("2d"));
  const size = { width: 0, height: 0, ratio: 1 };
  return {
    canvas,
    ctx,
    size,

    /** Fits the canvas to its box; true if it had to. */
    fit() {
      const { width, height } = sizeOf(canvas);
      const ratio = window.devicePixelRatio || 1;
      if (width === size.width && height === size.height && ratio === size.ratio) return false;
      Object.assign(size, { width, height, ratio });
      const { columns, rows } = devicePixels(canvas, ratio);
      canvas.width = columns;
      canvas.height = rows;
      return true;
    },

    /** On an empty sheet, in pixels of the page; whoever keeps the picture paints it the same. @param {string} paper @param {import("./painters.js").Paint} paint */
    show(paper, paint) {
      const whole = (/** @type {Context} */ target, /** @type {number} */ ratio) => {
        target.fillStyle = paper;
        target.fillRect(0, 0, size.width + 1, size.height + 1);
        paint(target, ratio);
      };
      painters.set(canvas, whole);
      ctx.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
      whole(ctx, size.ratio);
    },
  };
}

/** @param {HTMLElement} canvas @param {MouseEvent} event */
export function pointIn(canvas, event) {
  const box = canvas.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}

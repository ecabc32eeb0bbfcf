/** Many parts of one entry's gradient as bars about zero, one a timestep. */

import { element } from "../../lib/dom.js";
import { createFit } from "../../lib/canvas/resolution.js";
import { sizeOf } from "../../lib/sizes.js";

/** In px of the canvas before the device's ratio. */
const MARGIN = 4;

export function createSeries() {
  const node = element("canvas", { class: "uses-series", role: "img" });
  const fit = createFit(node);
  return {
    node,
    /** @param {number[]} values @param {string} label @param {import("../../kit/colour.js").Palette} colours */
    show(values, label, colours) {
      node.setAttribute("aria-label", label);
      const ratio = window.devicePixelRatio || 1;
      const { width, height } = sizeOf(node);
      fit({ width, height }, ratio);
      const ctx = /** @type {CanvasRenderingContext2D} */ (node.getContext("2d"));
      ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
      ctx.clearRect(0, 0, width + 1, height + 1);
      const middle = height / 2;
      const largest = Math.max(...values.filter(Number.isFinite).map(Math.abs), Number.MIN_VALUE);
      const pitch = width / values.length;
      ctx.fillStyle = colours.backward;
      for (const [i, value] of values.entries()) {
        if (!Number.isFinite(value)) continue;
        const tall = (value / largest) * (middle - MARGIN);
        ctx.fillRect(
          i * pitch,
          Math.min(middle, middle - tall),
          Math.max(0.6, pitch - (pitch > 4 ? 1 : 0)),
          Math.abs(tall),
        );
      }
      ctx.fillStyle = colours.ink3;
      ctx.fillRect(0, middle, width, 0.8);
    },
  };
}

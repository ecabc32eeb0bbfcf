/** Draws the ribbon itself: as wide as the gradient, each loss in its colour. Keeps no state. */

import { drawPixels } from "../../lib/canvas/bitmap.js";
import { acrossAxis } from "../axis.js";
import { paintRiver } from "./strata.js";
import { blend, sourceIndex } from "../../kit/colour.js";

/** @typedef {import("../scene.js").Scene} Scene */

/** What is not the highlighted loss keeps this much of its colour. */
export const DIMMED = 0.28;

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {import("../../lib/canvas/bitmap.js").Bitmaps} bitmaps
 * @param {number} ratio device pixels a px
 * @param {number} index of the lane
 */
export function drawRibbon(ctx, scene, bitmaps, ratio, index) {
  const { layout, picture } = scene;
  const { runs, strata, share, carriedShare, mirrored, all } = scene.ribbons[index];
  const colours = riverColours(scene);
  if (!picture || runs.length === 0) return;
  const lane = layout.lanes[index];
  const below = spareRows(runs, lane, ratio);
  const band = { top: lane.top + below / ratio, bottom: lane.bottom - below / ratio };
  drawPixels(ctx, bitmaps(`river/${index}`), acrossAxis(layout, band, ratio), (pixels, width, height) => {
    const { T } = picture;
    paintRiver(pixels, width, height, {
      ...(mirrored ? { ...colours, colours: turned(colours.colours), edges: turned(colours.edges) } : colours),
      T,
      runs,
      strata,
      share,
      all,
      carriedShare,
      left: layout.left,
      mid: band.bottom - lane.mid,
      below,
      scale: ratio,
      apart: mirrored && scene.highlight > 0 ? T + 1 - scene.highlight : scene.highlight,
      U: layout.U,
    });
    if (mirrored) for (let row = 0; row < height; row++) pixels.subarray(row * width, (row + 1) * width).reverse();
  });
}

/** In steps of so many device pixels, so that the picture keeps its size from record to record. */
const SPARE_STEP = 16;

/**
 * How many rows of device pixels stay free of the river at the lane's top, and as many at its bottom: they need no picture.
 * @param {import("./river.js").Run[]} runs @param {{top: number, bottom: number}} lane @param {number} ratio
 */
export function spareRows(runs, { top, bottom }, ratio) {
  let most = 0;
  for (const { half } of runs) for (const one of half) if (one > most) most = one;
  const free = Math.floor(((bottom - top) / 2 - most) * ratio) - 1;
  return Math.max(0, Math.floor(free / SPARE_STEP) * SPARE_STEP);
}

/** Colours of losses in mirrored time. @param {Float32Array} colours at 3t */
function turned(colours) {
  const T = colours.length / 3 - 1;
  return colours.map((_, at) => (at < 3 ? colours[at] : colours[3 * (T + 1 - Math.floor(at / 3)) + (at % 3)]));
}

/**
 * Colour of each loss at 3t: its own on the source ramp, mixed with the bed when another one is highlighted.
 * @param {Scene} scene
 */
export function riverColours({ picture, palette, highlight }) {
  const T = picture?.T ?? 1;
  const colours = new Float32Array(3 * (T + 1));
  const edges = new Float32Array(3 * (T + 1));
  const single = !picture?.lanes[0].share || picture.losses < 2;
  for (let t = 1; t <= T; t++) {
    const index = sourceIndex(t, T, single);
    const opacity = highlight === 0 || t === highlight ? 1 : DIMMED;
    writeBytes(colours, 3 * t, blend(palette.source.rgba[index], palette.pixel.bed, opacity));
    writeBytes(edges, 3 * t, blend(palette.sourceEdge.rgba[index], palette.pixel.bed, opacity));
  }
  const seam = new Float32Array(3);
  writeBytes(seam, 0, palette.pixel.bed);
  return { colours, edges, seam };
}

/** @param {Float32Array} into @param {number} at @param {number} word */
function writeBytes(into, at, word) {
  into[at] = word & 255;
  into[at + 1] = (word >>> 8) & 255;
  into[at + 2] = (word >>> 16) & 255;
}

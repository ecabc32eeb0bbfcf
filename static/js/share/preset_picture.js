/** The small picture of an example: the river of its network's first record, drawn on the far ruler. */

import { palette, sourceIndex } from "../kit/colour.js";
import { ONE_LAYER } from "../record/chosen.js";
import { dryDashes } from "../stage/river/signs.js";
import { ribbonOf } from "../stage/river/river.js";
import { RULERS } from "../stage/river/ruler.js";

const RULER = "far";
const NETWORK = { place: ONE_LAYER, reverse: false, top: true, learnsStart: false, carriesStart: false };

/**
 * Half widths at every pixel, and the dashes of a dry bed. Pure.
 * @param {number[]} ln of the gradient's norm, from timestep 1 to T
 * @param {number} width px
 * @param {number} height px
 */
export function smallRiver(ln, width, height) {
  const T = ln.length;
  const edges = Float64Array.from({ length: T + 1 }, (_, t) => (t * width) / T);
  const bed = { edges, left: 0, right: width, U: 1 };
  const shown = Float64Array.of(Number.NaN, ...ln);
  const lane = { name: /** @type {const} */ ("h"), ln: shown, shown, share: null, carried: null, carriedShare: null };
  const picture = /** @type {import("../record/picture.js").Picture} */ (
    /** @type {unknown} */ ({ T, cuts: new Uint8Array(T + 1), lanes: [lane], ...NETWORK })
  );
  const ribbon = ribbonOf(picture, lane, { ...bed, height }, RULER);
  return { ...ribbon, dashes: dryDashes(ribbon, shown, RULERS[RULER], bed) };
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number[]} ln
 * @param {boolean} dark
 */
export function drawSmallRiver(canvas, ln, dark) {
  const ctx = canvas.getContext("2d");
  if (!ctx) return;
  const { width, height } = canvas;
  const colours = palette(dark ? "dark" : "light");
  const { profile, dashes, bank } = smallRiver(ln, width, height);
  ctx.fillStyle = colours.bed;
  ctx.fillRect(0, 0, width, height);
  ctx.fillStyle = colours.source.css[sourceIndex(1, 1, true)];
  for (const [x, half] of profile.entries()) ctx.fillRect(x, height / 2 - half, 1, 2 * half);
  ctx.fillStyle = colours.ink3;
  for (const { from, to } of dashes) ctx.fillRect(from, height / 2 - 1, to - from, 2);
  // At norm 1, as in the large picture.
  for (let x = 0; x < width; x += 6) for (const y of [height / 2 - bank, height / 2 + bank]) ctx.fillRect(x, y, 2, 1);
}

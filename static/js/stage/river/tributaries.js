/** Draws the losses falling into the river. Keeps no state. */

import { sourceIndex } from "../../kit/colour.js";
import { groupOf, pitchOf, standsApart, xOf } from "../axis.js";
import { DIMMED } from "./ribbon.js";
import { ownThickness } from "./sources.js";

/** @typedef {import("../scene.js").Scene} Scene */
/** @typedef {import("../../record/picture.js").Picture} Picture */
/** @typedef {CanvasRenderingContext2D} Context */

/** Each loss falls into the river as a stream as wide as its own stratum; packed columns share one a group. */
export function drawTributaries(
  /** @type {Context} */ ctx,
  /** @type {Scene} */ scene,
  /** @type {(t: number) => number} where a loss's stream begins */ startOf,
) {
  const { layout, palette, picture, ribbons, highlight } = scene;
  if (!picture) return;
  const ribbon = ribbons[0];
  const { T } = picture;
  const alone = picture.losses < 2;
  for (let first = 1; first <= T; ) {
    const last = standsApart(layout, first) ? first : groupOf(layout, first).last;
    const room = first === last ? 0.8 * pitchOf(layout, first) : 0.35 * (layout.edges[last] - layout.edges[first - 1]);
    const widest = Math.min(room, 44 * layout.U);
    const stream = groupStream(picture, ribbon, first, last);
    const lit = highlight === 0 || (highlight >= first && highlight <= last);
    first = last + 1;
    if (!stream) continue;
    const t = stream.loudest;
    const x = xOf(layout, t);
    const surface = layout.lanes[0].mid - ribbon.half[t] + (ribbon.half[t] > 0 ? 1 : 0);
    const top = startOf(t);
    const end = Math.max(0.5, Math.min(widest, stream.width) / 2);
    ctx.globalAlpha = lit ? 0.88 : DIMMED;
    ctx.fillStyle = palette.source.css[sourceIndex(t, T, alone)];
    ctx.beginPath();
    ctx.moveTo(x - 0.6 * layout.U, top);
    ctx.quadraticCurveTo(x - 0.8 * layout.U, (top + surface) / 2, x - end, surface);
    ctx.lineTo(x + end, surface);
    ctx.quadraticCurveTo(x + 0.8 * layout.U, (top + surface) / 2, x + 0.6 * layout.U, top);
    ctx.fill();
  }
  ctx.globalAlpha = 1;
}

/**
 * The summed width of a group's own strata, and its widest loss, where the stream stands.
 * @param {Picture} picture
 * @param {import("./river.js").Ribbon} ribbon
 * @param {number} first
 * @param {number} last
 */
function groupStream(picture, ribbon, first, last) {
  let width = 0;
  let loudest = 0;
  let widest = -1;
  for (let t = first; t <= last; t++) {
    if (!picture.hasTarget[t]) continue;
    const own = ribbon.strata ? ownThickness(ribbon, picture.T, t) : 1;
    width += own;
    if (own > widest) {
      widest = own;
      loudest = t;
    }
  }
  return loudest === 0 ? null : { width, loudest };
}

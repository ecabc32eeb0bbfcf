/** Draws the river and everything that stands in its lane. Keeps no state. */
import { blend, sourceIndex } from "../../kit/colour.js";
import { formatExp, formatNumber, formatPower } from "../../lib/format.js";
import { drawPixels } from "../../lib/canvas/bitmap.js";
import { drawDirectCore, drawMotorway } from "./motorway.js";
import { acrossAxis, groupOf, pitchOf, standsApart, xOf } from "../layout.js";
import { paintRiver } from "../../lib/canvas/raster.js";
import {
  chevrons,
  clippedTimesteps,
  cutGap,
  dryDashes,
  KIND,
  ownThickness,
  RULERS,
  waveLines,
  widthOf,
} from "./river.js";
import { drawMath, drawText, sans } from "../../kit/text.js";

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {import("../scene.js").Scene} Scene */
/** @typedef {import("../../record/picture.js").Picture} Picture */
/** @typedef {import("../layout.js").Layout} Layout */

/** What is not the highlighted loss keeps this much of its colour. */
const DIMMED = 0.28;
/** A lower lane has room for fewer words beside it, in design units. */
const SMALL = 110;
const SMALLEST = 70;
const LANE_LABELS = { h: "∂E/∂h_t", c: "∂E/∂c_t" };

/** The bed, its banks' level on the ruler and the lane's name: what stands there before any record. */
export function drawBeds(/** @type {Context} */ ctx, /** @type {Scene} */ { layout, palette, ruler }) {
  for (const [index, lane] of layout.lanes.entries()) {
    ctx.fillStyle = palette.bed;
    ctx.beginPath();
    ctx.roundRect(
      layout.left,
      lane.top,
      layout.right - layout.left + 6 * layout.U,
      lane.bottom - lane.top,
      3 * layout.U,
    );
    ctx.fill();
    drawRuler(ctx, layout, palette, ruler, index);
  }
}

/**
 * The axis at the lane's left: powers of ten by the distance from the midline, the upper half labelled.
 * @param {Context} ctx
 * @param {Layout} layout
 * @param {import("../../kit/colour.js").Palette} palette
 * @param {import("../../run/state.js").Ruler} rulerName
 * @param {number} index
 */
function drawRuler(ctx, layout, palette, rulerName, index) {
  const { U } = layout;
  const lane = layout.lanes[index];
  const ruler = RULERS[rulerName];
  const height = lane.bottom - lane.top;
  const small = height < SMALL * U;
  const x = Math.round(layout.left - 8 * U) + 0.5;
  const halfAt = (/** @type {number} */ exponent) => widthOf(exponent * Math.LN10, ruler, height) / 2;
  ctx.strokeStyle = palette.ink3;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(x, lane.top);
  ctx.lineTo(x, lane.bottom);
  for (let e = ruler.low; e <= ruler.high; e += ruler.ticks) {
    const tick = ruler.labels.includes(e) ? 5 * U : 3 * U;
    for (const y of [lane.mid - halfAt(e), lane.mid + halfAt(e)]) {
      ctx.moveTo(x, Math.round(y) + 0.5);
      ctx.lineTo(x - tick, Math.round(y) + 0.5);
    }
  }
  ctx.stroke();
  const room = 11 * U;
  let below = Number.NEGATIVE_INFINITY;
  for (const e of [...ruler.labels].reverse()) {
    const y = Math.max(lane.mid - halfAt(e), height < SMALLEST * U ? lane.top + 5 * U : 0);
    if (y - below < room) continue;
    drawText(ctx, U, formatPower(e), x - 8 * U, y, { align: "right", colour: palette.ink3 });
    below = y;
  }
  const name = layout.lanes.length > 1 && index === 1 ? "c" : "h";
  const nameY = lane.mid - (small ? 10 : 18) * U;
  drawMath(ctx, U, LANE_LABELS[name], 20 * U, nameY, { size: 15, colour: palette.ink2 });
  const words = index === 1 ? ["cell state"] : small ? ["log axis"] : ["width,", "log axis"];
  if (index === 0 && height < SMALLEST * U) return;
  words.forEach((word, i) => {
    const down = index === 1 ? 23 : 18; // clear of the ruler's lowest label
    drawText(ctx, U, word, 20 * U, nameY + (down + 13 * i) * U, { colour: palette.ink3 });
  });
}

/**
 * @param {Context} ctx
 * @param {Scene} scene
 * @param {import("../../lib/canvas/bitmap.js").Bitmaps} bitmaps
 * @param {number} ratio device pixels a px
 */
export function drawRivers(ctx, scene, bitmaps, ratio) {
  const { layout, picture } = scene;
  if (!picture) return;
  for (const [index, lane] of layout.lanes.entries()) {
    const isCellState = index === 1;
    drawWithoutNumber(ctx, scene, index);
    if (isCellState) drawMotorway(ctx, scene, index);
    else if (scene.ribbons[index].runs.length > 0) {
      drawPixels(ctx, bitmaps(`river ${index}`), acrossAxis(layout, lane, ratio), (pixels, width, height) => {
        const { colours, edges, seam } = riverColours(scene);
        paintRiver(pixels, width, height, {
          T: picture.T,
          runs: scene.ribbons[index].runs,
          left: layout.left,
          mid: lane.bottom - lane.mid,
          scale: ratio,
          strata: scene.ribbons[index].strata,
          share: scene.ribbons[index].share,
          apart: scene.highlight,
          colours,
          edges,
          seam,
          U: layout.U,
        });
      });
    }
    drawDryBed(ctx, scene, index);
    drawWaves(ctx, scene, index);
    drawBanks(ctx, scene, index);
    drawUnsourced(ctx, scene, index);
    if (picture.altered) drawUnaltered(ctx, scene, index);
  }
  drawDirectCore(ctx, scene);
  drawCuts(ctx, scene);
  drawGatePosts(ctx, scene);
}

/** What stands beside the lane, before its mouth: the weir, and the offer of a nearer ruler. */
export function drawMouth(/** @type {Context} */ ctx, /** @type {Scene} */ scene) {
  drawWeir(ctx, scene);
  offerNearerRuler(ctx, scene);
}

/** A text button beside the ruler: the whole river would fit a nearer one. It is never taken without being asked. */
function offerNearerRuler(/** @type {Context} */ ctx, /** @type {Scene} */ { layout, palette, nearer }) {
  if (!nearer || layout.lanes.length > 1) return;
  const { U } = layout;
  const [{ top, mid, bottom }] = layout.lanes;
  const words = `see ${formatPower(RULERS[nearer].low)}…${formatPower(RULERS[nearer].high)}`;
  if (bottom - top < SMALL * U) return;
  const y = Math.min(mid + 26 * U, bottom - 28 * U); // above what the weir says at the mouth
  drawText(ctx, U, words, 20 * U, y, { colour: palette.ink2 });
  ctx.fillStyle = palette.ink3;
  ctx.fillRect(20 * U, Math.round(y + 5.5 * U), ctx.measureText(words).width, 1);
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

/** Spans of NaN are cross-hatched, infinite ones solid ink, empty ones say why they are empty. */
function drawWithoutNumber(/** @type {Context} */ ctx, /** @type {Scene} */ scene, /** @type {number} */ index) {
  const { layout, palette, ribbons } = scene;
  const lane = layout.lanes[index];
  const height = lane.bottom - lane.top;
  for (const { kind, first, last } of ribbons[index].spans) {
    const left = Math.max(layout.left, layout.edges[first - 1]);
    const right = Math.min(layout.right, layout.edges[last]);
    if (right <= left) continue;
    if (kind === KIND.nan) {
      hatchBox(ctx, { x: left, y: lane.top, width: right - left, height }, 5 * layout.U, palette.border);
      drawTag(ctx, scene, "NaN: nothing to send back", (left + right) / 2, lane.mid, right - left);
    } else if (kind === KIND.infinite) {
      ctx.fillStyle = palette.ink;
      ctx.fillRect(left, lane.top, right - left, height);
      drawTag(ctx, scene, "infinite", (left + right) / 2, lane.mid, right - left);
    } else if (kind === KIND.zero) {
      ctx.font = sans(layout.U);
      const room = right - left - 12 * layout.U;
      const words = ["exactly 0: no loss reaches here", "exactly 0"].find((text) => ctx.measureText(text).width < room);
      const place = { align: /** @type {const} */ ("center"), colour: palette.ink2 };
      if (words) drawText(ctx, layout.U, words, (left + right) / 2, lane.mid, place);
    }
  }
}

/** The width is known, but not of which losses it consists. */
function drawUnsourced(/** @type {Context} */ ctx, /** @type {Scene} */ scene, /** @type {number} */ index) {
  const { layout, palette, ribbons } = scene;
  const lane = layout.lanes[index];
  for (const { first, last } of ribbons[index].unsourced) {
    const x = Math.max(layout.left, layout.edges[first - 1]);
    const width = Math.min(layout.right, layout.edges[last]) - x;
    if (width <= 0) continue;
    hatchBox(ctx, { x, y: lane.top, width, height: lane.bottom - lane.top }, 7 * layout.U, palette.paper);
    const y = (lane.mid + lane.bottom) / 2; // clear of the chevrons
    drawTag(ctx, scene, "shares: no finite number", x + width / 2, y, width);
  }
}

/**
 * Hatching both ways inside a box.
 * @param {Context} ctx
 * @param {{x: number, y: number, width: number, height: number}} box
 * @param {number} apart
 * @param {string} colour
 */
export function hatchBox(ctx, { x, y, width, height }, apart, colour) {
  ctx.save();
  ctx.beginPath();
  ctx.rect(x, y, width, height);
  ctx.clip();
  ctx.beginPath();
  for (let at = -height; at < width; at += apart) {
    ctx.moveTo(x + at, y);
    ctx.lineTo(x + at + height, y + height);
    ctx.moveTo(x + at + height, y);
    ctx.lineTo(x + at, y + height);
  }
  ctx.strokeStyle = colour;
  ctx.globalAlpha = 0.55;
  ctx.lineWidth = 0.8;
  ctx.stroke();
  ctx.restore();
}

/**
 * Words on a raised ground, where a plain line could not be read.
 * @param {Context} ctx
 * @param {Scene} scene
 * @param {string} words
 * @param {number} x
 * @param {number} y
 * @param {number} room
 */
function drawTag(ctx, { layout, palette }, words, x, y, room) {
  const { U } = layout;
  ctx.font = sans(U, 12, 600);
  const width = ctx.measureText(words).width + 24 * U;
  if (width > room) return;
  ctx.fillStyle = palette.raised;
  ctx.strokeStyle = palette.border;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.roundRect(x - width / 2, y - 15 * U, width, 30 * U, 5 * U);
  ctx.fill();
  ctx.stroke();
  drawText(ctx, U, words, x, y, { size: 12, weight: 600, align: "center", colour: palette.ink });
}

/** Dashes on the midline, the value where the river goes under, and the smallest one. */
function drawDryBed(/** @type {Context} */ ctx, /** @type {Scene} */ scene, /** @type {number} */ index) {
  const { layout, palette, picture, ribbons, ruler } = scene;
  if (!picture) return;
  const { U } = layout;
  const shown = picture.lanes[index].shown;
  const dashes = dryDashes(ribbons[index], shown, RULERS[ruler], layout);
  if (dashes.length === 0) return;
  const y = layout.lanes[index].mid;
  ctx.strokeStyle = palette.backward;
  ctx.lineWidth = 1.6 * U;
  ctx.beginPath();
  for (const { from, to } of dashes) {
    ctx.moveTo(from, y);
    ctx.lineTo(to, y);
  }
  ctx.stroke();
  for (const span of ribbons[index].spans) {
    if (span.kind === KIND.dry) labelDrySpan(ctx, scene, shown, span, y);
  }
}

/**
 * @param {Context} ctx
 * @param {Scene} scene
 * @param {Float64Array} shown
 * @param {import("./river.js").Span} span
 * @param {number} y
 */
function labelDrySpan(ctx, { layout, palette, ruler }, shown, { first, last }, y) {
  const { U } = layout;
  const from = Math.max(layout.left, layout.edges[first - 1]);
  const to = Math.min(layout.right, layout.edges[last]);
  if (to <= from) return;
  const above = `below ${formatPower(RULERS[ruler].low)} from t = ${last}`;
  ctx.font = sans(U);
  const room = Math.max(to, from + 118 * U) - from;
  if (to - from < 40 * U && last !== first && last !== layout.T) return;
  const width = ctx.measureText(above).width;
  const x = Math.max(from + 4 * U, Math.min(to - 4 * U, layout.right) - width);
  if (width < room + 60 * U) drawText(ctx, U, above, x, y - 15 * U, { colour: palette.ink2 });
  const value = `${formatExp(shown[first], 2)} at t = ${first}`;
  drawText(ctx, U, value, from + 4 * U, y + 15 * U, { colour: palette.ink2 });
}

function drawWaves(/** @type {Context} */ ctx, /** @type {Scene} */ scene, /** @type {number} */ index) {
  const { layout, palette, picture, ribbons } = scene;
  if (!picture) return;
  const lines = waveLines(ribbons[index], picture.lanes[index].shown, layout);
  if (lines.length === 0) return;
  const { mid } = layout.lanes[index];
  ctx.strokeStyle = palette.paper;
  ctx.globalAlpha = 0.75;
  ctx.lineWidth = 1.1 * layout.U;
  ctx.beginPath();
  for (const { x, above } of lines) {
    for (const side of [-1, 1]) {
      ctx.moveTo(layout.left + x[0], mid + side * above[0]);
      for (let i = 1; i < x.length; i++) ctx.lineTo(layout.left + x[i], mid + side * above[i]);
    }
  }
  ctx.stroke();
  ctx.globalAlpha = 1;
}

/** Dotted, at norm 1: the fixed level everything is seen against. */
function drawBanks(/** @type {Context} */ ctx, /** @type {Scene} */ scene, /** @type {number} */ index) {
  const { layout, palette, ribbons } = scene;
  const { mid } = layout.lanes[index];
  const { bank } = ribbons[index];
  ctx.strokeStyle = palette.ink;
  ctx.globalAlpha = 0.5;
  ctx.lineWidth = 1;
  ctx.setLineDash([1.5 * layout.U, 3.5 * layout.U]);
  ctx.beginPath();
  for (const y of [mid - bank, mid + bank]) {
    ctx.moveTo(layout.left, Math.round(y) + 0.5);
    ctx.lineTo(layout.right, Math.round(y) + 0.5);
  }
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
}

/** The outline the river would have without truncation and per-timestep clipping, dashed. */
function drawUnaltered(/** @type {Context} */ ctx, /** @type {Scene} */ scene, /** @type {number} */ index) {
  const { layout, palette, picture, ruler } = scene;
  if (!picture) return;
  const lane = layout.lanes[index];
  const height = lane.bottom - lane.top;
  const { ln } = picture.lanes[index];
  ctx.strokeStyle = palette.ink3;
  ctx.lineWidth = 1.2 * layout.U;
  ctx.setLineDash([5 * layout.U, 3 * layout.U]);
  ctx.beginPath();
  for (const side of [-1, 1]) {
    let previous = Number.NaN;
    for (let t = 1; t <= picture.T; t++) {
      const half = Number.isFinite(ln[t]) ? widthOf(ln[t], RULERS[ruler], height) / 2 : Number.NaN;
      const x = xOf(layout, t);
      const y = lane.mid + side * half;
      if (Number.isFinite(previous) && Number.isFinite(half)) {
        const third = (x - xOf(layout, t - 1)) / 3;
        ctx.bezierCurveTo(x - 2 * third, lane.mid + side * previous, x - third, y, x, y);
      } else if (Number.isFinite(half)) ctx.moveTo(x, y);
      previous = half;
    }
  }
  ctx.stroke();
  ctx.setLineDash([]);
}

/** Truncation: a double line where no loss crosses, short ticks under the lane where only some are lost. */
function drawCuts(/** @type {Context} */ ctx, /** @type {Scene} */ { layout, palette, picture }) {
  if (!picture) return;
  const { U } = layout;
  const bottom = layout.lanes[layout.lanes.length - 1].bottom;
  ctx.strokeStyle = palette.ink;
  ctx.lineWidth = 1.4 * U;
  ctx.beginPath();
  for (let t = 1; t < picture.T; t++) {
    if (picture.cuts[t] === 0) continue;
    const whole = picture.cuts[t] === 2;
    const gap = cutGap(pitchOf(layout, t), U);
    for (const x of [layout.edges[t] - gap, layout.edges[t] + gap]) {
      ctx.moveTo(x, whole ? layout.lanes[0].top - 4 * U : bottom - 5 * U);
      ctx.lineTo(x, bottom + (whole ? 4 : 2) * U);
    }
  }
  ctx.stroke();
}

/** Per-timestep clipping: two posts narrow the channel at each timestep that was cut. */
function drawGatePosts(/** @type {Context} */ ctx, /** @type {Scene} */ { layout, palette, picture, ribbons }) {
  if (picture?.clip.mode !== "timestep") return;
  const lane = layout.lanes[0];
  ctx.fillStyle = palette.ink;
  for (const t of clippedTimesteps(picture)) {
    const width = Math.min(3.6 * layout.U, Math.max(1, pitchOf(layout, t) * 0.4));
    const half = ribbons[0].half[t];
    const x = xOf(layout, t) - width / 2;
    ctx.fillRect(x, lane.top, width, lane.mid - half - lane.top);
    ctx.fillRect(x, lane.mid + half, width, lane.bottom - lane.mid - half);
  }
}

/** Clipping by norm or value acts on the sum: one weir at the mouth. */
function drawWeir(/** @type {Context} */ ctx, /** @type {Scene} */ { layout, palette, picture, ribbons }) {
  if (!picture) return;
  const { U } = layout;
  const { mode, scale } = picture.clip;
  if ((mode !== "norm" && mode !== "value") || scale === null) return;
  const lane = layout.lanes[0];
  const clipped = scale < 1;
  const { bank } = ribbons[0];
  const length = (lane.bottom - lane.top) / 2 - bank;
  ctx.fillStyle = palette.ink;
  ctx.globalAlpha = clipped ? 1 : 0.25;
  ctx.fillRect(layout.left - 4 * U, lane.top, 3 * U, length);
  ctx.fillRect(layout.left - 4 * U, lane.bottom - length, 3 * U, length);
  ctx.globalAlpha = 1;
  labelWeir(ctx, layout, palette, clipped ? formatNumber(scale, 2) : null);
}

/**
 * By what the update is multiplied, beside the weir; a long number takes the line below the word.
 * @param {Context} ctx
 * @param {Layout} layout
 * @param {import("../../kit/colour.js").Palette} palette
 * @param {string | null} factor
 */
function labelWeir(ctx, { U, lanes, left }, palette, factor) {
  const y = lanes[0].bottom - 4 * U;
  if (factor === null) {
    drawText(ctx, U, "not clipped", 20 * U, y, { colour: palette.ink3 });
    return;
  }
  const style = { weight: 600, colour: palette.ink };
  ctx.font = sans(U, 11, 600);
  const line = `update × ${factor}`;
  if (20 * U + ctx.measureText(line).width < left - 12 * U) drawText(ctx, U, line, 20 * U, y, style);
  else {
    drawText(ctx, U, "update", 20 * U, y - 12 * U, style);
    drawText(ctx, U, `× ${factor}`, 20 * U, y, style);
  }
}

/** Each loss falls into the river as a stream as wide as its own stratum; packed columns share one a group. */
export function drawTributaries(
  /** @type {Context} */ ctx,
  /** @type {Scene} */ scene,
  /** @type {(t: number) => number} */ radiusOf,
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
    const top = layout.loss.y + radiusOf(t) + 1.5 * layout.U;
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

/** How far a chevron reaches from the midline, with its stroke. */
export const CHEVRON = 6;

/** Small arrows adrift on the river, paper-coloured: which way the gradient runs. */
export function drawChevrons(/** @type {Context} */ ctx, /** @type {Scene} */ scene, /** @type {number} */ drift) {
  const { layout, palette, ribbons } = scene;
  const { U, left } = layout;
  ctx.strokeStyle = palette.paper;
  ctx.lineWidth = 1.6 * U;
  ctx.lineJoin = "round";
  ctx.beginPath();
  const ribbon = ribbons[0];
  if (!ribbon) return;
  for (const x of chevrons(ribbon, drift, U)) {
    const { mid } = layout.lanes[0];
    ctx.moveTo(left + x + 2.4 * U, mid - 4 * U);
    ctx.lineTo(left + x - 1.8 * U, mid);
    ctx.lineTo(left + x + 2.4 * U, mid + 4 * U);
  }
  ctx.stroke();
}

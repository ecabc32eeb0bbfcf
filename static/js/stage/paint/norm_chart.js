/** Draws the norm chart under the network. Keeps no state. */
import { CELL_STATE_INDEX, sourceIndex } from "../../kit/colour.js";
import { formatPower } from "../../lib/format.js";
import { curveName } from "../../words/charts.js";
import { axisExponents, decades, linear } from "../../lib/scales.js";
import { standsApart, xOf } from "../axis.js";
import { drawMath, drawText, sans } from "../../kit/text.js";

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {import("../scene.js").Scene} Scene */
/** @typedef {import("../../record/norms.js").Curve} Curve */

/**
 * @param {Scene} scene
 * @returns {Record<Curve["id"], {colour: string, width: number, dash: number[]}>}
 */
function curveStyles({ palette, picture }) {
  const last = picture ? sourceIndex(picture.lastLoss, picture.T, picture.losses < 2) : 0;
  return {
    all: { colour: palette.backward, width: 2.2, dash: [] },
    used: { colour: palette.backward, width: 1.6, dash: [7, 3] },
    cell: { colour: palette.source.css[CELL_STATE_INDEX], width: 1.6, dash: [] },
    last: { colour: palette.source.css[last], width: 1.6, dash: [] },
    bound: { colour: palette.ink, width: 1.3, dash: [1.4, 3.2] },
    threshold: { colour: palette.ink, width: 1.1, dash: [12, 5] },
    layer: { colour: palette.backward, width: 1.2, dash: [5, 3] },
    ghost: { colour: palette.ink3, width: 1.3, dash: [5, 3.5] },
  };
}

/** Of each layer from the lowest up, forward and reverse: many have one colour. */
export const LAYER_DASHES = [
  { forward: [5, 3], reverse: [5, 3, 1.4, 3] },
  { forward: [9, 3], reverse: [12, 5] },
  { forward: [1.4, 2.4], reverse: [2.6, 4.4] },
  { forward: [9, 3, 2, 3], reverse: [9, 3, 2, 3, 2, 3] },
];

/** How a curve is drawn. @param {ReturnType<typeof curveStyles>} styles @param {Curve} curve */
function styleOf(styles, { id, place }) {
  const own = place && LAYER_DASHES[place.layer - 1]?.[place.direction];
  return own ? { ...styles[id], dash: own } : styles[id];
}

/** Powers of ten, hairlines, and the chart's name. */
export function drawNormAxes(/** @type {Context} */ ctx, /** @type {Scene} */ scene) {
  const { layout, palette, domain } = scene;
  const { U, norm, left, right } = layout;
  const place = linear(domain, [norm.bottom, norm.top]);
  ctx.strokeStyle = palette.hairline;
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (const e of axisExponents(domain, norm.bottom - norm.top, 18 * U)) {
    const y = Math.round(place(e)) + 0.5;
    ctx.moveTo(left, y);
    ctx.lineTo(right, y);
    drawText(ctx, U, formatPower(e), left - 9 * U, y, { align: "right", colour: palette.ink3 });
  }
  ctx.stroke();
  drawMath(ctx, U, "‖∂E/∂h_t‖", 20 * U, norm.top + 2 * U, { size: 14, colour: palette.ink2 });
}

/** The curves, back to front. */
export function drawNormCurves(/** @type {Context} */ ctx, /** @type {Scene} */ scene) {
  const { curves, layout } = scene;
  const styles = curveStyles(scene);
  ctx.save();
  ctx.beginPath();
  ctx.rect(
    layout.left - 2,
    layout.norm.top - 2,
    layout.right - layout.left + 8,
    layout.norm.bottom - layout.norm.top + 4,
  );
  ctx.clip();
  for (const curve of [...curves].reverse()) drawCurve(ctx, scene, curve, styleOf(styles, curve));
  ctx.restore();
  drawExits(ctx, scene, styles);
}

/**
 * @param {Context} ctx
 * @param {Scene} scene
 * @param {Curve} curve
 * @param {{colour: string, width: number, dash: number[]}} style
 */
function drawCurve(ctx, { layout, domain, palette }, { id, ln }, { colour, width, dash }) {
  const { U, norm } = layout;
  const place = linear(domain, [norm.bottom, norm.top]);
  const far = norm.bottom + 400;
  const yOf = (/** @type {number} */ value) => Math.min(far, Math.max(-far, place(decades(value))));
  ctx.strokeStyle = colour;
  ctx.lineWidth = width * U;
  ctx.lineJoin = "round";
  ctx.setLineDash(dash.map((length) => length * U));
  ctx.beginPath();
  let drawing = false;
  const T = Math.min(layout.T, ln.length - 1);
  for (let t = 1; t <= T; t++) {
    if (!Number.isFinite(ln[t])) {
      drawing = false;
      continue;
    }
    const x = xOf(layout, t);
    if (drawing) ctx.lineTo(x, yOf(ln[t]));
    else {
      ctx.moveTo(x - (T === 1 ? 8 * U : 0), yOf(ln[t]));
      ctx.lineTo(x + (T === 1 ? 8 * U : 0), yOf(ln[t]));
    }
    drawing = true;
  }
  ctx.stroke();
  ctx.setLineDash([]);
  if (id !== "all") return;
  ctx.fillStyle = colour;
  ctx.beginPath();
  for (let t = 1; t <= T; t++) {
    if (!Number.isFinite(ln[t]) || !standsApart(layout, t)) continue;
    ctx.moveTo(xOf(layout, t) + 2.1 * U, yOf(ln[t]));
    ctx.arc(xOf(layout, t), yOf(ln[t]), 2.1 * U, 0, 2 * Math.PI);
  }
  ctx.fill();
  ctx.strokeStyle = palette.paper;
}

/** The chosen timestep on the main curve. */
export function drawNormPoint(/** @type {Context} */ ctx, /** @type {Scene} */ scene, /** @type {number} */ t) {
  const { layout, domain, curves, palette } = scene;
  const { U, norm } = layout;
  const value = curves.length > 0 ? decades(curves[0].ln[t]) : Number.NaN;
  if (!(value >= domain[0] && value <= domain[1])) return;
  ctx.fillStyle = palette.backward;
  ctx.strokeStyle = palette.paper;
  ctx.lineWidth = 1.5 * U;
  ctx.beginPath();
  ctx.arc(xOf(layout, t), linear(domain, [norm.bottom, norm.top])(value), 4 * U, 0, 2 * Math.PI);
  ctx.fill();
  ctx.stroke();
}

/** Small triangles where a curve leaves the frame: the line goes on, only the paper ends. */
function drawExits(
  /** @type {Context} */ ctx,
  /** @type {Scene} */ scene,
  /** @type {ReturnType<typeof curveStyles>} */ styles,
) {
  const { layout, domain, curves } = scene;
  const { U, norm } = layout;
  const [low, high] = domain;
  for (const { id, ln } of curves) {
    if (id === "bound" || id === "ghost") continue;
    ctx.fillStyle = styles[id].colour;
    for (let t = 1; t < ln.length - 1 && t < layout.T; t++) {
      const [a, b] = [decades(ln[t]), decades(ln[t + 1])];
      if (!Number.isFinite(a) || !Number.isFinite(b)) continue;
      for (const [limit, y, tip] of [
        [low, norm.bottom, 5],
        [high, norm.top, -5],
      ]) {
        if ((a - limit) * (b - limit) >= 0) continue;
        const x = xOf(layout, t + (limit - a) / (b - a));
        if (x < layout.left || x > layout.right) continue;
        ctx.beginPath();
        ctx.moveTo(x - 3.5 * U, y - Math.sign(tip));
        ctx.lineTo(x + 3.5 * U, y - Math.sign(tip));
        ctx.lineTo(x, y + tip * U);
        ctx.fill();
      }
    }
  }
}

/** Whether there is anything to see: a line needs two finite numbers, where there is no dot. @param {Curve} curve */
function isDrawn({ id, ln }) {
  const needed = id === "all" || ln.length === 2 ? 1 : 2;
  let finite = 0;
  for (let t = 1; t < ln.length && finite < needed; t++) if (Number.isFinite(ln[t])) finite += 1;
  return finite === needed;
}

/** All that the legend depends on, beside the palette. @param {Scene} scene */
export function legendKey({ curves, picture }) {
  return [
    picture?.lastLoss,
    picture?.losses,
    ...curves.filter(isDrawn).map((curve) => curve.id + curveName(curve)),
  ].join();
}

/** Between two names of the legend, and in a narrow window, in design units; before each the sample of its line. */
const LEGEND = { apart: 26, least: 10, sample: 22 };
/** From the one row to the upper and the lower of two. */
const TWO_ROWS = [-9.5, 3];

/** How far apart the names stand: closer where they would not all fit. @param {number[]} widths @param {number} room @param {number} U */
function legendGap(widths, room, U) {
  const names = widths.reduce((sum, width) => sum + width + LEGEND.sample * U, 0);
  const even = (room - names) / Math.max(1, widths.length - 1);
  return Math.min(LEGEND.apart * U, Math.max(LEGEND.least * U, even));
}

/**
 * Which names stand in which row: all in one where they fit, else in two.
 * @param {number[]} widths @param {number} room @param {number} U
 * @returns {number[][]} places of names
 */
function legendRows(widths, room, U) {
  /** @type {number[][]} */
  const rows = [[]];
  let end = 0;
  for (const [index, width] of widths.entries()) {
    const own = LEGEND.sample * U + width;
    if (own > room + 0.5) continue;
    if (end > 0 && end + LEGEND.least * U + own > room + 0.5) {
      rows.push([]);
      end = 0;
    }
    end += (end > 0 ? LEGEND.least * U : 0) + own;
    rows[rows.length - 1].push(index);
  }
  return rows.slice(0, TWO_ROWS.length);
}

/** Words for the lines, from the column of t = 1 on. */
export function drawNormLegend(/** @type {Context} */ ctx, /** @type {Scene} */ scene) {
  const { layout, palette } = scene;
  const curves = scene.curves.filter(isDrawn);
  const styles = curveStyles(scene);
  const { U, legend } = layout;
  ctx.font = sans(U);
  const room = layout.right - layout.left;
  const measured = (/** @type {boolean} */ short) => {
    const labels = curves.map((curve) => curveName(curve, short));
    const widths = labels.map((label) => ctx.measureText(label).width);
    return { labels, widths, rows: legendRows(widths, room, U) };
  };
  const whole = measured(false);
  const fits = whole.rows.flat().length === curves.length;
  const { labels, widths, rows } = fits ? whole : measured(true);
  for (const [place, row] of rows.entries()) {
    const y = legend.y + (rows.length > 1 ? TWO_ROWS[place] * U : 0);
    const own = row.map((index) => widths[index]);
    const gap = legendGap(own, room, U);
    let x = layout.left;
    for (const index of row) {
      const { colour, width, dash } = styleOf(styles, curves[index]);
      ctx.strokeStyle = colour;
      ctx.lineWidth = width * U;
      ctx.setLineDash(dash.map((length) => length * U));
      ctx.beginPath();
      ctx.moveTo(x, y);
      ctx.lineTo(x + 17 * U, y);
      ctx.stroke();
      ctx.setLineDash([]);
      drawText(ctx, U, labels[index], x + LEGEND.sample * U, y, { colour: palette.ink2 });
      x += LEGEND.sample * U + widths[index] + gap;
    }
  }
}

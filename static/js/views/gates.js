/** The Gates view: one kind of gate, units × time from 0 to 1, and its mean over the units below. */

import { createCanvas, pointIn } from "../lib/canvas/canvas.js";
import { createChoice } from "../kit/choice.js";
import { activationIndex, palette } from "../kit/colour.js";
import { element } from "../lib/dom.js";
import { createBitmaps, drawPixels } from "../lib/canvas/bitmap.js";
import { cellEdges, NOT_A_NUMBER, paintCells } from "../lib/canvas/cells.js";
import { drawText } from "../kit/text.js";
import { cellOf } from "../record/cells.js";
import { length, units } from "../record/readings.js";
import { clamp } from "../lib/scales.js";
import { createChangeDetector } from "../lib/changed.js";
import { gateMean, gatesOf, gatesWords } from "../words/views.js";
import * as say from "../words/charts.js";

/** @typedef {import("../run/state.js").State} State */
/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */
/** @typedef {ReturnType<typeof layoutGates>} Layout */

/** Gates this wide have a gap between them. */
const GAP_FROM = 5;

/** @param {{width: number, height: number}} size @param {number} U pixels per design pixel */
export function layoutGates({ width, height }, U) {
  const [left, right] = [40 * U, width - 14 * U];
  const room = height - 62 * U;
  return {
    U,
    left,
    right,
    top: 4 * U,
    bottom: 4 * U + 0.6 * room,
    meanTop: 38 * U + 0.6 * room,
    meanBottom: height - 20 * U,
  };
}

/**
 * The gate under a point, or null.
 * @param {Layout} layout @param {number} T @param {number} H @param {{x: number, y: number}} point
 */
export function gateAt({ left, right, top, bottom, meanBottom }, T, H, { x, y }) {
  if (x < left || x >= right || y < top || y > meanBottom) return null;
  const t = Math.floor(((x - left) / (right - left)) * T) + 1;
  return y < bottom ? { t, unit: clamp(Math.floor(((y - top) / (bottom - top)) * H), 0, H - 1) } : { t };
}

/** @param {HTMLElement} node @param {import("../run/session.js").PageStore} store @param {import("./views.js").ViewActions} actions */
export function createView(node, store, { redraw }) {
  const bitmaps = createBitmaps();
  const bar = element("div", { class: "view-bar" });
  node.append(bar);
  const sheet = createCanvas(node, {
    class: "flow",
    "aria-label": say.PICTURES.gates,
    "aria-describedby": "gates-words",
  });
  let offered = "";
  let gate = "f";
  const seen = createChangeDetector();
  /** @type {Layout | null} */
  let layout = null;

  /** The gates of the cell, the one that carries on first. @param {string} cell */
  function offer(cell) {
    const gates = Object.entries(gatesOf(cell));
    if (cell === offered || gates.length === 0) return;
    offered = cell;
    gate = gates[0][0];
    const choices = gates.map(([value, { does }]) => ({ value, text: `${value} · ${does.replace(" gate", "")}` }));
    const choice = createChoice(say.GATE, choices, (value) => {
      gate = value;
      redraw();
    });
    choice.show(gate);
    bar.replaceChildren(choice.node);
  }

  /** @param {MouseEvent} event */
  function under(event) {
    const { record } = store.get();
    return layout && record ? gateAt(layout, length(record), units(record), pointIn(sheet.canvas, event)) : null;
  }
  sheet.canvas.addEventListener("pointermove", (event) => store.dispatch({ type: "hover", hover: under(event) }));
  sheet.canvas.addEventListener("pointerleave", () => store.dispatch({ type: "hover", hover: null }));
  sheet.canvas.addEventListener("click", (event) => {
    const place = under(event);
    const { pin } = store.get();
    const again = pin && place && pin.t === place.t && (place.unit === undefined || pin.unit === place.unit);
    if (place) store.dispatch({ type: "pin", pin: again ? null : place });
  });

  /** @param {number} U */
  function draw(U) {
    const state = store.get();
    offer(String(state.config.cell));
    const resized = sheet.fit();
    const changed = seen.changed([state.record, state.dark, state.hover, state.pin, gate, U]);
    if (!resized && !changed) return;
    if (sheet.size.width === 0) return;
    layout = layoutGates(sheet.size, U);
    const colours = palette(state.dark ? "dark" : "light");
    const known = gatesOf(String(state.config.cell))[gate];
    const { record, hover, pin } = state;
    const part = record?.tensors.gates && known && { record, row: known.row, layout, colours };
    const { keeps } = cellOf(state.config);
    const full = gate !== keeps?.gate ? say.OPEN : say.keepsWords(keeps.open);
    sheet.show(colours.paper, (ctx, ratio) => {
      if (!part) return;
      const scene = { ...part, ratio };
      drawCells(ctx, scene, bitmaps);
      drawKey(ctx, scene, full);
      drawMean(ctx, scene);
      for (const place of [hover, pin]) if (place) drawBand(ctx, scene, place, place === pin);
    });
  }

  return {
    draw(/** @type {number} */ _now, /** @type {number} */ unit) {
      draw(unit);
      return Number.POSITIVE_INFINITY;
    },
    words: (/** @type {State} */ state) => gatesWords(state, gate),
  };
}

/** @typedef {{record: DecodedRecord, row: number, layout: Layout, colours: import("../kit/colour.js").Palette, ratio: number}} Scene */

/** @param {CanvasRenderingContext2D} ctx @param {Scene} scene @param {import("../lib/canvas/bitmap.js").Bitmaps} bitmaps */
function drawCells(ctx, { record, row, layout, colours, ratio }, bitmaps) {
  const { left, right, top, bottom } = layout;
  const { shape, data } = record.tensors.gates;
  const [T, rows, H] = shape;
  const box = { x: left, y: top, width: right - left, height: bottom - top, ratio };
  drawPixels(ctx, bitmaps("gates"), box, (pixels, width, height) => {
    const lines = Math.min(H, height);
    const [across, down] = [gapOf(width / T), gapOf(height / lines)];
    const columns = cellEdges(
      T,
      (c) => (c * width) / T,
      (c) => ((c + 1) * width) / T - across,
    );
    const units = cellEdges(
      lines,
      (r) => (r * height) / lines,
      (r) => ((r + 1) * height) / lines - down,
    );
    const colourAt = (/** @type {number} */ r, /** @type {number} */ c) => {
      const value = data[(c * rows + row) * H + Math.floor((r * H) / lines)];
      return Number.isFinite(value) ? colours.activation.rgba[activationIndex(value)] : NOT_A_NUMBER;
    };
    paintCells(pixels, width, columns, units, colourAt, { ink: colours.pixel.border, ground: colours.pixel.paper });
  });
  const { U } = layout;
  drawText(ctx, U, say.FIRST_UNIT, left - 6 * U, top + 5 * U, { align: "right", colour: colours.ink3 });
  drawText(ctx, U, String(H), left - 6 * U, bottom - 5 * U, { align: "right", colour: colours.ink3 });
}

/** @param {number} pitch */
function gapOf(pitch) {
  return pitch >= GAP_FROM ? 1 : 0;
}

/** @param {CanvasRenderingContext2D} ctx @param {Scene} scene @param {string} full what 1 means */
function drawKey(ctx, { layout, colours }, full) {
  const { U, left, bottom } = layout;
  const y = bottom + 10 * U;
  const width = 60 * U;
  drawText(ctx, U, "0", left, y, { colour: colours.ink3 });
  for (let step = 0; step < 30; step += 1) {
    ctx.fillStyle = colours.activation.css[activationIndex(step / 29)];
    ctx.fillRect(left + 10 * U + (step * width) / 30, y - 3 * U, width / 30 + 0.3, 6 * U);
  }
  drawText(ctx, U, full, left + 16 * U + width, y, { colour: colours.ink3 });
}

/** @param {CanvasRenderingContext2D} ctx @param {Scene} scene */
function drawMean(ctx, { record, row, layout, colours }) {
  const { U, left, right, meanTop, meanBottom } = layout;
  const T = length(record);
  const y = (/** @type {number} */ value) => meanBottom - value * (meanBottom - meanTop);
  ctx.strokeStyle = colours.hairline;
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (const value of [0, 0.5, 1]) {
    ctx.moveTo(left, Math.round(y(value)) + 0.5);
    ctx.lineTo(right, Math.round(y(value)) + 0.5);
    drawText(ctx, U, String(value), left - 6 * U, y(value), { align: "right", colour: colours.ink3 });
  }
  ctx.stroke();
  drawText(ctx, U, say.MEAN_OVER_UNITS, left, meanTop - 8 * U, { colour: colours.ink2 });
  ctx.strokeStyle = colours.forward;
  ctx.lineWidth = 1.8 * U;
  ctx.lineJoin = "round";
  ctx.beginPath();
  for (let t = 1; t <= T; t += 1) {
    const x = left + ((t - 0.5) * (right - left)) / T;
    const mean = gateMean(record, row, t);
    if (Number.isFinite(mean)) ctx[t === 1 ? "moveTo" : "lineTo"](x, y(mean));
  }
  if (T === 1) ctx.lineTo(right, y(gateMean(record, row, 1)));
  ctx.stroke();
  for (const t of new Set([1, Math.round(T / 2), T])) {
    const x = left + ((t - 0.5) * (right - left)) / T;
    drawText(ctx, U, String(t), x, meanBottom + 11 * U, { align: "center", colour: colours.ink3 });
  }
}

/** @param {CanvasRenderingContext2D} ctx @param {Scene} scene @param {{t: number}} place @param {boolean} pinned */
function drawBand(ctx, { record, layout, colours }, { t }, pinned) {
  const { U, left, right, top, bottom, meanTop, meanBottom } = layout;
  const pitch = (right - left) / length(record);
  const x = left + (t - 1) * pitch;
  ctx.strokeStyle = colours.ink;
  ctx.lineWidth = pinned ? 1.6 * U : 1;
  ctx.strokeRect(x - 0.5, top - 1, Math.max(pitch, 2 * U), bottom - top + 2);
  ctx.fillStyle = colours.ink;
  ctx.globalAlpha = 0.055;
  ctx.fillRect(x, meanTop, Math.max(pitch, U), meanBottom - meanTop);
  ctx.globalAlpha = 1;
}

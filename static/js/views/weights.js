/**
 * The Weights view: every entry of one parameter, or of its gradient, with one entry framed, or how all of them are spread
 * over training. What is framed can be typed over, or dragged up and down; all timesteps use the new number at once.
 */

import { createCanvas, pointIn } from "../lib/canvas/canvas.js";
import { createChart } from "../kit/chart.js";
import { figure as spreadFigure, inputs as spreadInputs } from "./spread.js";
import { createChoice } from "../kit/choice.js";
import { activationIndex, gradientIndex, palette } from "../kit/colour.js";
import { element, setSentence } from "../lib/dom.js";
import { formatFixed, parseNumber } from "../lib/format.js";
import { createBitmaps, drawPixels } from "../lib/canvas/bitmap.js";
import { cellEdges, NOT_A_NUMBER, paintCells } from "../lib/canvas/cells.js";
import { drawText } from "../kit/text.js";
import { baseOf, ONE_LAYER, parametersOf, placeOf } from "../record/chosen.js";
import { clamp } from "../lib/scales.js";
import { createChangeDetector } from "../lib/changed.js";
import { spreadWords, weightsWords } from "../words/views.js";
import * as say from "../words/charts.js";

/** @typedef {import("../run/state.js").State} State */
/** @typedef {import("../wire/protocol.js").Tensor} Tensor */
/** @typedef {ReturnType<typeof layoutGrid>} Grid */

/** What a pixel of dragging is worth. */
const PER_PIXEL = 0.01;
const GAP_FROM = 5;
/** The largest cell, in design pixels, and how much taller than wide one may be. */
const CELL = { largest: 17, tallest: 3 };
const KEYS = /** @type {Record<string, [number, number]>} */ ({
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
});

/** Rows and columns of a parameter; a bias is one row. @param {Tensor} tensor */
export function extentOf({ shape }) {
  return shape.length === 1 ? { rows: 1, columns: shape[0] } : { rows: shape[0], columns: shape[1] };
}

/** The index of an entry in its tensor. @param {Tensor} tensor @param {number} row @param {number} column */
export function indexOf({ shape }, row, column) {
  return shape.length === 1 ? [column] : [row, column];
}

/** @param {{width: number, height: number}} size @param {number} U @param {{rows: number, columns: number}} extent */
export function layoutGrid({ width, height }, U, { rows, columns }) {
  const [left, top] = [36 * U, 4 * U];
  const cellWidth = Math.min((width - left - 16 * U) / columns, CELL.largest * U);
  const cellHeight = Math.min((height - top - 34 * U) / rows, CELL.largest * U, CELL.tallest * cellWidth);
  const right = left + columns * cellWidth;
  return { U, left, top, right, bottom: top + rows * cellHeight, cellWidth, cellHeight, rows, columns };
}

/** @param {Grid} grid @param {{x: number, y: number}} point */
export function entryAt({ left, top, right, bottom, cellWidth, cellHeight }, { x, y }) {
  if (x < left || x >= right || y < top || y >= bottom) return null;
  return { row: Math.floor((y - top) / cellHeight), column: Math.floor((x - left) / cellWidth) };
}

/** @param {HTMLElement} node @param {import("../run/session.js").PageStore} store @param {import("./views.js").ViewActions} actions */
export function createView(node, store, { edit, redraw }) {
  const bitmaps = createBitmaps();
  const select = element("select", { class: "select", "aria-label": say.PARAMETER });
  const choice = createChoice(
    say.VALUE_OR_GRADIENT,
    [
      { value: "value", text: say.VALUE },
      { value: "gradient", text: say.GRADIENT },
    ],
    (value) => {
      gradient = value === "gradient";
      redraw();
    },
  );
  const span = createChoice(
    say.NOW_OR_TRAINING,
    [
      { value: "now", text: say.NOW },
      { value: "training", text: say.TRAINING },
    ],
    (value) => {
      overTraining = value === "training";
      for (const node of [place, field, sheet.canvas]) node.hidden = overTraining;
      curves.hidden = !overTraining;
      redraw();
    },
  );
  const spanPlace = element("div", { class: "view-bar-end" }, span.node);
  let name = "W_hh";
  // Named before the weights come, too.
  const place = element("label", { for: "weight-value" }, name);
  const field = element("input", {
    class: "number boxed",
    id: "weight-value",
    inputmode: "decimal",
    autocomplete: "off",
  });
  node.append(
    element("div", { class: "view-bar" }, select, choice.node),
    // Where no training is followed there is only the present.
    element("div", { class: "view-bar" }, place, field, ...(store.get().history ? [spanPlace] : [])),
  );
  const sheet = createCanvas(node, {
    class: "flow weights",
    "aria-label": say.PICTURES.weights,
    "aria-describedby": "weights-words",
  });
  const curves = element("div", { class: "view-body", hidden: true });
  node.append(curves);
  /** @type {ReturnType<typeof createChart> | null} */
  let chart = null;
  choice.show("value");
  span.show("now");

  let gradient = false;
  let overTraining = false;
  let framed = { row: 0, column: 0 };
  /** @type {{y: number, value: number, moved: boolean} | null} */
  let drag = null;
  /** @type {Grid | null} */
  let grid = null;
  const seen = createChangeDetector();

  const parameter = () => store.get().record?.tensors[name];
  const framedValue = () => {
    const tensor = parameter();
    return tensor ? tensor.data[framed.row * extentOf(tensor).columns + framed.column] : Number.NaN;
  };

  /** @param {number} value */
  function set(value) {
    const tensor = parameter();
    if (!store.get().can.edit) return;
    if (tensor && Number.isFinite(value)) edit(name, indexOf(tensor, framed.row, framed.column), value, framedValue());
  }

  /** @param {{row: number, column: number}} entry */
  function frame(entry) {
    const tensor = parameter();
    if (!tensor) return;
    const { rows, columns } = extentOf(tensor);
    framed = { row: clamp(entry.row, 0, rows - 1), column: clamp(entry.column, 0, columns - 1) };
    store.dispatch({ type: "weight", weight: { tensor: name, index: indexOf(tensor, framed.row, framed.column) } });
  }

  select.addEventListener("change", () => {
    name = select.value;
    frame({ row: 0, column: 0 });
    redraw();
  });
  field.addEventListener("change", () => {
    set(parseNumber(field.value));
    seen.forget();
    redraw();
  });
  field.addEventListener("keydown", (event) => {
    const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (direction === undefined) return;
    event.preventDefault();
    set(framedValue() + direction * PER_PIXEL);
  });
  sheet.canvas.addEventListener("keydown", (event) => {
    const step = KEYS[event.key];
    if (event.key === "Enter") field.focus();
    else if (step) frame({ row: framed.row + step[0], column: framed.column + step[1] });
    else return;
    event.preventDefault();
  });
  sheet.canvas.addEventListener("pointerdown", (event) => {
    const entry = grid && entryAt(grid, pointIn(sheet.canvas, event));
    if (!entry) return;
    frame(entry);
    drag = { y: event.clientY, value: framedValue(), moved: false };
    sheet.canvas.setPointerCapture(event.pointerId);
  });
  sheet.canvas.addEventListener("pointermove", (event) => {
    const entry = grid && entryAt(grid, pointIn(sheet.canvas, event));
    sheet.canvas.style.cursor = entry ? (gradient || !store.get().can.edit ? "pointer" : "ns-resize") : "default";
    if (!drag || gradient) return;
    const by = Math.round(drag.y - event.clientY);
    if (by === 0 && !drag.moved) return;
    drag.moved = true;
    set(Number((drag.value + by * PER_PIXEL).toFixed(4)));
  });
  for (const end of /** @type {const} */ (["pointerup", "pointercancel"])) {
    sheet.canvas.addEventListener(end, () => {
      drag = null;
    });
  }

  /** @param {State} state */
  function offer({ record }) {
    const names = record ? parametersOf(record) : [];
    if (names.length === 0 || names.join() === select.dataset.names) return;
    select.dataset.names = names.join();
    select.replaceChildren(...names.map((one) => element("option", { value: one }, one)));
    if (!names.includes(name)) name = names.find((one) => baseOf(one) === baseOf(name)) ?? names[0];
    select.value = name;
  }

  /** @param {number} now @param {number} U */
  function drawCurves(now, U) {
    chart ??= createChart(curves, store, "weights", {
      label: say.PICTURES.spread,
      inputs: (state) => [...spreadInputs(state, name), gradient],
      figure: (state, paper) => spreadFigure(state, paper, name, gradient),
    });
    return chart.draw(now, U);
  }

  return {
    draw(/** @type {number} */ now, /** @type {number} */ U) {
      const state = store.get();
      offer(state);
      if (overTraining) return drawCurves(now, U);
      const resized = sheet.fit();
      const changed = seen.changed([state.record, state.can, state.dark, name, gradient, framed.row, framed.column, U]);
      if (!resized && !changed) return Number.POSITIVE_INFINITY;
      const tensor = parameter();
      if (!tensor || sheet.size.width === 0) return Number.POSITIVE_INFINITY;
      const extent = extentOf(tensor);
      framed = { row: Math.min(framed.row, extent.rows - 1), column: Math.min(framed.column, extent.columns - 1) };
      const places = indexOf(tensor, framed.row, framed.column).map((one) => one + 1);
      setSentence(place, `${name} [${places.join(", ")}]`);
      field.disabled = gradient;
      field.readOnly = !state.can.edit;
      if (document.activeElement !== field) field.value = formatFixed(framedValue(), 4);
      grid = layoutGrid(sheet.size, U, extent);
      const colours = palette(state.dark ? "dark" : "light");
      const shown = gradient ? state.record?.tensors[`grad.${name}`] : tensor;
      const part = { grid, colours, gradient, framed, place: state.record ? placeOf(state.record) : ONE_LAYER };
      const called = name;
      sheet.show(colours.paper, (ctx, ratio) => {
        if (shown) drawGrid(ctx, { ...part, ratio }, shown, bitmaps);
        drawNames(ctx, { ...part, ratio }, called);
      });
      return Number.POSITIVE_INFINITY;
    },
    words: (/** @type {State} */ state) =>
      overTraining ? spreadWords(state, name, gradient) : weightsWords(state, name, gradient),
    quantities: () => (gradient && !overTraining ? ["gradients"] : []),
  };
}

/**
 * @typedef {{grid: Grid, colours: import("../kit/colour.js").Palette, gradient: boolean, framed: {row: number, column: number},
 *   ratio: number, place: {layer: number, directions: number}}} Scene place: of the open layer
 */

/** @param {CanvasRenderingContext2D} ctx @param {Scene} scene @param {Tensor} tensor @param {import("../lib/canvas/bitmap.js").Bitmaps} bitmaps */
function drawGrid(ctx, { grid, colours, gradient, framed, ratio }, tensor, bitmaps) {
  const { U, left, top, right, bottom, rows, columns, cellWidth, cellHeight } = grid;
  const box = { x: left, y: top, width: right - left, height: bottom - top, ratio };
  drawPixels(ctx, bitmaps("weights"), box, (pixels, width, height) => {
    const across = edges(columns, width, cellWidth);
    const down = edges(rows, height, cellHeight);
    const [shownRows, shownColumns] = [down.starts.length, across.starts.length];
    const colourAt = (/** @type {number} */ r, /** @type {number} */ c) => {
      const row = Math.floor((r * rows) / shownRows);
      const value = tensor.data[row * columns + Math.floor((c * columns) / shownColumns)];
      if (!Number.isFinite(value)) return NOT_A_NUMBER;
      if (!gradient) return colours.activation.rgba[activationIndex(value)];
      return value === 0 ? colours.pixel.paper : colours.gradient.rgba[gradientIndex(value)];
    };
    paintCells(pixels, width, across, down, colourAt, { ink: colours.pixel.border, ground: colours.pixel.paper });
  });
  const [x, y] = [left + framed.column * cellWidth, top + framed.row * cellHeight];
  ctx.strokeStyle = colours.ink;
  ctx.lineWidth = 2 * U;
  ctx.strokeRect(x - U, y - U, Math.max(cellWidth, 3 * U) + U, Math.max(cellHeight, 3 * U) + U);
}

/** Cells of device pixels, with a gap where there is room for one. @param {number} count @param {number} length @param {number} pitch */
function edges(count, length, pitch) {
  const shown = Math.min(count, length);
  const gap = pitch >= GAP_FROM ? 1 : 0;
  return cellEdges(
    shown,
    (index) => (index * length) / shown,
    (index) => ((index + 1) * length) / shown - gap,
  );
}

/** @param {CanvasRenderingContext2D} ctx @param {Scene} scene @param {string} name */
function drawNames(ctx, { grid, colours, gradient, framed, place }, name) {
  const { U, left, top, bottom, cellWidth, cellHeight } = grid;
  const strong = { weight: 600, colour: colours.ink };
  const y = top + (framed.row + 0.5) * cellHeight;
  const x = left + (framed.column + 0.5) * cellWidth;
  drawText(ctx, U, String(framed.row + 1), left - 7 * U, y, { ...strong, align: "right" });
  drawText(ctx, U, String(framed.column + 1), x, bottom + 10 * U, { ...strong, align: "center" });
  const words = say.rowsAndColumns(baseOf(name), place);
  drawText(ctx, U, words, left, bottom + 26 * U, { colour: colours.ink3 });
  const right = Math.max(grid.right, left + 248 * U);
  const [low, high] = gradient ? ["−10²", "+10²"] : ["−1", "1"];
  const ramp = gradient ? colours.gradient : colours.activation;
  const width = 36 * U;
  const end = right - 24 * U;
  for (let step = 0; step < 24; step += 1) {
    ctx.fillStyle = ramp.css[Math.round((step / 23) * 255)];
    ctx.fillRect(end - width + (step * width) / 24, bottom + 23 * U, width / 24 + 0.3, 6 * U);
  }
  drawText(ctx, U, low, end - width - 4 * U, bottom + 26 * U, { align: "right", colour: colours.ink3 });
  drawText(ctx, U, high, end + 4 * U, bottom + 26 * U, { colour: colours.ink3 });
}

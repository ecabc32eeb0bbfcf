/**
 * The flow matrix: ‖∂E_t/∂h_k‖ for every loss (row) and every timestep it reaches back to (column), exact and on one
 * fixed scale of forty decades. The upper triangle, where no gradient can be, holds the legend.
 */
import { blend, palette, SIZE_DOMAIN, sizeIndex } from "../kit/colour.js";
import { formatExp, formatNumber, formatPower } from "../lib/format.js";
import { devicePixels } from "../lib/canvas/resolution.js";
import { createBitmaps, drawPixels } from "../lib/canvas/bitmap.js";
import { drawReadout } from "../stage/paint/readout.js";
import { pageUnit } from "../stage/unit.js";
import { hasPath, ONE_LAYER, placeKey } from "../record/chosen.js";
import { isKept, readPicture } from "../record/picture.js";
import { BELOW_SCALE, cellEdges, NOT_A_NUMBER, paintCells } from "../lib/canvas/cells.js";
import { drawMath, drawText, sans, subscript } from "../kit/text.js";
import { painters } from "../lib/canvas/painters.js";
import { clamp, decades } from "../lib/scales.js";
import { createChangeDetector } from "../lib/changed.js";

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {import("../record/picture.js").Picture} Picture */
/** @typedef {import("../kit/colour.js").Palette} Palette */
/** @typedef {import("../run/state.js").State} State */
/** @typedef {import("../run/state.js").Action} Action */

/** What a timestep before the first loss is called. */
const UNTARGETED = "no target yet";
/** Truncated pairs keep this much of their colour. */
const MASKED = 0.22;
/** With fewer losses than this the matrix would be a few thin lines: its rows become tall bars. */
const FEW_LOSSES = 4;
const GAP_FROM = 5;
/** While training runs it is drawn again after so many ms at the earliest, with the record that then comes; without one, at the latest after: */
const DRAWN_EVERY = 60;
const DRAWN_LATEST = 100;
/** Room under the matrix for its axis and the colour key. */
const BELOW = 48;

/**
 * Where the matrix stands: x of column k, y of row `losses[i]`.
 * @typedef {object} FlowLayout
 * @property {number} U
 * @property {number} left
 * @property {number} top
 * @property {number} side width of all columns
 * @property {number} bottom
 * @property {number} T
 * @property {boolean} few rows are the losses themselves, tall
 * @property {number[]} rows which t stands in which row
 * @property {number} rowHeight
 * @property {number} rowPitch
 * @property {number} column width of one
 * @property {number} keyY
 */

/**
 * @param {{width: number, height: number, U: number}} size
 * @param {number} T
 * @param {number[]} losses timesteps with a target
 * @returns {FlowLayout}
 */
export function layoutFlow({ width, height, U }, T, losses) {
  const few = losses.length > 0 && losses.length < FEW_LOSSES;
  const top = 10 * U;
  const room = Math.max(40 * U, height - top - BELOW * U);
  const side = Math.max(60 * U, few ? width - 74 * U : Math.min(width - 74 * U, room));
  const left = 41 * U + Math.max(0, (width - 74 * U - side) / 2);
  const rows = few ? losses : Array.from({ length: T }, (_, i) => i + 1);
  const rowPitch = few ? 52 * U : side / T;
  const rowHeight = few ? 22 * U : rowPitch;
  const bottom = few ? top + 4 * U + rows.length * rowPitch : top + side;
  return { U, left, top, side, bottom, T, few, rows, rowHeight, rowPitch, column: side / T, keyY: bottom + 25 * U };
}

/**
 * The pair under a point, or null where no path leads from E_t to h_k.
 * @param {FlowLayout} layout @param {number} x @param {number} y @param {Picture["place"]} [place] the layer that is shown
 */
export function pairAt(layout, x, y, place = ONE_LAYER) {
  const k = Math.floor((x - layout.left) / layout.column) + 1;
  const row = Math.floor((y - layout.top) / layout.rowPitch);
  const t = layout.rows[row];
  if (t === undefined || k < 1 || k > layout.T || y > layout.bottom || !hasPath(place, t, k)) return null;
  return { t, k };
}

/**
 * The stepped line of the lag a task needs: to its left lie the pairs that reach back at least that far.
 * @param {FlowLayout} layout
 * @param {number} lag
 * @returns {[number, number][]}
 */
export function lagLine({ left, top, column, rowPitch, T, few }, lag) {
  if (few || lag <= 0 || lag >= T) return [];
  /** @type {[number, number][]} */
  const points = [[left, top + lag * rowPitch]];
  for (let k = 1; k <= T - lag; k++) {
    const x = left + k * column;
    points.push([x, top + (k + lag - 1) * rowPitch], [x, top + (k + lag) * rowPitch]);
  }
  return points;
}

/** What the picture of a state is. @param {State} state @returns {Picture | null} */
function pictureOf({ record, config, task }) {
  return record ? readPicture(record, config, task) : null;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {import("../lib/store.js").Store<State, Action>} store
 * @param {{read: (state: State) => Picture | null, without: string}} [of] how the record is read, and what a timestep without a loss is called
 * @returns {{draw: (now: number) => number, resize: () => void}}
 */
export function createFlowView(canvas, store, { read, without } = { read: pictureOf, without: UNTARGETED }) {
  const ctx = /** @type {Context} */ (canvas.getContext("2d", { alpha: false }));
  const bitmaps = createBitmaps();
  const size = { width: 0, height: 0, U: 1, ratio: 1 };
  /** Kept as pixels: its words cost more than everything that a record changes. */
  const chrome = document.createElement("canvas");
  const seen = { all: createChangeDetector(), reader: createChangeDetector(), chrome: createChangeDetector() };
  let drawnAt = Number.NEGATIVE_INFINITY;
  /** @type {{x: number, y: number} | null} */
  let pointer = null;
  /** @type {unknown} */
  let readFrom = null;
  /** @type {Picture | null} */
  let picture = null;
  /** @type {FlowLayout | null} */
  let layout = null;

  function resize() {
    size.ratio = window.devicePixelRatio || 1;
    size.width = canvas.clientWidth;
    size.height = canvas.clientHeight;
    size.U = pageUnit();
    const { columns, rows } = devicePixels(canvas, size.ratio);
    canvas.width = columns;
    canvas.height = rows;
    seen.all.forget();
  }

  /** While training runs every second record will do. Gives after how many ms it wants to be called again. @param {number} now */
  function draw(now) {
    // Asking for the canvas's size here would lay the page out in the middle of a frame: whoever resizes it says so.
    if (size.width === 0 || window.devicePixelRatio !== size.ratio) resize();
    if (size.width === 0 || size.height === 0) return Number.POSITIVE_INFINITY;
    const state = store.get();
    const { hover, pin } = state;
    const reader = [state.config, state.dark, hover, pin, pointer, state.slow?.phase, state.slow?.t, state.phase];
    const paced = !seen.reader.changed(reader) && state.phase === "running" && now - drawnAt < DRAWN_EVERY;
    if (paced)
      return seen.all.holds([state.record, ...reader]) ? Number.POSITIVE_INFINITY : drawnAt + DRAWN_LATEST - now;
    if (!seen.all.changed([state.record, ...reader])) return Number.POSITIVE_INFINITY;
    drawnAt = now;
    if (readFrom !== state.record) {
      readFrom = state.record;
      picture = read(state);
    }
    layout = picture ? layoutFlow(size, picture.T, lossesOf(picture)) : null;
    const sheet = { ...size, picture, layout, state, without, palette: palette(state.dark ? "dark" : "light") };
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.drawImage(chromeOf(sheet), 0, 0);
    ctx.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
    drawPairs(ctx, sheet, bitmaps);
    const pair = pointer && layout ? pairAt(layout, pointer.x, pointer.y, picture?.place) : null;
    if (pair && pointer && picture && layout && isReached(state, picture.reverse, pair.k)) {
      const sheet = { ...size, palette: palette(state.dark ? "dark" : "light") };
      const { k1, k2 } = state.config;
      const kept = isKept(pair.t, pair.k, picture.T, Number(k1 ?? 0), Number(k2 ?? 0));
      drawReadout(ctx, sheet, pairLines(picture, pair, kept), { ...pointer, aside: 14 * size.U });
    }
    return Number.POSITIVE_INFINITY;
  }

  /** @param {FlowSheet} sheet */
  function chromeOf(sheet) {
    const { layout: at, picture: of, state, palette: colours } = sheet;
    const { pin, config } = state;
    const what = [
      of?.T,
      of && placeKey(of.place),
      of?.neededLag,
      of?.hasTarget.indexOf(1),
      at?.rows.join(),
      Number(config.k1) > 0,
      pin?.t,
    ];
    if (!seen.chrome.changed([...what, colours, ...Object.values(size)])) return chrome;
    chrome.width = canvas.width;
    chrome.height = canvas.height;
    const kept = /** @type {Context} */ (chrome.getContext("2d", { alpha: false }));
    kept.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
    drawChrome(kept, sheet);
    return chrome;
  }

  painters.set(canvas, (target, ratio) => {
    const state = store.get();
    const sheet = { ...size, ratio, picture, layout, state, without, palette: palette(state.dark ? "dark" : "light") };
    drawFlow(target, sheet, bitmaps);
  });

  canvas.addEventListener("pointermove", (event) => {
    const box = canvas.getBoundingClientRect();
    pointer = { x: event.clientX - box.left, y: event.clientY - box.top };
    const pair = layout ? pairAt(layout, pointer.x, pointer.y, picture?.place) : null;
    canvas.style.cursor = pair ? "pointer" : "default";
    store.dispatch({ type: "hover", hover: pair ? { t: pair.k, source: pair.t, k: pair.k } : null });
    requestAnimationFrame(draw);
  });
  canvas.addEventListener("pointerleave", () => {
    pointer = null;
    store.dispatch({ type: "hover", hover: null });
  });
  canvas.addEventListener("click", () => {
    const pair = pointer && layout ? pairAt(layout, pointer.x, pointer.y, picture?.place) : null;
    if (!pair) return;
    const { pin } = store.get();
    const freed = pin?.k === pair.k && pin.source === pair.t;
    store.dispatch({ type: "pin", pin: freed ? null : { t: pair.k, source: pair.t, k: pair.k } });
  });

  return { draw, resize };
}

/** Whether a column is known: in slow motion only what backward has come to. @param {State} state @param {boolean} reverse @param {number} k */
export function isReached({ slow }, reverse, k) {
  if (slow === null || slow.phase === "update") return true;
  return slow.phase === "backward" && (reverse ? k <= slow.t : k >= slow.t);
}

function lossesOf(/** @type {Picture} */ { hasTarget, T }) {
  const losses = [];
  for (let t = 1; t <= T; t++) if (hasTarget[t]) losses.push(t);
  return losses;
}

/** @param {Picture} picture @param {{t: number, k: number}} pair @param {boolean} kept by truncation @returns {string[]} */
export function pairLines({ lnFlow, T }, { t, k }, kept) {
  const pair = `‖∂E${subscript(t)}/∂h${subscript(k)}‖`;
  if (!lnFlow) return [pair, "not in this record"];
  const ln = lnFlow[(t - 1) * (T + 1) + k];
  if (Number.isNaN(ln)) return [`${pair} is NaN`];
  if (ln === Number.NEGATIVE_INFINITY) return [`${pair} = 0 exactly`, `lag ${Math.abs(t - k)}`];
  const lines = [`${pair} = ${formatExp(ln)}`, `ln ${formatNumber(ln)}, lag ${Math.abs(t - k)}`];
  return kept ? lines : [...lines, "truncated: not in the update"];
}

/**
 * @typedef {{width: number, height: number, U: number, ratio: number, picture: Picture | null,
 *   layout: FlowLayout | null, state: State, palette: Palette, without?: string}} FlowSheet
 */

/**
 * @param {Context} ctx
 * @param {FlowSheet} sheet
 * @param {import("../lib/canvas/bitmap.js").Bitmaps} bitmaps
 */
export function drawFlow(ctx, sheet, bitmaps) {
  drawChrome(ctx, sheet);
  drawPairs(ctx, sheet, bitmaps);
}

/** Paper, axes, legend and key: what is the same from record to record. @param {Context} ctx @param {FlowSheet} sheet */
function drawChrome(ctx, sheet) {
  const { width, height, picture, layout, palette: colours } = sheet;
  ctx.fillStyle = colours.paper;
  ctx.fillRect(0, 0, width + 1, height + 1); // at 150 % the last pixel is a part of one
  if (!picture || !layout) return;
  ctx.strokeStyle = colours.hairline;
  ctx.lineWidth = 1;
  if (!layout.few) ctx.strokeRect(layout.left - 0.5, layout.top - 0.5, layout.side + 1, layout.bottom - layout.top + 1);
  drawAxes(ctx, sheet);
  if (!layout.few && !hasPath(picture.place, 1, picture.T)) drawLegend(ctx, sheet);
  else if (!layout.few && !hasPath(picture.place, picture.T, 1)) drawLegendBelow(ctx, sheet);
  drawKey(ctx, layout, colours);
}

/** What the record says, and what is chosen of it. @param {Context} ctx @param {FlowSheet} sheet @param {import("../lib/canvas/bitmap.js").Bitmaps} bitmaps */
function drawPairs(ctx, sheet, bitmaps) {
  const { U, picture, layout, palette: colours } = sheet;
  if (!picture || !layout) return;
  drawTiles(ctx, sheet, bitmaps);
  drawLagLine(ctx, sheet);
  drawFrames(ctx, sheet);
  if (layout.few) drawRowValues(ctx, sheet);
  if (!picture.lnFlow) {
    const y = layout.top + layout.side * 0.7;
    drawText(ctx, U, "the flow is in the next record", layout.left + 8 * U, y, { colour: colours.ink3 });
  }
}

/** @param {Context} ctx @param {FlowSheet} sheet @param {import("../lib/canvas/bitmap.js").Bitmaps} bitmaps */
function drawTiles(ctx, { picture, layout, palette: colours, state, ratio }, bitmaps) {
  if (!picture?.lnFlow || !layout) return;
  const { T, lnFlow } = picture;
  const { rows, few, rowPitch, rowHeight } = layout;
  const k1 = Number(state.config.k1 ?? 0);
  const k2 = Number(state.config.k2 ?? 0);
  const full = colours.size.rgba;
  const masked = k1 > 0 ? Uint32Array.from(full, (word) => blend(word, colours.pixel.paper, MASKED)) : full;
  const box = { x: layout.left, y: layout.top, width: layout.side, height: layout.bottom - layout.top, ratio };
  drawPixels(ctx, bitmaps("flow"), box, (pixels, width, height) => {
    const columns = Math.min(T, width);
    const lines = few ? rows.length : Math.min(T, height);
    const gap = layout.column >= GAP_FROM ? 1 : 0;
    const across = cellEdges(
      columns,
      (c) => (c * width) / columns,
      (c) => ((c + 1) * width) / columns - gap,
    );
    const down = cellEdges(
      lines,
      (r) => (few ? r * rowPitch * ratio : (r * height) / lines),
      (r) => (few ? (r * rowPitch + rowHeight) * ratio : ((r + 1) * height) / lines - gap),
    );
    const colourAt = (/** @type {number} */ r, /** @type {number} */ c) => {
      const t = few ? rows[r] : Math.floor((r * T) / lines) + 1;
      const k = Math.floor((c * T) / columns) + 1;
      if (!isReached(state, picture.reverse, k) || !hasPath(picture.place, t, k)) return 0;
      const ln = lnFlow[(t - 1) * (T + 1) + k];
      if (Number.isNaN(ln)) return picture.hasTarget[t] ? NOT_A_NUMBER : 0;
      if (ln === Number.NEGATIVE_INFINITY) return 0;
      if (decades(ln) < SIZE_DOMAIN[0]) return BELOW_SCALE;
      return (isKept(t, k, T, k1, k2) ? full : masked)[sizeIndex(ln)];
    };
    paintCells(pixels, width, across, down, colourAt, { ink: colours.pixel.border, ground: full[0] });
  });
}

/** @param {Context} ctx @param {FlowSheet} sheet */
function drawLagLine(ctx, { picture, layout, palette: colours }) {
  if (!picture || !layout || picture.neededLag === null || picture.reverse) return;
  const points = lagLine(layout, picture.neededLag);
  if (points.length === 0) return;
  strokeWithHalo(ctx, points, layout.U, colours);
}

/**
 * @param {Context} ctx
 * @param {[number, number][]} points
 * @param {number} U
 * @param {Palette} colours
 */
function strokeWithHalo(ctx, points, U, colours) {
  ctx.lineJoin = "miter";
  ctx.beginPath();
  ctx.moveTo(points[0][0], points[0][1]);
  for (const [x, y] of points) ctx.lineTo(x, y);
  ctx.strokeStyle = colours.paper;
  ctx.lineWidth = 4 * U;
  ctx.stroke();
  ctx.strokeStyle = colours.ink;
  ctx.lineWidth = 1.6 * U;
  ctx.stroke();
}

/** The pinned column as far as its rows can reach it, and what is hovered: its column, and its loss's row. */
function drawFrames(/** @type {Context} */ ctx, /** @type {FlowSheet} */ { picture, layout, palette: colours, state }) {
  if (!picture || !layout) return;
  const { U, left, top, bottom, column, rowPitch, rowHeight, few, rows, T } = layout;
  const { place } = picture;
  const frame = (/** @type {number} */ k, /** @type {number} */ width, /** @type {number} */ opacity) => {
    if (k < 1 || k > T) return;
    ctx.globalAlpha = opacity;
    ctx.lineWidth = width * U;
    const from = few ? top - 3 * U : hasPath(place, 1, k) ? top : top + (k - 1) * rowPitch;
    const to = few || hasPath(place, T, k) ? bottom : top + k * rowPitch;
    ctx.strokeRect(left + (k - 1) * column - 0.5, from - 0.5, Math.max(column, 2 * U), to - from);
    ctx.globalAlpha = 1;
  };
  ctx.strokeStyle = colours.ink;
  const { hover, pin } = state;
  if (hover && hover.t !== pin?.t) frame(hover.t, 1, 0.6);
  if (pin) frame(pin.t, 1.6, 1);
  const row = hover?.source === undefined ? -1 : rows.indexOf(hover.source);
  if (row >= 0) {
    ctx.lineWidth = U;
    const t = rows[row];
    const [from, to] = [hasPath(place, t, 1) ? 0 : t - 1, hasPath(place, t, T) ? T : t];
    const width = (to - from) * column;
    ctx.strokeRect(left + from * column - 0.5, top + row * rowPitch - 0.5, width, Math.max(rowHeight, 2 * U));
  }
}

/** @param {Context} ctx @param {FlowSheet} sheet */
function drawAxes(ctx, { picture, layout, palette: colours, state }) {
  if (!picture || !layout) return;
  const { U, left, top, bottom, column, rowPitch, rowHeight, few, rows, T } = layout;
  const pinned = state.pin && state.pin.t <= T ? state.pin.t : 0;
  const ticks = [...new Set([1, Math.round(T / 2), T])];
  const y = bottom + 10 * U;
  const xOf = (/** @type {number} */ k) => left + (k - 0.5) * column;
  const style = { colour: colours.ink3 };
  for (const k of ticks) {
    if (pinned && k !== pinned && Math.abs(xOf(k) - xOf(pinned)) < 20 * U) continue;
    const align = k === T && T > 1 ? "right" : k === 1 && T > 1 ? "left" : "center";
    const x = align === "right" ? left + T * column : align === "left" ? left : xOf(k);
    if (k !== pinned) drawText(ctx, U, String(k), x, y, { ...style, align });
  }
  if (pinned) drawText(ctx, U, String(pinned), xOf(pinned), y, { weight: 600, align: "center", colour: colours.ink });
  if (!few) {
    for (const t of ticks) {
      const at = clamp(top + (t - 0.5) * rowPitch, top + 5 * U, bottom - 5 * U);
      drawText(ctx, U, String(t), left - 7 * U, at, { ...style, align: "right" });
    }
    return;
  }
  rows.forEach((t, i) => {
    const middle = top + i * rowPitch + rowHeight / 2;
    drawText(ctx, U, `E${subscript(t)}`, left - 7 * U, middle, { ...style, align: "right" });
  });
}

/** Few losses leave room for numbers: how much arrives at both ends of each row. @param {Context} ctx @param {FlowSheet} sheet */
function drawRowValues(ctx, { picture, layout, palette: colours }) {
  if (!picture?.lnFlow || !layout) return;
  const { lnFlow, T } = picture;
  const { U, left, top, column, rowPitch, rowHeight, rows } = layout;
  rows.forEach((t, i) => {
    const rowTop = top + i * rowPitch;
    const value = (/** @type {number} */ k) => shortValue(lnFlow[(t - 1) * (T + 1) + k]);
    const below = rowTop + rowHeight + 11 * U;
    const ink = { colour: colours.ink2 };
    if (picture.reverse) {
      drawReverseValues(ctx, layout, t, value, below, ink);
      return;
    }
    if (t > 1) drawText(ctx, U, `${value(1)} at h₁`, left, below, ink);
    const own = `${value(t)} at h${subscript(t)}`;
    if (t === 1) drawText(ctx, U, own, left, below, ink);
    else drawText(ctx, U, own, left + Math.max(t * column, 200 * U), below, { ...ink, align: "right" });
  });
}

/** The same where the gradient runs to the right. @param {Context} ctx @param {FlowLayout} layout @param {number} t @param {(k: number) => string} value @param {number} y @param {{colour: string}} ink */
function drawReverseValues(ctx, { U, T, left, column }, t, value, y, ink) {
  const right = { ...ink, align: /** @type {const} */ ("right") };
  const end = left + T * column;
  const own = `${value(t)} at h${subscript(t)}`;
  if (t === T) {
    drawText(ctx, U, own, end, y, right);
    return;
  }
  drawText(ctx, U, `${value(T)} at h${subscript(T)}`, end, y, right);
  drawText(ctx, U, own, Math.min(left + (t - 1) * column, end - 200 * U), y, ink);
}

function shortValue(/** @type {number} */ ln) {
  return ln === Number.NEGATIVE_INFINITY ? "0" : formatExp(ln);
}

/** In a smaller triangle the long name would lie on tiles, in design units. */
const NAMED_FROM = 174;
/** In one as small as this, in design units, everything would. */
const LEGEND_FROM = 130;

/** In the triangle where no gradient can be: what is a row, what a column, and the marks' names. */
function drawLegend(
  /** @type {Context} */ ctx,
  /** @type {FlowSheet} */ { picture, layout, palette: colours, state, without = UNTARGETED },
) {
  if (!picture || !layout || layout.side < LEGEND_FROM * layout.U) return;
  const { U, left, top, side, rowPitch } = layout;
  const right = left + side - 8 * U;
  const math = (/** @type {string} */ formula, /** @type {number} */ y) => {
    const width = mathWidth(ctx, U, formula);
    drawMath(ctx, U, formula, right - width, y, { size: 14, colour: colours.ink2 });
  };
  math("E_t is a row", top + 14 * U);
  math("h_k a column", top + 32 * U);
  const words = (/** @type {string} */ text, /** @type {number} */ x, /** @type {number} */ y) =>
    drawText(ctx, U, text, x, y, { align: "right", colour: colours.ink3 });
  let y = top + 52 * U;
  if (picture.neededLag !== null && picture.neededLag > 0 && picture.neededLag < picture.T) {
    const name = side < NAMED_FROM * U ? "lag" : "needed lag";
    words(`${name} ${picture.neededLag}`, right - 27 * U, y);
    const x = right - 21 * U;
    const corner = x + 11 * U;
    strokeWithHalo(
      ctx,
      [
        [x, y - 3 * U],
        [corner, y - 3 * U],
        [corner, y + 4 * U],
        [right, y + 4 * U],
      ],
      U,
      colours,
    );
    y += 18 * U;
  }
  if (Number(state.config.k1) > 0) words("pale: truncated", right, y);
  const firstLoss = picture.hasTarget.indexOf(1);
  const room = side - mathWidth(ctx, U, "E_t is a row") - 24 * U;
  ctx.font = sans(U);
  if (firstLoss > 1 && (firstLoss - 1) * rowPitch > 16 * U && ctx.measureText(without).width < room) {
    drawText(ctx, U, without, left + 8 * U, top + 12 * U, { colour: colours.ink3 });
  }
}

/** The reverse direction leaves the lower triangle free. @param {Context} ctx @param {FlowSheet} sheet */
function drawLegendBelow(ctx, { layout, palette: colours }) {
  if (!layout) return;
  const { U, left, bottom } = layout;
  drawMath(ctx, U, "E_t is a row", left + 8 * U, bottom - 32 * U, { size: 14, colour: colours.ink2 });
  drawMath(ctx, U, "h_k a column", left + 8 * U, bottom - 14 * U, { size: 14, colour: colours.ink2 });
}

/** Mathematics is drawn from the left; a right-aligned line needs its width first. */
function mathWidth(/** @type {Context} */ ctx, /** @type {number} */ U, /** @type {string} */ formula) {
  const colour = "rgba(0, 0, 0, 0)";
  return drawMath(ctx, U, formula, 0, -100, { size: 14, colour });
}

/** All forty decades, evenly, with the values that carry most of the colour in their true places. */
function drawKey(
  /** @type {Context} */ ctx,
  /** @type {FlowLayout} */ { U, left, side, keyY },
  /** @type {Palette} */ colours,
) {
  const [low, high] = SIZE_DOMAIN;
  const steps = 80;
  for (let i = 0; i < steps; i++) {
    ctx.fillStyle = colours.size.css[Math.round((i / (steps - 1)) * 255)];
    ctx.fillRect(left + (i * side) / steps, keyY - 4 * U, side / steps + 0.4, 8 * U);
  }
  ctx.strokeStyle = colours.ink3;
  ctx.lineWidth = 1;
  ctx.font = sans(U);
  ctx.beginPath();
  for (const e of [-30, -20, -10, 0]) {
    const x = Math.round(left + ((e - low) / (high - low)) * side) + 0.5;
    ctx.moveTo(x, keyY + 4 * U);
    ctx.lineTo(x, keyY + 8 * U);
    drawText(ctx, U, formatPower(e), x, keyY + 14 * U, { align: "center", colour: colours.ink3 });
  }
  ctx.stroke();
}

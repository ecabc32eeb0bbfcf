/** A small picture of a matrix's gradient: its entries by sign and size, one of them framed. */

import { gradientIndex } from "../../kit/colour.js";
import { createBitmaps, drawPixels } from "../../lib/canvas/bitmap.js";
import { cellEdges, NOT_A_NUMBER, paintCells } from "../../lib/canvas/cells.js";
import { element } from "../../lib/dom.js";
import { sizeOf } from "../../lib/sizes.js";

/** More cells on a side could not be told apart; then evenly chosen entries are shown, never their mean. */
const MOST = 12;

/**
 * @typedef {object} Shown
 * @property {number} rows
 * @property {number} columns
 * @property {(row: number, column: number) => number} at
 * @property {{row: number, column: number} | null} framed
 * @property {import("../../kit/colour.js").Palette} colours
 */

/** All tiles are painted with the same one, each at once. @type {import("../../lib/canvas/bitmap.js").Bitmaps} */
const bitmaps = createBitmaps();

/** Which of `of` entries each of `cells` cells shows; the framed one is among them. @param {number} cells @param {number} of @param {number} framed */
export function chosenEntries(cells, of, framed) {
  const chosen = Array.from({ length: cells }, (_, i) => Math.floor(((i + 0.5) * of) / cells));
  if (framed >= 0) chosen[Math.min(cells - 1, Math.floor((framed * cells) / of))] = framed;
  return chosen;
}

/** @param {Record<string, string>} [attributes] */
export function createTile(attributes = {}) {
  const node = element("canvas", { class: "tile", ...attributes });
  const bitmap = bitmaps("tile");
  /** @type {{rows: number[], columns: number[]}} */
  let shown = { rows: [], columns: [] };
  return {
    node,
    /** @param {Shown} what */
    show({ rows, columns, at, framed, colours }) {
      const ratio = window.devicePixelRatio || 1;
      const { width, height } = sizeOf(node);
      shown = {
        rows: chosenEntries(Math.min(rows, MOST), rows, framed?.row ?? -1),
        columns: chosenEntries(Math.min(columns, MOST), columns, framed?.column ?? -1),
      };
      // Its border is no part of the picture.
      Object.assign(node, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
      const ctx = /** @type {CanvasRenderingContext2D} */ (node.getContext("2d"));
      ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
      ctx.clearRect(0, 0, width + 1, height + 1);
      ctx.imageSmoothingEnabled = false;
      const edges = (/** @type {number} */ count, /** @type {number} */ length) =>
        cellEdges(
          count,
          (i) => (i * length) / count,
          (i) => ((i + 1) * length) / count,
        );
      const colourAt = (/** @type {number} */ r, /** @type {number} */ c) => {
        const value = at(shown.rows[r], shown.columns[c]);
        if (!Number.isFinite(value)) return NOT_A_NUMBER;
        return value === 0 ? colours.pixel.paper : colours.gradient.rgba[gradientIndex(value)];
      };
      const hatch = { ink: colours.pixel.border, ground: colours.pixel.paper };
      drawPixels(ctx, bitmap, { x: 0, y: 0, width, height, ratio }, (pixels, across, down) => {
        paintCells(
          pixels,
          across,
          edges(shown.columns.length, across),
          edges(shown.rows.length, down),
          colourAt,
          hatch,
        );
      });
      if (!framed) return;
      const [cellWidth, cellHeight] = [width / shown.columns.length, height / shown.rows.length];
      const [x, y] = [shown.columns.indexOf(framed.column) * cellWidth, shown.rows.indexOf(framed.row) * cellHeight];
      ctx.strokeStyle = colours.ink;
      ctx.lineWidth = 1.5;
      ctx.strokeRect(x + 0.75, y + 0.75, Math.max(1.5, cellWidth - 1.5), Math.max(1.5, cellHeight - 1.5));
    },
    /** The entry that stands at a place of the tile, from 0 to 1 each way. @param {number} x @param {number} y */
    entryAt(x, y) {
      const pick = (/** @type {number[]} */ of, /** @type {number} */ share) =>
        of[Math.min(of.length - 1, Math.max(0, Math.floor(share * of.length)))];
      return { row: pick(shown.rows, y), column: pick(shown.columns, x) };
    },
  };
}

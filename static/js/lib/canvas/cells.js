/** Cells: grids of colours, painted into arrays of packed RGBA words. Pure. */

/** A cell that holds no number. */
export const NOT_A_NUMBER = 1;

/** A cell whose number lies below the scale. */
export const BELOW_SCALE = 2;

const HATCH_PERIOD = 4;

/** @typedef {{starts: Int32Array, ends: Int32Array}} Edges */

/**
 * Fills rectangles from a grid of colours. Edges are device pixels: cell j covers [starts[j], ends[j]). The lines of pixels
 * of one row are free when it is painted, or all as its first: where cells are not hatched, they are copies of that one.
 * @param {Uint32Array} pixels
 * @param {number} stride px a row
 * @param {Edges} columns
 * @param {Edges} rows
 * @param {(row: number, column: number) => number} colourAt packed; 0 leaves the cell free
 * @param {{ink: number, ground: number}} hatch colours of cells without a number on the scale
 */
export function paintCells(pixels, stride, columns, rows, colourAt, hatch) {
  const { starts } = columns;
  const colours = new Uint32Array(starts.length);
  for (let r = 0; r < rows.starts.length; r++) {
    let isPlain = true;
    for (let c = 0; c < starts.length; c++) {
      const colour = colourAt(r, c);
      colours[c] = colour;
      if (colour === NOT_A_NUMBER || colour === BELOW_SCALE) isPlain = false;
    }
    const top = rows.starts[r];
    if (isPlain) paintPlain(pixels, stride, columns, top, rows.ends[r], colours);
    else for (let y = top; y < rows.ends[r]; y++) paintLine(pixels, stride, columns, y, colours, hatch);
  }
}

/** One line, and copies of it. @param {Uint32Array} pixels @param {number} stride @param {Edges} columns @param {number} top @param {number} bottom @param {Uint32Array} colours */
function paintPlain(pixels, stride, { starts, ends }, top, bottom, colours) {
  const line = top * stride;
  let from = stride;
  let to = 0;
  for (let c = 0; c < colours.length; c++) {
    const colour = colours[c];
    if (colour === 0) continue;
    const left = starts[c] < 0 ? 0 : starts[c];
    const right = ends[c] > stride ? stride : ends[c];
    for (let x = left; x < right; x++) pixels[line + x] = colour;
    if (left < from) from = left;
    if (right > to) to = right;
  }
  if (to <= from) return;
  for (let y = top + 1; y < bottom; y++) pixels.copyWithin(y * stride + from, line + from, line + to);
}

/** @param {Uint32Array} pixels @param {number} stride @param {Edges} columns @param {number} y @param {Uint32Array} colours @param {{ink: number, ground: number}} hatch */
function paintLine(pixels, stride, { starts, ends }, y, colours, hatch) {
  const line = y * stride;
  for (let c = 0; c < colours.length; c++) {
    const colour = colours[c];
    if (colour === 0) continue;
    const right = Math.min(stride, ends[c]);
    for (let x = Math.max(0, starts[c]); x < right; x++) {
      pixels[line + x] = colour > BELOW_SCALE ? colour : hatched(x, y, colour) ? hatch.ink : hatch.ground;
    }
  }
}

/** Diagonals one way below the scale, both ways where there is no number. */
function hatched(/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ kind) {
  if ((x + y) % HATCH_PERIOD === 0) return true;
  return kind === NOT_A_NUMBER && (x - y + 4096 * HATCH_PERIOD) % HATCH_PERIOD === 0;
}

/**
 * Edges of evenly spaced cells in device pixels.
 * @param {number} count
 * @param {(index: number) => number} startOf px
 * @param {(index: number) => number} endOf px
 */
export function cellEdges(count, startOf, endOf) {
  const starts = new Int32Array(count);
  const ends = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    starts[i] = Math.round(startOf(i));
    ends[i] = Math.max(starts[i] + 1, Math.round(endOf(i)));
  }
  return { starts, ends };
}

/** Cells: grids of colours, painted into arrays of packed RGBA words. Pure. */

/** A cell that holds no number. */
export const NOT_A_NUMBER = 1;

/** A cell whose number lies below the scale. */
export const BELOW_SCALE = 2;

const HATCH_PERIOD = 4;

/**
 * Fills rectangles from a grid of colours. Edges are device pixels: cell j covers [starts[j], ends[j]).
 * @param {Uint32Array} pixels
 * @param {number} stride px a row
 * @param {{starts: Int32Array, ends: Int32Array}} columns
 * @param {{starts: Int32Array, ends: Int32Array}} rows
 * @param {(row: number, column: number) => number} colourAt packed; 0 leaves the cell free
 * @param {{ink: number, ground: number}} hatch colours of cells without a number on the scale
 */
export function paintCells(pixels, stride, columns, rows, colourAt, hatch) {
  for (let r = 0; r < rows.starts.length; r++) {
    const top = rows.starts[r];
    const bottom = rows.ends[r];
    for (let c = 0; c < columns.starts.length; c++) {
      const left = Math.max(0, columns.starts[c]);
      const right = Math.min(stride, columns.ends[c]);
      if (right <= left) continue;
      const colour = colourAt(r, c);
      if (colour === 0) continue;
      const plain = colour > BELOW_SCALE;
      for (let y = top; y < bottom; y++) {
        const start = y * stride;
        if (plain) for (let x = left; x < right; x++) pixels[start + x] = colour;
        else for (let x = left; x < right; x++) pixels[start + x] = hatched(x, y, colour) ? hatch.ink : hatch.ground;
      }
    }
  }
}

/** Diagonals one way below the scale, both ways where there is no number. */
export function hatched(/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ kind) {
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

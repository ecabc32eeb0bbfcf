/** One column of pixels in the making: the exact areas of its colours, as packed RGBA words. Pure. */

/** Numbers a pixel: red, green, blue, opacity. */
const CHANNELS = 4;

/** Nothing is painted above such a line. */
export const NOTHING = -1;

/** Opaque but for what sums of parts lose. */
const OPAQUE = 1 - 1e-9;

/**
 * Lines across the column, from the lowest to the highest, each with the colour above it; they may stand higher at one of
 * its sides. Only the changes are noted, in the pixels they touch; a running sum from the bottom up then gives every pixel
 * the area of each colour. All of it lies in arrays of numbers, for it is done for every column in every frame.
 */
export class PixelColumn {
  /**
   * @param {Uint32Array} pixels @param {number} width @param {number} height px
   * @param {Float32Array} colours red, green and blue of colour c at 3c
   * @param {number} most lines at once
   */
  constructor(pixels, width, height, colours, most) {
    this.pixels = pixels;
    this.width = width;
    this.height = height;
    this.colours = colours;
    /** The lines that are not yet painted: where they stand at both sides, px above the bottom, and the colour above them. */
    this.count = 0;
    this.left = new Float64Array(most);
    this.right = new Float64Array(most);
    this.colour = new Int32Array(most);
    this.changes = new Float64Array((height + 3) * CHANNELS);
    this.touched = new Uint8Array(height + 3);
    /** Between these pixels something changes; beyond them nothing is painted. */
    this.lowest = height;
    this.highest = -1;
  }

  /** Paints the lines over a part of the column's width, and forgets them. @param {number} weight the part */
  paint(weight) {
    const { height, colours, left, right, colour, changes, touched, count } = this;
    let [lowest, highest] = [this.lowest, this.highest];
    let red = 0;
    let green = 0;
    let blue = 0;
    let opacity = 0;
    for (let line = 0; line < count; line++) {
      const c = 3 * colour[line];
      const isColour = c >= 0;
      const dr = ((isColour ? colours[c] : 0) - red) * weight;
      const dg = ((isColour ? colours[c + 1] : 0) - green) * weight;
      const db = ((isColour ? colours[c + 2] : 0) - blue) * weight;
      const da = ((isColour ? 1 : 0) - opacity) * weight;
      red = isColour ? colours[c] : 0;
      green = isColour ? colours[c + 1] : 0;
      blue = isColour ? colours[c + 2] : 0;
      opacity = isColour ? 1 : 0;
      const a = Math.min(Math.max(left[line], 0), height);
      const b = Math.min(Math.max(right[line], 0), height);
      const low = Math.min(a, b);
      const high = Math.max(a, b);
      const first = low | 0;
      const last = high | 0;
      if (first < lowest) lowest = first;
      if (last >= highest) highest = last + 1;
      if (first === last) {
        const j = first * CHANNELS;
        const above = (low + high) / 2 - first;
        const under = 1 - above;
        changes[j] += dr * under;
        changes[j + 1] += dg * under;
        changes[j + 2] += db * under;
        changes[j + 3] += da * under;
        changes[j + 4] += dr * above;
        changes[j + 5] += dg * above;
        changes[j + 6] += db * above;
        changes[j + 7] += da * above;
        touched[first] = 1;
        touched[first + 1] = 1;
        continue;
      }
      // Of pixel i the area above the line is G(i + 1) - G(i), where G grows with the square of the height along the line.
      const slope = 0.5 / (high - low);
      let before = 0;
      let area = 0;
      for (let i = first; i <= last + 1; i++) {
        const up = Math.min(i + 1, high) - low;
        const under = i <= last ? slope * up * up + (i + 1 - Math.min(i + 1, high)) : area + 1;
        const part = under - area - before;
        before = under - area;
        area = under;
        const j = i * CHANNELS;
        changes[j] += dr * part;
        changes[j + 1] += dg * part;
        changes[j + 2] += db * part;
        changes[j + 3] += da * part;
        touched[i] = 1;
      }
    }
    this.lowest = lowest;
    this.highest = highest;
    this.count = 0;
  }

  /** Writes the column and forgets it. @param {number} px which one it is */
  write(px) {
    const { pixels, width, changes, touched, height, lowest, highest } = this;
    let r = 0;
    let g = 0;
    let b = 0;
    let a = 0;
    let word = 0;
    const end = Math.min(height, highest + 1);
    for (let i = lowest, at = (height - 1 - lowest) * width + px; i < end; i++, at -= width) {
      if (touched[i]) {
        const j = i * CHANNELS;
        r += changes[j];
        g += changes[j + 1];
        b += changes[j + 2];
        a += changes[j + 3];
        word = a > OPAQUE ? (255 << 24) | (byte(b) << 16) | (byte(g) << 8) | byte(r) : clearer(r, g, b, a);
      }
      if (word !== 0) pixels[at] = word;
    }
    if (highest < 0) return;
    changes.fill(0, CHANNELS * lowest, CHANNELS * (highest + 1));
    touched.fill(0, lowest, highest + 1);
    this.lowest = height;
    this.highest = -1;
  }
}

/** Where the river's edge goes through a pixel, colours are divided by the opacity they were multiplied with. @param {number} r @param {number} g @param {number} b @param {number} a */
function clearer(r, g, b, a) {
  const alpha = byte(255 * a);
  return alpha < 1 ? 0 : (alpha << 24) | (byte(b / a) << 16) | (byte(g / a) << 8) | byte(r / a);
}

function byte(/** @type {number} */ value) {
  return value <= 0 ? 0 : value >= 255 ? 255 : (value + 0.5) | 0;
}

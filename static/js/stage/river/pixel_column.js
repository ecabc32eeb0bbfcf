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
   * @param {Float64Array} colours red, green and blue of colour c at 3c
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
      const nextRed = isColour ? colours[c] : 0;
      const nextGreen = isColour ? colours[c + 1] : 0;
      const nextBlue = isColour ? colours[c + 2] : 0;
      const nextOpacity = isColour ? 1 : 0;
      const dr = (nextRed - red) * weight;
      const dg = (nextGreen - green) * weight;
      const db = (nextBlue - blue) * weight;
      const da = (nextOpacity - opacity) * weight;
      red = nextRed;
      green = nextGreen;
      blue = nextBlue;
      opacity = nextOpacity;
      const a = within(left[line], height);
      const b = within(right[line], height);
      const low = a < b ? a : b;
      const high = a < b ? b : a;
      const first = low | 0;
      const last = high | 0;
      if (first < lowest) lowest = first;
      if (last >= highest) highest = last + 1;
      if (first === last) {
        const above = (low + high) / 2 - first;
        note(changes, first * CHANNELS, 1 - above, dr, dg, db, da);
        note(changes, (first + 1) * CHANNELS, above, dr, dg, db, da);
        touched[first] = 1;
        touched[first + 1] = 1;
        continue;
      }
      // Of pixel i the area above the line is G(i + 1) - G(i), where G grows with the square of the height along the line.
      const slope = 0.5 / (high - low);
      let before = 0;
      let area = 0;
      for (let i = first; i < last; i++) {
        const up = i + 1 - low;
        const under = slope * up * up;
        note(changes, i * CHANNELS, under - area - before, dr, dg, db, da);
        touched[i] = 1;
        before = under - area;
        area = under;
      }
      const up = high - low;
      const under = slope * up * up + (last + 1 - high);
      note(changes, last * CHANNELS, under - area - before, dr, dg, db, da);
      note(changes, (last + 1) * CHANNELS, under + 1 - under - (under - area), dr, dg, db, da);
      touched[last] = 1;
      touched[last + 1] = 1;
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
      if (touched[i] !== 0) {
        const j = i * CHANNELS;
        r += changes[j];
        g += changes[j + 1];
        b += changes[j + 2];
        a += changes[j + 3];
        changes[j] = 0;
        changes[j + 1] = 0;
        changes[j + 2] = 0;
        changes[j + 3] = 0;
        touched[i] = 0;
        word = a > OPAQUE ? (255 << 24) | (byte(b) << 16) | (byte(g) << 8) | byte(r) : clearer(r, g, b, a);
      }
      if (word !== 0) pixels[at] = word;
    }
    // What lies above the column's last pixel is no part of the picture.
    for (let i = end; i <= highest; i++) {
      changes.fill(0, CHANNELS * i, CHANNELS * (i + 1));
      touched[i] = 0;
    }
    this.lowest = height;
    this.highest = -1;
  }
}

/**
 * Notes by how much a part of a pixel changes the colour.
 * @param {Float64Array} changes @param {number} at of the pixel @param {number} part
 * @param {number} dr @param {number} dg @param {number} db @param {number} da 0 for most
 */
function note(changes, at, part, dr, dg, db, da) {
  changes[at] += dr * part;
  changes[at + 1] += dg * part;
  changes[at + 2] += db * part;
  if (da !== 0) changes[at + 3] += da * part;
}

/** Inside the column. @param {number} y px @param {number} height px */
function within(y, height) {
  return y < 0 ? 0 : y > height ? height : y;
}

/** Where the river's edge goes through a pixel, colours are divided by the opacity they were multiplied with. @param {number} r @param {number} g @param {number} b @param {number} a */
function clearer(r, g, b, a) {
  const alpha = byte(255 * a);
  return alpha < 1 ? 0 : (alpha << 24) | (byte(b / a) << 16) | (byte(g / a) << 8) | byte(r / a);
}

function byte(/** @type {number} */ value) {
  return value <= 0 ? 0 : value >= 255 ? 255 : (value + 0.5) | 0;
}

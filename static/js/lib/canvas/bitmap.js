/** A canvas beside the page whose pixels are written one by one and then drawn like an image. */

/**
 * @typedef {object} Bitmap
 * @property {HTMLCanvasElement | OffscreenCanvas} canvas
 * @property {(width: number, height: number) => Uint32Array} begin all pixels transparent
 * @property {() => void} end
 */
/** @typedef {(name: string) => Bitmap} Bitmaps one reusable bitmap a name */

/** @returns {Bitmaps} */
export function createBitmaps() {
  /** @type {Map<string, Bitmap>} */
  const made = new Map();
  return (name) => {
    const bitmap = made.get(name) ?? createBitmap();
    made.set(name, bitmap);
    return bitmap;
  };
}

/** One that belongs to no document, where there are such: an element would get its frame ready whenever it is drawn on. */
function newCanvas() {
  return "OffscreenCanvas" in globalThis ? new OffscreenCanvas(1, 1) : document.createElement("canvas");
}

/** @returns {Bitmap} */
function createBitmap() {
  const canvas = newCanvas();
  const ctx = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  let image = new ImageData(1, 1);
  let pixels = new Uint32Array(image.data.buffer);
  return {
    canvas,
    begin(width, height) {
      if (image.width !== width || image.height !== height) {
        canvas.width = width;
        canvas.height = height;
        image = new ImageData(width, height);
        pixels = new Uint32Array(image.data.buffer);
      } else pixels.fill(0);
      return pixels;
    },
    end() {
      ctx.putImageData(image, 0, 0);
    },
  };
}

/**
 * Lets `paint` write the pixels of a rectangle and draws them exactly onto device pixels.
 * @param {CanvasRenderingContext2D} ctx scaled by `ratio`
 * @param {Bitmap} bitmap
 * @param {{x: number, y: number, width: number, height: number, ratio: number}} box px
 * @param {(pixels: Uint32Array, width: number, height: number) => void} paint
 */
export function drawPixels(ctx, bitmap, { x, y, width, height, ratio }, paint) {
  const columns = Math.max(1, Math.round(width * ratio));
  const rows = Math.max(1, Math.round(height * ratio));
  paint(bitmap.begin(columns, rows), columns, rows);
  bitmap.end();
  const left = Math.round(x * ratio) / ratio;
  const top = Math.round(y * ratio) / ratio;
  ctx.drawImage(bitmap.canvas, left, top, columns / ratio, rows / ratio);
}

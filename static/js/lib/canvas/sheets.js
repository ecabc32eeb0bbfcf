/**
 * The sheets the stage is drawn on: canvases one above the other, so that only what changed is drawn, and nothing copied.
 * Labels and axes lie below, what a record says above them, then the drifting chevrons, and on top what follows the pointer.
 */

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {{canvas: HTMLCanvasElement, ctx: Context}} Sheet */

/** @param {HTMLCanvasElement} top the sheet that the pointer meets */
export function createSheets(top) {
  const chrome = createSheet({ alpha: false });
  const record = createSheet({});
  const drift = createSheet({});
  const marks = { canvas: top, ctx: /** @type {Context} */ (top.getContext("2d")) };
  top.before(chrome.canvas, record.canvas, drift.canvas);
  const size = { columns: 0, rows: 0, ratio: 1 };
  const strip = { top: 0, height: 0 };

  return {
    chrome,
    record,
    marks,
    drift,

    /** @param {{columns: number, rows: number, ratio: number}} next device pixels, and how many a px has */
    resize({ columns, rows, ratio }) {
      Object.assign(size, { columns, rows, ratio });
      for (const { canvas } of [chrome, record, marks]) fit(canvas, columns, rows);
      strip.height = 0;
    },

    /** Where the chevrons drift: all the rest of that sheet would be empty. @param {number} from @param {number} to px */
    layStrip(from, to) {
      const top = Math.floor(from * size.ratio) / size.ratio;
      const height = Math.ceil(to * size.ratio) / size.ratio - top;
      if (strip.top === top && strip.height === height) return;
      Object.assign(strip, { top, height });
      drift.canvas.style.top = `${top}px`;
      drift.canvas.style.height = `${height}px`;
      fit(drift.canvas, size.columns, Math.round(height * size.ratio));
    },

    /** The empty sheet, to be drawn on in px of the stage. @param {Sheet} sheet */
    clean({ canvas, ctx }) {
      ctx.setTransform(1, 0, 0, 1, 0, 0);
      ctx.clearRect(0, 0, canvas.width, canvas.height);
      const down = canvas === drift.canvas ? -Math.round(strip.top * size.ratio) : 0;
      ctx.setTransform(size.ratio, 0, 0, size.ratio, 0, down);
      ctx.imageSmoothingEnabled = false;
      return ctx;
    },
  };
}

/** @param {CanvasRenderingContext2DSettings} settings @returns {Sheet} */
function createSheet(settings) {
  const canvas = document.createElement("canvas");
  canvas.ariaHidden = "true";
  return { canvas, ctx: /** @type {Context} */ (canvas.getContext("2d", settings)) };
}

/** @param {HTMLCanvasElement} canvas @param {number} columns @param {number} rows */
function fit(canvas, columns, rows) {
  canvas.width = columns;
  canvas.height = Math.max(1, rows);
}

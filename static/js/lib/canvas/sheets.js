/**
 * The sheets the stage is drawn on: canvases one above the other, so that only what changed is drawn, and nothing copied.
 * Labels and axes lie below, then what flows, what the units hold, the drifting chevrons, and on top what follows the
 * pointer. Each sheet between the lowest and the top one is a strip no higher than what it shows: whatever is drawn on
 * costs the browser its whole area.
 */

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {{canvas: HTMLCanvasElement, ctx: Context, top: number, height: number}} Sheet `top` and `height`, px, of a strip */

/** @param {HTMLCanvasElement} top the sheet that the pointer meets */
export function createSheets(top) {
  const chrome = createSheet({ alpha: false });
  const river = createSheet({});
  const states = createSheet({});
  const drift = createSheet({});
  const marks = { canvas: top, ctx: /** @type {Context} */ (top.getContext("2d")), top: 0, height: 0 };
  top.before(chrome.canvas, river.canvas, states.canvas, drift.canvas);
  const size = { columns: 0, rows: 0, ratio: 1 };

  return {
    chrome,
    river,
    states,
    drift,
    marks,

    /** @param {{columns: number, rows: number, ratio: number}} next device pixels, and how many a px has */
    resize({ columns, rows, ratio }) {
      Object.assign(size, { columns, rows, ratio });
      for (const { canvas } of [chrome, marks]) fit(canvas, columns, rows);
      for (const strip of [river, states, drift]) strip.height = 0;
    },

    /** Between which heights a strip is drawn on; true if it lies elsewhere now, and is empty. @param {Sheet} sheet @param {number} from @param {number} to px */
    layStrip(sheet, from, to) {
      const top = Math.floor(from * size.ratio) / size.ratio;
      const height = Math.ceil(to * size.ratio) / size.ratio - top;
      if (sheet.top === top && sheet.height === height) return false;
      Object.assign(sheet, { top, height });
      sheet.canvas.style.top = `${top}px`;
      sheet.canvas.style.height = `${height}px`;
      fit(sheet.canvas, size.columns, Math.round(height * size.ratio));
      return true;
    },

    /** The empty sheet, to be drawn on in px of the stage. @param {Sheet} sheet */
    clean({ canvas, ctx, top }) {
      ctx.setTransform(1, 0, 0, 1, 0, 0);
      ctx.clearRect(0, 0, canvas.width, canvas.height);
      ctx.setTransform(size.ratio, 0, 0, size.ratio, 0, -Math.round(top * size.ratio));
      ctx.imageSmoothingEnabled = false;
      return ctx;
    },
  };
}

/** @param {CanvasRenderingContext2DSettings} settings @returns {Sheet} */
function createSheet(settings) {
  const canvas = document.createElement("canvas");
  canvas.ariaHidden = "true";
  return { canvas, ctx: /** @type {Context} */ (canvas.getContext("2d", settings)), top: 0, height: 0 };
}

/** @param {HTMLCanvasElement} canvas @param {number} columns @param {number} rows */
function fit(canvas, columns, rows) {
  canvas.width = columns;
  canvas.height = Math.max(1, rows);
}

/** Words and symbols on the canvas: the page's two families, and mathematics with subscripts. */

const SANS = 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
const SERIF = '"STIX Two Text", STIX, "Cambria Math", Cambria, "Times New Roman", serif';

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {{size?: number, weight?: number, align?: CanvasTextAlign, colour: string}} Style */

/**
 * @param {number} U
 * @param {number} [size]
 * @param {number} [weight]
 */
export function sans(U, size = 11, weight = 400) {
  return `${weight} ${size * U}px ${SANS}`;
}

/** @param {number} U @param {number} size */
function italic(U, size) {
  return `italic 400 ${size * U}px ${SERIF}`;
}

/**
 * A line of words, vertically centred on y.
 * @param {Context} ctx
 * @param {number} U
 * @param {string} text
 * @param {number} x
 * @param {number} y
 * @param {Style} style
 */
export function drawText(ctx, U, text, x, y, { size = 11, weight = 400, align = "left", colour }) {
  ctx.font = sans(U, size, weight);
  ctx.textAlign = align;
  ctx.textBaseline = "middle";
  ctx.fillStyle = colour;
  ctx.fillText(text, x, y);
}

/**
 * Mathematics: italic letters, what follows an underscore as subscript (‖∂E/∂h_t‖). Returns where it ends.
 * @param {Context} ctx
 * @param {number} U
 * @param {string} formula
 * @param {number} x left end
 * @param {number} y middle of the letters
 * @param {{size?: number, colour: string}} style
 */
export function drawMath(ctx, U, formula, x, y, { size = 14, colour }) {
  ctx.textAlign = "left";
  ctx.textBaseline = "alphabetic";
  ctx.fillStyle = colour;
  const base = y + 0.28 * size * U;
  let at = x;
  for (const { text, sub } of mathParts(formula)) {
    const partSize = sub ? Math.max(10, size * 0.72) : size;
    ctx.font = italic(U, partSize);
    ctx.fillText(text, at, base + (sub ? 0.22 * size * U : 0));
    at += ctx.measureText(text).width;
  }
  return at;
}

/** How wide such a formula is, px. @param {Context} ctx @param {number} U @param {string} formula */
export function mathWidth(ctx, U, formula, size = 14) {
  let width = 0;
  for (const { text, sub } of mathParts(formula)) {
    ctx.font = italic(U, sub ? Math.max(10, size * 0.72) : size);
    width += ctx.measureText(text).width;
  }
  return width;
}

/** @returns {{text: string, sub: boolean}[]} */
function mathParts(/** @type {string} */ formula) {
  const parts = [];
  for (const [, text, sub] of formula.matchAll(/([^_]+)|_([A-Za-z0-9]+)/g)) {
    parts.push(sub === undefined ? { text, sub: false } : { text: sub, sub: true });
  }
  return parts;
}

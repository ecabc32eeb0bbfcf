/** How the picture on a canvas is painted on any other context, in CSS pixels: told by its view, for who keeps pictures. */

/** @typedef {(ctx: CanvasRenderingContext2D, ratio: number) => void} Paint ratio: device pixels a CSS pixel */

/** One that stands beside the page. @typedef {{paint: Paint, ratio: number}} Piece */

/** @type {WeakMap<HTMLCanvasElement, Paint>} */
export const painters = new WeakMap();

/** What an act shows on the stage's canvas, while it has it. @type {WeakMap<HTMLCanvasElement, Paint>} */
export const actPainters = new WeakMap();

/**
 * Pictures that stand beside the page and enter others, whole or in part, with their device pixels a CSS pixel.
 * @type {WeakMap<HTMLCanvasElement, Piece>}
 */
export const piecePainters = new WeakMap();

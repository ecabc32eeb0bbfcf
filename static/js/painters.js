/** How the picture on a canvas is painted on any other context, in CSS pixels: told by its view, for who keeps pictures. */

/** @typedef {(ctx: CanvasRenderingContext2D, ratio: number) => void} Paint ratio: device pixels a CSS pixel */

/** @type {WeakMap<HTMLCanvasElement, Paint>} */
export const painters = new WeakMap();

/** Which timesteps fill the time axis: zooming about a place, panning, back to all of them. Pure. */
import { clamp } from "../lib/scales.js";

/** Edges of timesteps, 0 to T, as in the state; null shows all. @typedef {{from: number, to: number} | null} Zoom */

/** Fewer timesteps than this are never stretched over the whole axis. */
const FEWEST = 6;

/** @param {Zoom} zoom @param {number} T @returns {{from: number, to: number}} */
export function windowOf(zoom, T) {
  return zoom ?? { from: 0, to: T };
}

/**
 * @param {Zoom} zoom
 * @param {number} T
 * @param {number} share of the axis from its left end that stays where it is
 * @param {number} factor above 1 shows fewer timesteps, larger
 * @returns {Zoom}
 */
export function zoomAt(zoom, T, share, factor) {
  const { from, to } = windowOf(zoom, T);
  const fixed = from + share * (to - from);
  const length = clamp((to - from) / factor, Math.min(FEWEST, T), T);
  return placed(fixed - share * length, length, T);
}

/** @param {Zoom} zoom @param {number} T @param {number} timesteps to later ones @returns {Zoom} */
export function panBy(zoom, T, timesteps) {
  const { from, to } = windowOf(zoom, T);
  return placed(from + timesteps, to - from, T);
}

/** The same window, moved only as far as a timestep needs to be inside. @param {Zoom} zoom @param {number} T @param {number} t @returns {Zoom} */
export function containing(zoom, T, t) {
  if (zoom === null) return null;
  if (t - 1 < zoom.from) return panBy(zoom, T, t - 1 - zoom.from);
  return t > zoom.to ? panBy(zoom, T, t - zoom.to) : zoom;
}

/** @param {number} from @param {number} length @param {number} T @returns {Zoom} */
function placed(from, length, T) {
  if (length >= T - 1e-9) return null;
  const start = clamp(from, 0, T - length);
  return { from: start, to: start + length };
}

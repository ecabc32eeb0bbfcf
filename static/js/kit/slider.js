/** Where values stand on a slider: between 0 and 1, by a linear or a logarithmic rule. Pure. */

/**
 * @typedef {object} Track
 * @property {number} from
 * @property {number} to
 * @property {boolean} [log]
 * @property {boolean} [integer]
 * @property {boolean} [powersOfTwo] where the handle stops; any integer may be typed
 * @property {boolean} [zero] the far left is exactly 0, below the logarithmic range
 */

const ZERO_ZONE = 0.04;
const KEY_STEP = 0.02;

/** @param {Track} track @param {number} value */
export function positionOf(track, value) {
  if (track.zero && value <= 0) return 0;
  const fraction = track.log
    ? Math.log(value / track.from) / Math.log(track.to / track.from)
    : (value - track.from) / (track.to - track.from);
  const inside = Math.min(1, Math.max(0, Number.isNaN(fraction) ? 0 : fraction));
  return track.zero ? ZERO_ZONE + inside * (1 - ZERO_ZONE) : inside;
}

/** @param {Track} track @param {number} position between 0 and 1 */
export function valueAt(track, position) {
  if (track.zero && position < ZERO_ZONE / 2) return 0;
  const inside = track.zero ? Math.max(0, position - ZERO_ZONE) / (1 - ZERO_ZONE) : position;
  const value = track.log
    ? track.from * (track.to / track.from) ** inside
    : track.from + (track.to - track.from) * inside;
  if (track.powersOfTwo) return 2 ** Math.round(Math.log2(value));
  return track.integer ? Math.round(value) : twoDigits(value);
}

/**
 * One key press further: the next integer, power of two, or a fiftieth of the track.
 * @param {Track} track @param {number} value @param {1 | -1} direction
 */
export function nextValue(track, value, direction) {
  if (track.powersOfTwo) {
    const exponent = direction > 0 ? Math.floor(Math.log2(value)) + 1 : Math.ceil(Math.log2(value)) - 1;
    return Math.min(track.to, Math.max(track.from, 2 ** exponent));
  }
  if (track.integer) return Math.min(track.to, Math.max(track.from, value + direction));
  const position = positionOf(track, value) + direction * KEY_STEP;
  return valueAt(track, Math.min(1, Math.max(0, position)));
}

/** A dragged value is a round one. @param {number} value */
function twoDigits(value) {
  return Number(value.toPrecision(2));
}

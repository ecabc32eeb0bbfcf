/** Numbers in, numbers out: ranges, easing, and where an axis puts its labels. */

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
export function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

/**
 * @param {number} from
 * @param {number} to
 * @param {number} share 0 at `from`, 1 at `to`
 */
export function mix(from, to, share) {
  return from + (to - from) * share;
}

/**
 * Which interval of rising edges holds a value: the largest i with edges[i] <= value, inside the edges.
 * @param {Float64Array} edges
 * @param {number} value
 */
export function intervalOf(edges, value) {
  let low = 0;
  let high = edges.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (edges[middle] <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Rises from 0 to 1 with horizontal tangents at both ends, so that curves hold their value at a timestep. */
export function smoothstep(/** @type {number} */ s) {
  return s * s * (3 - 2 * s);
}

/** Quick at first, gentle at the end: the easing of everything that moves on a change. */
export function easeOut(/** @type {number} */ s) {
  const rest = 1 - clamp(s, 0, 1);
  return 1 - rest * rest * rest;
}

/** A straight map from one interval onto another; it extrapolates. */
export function linear(
  /** @type {readonly [number, number]} */ [d0, d1],
  /** @type {readonly [number, number]} */ [r0, r1],
) {
  const slope = (r1 - r0) / (d1 - d0);
  return (/** @type {number} */ value) => r0 + (value - d0) * slope;
}

/** log10 of a number whose natural logarithm is known; exact for numbers far beyond float64. */
export function decades(/** @type {number} */ ln) {
  return ln / Math.LN10;
}

const AXIS_STEPS = [1, 2, 3, 6, 12, 18, 24, 36, 50, 100, 300];

/**
 * The exponents an axis labels: as many as stand at least `room` px apart, always counted from 10⁰.
 * @param {readonly [number, number]} domain exponents
 * @param {number} length px
 * @param {number} room px
 */
export function axisExponents([low, high], length, room) {
  const perDecade = length / (high - low);
  const step = AXIS_STEPS.find((decadesApart) => decadesApart * perDecade >= room) ?? 300;
  const exponents = [];
  for (let e = Math.ceil(low / step - 1e-9) * step; e <= high + 1e-9; e += step) exponents.push(e === 0 ? 0 : e);
  return exponents;
}

const LABEL_STEPS = [1, 5, 10, 20, 50, 100];

/**
 * Which timesteps carry their number: 1, every round one, and T, never closer than a label is wide.
 * @param {number} T
 * @param {number} pitch px between two timesteps
 * @param {number} room px a label needs
 */
export function labelledTimesteps(T, pitch, room) {
  if (T === 1) return [1];
  const smallest = pitch >= 17 ? 1 : pitch >= 9 ? 5 : 10;
  const step = LABEL_STEPS.find((s) => s >= smallest && (s === 1 ? pitch >= room * 0.85 : s * pitch >= room)) ?? 100;
  const labels = [1];
  for (let t = step === 1 ? 2 : step; t < T; t += step) {
    if ((t - labels[labels.length - 1]) * pitch >= room * 0.85) labels.push(t);
  }
  while (labels.length > 1 && (T - labels[labels.length - 1]) * pitch < room * 0.85) labels.pop();
  labels.push(T);
  return labels;
}

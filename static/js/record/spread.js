/**
 * How the entries of each parameter, and the sizes of its gradient, are spread, over training: the seven quantiles that
 * records carry, kept for as many iterations as a chart can show. Pure.
 */

/** @typedef {import("../wire/protocol.js").RecordMeta} RecordMeta */
/** @typedef {import("../wire/protocol.js").DecodedRecord["tensors"]} Tensors */
/** @typedef {"weights" | "gradients"} Side of entries, or of sizes of the gradient */

/**
 * Rows over training, one a record that carries them: of each parameter in turn the quantiles. Shared between states: a state sees the first
 * `length` rows only, later ones are appended behind its back and therefore harmless.
 * @typedef {{names: string[], length: number, iteration: Float64Array, weights: Float64Array, gradients: Float64Array}} Spread
 */

/** Which quantiles a record carries, in this order. */
export const QUANTILES = [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1];
export const SPREAD_CAPACITY = 512;

/** @param {string[]} names @returns {Spread} */
function emptySpread(names) {
  const rows = () => new Float64Array(SPREAD_CAPACITY * names.length * QUANTILES.length);
  return { names, length: 0, iteration: new Float64Array(SPREAD_CAPACITY), weights: rows(), gradients: rows() };
}

/**
 * With one more record, if it carries quantiles. A record of an earlier iteration starts another branch: what came after
 * it is dropped. Where there is no more room, every second row of the older half goes.
 * @param {Spread | null} spread @param {RecordMeta} meta @param {Tensors} tensors
 * @returns {Spread | null}
 */
export function appendToSpread(spread, { iteration, grad_norms }, tensors) {
  const { weight_quantiles: weights, gradient_quantiles: gradients } = tensors;
  const before = spread && upTo(spread, iteration - 1);
  if (!weights || !gradients) return before;
  const names = Object.keys(grad_norms);
  const known = before && before.names.join() === names.join() ? before : null;
  const kept = roomy(known ?? emptySpread(names));
  const from = kept.length * names.length * QUANTILES.length;
  kept.iteration[kept.length] = iteration;
  kept.weights.set(weights.data, from);
  kept.gradients.set(gradients.data, from);
  return { ...kept, length: kept.length + 1 };
}

/** What was known up to an iteration. @param {Spread} spread @param {number} iteration @returns {Spread} */
export function upTo(spread, iteration) {
  if (spread.length === 0 || spread.iteration[spread.length - 1] <= iteration) return spread;
  return copySpread(spread, (row) => spread.iteration[row] <= iteration);
}

/** @param {Spread} spread */
function roomy(spread) {
  if (spread.length < SPREAD_CAPACITY) return spread;
  const half = SPREAD_CAPACITY / 2;
  return copySpread(spread, (row) => row >= half || row % 2 === 0);
}

/** @param {Spread} spread @param {(row: number) => boolean} keep @returns {Spread} */
function copySpread(spread, keep) {
  const copy = emptySpread(spread.names);
  const width = spread.names.length * QUANTILES.length;
  for (let row = 0; row < spread.length; row += 1) {
    if (!keep(row)) continue;
    copy.iteration[copy.length] = spread.iteration[row];
    for (const side of /** @type {const} */ (["weights", "gradients"])) {
      copy[side].set(spread[side].subarray(row * width, (row + 1) * width), copy.length * width);
    }
    copy.length += 1;
  }
  return copy;
}

/**
 * One parameter's quantiles over training, one array a quantile. Rows with a number that is not finite have nothing to show.
 * @param {Spread | null} spread @param {string} name @param {Side} side
 * @returns {{iteration: number[], quantiles: number[][]}}
 */
export function curvesOf(spread, name, side) {
  const place = spread?.names.indexOf(name) ?? -1;
  /** @type {number[]} */
  const iteration = [];
  /** @type {number[][]} */
  const quantiles = QUANTILES.map(() => []);
  if (!spread || place < 0) return { iteration, quantiles };
  for (let row = 0; row < spread.length; row += 1) {
    const from = (row * spread.names.length + place) * QUANTILES.length;
    const values = spread[side].subarray(from, from + QUANTILES.length);
    if (!values.every(Number.isFinite)) continue;
    iteration.push(spread.iteration[row]);
    for (const [index, value] of values.entries()) quantiles[index].push(value);
  }
  return { iteration, quantiles };
}

/** No larger than it has to be, for who writes it down. @param {Spread | null} spread @returns {Spread | null} */
export function trimmed(spread) {
  if (!spread) return null;
  const { names, length } = spread;
  const end = length * names.length * QUANTILES.length;
  const { iteration, weights, gradients } = spread;
  return {
    names,
    length,
    iteration: iteration.slice(0, length),
    weights: weights.slice(0, end),
    gradients: gradients.slice(0, end),
  };
}

/** With room again. @param {Spread | null | undefined} spread that was trimmed @returns {Spread | null} */
export function untrimmed(spread) {
  return spread ? copySpread(spread, () => true) : null;
}

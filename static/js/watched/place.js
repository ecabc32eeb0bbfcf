/** A place in a watched module: one layer and direction, and its tensors in the order in which it reads. Pure. */

import { baseOf } from "../record/chosen.js";

/** @typedef {import("../wire/protocol.js").Tensor} Tensor */
/** @typedef {import("../wire/protocol.js").Numbers} Numbers */
/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */

/**
 * What a record of a watched module says of itself.
 * @typedef {object} WatchedFacts
 * @property {string} module
 * @property {number} step
 * @property {string} cell
 * @property {string} activation
 * @property {number} num_layers
 * @property {boolean} bidirectional
 * @property {number} proj_size
 * @property {boolean} one_step
 * @property {boolean} [own] of a Trainer of ours, which no autograd has to be compared with
 * @property {number} sequence
 * @property {number} sequences
 * @property {number} timesteps
 * @property {number[]} [restarts] after which timesteps a cell's state was not taken over as it was
 * @property {number | null} grad_residual
 * @property {string[]} notes
 * @property {{finding: string | null, sentence: string, cause: string | null, remedy: string | null, code: string | null}} verdict
 */

/** @typedef {{layer: number, reverse: boolean}} Place layers count from 1 */

/** @param {DecodedRecord} record @returns {WatchedFacts} */
export function factsOf(record) {
  return /** @type {WatchedFacts} */ (/** @type {unknown} */ (record.meta));
}

/** The name of a tensor at a place. @param {string} name @param {Place} place */
export function nameAt(name, { layer, reverse }) {
  return `${name}${layer > 1 ? `_l${layer}` : ""}${reverse ? "_reverse" : ""}`;
}

/** All places of a module, from its top layer down. @param {Pick<WatchedFacts, "num_layers" | "bidirectional">} facts @returns {Place[]} */
export function placesOf({ num_layers, bidirectional }) {
  const places = [];
  for (let layer = num_layers; layer >= 1; layer -= 1) {
    places.push({ layer, reverse: false });
    if (bidirectional) places.push({ layer, reverse: true });
  }
  return places;
}

/** Over time in the order of reading. @param {DecodedRecord} record @param {string} name @param {Place} place @returns {Tensor | null} */
export function overTime(record, name, place) {
  const tensor = record.tensors[nameAt(name, place)];
  if (!tensor) return null;
  if (!place.reverse) return tensor;
  const columns = name === "ln_flow" || name === "share" || name === "carried_share";
  return { shape: tensor.shape, data: columns ? tensor.data.slice().reverse() : backwards(tensor) };
}

/** Rows in the opposite order. @param {Tensor} tensor */
export function backwards({ shape, data }) {
  const width = data.length / shape[0];
  const turned = data.slice();
  for (let row = 0; row < shape[0]; row += 1) {
    turned.set(data.subarray(row * width, (row + 1) * width), (shape[0] - 1 - row) * width);
  }
  return turned;
}

/** Tensors that hold a row for each timestep. */
const TIMED = new Set(["x", "h", "c", "dh", "a", "gates", "slope_mean", "jacobian_norm"]);

/** What a watched module's record need not say: nobody knows the task, and nothing is older than the capture. */
const UNSAID = { horizon: null, needed_lag: null, as_of: null };

/** @type {WeakMap<DecodedRecord, Map<string, DecodedRecord>>} */
const read = new WeakMap();

/**
 * The record as one place has it, under the names of the first layer and in the order of reading: what the views of the
 * playground read. Parameters stand under their own names too, and what belongs to all layers stays. Always the same object
 * for the same place.
 * @param {DecodedRecord} record @param {Place} place @returns {DecodedRecord}
 */
export function recordAt(record, place) {
  const known = read.get(record) ?? new Map();
  read.set(record, known);
  const ending = nameAt("", place);
  if (!known.has(ending)) known.set(ending, madeAt(record, place, ending));
  return known.get(ending);
}

/** @param {DecodedRecord} whole @param {Place} place @param {string} ending @returns {DecodedRecord} */
function madeAt(whole, place, ending) {
  const facts = factsOf(whole);
  const names = Object.keys(whole.tensors);
  const layered = new Set(names.map(baseOf).filter((base, index) => base !== names[index]));
  const tensors = /** @type {Record<string, Tensor>} */ ({});
  for (const name of names) {
    const base = baseOf(name);
    if (layered.has(base) && nameAt(base, place) !== name) continue;
    tensors[name] = whole.tensors[name];
    tensors[base] = TIMED.has(base) ? inOrder(whole.tensors[name], place) : whole.tensors[name];
  }
  const gradients = Object.entries(tensors).filter(([name]) => name.startsWith("grad."));
  const grad_norms = Object.fromEntries(gradients.map(([name, { data }]) => [name.slice(5), sizeOf(data)]));
  // In the order of reading every direction goes forward; its names say which it is.
  const direction = /** @type {const} */ ("forward");
  const directions = facts.bidirectional ? 2 : 1;
  const of = { layer: place.layer, direction, layers: facts.num_layers, directions, ending, whole };
  const meta = { ...UNSAID, ...whole.meta, grad_norms: { ...grad_norms, ...whole.meta.grad_norms } };
  return { meta, tensors, of };
}

/** @param {Tensor} tensor @param {Place} place */
function inOrder(tensor, { reverse }) {
  return reverse ? { shape: tensor.shape, data: backwards(tensor) } : tensor;
}

/** The norm of all entries. @param {Numbers} data */
function sizeOf(data) {
  let sum = 0;
  for (const value of data) sum += value * value;
  return Math.sqrt(sum);
}

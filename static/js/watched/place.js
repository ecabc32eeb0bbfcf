/** A place in a watched module: one layer and direction, and its tensors in the order in which it reads. Pure. */

/** @typedef {import("../wire/protocol.js").Tensor} Tensor */
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

/** The largest singular value of W_hh, by power iteration on W Wᵀ, warm-started from one record to the next. */

import { CELLS } from "./cells.js";

const ENOUGH = 1e-6;
const MAX_ROUNDS = 60;

/**
 * @param {import("../wire/protocol.js").Numbers} W (H, H), row-major
 * @param {number} H
 * @param {Float64Array | null} start a previous `vector`
 * @returns {{sigma: number, vector: Float64Array}}
 */
export function largestSingularValue(W, H, start) {
  const vector =
    start?.length === H ? Float64Array.from(start) : Float64Array.from({ length: H }, (_, i) => 1 + (i % 7) / 7);
  const image = new Float64Array(H);
  let sigma = 0;
  normalise(vector);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    image.fill(0);
    for (let i = 0; i < H; i++) {
      for (let j = 0; j < H; j++) image[j] += vector[i] * W[i * H + j];
    }
    const before = sigma;
    sigma = normalise(image);
    if (!(sigma > 0)) break;
    for (let i = 0; i < H; i++) {
      let sum = 0;
      for (let j = 0; j < H; j++) sum += W[i * H + j] * image[j];
      vector[i] = sum;
    }
    normalise(vector);
    if (Math.abs(sigma - before) <= ENOUGH * sigma) break;
  }
  return { sigma, vector };
}

/** Scales to length 1 and returns the length it had. */
function normalise(/** @type {Float64Array} */ vector) {
  let squares = 0;
  for (const value of vector) squares += value * value;
  const length = Math.sqrt(squares);
  if (length > 0) for (let i = 0; i < vector.length; i++) vector[i] /= length;
  return length;
}

/** γσ_max of a record, computed once for each. */
export function createContraction() {
  /** @type {import("./picture.js").Picture | null} */
  let of = null;
  /** @type {Float64Array | null} */
  let vector = null;
  let sigma = 0;
  return (/** @type {import("./picture.js").Picture} */ picture, /** @type {number | null} */ gamma) => {
    if (gamma === null || !CELLS[picture.cell].ledger || !picture.W_hh) return null;
    if (of !== picture) {
      of = picture;
      const found = largestSingularValue(picture.W_hh.data, picture.H, vector);
      vector = found.vector;
      sigma = found.sigma;
    }
    return Number.isFinite(sigma) ? gamma * sigma : null;
  };
}

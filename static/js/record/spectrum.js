/**
 * The largest singular value of W_hh, by Lanczos' method on W Wᵀ (Golub and Van Loan, Matrix Computations, 10.1): its
 * largest value on the space of v, W Wᵀ v, (W Wᵀ)² v, … is near that of the whole after few products, also where the
 * values lie close together, as those of an orthogonal W do after its first updates.
 */

import { CELLS } from "./cells.js";

/** Products with W Wᵀ, at the most. */
const MOST_STEPS = 40;
/** After every so many the value is compared with that before; it has settled when they differ by less than this, relatively. */
const CHECKED_EVERY = 6;
const SETTLED = 1e-6;
/** What is left of a product is nothing new when it is shorter than this part of it. */
const NOTHING = 1e-12;
/** To so small a part of itself the largest value is halved in. */
const EXACT = 1e-13;

/**
 * σ_max of W, to about six digits; from below, as every value on a smaller space. ∞ where an entry is infinite, NaN where one is no number.
 * @param {import("../wire/protocol.js").Numbers} W (H, H), row-major
 * @param {number} H
 */
export function largestSingularValue(W, H) {
  const size = largestEntry(W);
  if (!(size > 0 && size < Number.POSITIVE_INFINITY)) return size;
  const { rows, columns } = bothWays(W, H, size);
  /** @type {Float64Array[]} */
  const basis = [];
  /** @type {number[]} */
  const diagonal = [];
  /** @type {number[]} */
  const beside = [];
  let vector = Float64Array.from({ length: H }, (_, i) => 1 + (i % 7) / 7);
  normalise(vector);
  let square = 0;
  for (let step = 1; step <= Math.min(H, MOST_STEPS); step++) {
    basis.push(vector);
    const next = times(rows, times(columns, vector));
    diagonal.push(dot(vector, 0, next));
    const length = Math.sqrt(dot(next, 0, next));
    for (const one of basis) subtract(next, one, dot(one, 0, next));
    // Once more: of values that lie close together so little is left that rounding would be a part of it.
    for (const one of basis) subtract(next, one, dot(one, 0, next));
    const rest = normalise(next);
    const isLast = rest <= NOTHING * length || step === Math.min(H, MOST_STEPS);
    if (isLast || step % CHECKED_EVERY === 0) {
      const before = square;
      square = largestEigenvalue(diagonal, beside);
      if (isLast || square - before <= SETTLED * square) break;
    }
    beside.push(rest);
    vector = next;
  }
  return size * Math.sqrt(square);
}

/** The largest size of an entry; NaN where one is no number. @param {import("../wire/protocol.js").Numbers} W */
function largestEntry(W) {
  let largest = 0;
  for (let i = 0; i < W.length; i++) largest = Math.max(largest, Math.abs(W[i]));
  return largest;
}

/** W (H, H) scaled, and Wᵀ. @param {import("../wire/protocol.js").Numbers} W @param {number} H @param {number} size */
function bothWays(W, H, size) {
  const rows = new Float64Array(H * H);
  for (let at = 0; at < rows.length; at++) rows[at] = W[at] / size;
  const columns = new Float64Array(H * H);
  for (let i = 0; i < H; i++) for (let j = 0; j < H; j++) columns[j * H + i] = rows[i * H + j];
  return { rows, columns };
}

/** matrix · vector. @param {Float64Array} matrix row-major @param {Float64Array} vector */
function times(matrix, vector) {
  const H = vector.length;
  const product = new Float64Array(H);
  for (let i = 0; i < H; i++) product[i] = dot(matrix, i * H, vector);
  return product;
}

/**
 * Of a symmetric tridiagonal matrix without negative eigenvalues, by halving: x lies above all of them where every pivot
 * of the matrix minus x is negative (Sturm).
 * @param {number[]} diagonal @param {number[]} beside one shorter
 */
function largestEigenvalue(diagonal, beside) {
  let low = Math.max(...diagonal);
  let high = Math.max(...diagonal.map((value, i) => value + (beside[i - 1] ?? 0) + (beside[i] ?? 0)));
  while (high - low > EXACT * high) {
    const middle = (low + high) / 2;
    let pivot = diagonal[0] - middle;
    for (let i = 1; i < diagonal.length && pivot < 0; i++) pivot = diagonal[i] - middle - beside[i - 1] ** 2 / pivot;
    if (pivot < 0) high = middle;
    else low = middle;
  }
  return low;
}

/** Of `b` and as many entries of `a`; four sums at once, as every addition waits for the one before. @param {Float64Array} a @param {number} from @param {Float64Array} b */
function dot(a, from, b) {
  const whole = b.length - (b.length % 4);
  let first = 0;
  let second = 0;
  let third = 0;
  let fourth = 0;
  for (let i = 0, at = from; i < whole; i += 4, at += 4) {
    first += a[at] * b[i];
    second += a[at + 1] * b[i + 1];
    third += a[at + 2] * b[i + 2];
    fourth += a[at + 3] * b[i + 3];
  }
  for (let i = whole; i < b.length; i++) first += a[from + i] * b[i];
  return first + second + (third + fourth);
}

/** @param {Float64Array} from @param {Float64Array} vector @param {number} factor */
function subtract(from, vector, factor) {
  for (let i = 0; i < from.length; i++) from[i] -= factor * vector[i];
}

/** Scales to length 1 and returns the length it had. */
function normalise(/** @type {Float64Array} */ vector) {
  const length = Math.sqrt(dot(vector, 0, vector));
  if (length > 0) for (let i = 0; i < vector.length; i++) vector[i] /= length;
  return length;
}

/** γσ_max of a record, computed once for each. */
export function createContraction() {
  /** @type {import("./picture.js").Picture | null} */
  let of = null;
  let sigma = 0;
  return (/** @type {import("./picture.js").Picture} */ picture, /** @type {number | null} */ gamma) => {
    if (gamma === null || !CELLS[picture.cell].ledger || !picture.W_hh) return null;
    if (of !== picture) {
      of = picture;
      sigma = largestSingularValue(picture.W_hh.data, picture.H);
    }
    return Number.isFinite(sigma) ? gamma * sigma : null;
  };
}

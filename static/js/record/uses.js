/**
 * How a weight's gradient adds up over the shown sequence: every use of a matrix adds one product of what comes in and
 * what comes back, and of one loss the same. Pure; t and k count from 1, entries from 0.
 */

import { hasTarget } from "./readings.js";

/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */
/** @typedef {import("../wire/protocol.js").Tensor} Tensor */
/** @typedef {import("../wire/protocol.js").Numbers} Numbers */

/**
 * One summand of ∂E/∂W: `incoming` times `back`, as column times row; entry by entry where W is one weight a unit.
 * @typedef {{incoming: Numbers, back: Numbers, byUnit: boolean}} Use
 */

/** Whether the record holds what every use is multiplied with. @param {DecodedRecord} record @param {string} tensor */
export function hasUses({ tensors }, tensor) {
  if (tensor === "W_hy") return "dy" in tensors;
  return tensor === "W_xh" ? "da_x" in tensors : "da" in tensors;
}

/** Use t of the matrix by all losses together. @param {DecodedRecord} record @param {string} tensor @param {number} t @returns {Use} */
export function useOf(record, tensor, t) {
  const { tensors } = record;
  const back = tensor === "W_hy" ? tensors.dy : tensor === "W_xh" ? tensors.da_x : tensors.da;
  return { incoming: incomingOf(record, tensor, t), back: rowOf(back, t - 1), byUnit: tensor === "u_hh" };
}

/** The term k of one loss's gradient: what E_t sends to the matrix as it was used at k. @param {DecodedRecord} record @param {string} tensor @param {number} t @param {number} k @returns {Use} */
export function termOf(record, tensor, t, k) {
  const { tensors } = record;
  const incoming = incomingOf(record, tensor, k);
  if (tensor === "W_hy") return { incoming, back: rowOf(tensors.dy, t - 1), byUnit: false };
  const pairs = tensor === "W_xh" ? tensors.pair_da_x : tensors.pair_da;
  const [T, , width] = pairs.shape;
  const start = ((t - 1) * T + k - 1) * width;
  return { incoming, back: pairs.data.subarray(start, start + width), byUnit: tensor === "u_hh" };
}

/** The timesteps k whose use a loss E_t reaches, the explicit one first; none where the record does not tell losses apart. @param {DecodedRecord} record @param {string} tensor @param {number} t */
export function termsOf(record, tensor, t) {
  if (!hasTarget(record, t)) return [];
  if (tensor === "W_hy") return [t];
  const held = tensor === "W_xh" ? record.tensors.pair_da_x : record.tensors.pair_da;
  return held ? Array.from({ length: t }, (_, i) => t - i) : [];
}

/** @param {Use} use @param {number[]} index of the weight */
export function entryOf({ incoming, back, byUnit }, index) {
  return byUnit ? incoming[index[0]] * back[index[0]] : incoming[index[0]] * back[index[1]];
}

/** How many rows and columns the product has. @param {Use} use */
export function extentOf({ incoming, back, byUnit }) {
  return byUnit ? { rows: back.length, columns: 1 } : { rows: incoming.length, columns: back.length };
}

/** @param {Use[]} uses @returns {(row: number, column: number) => number} */
export function entriesOf(uses) {
  return (row, column) => uses.reduce((total, use) => total + entryOf(use, [row, column]), 0);
}

/** The Frobenius norm: of a column times a row the product of both norms. @param {Use} use */
export function normOf({ incoming, back, byUnit }) {
  if (byUnit) return Math.hypot(...Array.from(incoming, (value, j) => value * back[j]));
  return Math.hypot(...incoming) * Math.hypot(...back);
}

/** The norm of a sum of uses without forming it: ‖Σ aᵢᵀbᵢ‖² = Σᵢⱼ (aᵢ·aⱼ)(bᵢ·bⱼ). @param {Use[]} uses */
export function normOfSum(uses) {
  const { scaled, incoming, back } = ofModerateSize(uses);
  let square = 0;
  for (const a of scaled) for (const b of scaled) square += dot(a, b);
  return Math.sqrt(Math.max(0, square)) * incoming * back;
}

/** The same uses divided by their largest factors, as the squares of large ones are no numbers. @param {Use[]} uses */
function ofModerateSize(uses) {
  const [incoming, back] = [largest(uses.map((use) => use.incoming)), largest(uses.map((use) => use.back))];
  const scaled = uses.map((use) => ({
    ...use,
    incoming: Float64Array.from(use.incoming, (value) => value / incoming),
    back: Float64Array.from(use.back, (value) => value / back),
  }));
  return { scaled, incoming, back };
}

/** The largest size among many numbers; 1 where all are 0. @param {Numbers[]} rows */
function largest(rows) {
  let found = 0;
  for (const row of rows) for (const value of row) if (!(Math.abs(value) <= found)) found = Math.abs(value);
  return found || 1;
}

/** The cosine of the angle between one use and a sum of them; NaN where either is 0. @param {Use} one @param {Use[]} all */
export function cosineWith(one, all) {
  const [first, ...others] = ofModerateSize([one, ...all]).scaled;
  const along = others.reduce((sum, other) => sum + dot(first, other), 0);
  return along / (normOf(first) * normOfSum(others));
}

/** What comes in: h_{t−1}, x_t (embedded where inputs are), or h_t for W_hy. @param {DecodedRecord} record @param {string} tensor @param {number} t @returns {Numbers} */
function incomingOf({ tensors }, tensor, t) {
  if (tensor === "W_hy") return rowOf(tensors.h, t);
  if (tensor !== "W_xh") return rowOf(tensors.h, t - 1);
  const x = rowOf(tensors.x, t - 1);
  return tensors.W_emb ? timesMatrix(x, tensors.W_emb) : x;
}

/** @param {Numbers} x @param {Tensor} matrix */
function timesMatrix(x, { shape: [, columns], data }) {
  const product = new Float64Array(columns);
  for (let i = 0; i < x.length; i++) for (let j = 0; j < columns; j++) product[j] += x[i] * data[i * columns + j];
  return product;
}

/** @param {Tensor} tensor @param {number} row */
function rowOf({ shape, data }, row) {
  return data.subarray(row * shape[1], (row + 1) * shape[1]);
}

/** @param {Use} a @param {Use} b */
function dot(a, b) {
  if (!a.byUnit) return inner(a.incoming, b.incoming) * inner(a.back, b.back);
  let sum = 0;
  for (let j = 0; j < a.back.length; j++) sum += a.incoming[j] * a.back[j] * b.incoming[j] * b.back[j];
  return sum;
}

/** @param {Numbers} a @param {Numbers} b */
function inner(a, b) {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j] * b[j];
  return sum;
}

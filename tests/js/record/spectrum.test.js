import assert from "node:assert/strict";
import test from "node:test";
import { largestSingularValue } from "../../../static/js/record/spectrum.js";

/** Entries without a pattern. */
function sample(H) {
  let seed = 1;
  const next = () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647 - 0.5;
  };
  return Float64Array.from({ length: H * H }, next);
}

/** Rows made orthonormal one after the other. */
function orthogonal(H) {
  const Q = sample(H);
  for (let i = 0; i < H; i++) {
    const row = Q.subarray(i * H, (i + 1) * H);
    for (const _twice of [1, 2]) {
      for (let k = 0; k < i; k++) {
        const other = Q.subarray(k * H, (k + 1) * H);
        const along = row.reduce((sum, value, j) => sum + value * other[j], 0);
        for (let j = 0; j < H; j++) row[j] -= along * other[j];
      }
    }
    const length = Math.hypot(...row);
    for (let j = 0; j < H; j++) row[j] /= length;
  }
  return Q;
}

const near = (found, expected, error) =>
  assert.ok(Math.abs(found - expected) <= error * expected, `found ${found}, expected ${expected}`);

test("σ_max of matrices whose value is known", () => {
  near(largestSingularValue(Float64Array.of(3, 0, 0, -5), 2), 5, 1e-12);
  const shear = largestSingularValue(Float64Array.of(0.5, 10, 0, 0.5), 2);
  near(shear, Math.sqrt((100.5 + Math.sqrt(100.5 ** 2 - 4 * 0.0625)) / 2), 1e-12);
  const angle = 0.7;
  const rotation = Float64Array.of(Math.cos(angle), Math.sin(angle), -Math.sin(angle), Math.cos(angle));
  near(largestSingularValue(rotation, 2), 1, 1e-12);
  near(largestSingularValue(orthogonal(32), 32), 1, 1e-12);
});

test("values that lie close together, as after the first updates of an orthogonal W, do not hide the largest", () => {
  const H = 32;
  const Q = orthogonal(H);
  const sizes = Array.from({ length: H }, (_, i) => 1 + 0.01 * (i / (H - 1)));
  const W = Q.map((value, at) => sizes[Math.floor(at / H)] * value);
  near(largestSingularValue(W, H), 1.01, 1e-6);
});

test("a lone weight a unit: the largest entry of a diagonal, wherever it stands", () => {
  const H = 24;
  for (const largest of [0, 11, 23]) {
    const W = new Float64Array(H * H);
    for (let j = 0; j < H; j++) W[j * H + j] = j === largest ? -1.5 : 0.9 + j / 100;
    near(largestSingularValue(W, H), 1.5, 1e-6);
  }
});

test("of many units, and of weights as large and as small as doubles are, it is as exact", () => {
  const H = 64;
  const W = sample(H);
  const sigma = largestSingularValue(W, H);
  const rows = Array.from({ length: H }, (_, i) => W.subarray(i * H, (i + 1) * H));
  const square = rows.map((a) => rows.map((b) => a.reduce((sum, value, j) => sum + value * b[j], 0)));
  let vector = new Array(H).fill(1);
  let power = 0;
  for (let round = 0; round < 2000; round++) {
    const image = square.map((row) => row.reduce((sum, value, j) => sum + value * vector[j], 0));
    const length = Math.hypot(...image);
    vector = image.map((value) => value / length);
    power = Math.sqrt(length);
  }
  near(sigma, power, 1e-6);
  const scaled = (factor) => W.map((value) => value * factor);
  near(largestSingularValue(scaled(1e250), H), sigma * 1e250, 1e-12);
  near(largestSingularValue(scaled(1e-250), H), sigma * 1e-250, 1e-12);
});

test("the zero matrix has σ_max 0; without a number there is none", () => {
  assert.equal(largestSingularValue(new Float64Array(9), 3), 0);
  assert.ok(Number.isNaN(largestSingularValue(Float64Array.of(Number.NaN, 0, 0, 0), 2)));
  assert.equal(largestSingularValue(Float64Array.of(1, Number.POSITIVE_INFINITY, 0, 1), 2), Number.POSITIVE_INFINITY);
});

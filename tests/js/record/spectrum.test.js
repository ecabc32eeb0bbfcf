import assert from "node:assert/strict";
import test from "node:test";
import { largestSingularValue } from "../../../static/js/record/spectrum.js";

test("σ_max of matrices whose value is known", () => {
  assert.ok(Math.abs(largestSingularValue(Float64Array.of(3, 0, 0, -5), 2, null).sigma - 5) < 1e-6);
  const shear = largestSingularValue(Float64Array.of(0.5, 10, 0, 0.5), 2, null).sigma;
  assert.ok(Math.abs(shear - Math.sqrt((100.5 + Math.sqrt(100.5 ** 2 - 4 * 0.0625)) / 2)) < 1e-6);
  const angle = 0.7;
  const rotation = Float64Array.of(Math.cos(angle), Math.sin(angle), -Math.sin(angle), Math.cos(angle));
  assert.ok(Math.abs(largestSingularValue(rotation, 2, null).sigma - 1) < 1e-9);
});

test("a start from the last record's vector finds the same value", () => {
  const W = Float64Array.from({ length: 64 }, (_, i) => Math.sin(i * 7.3));
  const cold = largestSingularValue(W, 8, null);
  const warm = largestSingularValue(W, 8, cold.vector);
  assert.ok(Math.abs(cold.sigma - warm.sigma) < 1e-4 * cold.sigma);
  assert.equal(largestSingularValue(W, 8, new Float64Array(3)).vector.length, 8);
});

test("the zero matrix has σ_max 0", () => {
  assert.equal(largestSingularValue(new Float64Array(9), 3, null).sigma, 0);
});

import assert from "node:assert/strict";
import test from "node:test";
import { nextValue, positionOf, valueAt } from "../../../static/js/kit/slider.js";

const length = { from: 2, to: 500, log: true, integer: true };
const rate = { from: 1e-5, to: 10, log: true, zero: true };
const powers = { from: 1, to: 256, log: true, powersOfTwo: true };

test("every position gives a value that stands at that position again", () => {
  for (const track of [length, rate, powers, { from: 0, to: 60, integer: true }]) {
    for (const position of [0, 0.2, 0.5, 0.77, 1]) {
      const value = valueAt(track, position);
      assert.equal(valueAt(track, positionOf(track, value)), value);
    }
  }
});

test("ends are the ends, and the far left of a track with a zero is exactly 0", () => {
  assert.equal(valueAt(length, 0), 2);
  assert.equal(valueAt(length, 1), 500);
  assert.equal(valueAt(rate, 0), 0);
  assert.equal(positionOf(rate, 0), 0);
  assert.equal(positionOf(length, 1), 0);
});

test("a key press moves to the next integer or power of two, and stops at the ends", () => {
  assert.equal(nextValue(length, 24, 1), 25);
  assert.equal(nextValue(length, 500, 1), 500);
  assert.equal(nextValue(powers, 20, 1), 32);
  assert.equal(nextValue(powers, 20, -1), 16);
  assert.equal(nextValue(powers, 1, -1), 1);
  assert.ok(nextValue(rate, 0.01, 1) > 0.01);
});

import assert from "node:assert/strict";
import test from "node:test";
import { isSaturated, slopeOf } from "../../../static/js/record/slope.js";

const PHI = {
  tanh: Math.tanh,
  sigmoid: (a) => 1 / (1 + Math.exp(-a)),
  relu: (a) => Math.max(0, a),
  linear: (a) => a,
  leaky_relu: (a) => Math.max(0.01 * a, a),
  elu: (a) => (a > 0 ? a : Math.expm1(a)),
  softsign: (a) => a / (1 + Math.abs(a)),
  hardtanh: (a) => Math.min(1, Math.max(-1, a)),
};
const slope = (activation, cell = "rnn") => slopeOf({ cell, activation });

for (const [name, phi] of Object.entries(PHI)) {
  test(`the slope of ${name} that follows from h is the derivative at a`, () => {
    for (const a of [-3.1, -1.7, -0.6, -0.2, 0.3, 0.8, 1.9, 4.2]) {
      const measured = (phi(a + 1e-6) - phi(a - 1e-6)) / 2e-6;
      assert.ok(Math.abs(slope(name)(phi(a)) - measured) < 1e-8, `${name}′(${a}): ${slope(name)(phi(a))}, ${measured}`);
    }
  });
}

test("what takes a value at two places, and a state that is no φ(a), have no such slope", () => {
  for (const name of ["gelu", "silu"]) assert.equal(slope(name), null);
  for (const cell of ["lstm", "gru", "mingru", "ln_lstm"]) assert.equal(slope("tanh", cell), null);
  assert.notEqual(slope("tanh", "indrnn"), null);
});

test("a unit is saturated below a slope of 0.1; what is no number is not", () => {
  assert.equal(isSaturated(slope("tanh"), 0.94), false);
  assert.equal(isSaturated(slope("tanh"), -0.96), true);
  assert.equal(isSaturated(slope("relu"), 0), true);
  assert.equal(isSaturated(slope("tanh"), Number.NaN), false);
});

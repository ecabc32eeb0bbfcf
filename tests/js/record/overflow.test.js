import assert from "node:assert/strict";
import test from "node:test";
import { growthTo } from "../../../static/js/record/overflow.js";
import { captionOf } from "../../../static/js/words/divergence.js";
import { makeRecord } from "../records.js";

const recordWith = (tensors, T = 4) => {
  const record = makeRecord({ T });
  return { ...record, tensors: { ...record.tensors, ...tensors } };
};

test("before a bad loss the losses are shown, up to the largest double; a timestep without one shows nothing", () => {
  const loss_t = { shape: [4], data: Float64Array.from([0, 1e154, 1e301, Number.POSITIVE_INFINITY]) };
  const growth = growthTo(recordWith({ loss_t }), "loss_t", "float64");
  const { log10, largest } = growth;
  assert.equal(captionOf(growth), "E_t at each timestep; float64 ends at 1.8 × 10³⁰⁸");
  assert.ok(Number.isNaN(log10[0]));
  assert.deepEqual(
    log10.slice(1).map((value) => Math.round(value)),
    [154, 301, Number.POSITIVE_INFINITY],
  );
  assert.ok(largest > 308 && largest < 309);
  assert.match(captionOf(growthTo(recordWith({ loss_t }), "loss", "float32")), /float32 ends at 3\.4 × 10³⁸/);
});

test("before a bad gradient the gradient's norms are shown", () => {
  const ln_dh_norm = { shape: [5], data: Float64Array.from([0, 100, 10, 1, 0], (log10) => log10 * Math.LN10) };
  const growth = growthTo(recordWith({ ln_dh_norm }), "grad.W_hh", "float64");
  const { log10 } = growth;
  assert.match(captionOf(growth), /^‖∂E\/∂h_t‖/);
  assert.deepEqual(
    log10.map((value) => Math.round(value)),
    [100, 10, 1, 0],
  );
});

test("a gradient of exactly 0 has no dot, one that is no number stands beyond the axis", () => {
  const ln_dh_norm = {
    shape: [5],
    data: Float64Array.from([0, Number.NaN, Number.POSITIVE_INFINITY, 1, Number.NEGATIVE_INFINITY]),
  };
  const { log10 } = growthTo(recordWith({ ln_dh_norm }), "grad.W_hh", "float64");
  assert.deepEqual(log10, [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 1 / Math.LN10, Number.NaN]);
});

test("before a bad state the states are shown, and that more than single precision holds is not sent", () => {
  const h = { shape: [5, 2], data: new Float32Array([0, 0, 1, -100, 3.4028234e38, 1, Number.NaN, 1, 1, Number.NaN]) };
  const growth = growthTo(recordWith({ h }), "h", "float64");
  const { log10, largest } = growth;
  assert.match(captionOf(growth), /^largest \|h\| at each timestep; ▲ beyond 3\.4 × 10³⁸/);
  assert.equal(log10[0], 2);
  assert.ok(log10[1] >= largest, "clamped on its way here");
  assert.deepEqual(log10.slice(2), [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
  const small = { shape: [5, 2], data: new Float32Array(10).fill(0.5) };
  assert.equal(captionOf(growthTo(recordWith({ h: small }), "h", "float64")), "largest |h| at each timestep");
});

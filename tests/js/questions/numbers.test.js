import assert from "node:assert/strict";
import test from "node:test";
import { compute, written } from "../../../static/js/questions/numbers.js";

const tensor = (/** @type {number[]} */ shape, /** @type {number[]} */ data) => ({
  shape,
  data: new Float64Array(data),
});
const record = /** @type {any} */ ({
  meta: { horizon: 5, grad_norm: null, grad_norms: { W_hh: 2 } },
  tensors: {
    dh_norm: tensor([3], [1, 2, 4]),
    h: tensor([2, 2], [0, 0, 3, 4]),
    gates: tensor([2, 2, 2], [1, 1, 5, 7, 1, 1, 9, Number.NaN]),
  },
});
const of = (/** @type {any} */ form) => compute(form, record, { hidden_size: 8 });

test("entries, means, sums, sizes and norms of tensors", () => {
  assert.equal(of(["tensor", "dh_norm", 2]), 4);
  assert.equal(of(["tensor", "gates", 1, 0, 1]), 1);
  assert.equal(of(["mean", "gates", 1]), 7);
  assert.equal(of(["sum", "dh_norm"]), 7);
  assert.equal(of(["size", "gates"]), 8);
  assert.equal(of(["norm", "h", 1]), 5);
});

test("scalars, fields of the configuration and arithmetic", () => {
  assert.equal(of(["scalar", "horizon"]), 5);
  assert.equal(of(["scalar", "grad_norms", "W_hh"]), 2);
  assert.equal(of(["*", ["config", "hidden_size"], 0.5]), 4);
  assert.equal(of(["/", ["log", 0.5], ["log", 0.25]]), 0.5);
});

test("what the record does not hold is no number", () => {
  for (const form of [
    ["tensor", "nobody", 1],
    ["scalar", "grad_norm"],
    ["mean", "nobody"],
    ["norm", "nobody", 0],
  ]) {
    assert.ok(Number.isNaN(of(form)), String(form));
  }
});

test("numbers are written as an answer wants them", () => {
  assert.equal(written(0.9476, "percent").replace(/\s/u, " "), "95 %");
  assert.equal(written(36, "count"), "36");
});

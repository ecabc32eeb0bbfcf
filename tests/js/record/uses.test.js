import assert from "node:assert/strict";
import test from "node:test";
import {
  cosineWith,
  entryOf,
  hasUses,
  normOf,
  normOfSum,
  termOf,
  termsOf,
  useOf,
} from "../../../static/js/record/uses.js";
import { makeRecord } from "../records.js";

const T = 3;
const H = 2;

/** Numbers that can be followed by hand. */
function recordWithTerms() {
  const record = makeRecord({ T, H, targets: [2, 3] });
  const { tensors } = record;
  tensors.h.data.set([0, 0, 1, 2, 3, 4, 5, 6]);
  tensors.x.data.set([1, -1, 2]);
  tensors.dy = { shape: [T, 1], data: Float64Array.of(0, 0.5, -1) };
  tensors.da = { shape: [T, H], data: Float64Array.of(1, 2, 3, 4, 5, 6) };
  tensors.da_x = tensors.da;
  const pairs = new Float64Array(T * T * H);
  pairs.set([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], 2 * T * H);
  tensors.pair_da = { shape: [T, T, H], data: pairs };
  tensors.pair_da_x = tensors.pair_da;
  return record;
}

/** What uses add up to, entry by entry. */
function sumOf(uses, shape) {
  const [rows, columns = 1] = shape;
  const entries = Array.from({ length: rows * columns }, (_, at) => [Math.floor(at / columns), at % columns]);
  return entries.map((index) => uses.reduce((sum, use) => sum + entryOf(use, index), 0));
}

const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-12, `${a} is not ${b}`);

test("a use is what comes in times what comes back: h_{t−1} for W_hh, x_t for W_xh, h_t for W_hy", () => {
  const record = recordWithTerms();
  assert.equal(entryOf(useOf(record, "W_hh", 2), [1, 0]), 2 * 3);
  assert.equal(entryOf(useOf(record, "W_xh", 3), [0, 1]), 2 * 6);
  assert.equal(entryOf(useOf(record, "W_hy", 3), [1, 0]), 6 * -1);
  assert.equal(normOf(useOf(record, "W_hh", 1)), 0, "h_0 is 0");
  near(normOf(useOf(record, "W_hh", 3)), Math.hypot(3, 4) * Math.hypot(5, 6));
});

test("uses add up entry by entry, their norms do not; the sum's norm needs no sum", () => {
  const record = recordWithTerms();
  for (const [tensor, shape] of /** @type {const} */ ([
    ["W_hh", [2, 2]],
    ["W_xh", [1, 2]],
    ["W_hy", [2, 1]],
    ["u_hh", [2]],
  ])) {
    const uses = [1, 2, 3].map((t) => useOf(record, tensor, t));
    near(Math.hypot(...sumOf(uses, shape)), normOfSum(uses));
  }
});

test("one loss reaches every use up to its own timestep, the explicit term first", () => {
  const record = recordWithTerms();
  assert.deepEqual(termsOf(record, "W_hh", 3), [3, 2, 1]);
  assert.deepEqual(termsOf(record, "W_hy", 3), [3]);
  assert.deepEqual(termsOf(record, "W_hh", 1), [], "no target, no loss");
  near(entryOf(termOf(record, "W_hh", 3, 2), [1, 1]), 2 * 0.4);
  near(entryOf(termOf(record, "W_xh", 3, 1), [0, 0]), 0.1);
  delete record.tensors.pair_da;
  assert.deepEqual(termsOf(record, "W_hh", 3), []);
});

test("the cosine with the whole is 1 of a term that is the whole, NaN of nothing", () => {
  const record = recordWithTerms();
  const explicit = termOf(record, "W_hh", 3, 3);
  near(cosineWith(explicit, [explicit]), 1);
  assert.ok(Number.isNaN(cosineWith(termOf(record, "W_hh", 3, 1), [explicit])));
});

test("without the quantity there is nothing to tell apart", () => {
  assert.ok(!hasUses(makeRecord(), "W_hh"));
  for (const tensor of ["W_hh", "W_xh", "W_hy"]) assert.ok(hasUses(recordWithTerms(), tensor));
});

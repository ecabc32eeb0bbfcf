import assert from "node:assert/strict";
import test from "node:test";
import { startingRuler } from "../../../static/js/record/ruler.js";
import { initialState, reduce } from "../../../static/js/run/state.js";
import { recordWithLogNorms } from "../stage/sample.js";

const recordOf = (exponents, meta = {}) => {
  const record = recordWithLogNorms(exponents.map((e) => e * Math.LN10));
  return { ...record, meta: { ...record.meta, iteration: 0, ...meta } };
};
const take = (state, record) => reduce(state, { type: "record", record });

test("a run starts on the near ruler where every gradient fits it, exact zeros included", () => {
  assert.equal(startingRuler(recordOf([1.9, 0, -3.9])), "near");
  assert.equal(startingRuler(recordOf([0, Number.NEGATIVE_INFINITY])), "near");
  for (const leaving of [2.1, -4.1, Number.POSITIVE_INFINITY, Number.NaN]) {
    assert.equal(startingRuler(recordOf([0, leaving])), "far", `10^${leaving}`);
  }
});

test("what truncation or clipping leaves has to fit, too", () => {
  const record = recordOf([0, 0, 0]);
  record.tensors.dh_norm_used.data[2] = 1e-5;
  assert.equal(startingRuler(record), "far");
});

test("the ruler is taken at a run's start only, and a reader's choice stays", () => {
  let state = take(initialState(), recordOf([0, 0]));
  assert.equal(state.ruler, "near");
  state = take(state, recordOf([0, -8], { iteration: 5 }));
  assert.equal(state.ruler, "near", "never by itself later");
  state = take(state, recordOf([0, -8]));
  assert.equal(state.ruler, "far", "another run");
  state = reduce(state, { type: "ruler", ruler: "abyss" });
  assert.equal(take(state, recordOf([0, 0])).ruler, "abyss");
  assert.equal(reduce(state, { type: "ruler", ruler: null }).ruler, "far", "left to the start again, where it stands");
});

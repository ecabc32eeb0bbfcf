import assert from "node:assert/strict";
import test from "node:test";
import { onlyLoss, termsOf } from "../../../static/js/lessons/terms.js";
import { termsLabel, termsTitle, termWords } from "../../../static/js/words/terms.js";
import { makeRecord } from "../records.js";

/** Classes to tell at some timesteps. @param {number[]} targets -1 for none */
function recordWith(targets) {
  const record = makeRecord({ T: targets.length });
  record.tensors.target = { shape: [targets.length], data: Int32Array.from(targets) };
  record.tensors.dW_hh_norm = { shape: [targets.length], data: Float64Array.from([0, 0.272, 0.291, 0.361]) };
  record.tensors.dW_xh_norm = { shape: [targets.length], data: Float64Array.from([0.461, 0.705, 0.54, 0.292]) };
  return record;
}

test("the terms of a derivation are the record's parts of the gradient, one a timestep", () => {
  const terms = termsOf(recordWith([-1, -1, -1, 1]));
  assert.deepEqual(terms[0], { k: 1, hh: 0, xh: 0.461 });
  assert.deepEqual(terms[3], { k: 4, hh: 0.361, xh: 0.292 });
});

test("explicit and implicit are said of the only loss, which is the last", () => {
  const only = onlyLoss(recordWith([-1, -1, -1, 1]));
  assert.equal(only, 4);
  assert.equal(termsTitle(only), "‖term k‖ of ∂E_4/∂W");
  assert.equal(termWords({ k: 3, hh: 0.291, xh: 0.54 }, only), "k = 3, implicit: 0.291 for W_hh, 0.540 for W_xh");
  assert.match(termWords({ k: 4, hh: 0.361, xh: 0.292 }, only), /^k = 4, explicit:/);
});

test("with several losses, or one before the end, the parts are of all of them together", () => {
  for (const targets of [
    [-1, 1, -1, 1],
    [-1, 1, -1, -1],
  ]) {
    const only = onlyLoss(recordWith(targets));
    assert.equal(only, null);
    assert.match(termsLabel(only), /all losses together/);
    assert.equal(termsTitle(only), "‖part k‖ of ∂E/∂W");
    assert.doesNotMatch(termWords({ k: 4, hh: 1, xh: 1 }, only), /plicit/);
  }
});

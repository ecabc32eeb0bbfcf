import assert from "node:assert/strict";
import test from "node:test";
import { initialState } from "../../../static/js/run/state.js";
import { describe, RULES, spokenWords } from "../../../static/js/words/sentences.js";
import { makeRecord } from "../records.js";

/** The words for a record, as the page would show them. */
function said(record, more = {}) {
  return describe({ ...initialState({}, makeRecord(record)), ...more });
}

test("every rule has its own name, and the last one always holds", () => {
  assert.equal(new Set(RULES.map(({ name }) => name)).size, RULES.length);
  assert.ok(RULES.at(-1).holds());
});

test("nothing is said before there is a record", () => {
  assert.deepEqual(describe(initialState()), { rule: "nothing yet", finding: "", reason: "" });
});

test("diverged: where the first bad number stands, and its cause", () => {
  const divergence = { type: "diverged", iteration: 7, quantity: "h", timestep: 22, unit: 3, cause: "It grew." };
  const { rule, finding, reason } = said({}, { divergence });
  assert.equal(rule, "diverged");
  assert.equal(finding, "Stopped at iteration 7: h_22, unit 4, is the first number that is not finite.");
  assert.equal(reason, "It grew.");
});

test("diverged: every quantity has its symbol or its name", () => {
  const first = (quantity, timestep = null, unit = null) =>
    said({}, { divergence: { type: "diverged", iteration: 7, quantity, timestep, unit, cause: "" } }).finding;
  assert.match(first("loss_t", 9), /: E_9 is the first/);
  assert.match(first("dh", 9, 0), /: ∂E\/∂h_9, unit 1, is the first/);
  assert.match(first("grad.W_hh", null, 2), /: the gradient of W_hh is the first/);
  assert.match(first("b_h", null, 2), /: b_h is the first/);
  assert.match(first("loss"), /: the sum of the losses is the first/);
});

test("no finite gradient: NaN and infinity are named, not drawn as numbers", () => {
  assert.equal(said({ lnNorm: () => Number.NaN }).rule, "no finite gradient");
  assert.equal(said({ lnNorm: () => Number.POSITIVE_INFINITY }).rule, "no finite gradient");
});

test("no loss: a sequence without targets", () => {
  assert.equal(
    said({ targets: [] }).finding,
    "None of the 4 timesteps has a target, so there is no loss and no gradient.",
  );
});

test("feedforward: one timestep", () => {
  assert.equal(said({ T: 1 }).finding, "One timestep is a feedforward network: the gradient of E_1 at h_1 is 1.00.");
});

test("one timestep of a stream, or after a learned state, is no feedforward network", () => {
  const lnNorm = (t) => (t === 0 ? Math.log(0.25) : 0);
  const one = (config) => describe(initialState({ config }, makeRecord({ T: 1, lnNorm })));
  assert.deepEqual(one({ carry_state: true }), {
    rule: "one timestep of a stream",
    finding: "One timestep at a time: the gradient of E_1 is 1.00 at h_1 and is cut off at h_0.",
    reason:
      "h_0 is the state after the timestep before; no gradient crosses to that timestep, so no loss teaches it what to keep.",
  });
  assert.equal(
    one({ train_h0: true }).finding,
    "One timestep after a learned state: the gradient of E_1 is 1.00 at h_1, 0.250 at that state.",
  );
  assert.equal(one({}).rule, "feedforward");
});

test("exactly zero at every timestep", () => {
  assert.equal(said({ lnNorm: () => Number.NEGATIVE_INFINITY }).rule, "exactly zero everywhere");
});

test("else the record's finding speaks", () => {
  const { rule, finding, reason } = said({});
  assert.equal(rule, "learning");
  assert.equal(finding, "The gradient of E_4 alone is 1.00 at h_4, 0.0498 at h_1.");
  assert.equal(reason, "The loss is 0.400; without memory 1.00 can be reached.");
});

test("for a screen reader: where training is, and the finding without typography", () => {
  const words = spokenWords(initialState({}, makeRecord()));
  assert.match(words, /^Iteration 412, loss 0\.0160, .* The gradient of E 4 alone is 1\.00 at h 4, 0\.0498 at h 1\.$/);
  assert.ok(!words.includes("_"));
  assert.doesNotMatch(words, /horizon/, "not watched, not known");
  const known = spokenWords(initialState({}, makeRecord({ meta: { horizon: 6 } })));
  assert.match(
    known,
    /^Iteration 412, loss 0\.0160, gradient norm at the first timestep 1\.00, horizon 6\. The gradient/,
  );
});

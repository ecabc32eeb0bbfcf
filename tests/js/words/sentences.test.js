import assert from "node:assert/strict";
import test from "node:test";
import { initialState } from "../../../static/js/run/state.js";
import { describe, RULES, spokenWords, THRESHOLDS } from "../../../static/js/words/sentences.js";
import { makeRecord } from "../records.js";

/** The words for a record, as the page would show them. */
function said(record, more = {}) {
  return describe({ ...initialState({}, makeRecord(record)), ...more });
}

const falling = (perStep) => ({ lnNorm: (t) => perStep * (4 - t), lnFlow: (t, k) => perStep * (t - k) });

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
  assert.equal(said({ T: 1 }).finding, "One timestep is a feedforward network: E_1 reaches h_1 at 1.00.");
});

test("exactly zero, everywhere and up to a timestep", () => {
  const zero = Number.NEGATIVE_INFINITY;
  assert.equal(said({ lnNorm: () => zero }).rule, "exactly zero everywhere");
  const { rule, finding } = said({ lnNorm: (t) => (t <= 2 ? zero : 0) });
  assert.equal(rule, "exactly zero at the start");
  assert.equal(finding, "The gradient is exactly 0 up to h_2: no loss reaches further back.");
});

test("truncated: what is kept against what is needed, and what there would be", () => {
  const truncated = (meta, k2) => said({ meta }, { config: { k1: 2, k2 } });
  const { rule, finding, reason } = truncated({ needed_lag: 3, horizon: 3 }, 2);
  assert.equal(rule, "truncated");
  assert.equal(finding, "The task needs 3 steps back; truncation keeps lags of at most 1.");
  assert.equal(reason, "Without truncation, 99 % of dW_hh would come from lags of at most 3.");
  assert.equal(truncated({}, 2).finding, "The update is truncated: truncation keeps lags of at most 1.");
  assert.notEqual(truncated({}, 4).rule, "truncated");
});

test("dries up: only below the thresholds of ratio and of size", () => {
  const past = Math.log(THRESHOLDS.driesRatio) / 3;
  const { rule, finding, reason } = said(falling(past * 1.01));
  assert.equal(rule, "dries up");
  assert.match(finding, /^The gradient dries up: 1\.00 at h_4, \d\.\d\d\u2009×\u200910⁻⁷ at h_1\.$/);
  assert.match(reason, /^From E_4 alone, back to h_1, it shrinks by e\^−1[34]\.\d+: /);
  assert.notEqual(said(falling(past * 0.99)).rule, "dries up");
  const large = { lnNorm: (t) => past * 1.01 * (4 - t) + 20 };
  assert.notEqual(said(large).rule, "dries up");
});

test("floods: only above the threshold", () => {
  const past = Math.log(THRESHOLDS.floodsRatio) / 3;
  assert.equal(said(falling(past * 1.01)).rule, "floods");
  assert.notEqual(said(falling(past * 0.99)).rule, "floods");
});

test("floods: not where a last loss happens to be small and the others add up to an ordinary gradient", () => {
  const past = Math.log(THRESHOLDS.floodsRatio) / 3;
  const upTo = (size) => (t) => Math.log(size) - past * 1.01 * (t - 1);
  const shrinking = (t, k) => k - t;
  assert.notEqual(said({ lnNorm: upTo(0.99 * THRESHOLDS.floodsSize), lnFlow: shrinking }).rule, "floods");
  assert.equal(said({ lnNorm: upTo(1.01 * THRESHOLDS.floodsSize), lnFlow: shrinking }).rule, "floods");
  const growing = (t, k) => past * 1.01 * (t - k);
  assert.equal(said({ lnNorm: upTo(0.01), lnFlow: growing }).rule, "floods", "small, but it grew");
});

test("floods: the ledger is of the loss of which most arrives at h_1", () => {
  const lnNorm = (t) => 20 - 4 * t;
  const lnFlow = (t, k) => (t === 3 ? 2 * (t - k) + 5 : 0.5 * (t - k));
  const { rule, reason } = said({ lnNorm, lnFlow });
  assert.equal(rule, "floods");
  assert.equal(reason, "The largest part, E_3’s, grows by e^4.0 back to h_1: −0.5 saturation, 4.5 recurrent weights.");
  const shrinking = (t, k) => (t === 3 ? 9 : 0) - 0.5 * (t - k);
  assert.equal(said({ lnNorm, lnFlow: shrinking }).reason, "The largest part is E_3’s, which starts at 8100 at h_3.");
  assert.match(said({ lnNorm, lnFlow: (t, k) => t - k }).reason, /^From E_4 alone, back to h_1, it grows by e\^3\.0: /);
});

test("the ledger is of the last loss: it says so where there are others", () => {
  assert.match(said({}).reason, /^From E_4 alone, back to h_1, it /);
  assert.match(said({ targets: [4] }).reason, /^From E_4 back to h_1 it /);
});

test("clipped away: only when hardly anything of the update is left", () => {
  const { rule, finding } = said({ meta: { grad_norm: 250, clip_scale: 0.004 } });
  assert.equal(rule, "clipped away");
  assert.equal(finding, "Clipping keeps 0.4 % of the update: its gradient of 250 is cut to 1.00.");
  assert.notEqual(said({ meta: { grad_norm: 250, clip_scale: THRESHOLDS.clipKeeps } }).rule, "clipped away");
});

test("horizon, with the lag the task needs and without", () => {
  const both = said({ meta: { horizon: 17, needed_lag: 1 } });
  assert.equal(both.finding, "The task needs 1 step back; 99 % of dW_hh comes from lags of at most 17.");
  assert.equal(both.reason, "The gradient reaches h_1 at 1.00, from 1.00 at h_4: it neither vanishes nor explodes.");
  assert.equal(said({ meta: { horizon: 17 } }).finding, "99 % of dW_hh comes from lags of at most 17.");
});

test("needed lag without a horizon: what arrives that far back", () => {
  const { rule, finding } = said({ meta: { needed_lag: 2 } });
  assert.equal(rule, "needed lag");
  assert.equal(finding, "The task needs 2 steps back; there, at h_2, E_4 arrives at 0.135.");
});

test("neither: the sizes at both ends, and a ledger that adds up as printed", () => {
  const { rule, reason } = said({});
  assert.equal(rule, "neither");
  const [total, saturation, weights] = reason.match(/−?\d+\.\d+/g).map((text) => Number(text.replace("−", "-")));
  assert.equal((saturation + weights).toFixed(1), total.toFixed(1));
});

test("for a screen reader: where training is, and the finding without typography", () => {
  const words = spokenWords(initialState({}, makeRecord({ meta: { horizon: 3, needed_lag: 2 } })));
  assert.match(words, /^Iteration 412, loss 0\.0160, .* comes from lags of at most 3\.$/);
  assert.ok(!words.includes("_"));
});

test("gated cells: what happened to both gradients on the way back, and how far the gate that carries is open", () => {
  const record = makeRecord({ meta: { horizon: 3 }, lnNorm: (t) => 1.6 - 0.4 * (4 - t) });
  record.tensors.gates = {
    shape: [4, 4, 2],
    data: Float32Array.from({ length: 32 }, (_, i) => (i % 8 < 2 ? 0 : i % 8 < 4 ? 0.75 : 1)),
  };
  assert.equal(
    describe(initialState({}, record)).reason,
    "Over 3 steps back ∂E/∂h changes by e^−1.2; update gates are 75 % open.",
  );
  record.tensors.c = record.tensors.h;
  record.tensors.ln_dc_norm = { shape: [5], data: Float64Array.from([0, 0.5, 0, 0, 0]) };
  assert.equal(
    describe(initialState({}, record)).reason,
    "Over 3 steps back ∂E/∂c changes by e^0.5, ∂E/∂h by e^−1.2; forget gates are 75 % open.",
  );
});

import assert from "node:assert/strict";
import test from "node:test";
import { CODES, findingWords } from "../../../static/js/words/finding.js";

const words = (code, values, cause = null) => findingWords({ code, cause, values, remedies: [], skipped: [] });

const WAY = { state: "h", loss_timestep: 24, timestep: 4, ln_start: 0, ln_there: -26, ln_whole: -25 };

test("every code of the server has words", () => {
  assert.deepEqual(CODES, [
    "nonfinite",
    "overshooting",
    "solved",
    "exploding",
    "clipped_hard",
    "dead_units",
    "saturated",
    "vanishing",
    "short_horizon",
    "not_learning",
    "learning",
  ]);
});

test("vanishing names the lag that the task needs, and the parts sum to the whole as printed", () => {
  const parts = { slope: -27.7, saturation: -1.2, weights: 2.9 };
  const { finding, reason } = words("vanishing", { ...WAY, needed_lag: 20, nearby_losses: false, parts }, "slope");
  assert.equal(
    finding,
    "The task needs 20 steps back, but the gradient vanishes: that of E_24 is 1.00 at h_24, 5.11\u2009×\u200910⁻¹² at h_4.",
  );
  assert.equal(
    reason,
    "From h_24 back to h_4: it shrinks by e^−26.0: −27.7 from the activation’s steepest slope, −1.2 saturation, 2.9 recurrent weights.",
  );
});

test("where nearby losses keep the river wide, that is said, and no lag is named that nobody knows", () => {
  const values = { ...WAY, timestep: 1, needed_lag: null, nearby_losses: true, ln_whole: 0, parts: { weights: -26 } };
  const { finding, reason } = words("vanishing", values, "weights");
  assert.doesNotMatch(finding, /task needs/);
  assert.match(reason, /Nearby losses keep the river wide: all together bring 1\.00 there\.$/);
});

test("a gradient of exactly 0 is called so, with the factor that is 0", () => {
  const values = { ...WAY, needed_lag: 20, ln_there: null, nearby_losses: false, parts: { slope: 0, weights: null } };
  const { finding, reason } = words("vanishing", values, "weights");
  assert.match(finding, /exactly 0 at h_4\.$/);
  assert.equal(reason, "From h_24 back to h_4: a factor of exactly 0, recurrent weights.");
});

test("an lstm's sentence is about c alone", () => {
  const values = { ...WAY, state: "c", needed_lag: 20, nearby_losses: false, parts: { forget_gates: -30, weights: 4 } };
  const { finding, reason } = words("vanishing", values, "forget_gates");
  assert.match(finding, /1\.00 at c_24, .* at c_4\.$/);
  assert.match(reason, /it shrinks by e\^−26\.0: −30\.0 from the gates that keep the state, 4\.0 recurrent weights\.$/);
});

test("exploding", () => {
  const values = { ...WAY, timestep: 1, ln_there: 9, parts: { slope: 0, saturation: -1, weights: 10 } };
  const { finding, reason } = words("exploding", values, "weights");
  assert.equal(finding, "The gradient explodes: that of E_24 is 1.00 at h_24, 8100 at h_1.");
  assert.match(reason, /it grows by e\^9\.0: −1\.0 from saturation, 10\.0 recurrent weights\.$/);
});

test("a sum of losses that clipping hits is told from PyTorch's mean", () => {
  const values = {
    kept: 0.004,
    grad_norm: 250,
    clip_threshold: 1,
    clipped_updates: 300,
    iteration: 300,
    loss_reduction: "sum",
    targets: 16,
  };
  const { finding, reason } = words("clipped_hard", values);
  assert.equal(finding, "Clipping keeps 0.4 % of the update.");
  assert.match(reason, /300 of 300 updates were clipped\. The loss is the sum over 16 targets/);
  assert.doesNotMatch(words("clipped_hard", { ...values, loss_reduction: "mean" }).reason, /sum over/);
});

test("truncation that cuts the needed lag is told from a horizon that is short by itself", () => {
  const values = { needed_lag: 8, horizon: 3, k2: 4 };
  assert.match(
    words("short_horizon", values, "truncation").finding,
    /needs 8 steps back; truncation keeps lags of at most 3/,
  );
  assert.match(words("short_horizon", values, "weights").finding, /99 % of dW_hh comes from lags of at most 3/);
});

test("a loss that long updates made is told from one that does not fall", () => {
  const long = { median_loss: 12, baseline: 1, first_loss: 1.8, update_norm: 3, weight_norm: 40, learning_rate: 1 };
  assert.match(words("overshooting", long).finding, /median loss of the last 20 batches is 12\.0, the baseline 1\.00/);
  assert.match(words("overshooting", long).reason, /Before the first update the loss was 1\.80/);
  assert.match(words("not_learning", { learning_rate: 0 }).finding, /learning rate is 0/);
  const flat = { learning_rate: 1e-9, updates: 540, loss_before: 1, median_loss: 1 };
  assert.match(words("not_learning", flat).finding, /not fallen over 540 updates/);
});

test("dead and saturated units, a solved task, and learning", () => {
  assert.match(words("dead_units", { dead: 9, units: 16 }).finding, /^9 of 16 units are dead/);
  assert.match(words("saturated", { mean_slope: 0.01, greatest_slope: 0.25 }).finding, /0\.0100, of at most 0\.250/);
  assert.match(words("solved", { solved_at: 40, loss: 0.01, solved_below: 0.05, baseline: 1 }).finding, /iteration 40/);
  const learning = { ...WAY, loss: 0.4, baseline: 1, needed_lag: 20 };
  assert.equal(
    words("learning", learning).finding,
    "The task needs 20 steps back: there, at h_4, the gradient of E_24 alone is 5.11\u2009×\u200910⁻¹²; at h_24 it is 1.00.",
  );
  assert.equal(words("learning", { loss: 0.4, baseline: null, needed_lag: null }).finding, "The loss is 0.400.");
});

test("a task that needs no memory is not measured against what is reached without any", () => {
  const here = { ...WAY, timestep: 24, ln_there: 0, loss: 0.4, baseline: 1 };
  assert.deepEqual(words("learning", { ...here, needed_lag: 0 }), {
    finding: "The task needs no memory: the gradient of E_24 alone is 1.00 at h_24, where it begins.",
    reason: "The loss is 0.400; without reading the input 1.00 can be reached.",
  });
  const solved = { solved_at: 40, loss: 0.01, solved_below: 0.05, baseline: 1 };
  const needs = (needed_lag) => words("solved", { ...solved, needed_lag }).reason;
  assert.match(needs(0), /a loss below 0\.0500; without reading the input 1\.00 can be reached\.$/);
  assert.match(needs(3), /a loss below 0\.0500; without memory 1\.00 can be reached\.$/);
  const nobodyKnows = words("learning", { ...here, needed_lag: null });
  assert.equal(nobodyKnows.finding, "The gradient of E_24 alone is 1.00 at h_24, where it begins.");
});

test("where the sequence is shorter than the lag that the task needs, nothing is said of a place so far back", () => {
  const values = { ...WAY, loss_timestep: 2, timestep: 1, ln_there: -1, loss: 0.4, baseline: 1, needed_lag: 2 };
  assert.equal(
    words("learning", values).finding,
    "The task needs 2 steps back, the sequence has 1: the gradient of E_2 alone is 0.368 at h_1, 1.00 at h_2.",
  );
});

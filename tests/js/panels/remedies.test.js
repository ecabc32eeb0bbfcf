import assert from "node:assert/strict";
import test from "node:test";
import { remediesFor } from "../../../static/js/panels/remedies.js";

const config = { gain: 1, activation: "tanh", learning_rate: 0.01, clip: "norm" };
const labels = (divergence, changed = {}, shortest = 1) =>
  remediesFor({ timestep: null, ...divergence }, { ...config, ...changed }, shortest).map(({ label }) => label);

test("an overflowing forward pass is helped by the gain, the activation or a shorter sequence, never by clipping", () => {
  assert.deepEqual(labels({ quantity: "h", timestep: 22 }, { gain: 1e15, activation: "relu", clip: "none" }), [
    "Restart with gain 1",
    "Use tanh (weights kept)",
    "Shorten the sequence to 21",
  ]);
});

test("of an upper layer or the reverse direction the same helps; what is read from the end is cut where its reading was finite", () => {
  const flood = { gain: 1, activation: "relu", clip: "none", sequence_length: 30 };
  assert.deepEqual(labels({ quantity: "h_l2", timestep: 22 }, flood), [
    "Use tanh (weights kept)",
    "Shorten the sequence to 21",
    "Restart from the seed",
  ]);
  assert.equal(labels({ quantity: "h_l2_reverse", timestep: 10 }, flood)[1], "Shorten the sequence to 20");
});

test("no sequence is made shorter than its task allows", () => {
  assert.deepEqual(labels({ quantity: "h", timestep: 3 }, {}, 3), ["Restart from the seed"]);
});

test("an exploding update is helped by a lower rate, and by clipping where there is none", () => {
  assert.deepEqual(labels({ quantity: "grad.W_hh" }), ["Lower the learning rate to 0.001", "Restart from the seed"]);
  assert.deepEqual(labels({ quantity: "loss_t", timestep: 3 }, { learning_rate: 1e200, clip: "none" }), [
    "Lower the learning rate to 0.001",
    "Clip the norm at 1",
    "Restart from the seed",
  ]);
});

test("a loss that overflows may be helped at both ends, the growth over time first", () => {
  assert.deepEqual(labels({ quantity: "loss_t", timestep: 3 }, { activation: "relu", gain: 9 }), [
    "Restart with gain 1",
    "Use tanh (weights kept)",
    "Lower the learning rate to 0.001",
  ]);
});

/** Every number of a sentence, found in it and recomputed from the record another way. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { lossNumbers } from "../../static/js/panels/equations/loss.js";
import { clipWords } from "../../static/js/words/inspector/update.js";
import { decodeRecord } from "../../static/js/wire/protocol.js";
import { lossGradient, ownGradient } from "../../static/js/record/readings.js";
import { initialState } from "../../static/js/run/state.js";
import {
  flowWords,
  lagsWords,
  lossWords,
  outputWords,
  slopeWords,
  spectrumWords,
} from "../../static/js/words/views.js";

const file = readFileSync(new URL("../messages/record.safetensors", import.meta.url));
const record = decodeRecord(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength));
const { meta, tensors } = record;
const [T, H] = [tensors.h.shape[0] - 1, tensors.h.shape[1]];
const config = { cell: "rnn", activation: "tanh", clip: "norm", clip_threshold: 1, loss_reduction: "sum" };
const state = {
  ...initialState({ config, task: { name: "echo" } }, record),
  schema: { activations: { tanh: { gamma: 1 } } },
};

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** The numbers of a sentence, in order; indices of symbols such as h_12 left out. */
function numbersIn(sentence) {
  const plain = sentence.replace(/_[A-Za-z0-9…−]+/g, "");
  return [...plain.matchAll(/(−?\d+(?:\.\d+)?)(?:\u2009×\u200910([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?/g)].map(([, mantissa, power]) => {
    const exponent = [...(power ?? "⁰")]
      .map((figure) => (figure === "⁻" ? "-" : SUPERSCRIPTS.indexOf(figure)))
      .join("");
    return Number(mantissa.replace("−", "-")) * 10 ** Number(exponent);
  });
}

/** The same to the three digits that are printed. */
function printed(actual, expected) {
  assert.ok(Math.abs(actual - expected) <= 0.006 * Math.abs(expected), `${actual} is printed for ${expected}`);
}

test("under the flow: norms of single losses, from the flow's own logarithms", () => {
  const last = T;
  const lag = meta.needed_lag;
  const ln = (k) => tensors.ln_flow.data[(last - 1) * (T + 1) + k];
  const [steps, at, first] = numbersIn(flowWords(state));
  assert.equal(steps, lag);
  printed(at, Math.exp(ln(last - lag)));
  printed(first, Math.exp(ln(1)));
});

test("under the loss: the loss, its share of the baseline, and the clipped updates", () => {
  const updated = { ...state, record: { ...record, meta: { ...meta, iteration: 7, clipped_updates: 5 } } };
  const [loss, percent, clipped, updates] = numbersIn(lossWords(updated));
  printed(loss, meta.loss_per_timestep);
  assert.ok(Math.abs(percent - (100 * meta.loss_per_timestep) / meta.baseline) <= 0.5);
  assert.deepEqual([clipped, updates], [5, 7]);
});

test("under the output: the mean of the losses that exist", () => {
  const losses = [...tensors.loss_t.data].filter((_, index) => !Number.isNaN(tensors.target.data[index]));
  const [asked, of, mean] = numbersIn(outputWords(state));
  assert.deepEqual([asked, of], [losses.length, T]);
  printed(mean, losses.reduce((sum, loss) => sum + loss, 0) / losses.length);
});

test("the next update: the norm before, after, and the factor between them", () => {
  const [before, after, factor] = numbersIn(clipWords(state, record));
  printed(before, meta.grad_norm);
  printed(after, meta.grad_norm * meta.clip_scale);
  printed(factor, meta.clip_scale);
});

test("one loss: its equation comes to the loss in the record", () => {
  const [loss, y, target] = numbersIn(lossNumbers(record, T, []).replace("− −", "+ ").replace(" − ", " "));
  printed(loss, tensors.loss_t.data[T - 1]);
  printed((y - target) ** 2, (tensors.y.data[T - 1] - tensors.target.data[T - 1]) ** 2);
});

test("at the last timestep nothing is carried: its own loss is the whole gradient of every unit", () => {
  for (let unit = 0; unit < H; unit += 1) {
    const whole = tensors.dh.data[T * H + unit];
    assert.ok(Math.abs(ownGradient(record, T, unit, false) - whole) <= 1e-6 * (1 + Math.abs(whole)));
  }
  assert.equal(lossGradient(record, T).length, tensors.y.shape[1]);
});

test("what the record does not carry is not made up", () => {
  for (const words of [lagsWords, slopeWords, spectrumWords]) assert.deepEqual(numbersIn(words(state)), []);
});

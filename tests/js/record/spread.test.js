import assert from "node:assert/strict";
import test from "node:test";
import { figure } from "../../../static/js/views/spread.js";
import { palette } from "../../../static/js/kit/colour.js";
import {
  appendToSpread,
  curvesOf,
  QUANTILES,
  SPREAD_CAPACITY,
  trimmed,
  untrimmed,
  upTo,
} from "../../../static/js/record/spread.js";
import { initialState, reduce } from "../../../static/js/run/state.js";
import { joined, standingOf, storedOf } from "../../../static/js/run/snapshots.js";
import { createPast } from "../../../static/js/run/history.js";
import { spreadWords } from "../../../static/js/words/views.js";
import { makeRecord } from "../records.js";

const NAMES = ["W_hh", "b_h"];

/** Linear between the neighbours in order, the long way round. */
function quantile(values, share) {
  const ordered = [...values].sort((a, b) => a - b);
  const place = share * (ordered.length - 1);
  const below = Math.floor(place);
  const above = Math.ceil(place);
  return ordered[below] + (place - below) * (ordered[above] - ordered[below]);
}

/** A record whose weights and gradients are there to be looked at, and their quantiles as the server would send them. */
function recordAt(iteration, scale = 1 + iteration) {
  const record = makeRecord({ H: 3, meta: { iteration, grad_norms: { W_hh: 1, b_h: 1 } } });
  for (const [index, name] of NAMES.entries()) {
    const { shape, data } = record.tensors[name];
    record.tensors[name] = { shape, data: data.map((_, entry) => scale * Math.sin(7 * entry + index)) };
    record.tensors[`grad.${name}`] = { shape, data: data.map((_, entry) => Math.cos(5 * entry + index) / scale) };
  }
  const rows = (of) => Float64Array.from(NAMES.flatMap((name) => QUANTILES.map((share) => quantile(of(name), share))));
  const shape = [NAMES.length, QUANTILES.length];
  record.tensors.weight_quantiles = { shape, data: rows((name) => record.tensors[name].data) };
  record.tensors.gradient_quantiles = {
    shape,
    data: rows((name) => record.tensors[`grad.${name}`].data.map(Math.abs)),
  };
  return record;
}

const after = (iterations, state = initialState({ config: { cell: "rnn" } })) =>
  iterations.reduce((before, iteration) => reduce(before, { type: "record", record: recordAt(iteration) }), state);
const spreadOf = (iterations) => after(iterations).history.spread;

test("what is drawn are the quantiles of the entries that the records hold", () => {
  const iterations = [0, 3, 8];
  const state = after(iterations);
  const sheet = { width: 300, height: 240, unit: 1, colours: palette("light") };
  for (const name of NAMES) {
    const { traces } = figure(state, sheet, name, false);
    const sizes = figure(state, sheet, name, true).traces;
    for (const [index, share] of QUANTILES.entries()) {
      assert.deepEqual(traces[index].x, iterations);
      const entries = iterations.map((n) => quantile(recordAt(n).tensors[name].data, share));
      const gradients = iterations.map((n) => quantile(recordAt(n).tensors[`grad.${name}`].data.map(Math.abs), share));
      assert.deepEqual(traces[index].y, entries);
      assert.deepEqual(sizes[index].y, gradients);
    }
  }
});

test("both axes hold every quantile, and the one of sizes is logarithmic", () => {
  const state = after([0, 3, 8]);
  const sheet = { width: 300, height: 240, unit: 1, colours: palette("light") };
  const entries = figure(state, sheet, "W_hh", false);
  const sizes = figure(state, sheet, "W_hh", true);
  assert.deepEqual(entries.layout.yaxis.range, [-10, 10]);
  assert.equal(sizes.layout.yaxis.type, "log");
  const [low, high] = sizes.layout.yaxis.range.map((log10) => 10 ** log10);
  assert.ok(sizes.traces.every(({ y }) => y.every((size) => size >= low && size <= high)));
});

test("a gradient of exactly 0 is below the frame, and its number is still 0", () => {
  const record = recordAt(0);
  record.tensors.gradient_quantiles.data.fill(0, 0, 2);
  const state = reduce(initialState({ config: { cell: "rnn" } }), { type: "record", record });
  const sheet = { width: 300, height: 240, unit: 1, colours: palette("light") };
  const { traces, layout } = figure(state, sheet, "W_hh", true);
  assert.ok(Math.log10(traces[0].y[0]) < layout.yaxis.range[0]);
  assert.deepEqual(traces[0].customdata, [0]);
});

test("the sentence has the quartiles now and at first, and half the size of a gradient", () => {
  const words = spreadWords(after([0, 8]), "W_hh", false);
  const numbers = [0.25, 0.75].map((share) => quantile(recordAt(8).tensors.W_hh.data, share));
  for (const number of numbers) {
    assert.ok(words.includes(Math.abs(number).toPrecision(3)), `${number} should be in: ${words}`);
  }
  assert.match(words, /at iteration 0: /);
  const gradients = spreadWords(after([0, 8]), "W_hh", true);
  assert.match(
    gradients,
    /^Half of the 9 entries of ∂L\/∂W_hh are in size below [\d.]+ at iteration 8; at iteration 0: below [\d.]+\.$/,
  );
});

test("a record of an earlier iteration drops what came after it, and leaves what others see alone", () => {
  const whole = spreadOf([0, 1, 2, 3]);
  const branched = appendToSpread(whole, recordAt(2, 50).meta, recordAt(2, 50).tensors);
  assert.deepEqual(curvesOf(branched, "W_hh", "weights").iteration, [0, 1, 2]);
  assert.equal(curvesOf(branched, "W_hh", "weights").quantiles[6][2], quantile(recordAt(2, 50).tensors.W_hh.data, 1));
  assert.deepEqual(curvesOf(whole, "W_hh", "weights").iteration, [0, 1, 2, 3]);
  assert.equal(curvesOf(whole, "W_hh", "weights").quantiles[6][2], quantile(recordAt(2).tensors.W_hh.data, 1));
});

test("a full one keeps measured rows, the newest half without gaps", () => {
  const iterations = Array.from({ length: SPREAD_CAPACITY + 1 }, (_, index) => index);
  const { iteration, quantiles } = curvesOf(spreadOf(iterations), "b_h", "weights");
  assert.ok(iteration.length <= SPREAD_CAPACITY);
  assert.deepEqual(iteration.slice(-4), iterations.slice(-4));
  assert.deepEqual(
    iteration.map((_, row) => quantiles[3][row]),
    iteration.map((n) => quantile(recordAt(n).tensors.b_h.data, 0.5)),
  );
});

test("another cell begins anew, and a record without quantiles adds none", () => {
  const before = spreadOf([0, 1]);
  const other = recordAt(2);
  other.meta.grad_norms = { W_hh: 1, b_h: 1, b_hn: 1 };
  other.tensors.weight_quantiles.data = new Float64Array(21);
  other.tensors.gradient_quantiles.data = new Float64Array(21);
  assert.deepEqual(curvesOf(appendToSpread(before, other.meta, other.tensors), "b_hn", "weights").iteration, [2]);
  assert.equal(appendToSpread(before, recordAt(2).meta, {}).length, 2);
  assert.equal(appendToSpread(null, recordAt(0).meta, {}), null);
});

test("what is not finite has no row in the chart", () => {
  const bad = recordAt(1);
  bad.tensors.weight_quantiles.data.fill(Number.NaN, 0, 7);
  const spread = appendToSpread(spreadOf([0]), bad.meta, bad.tensors);
  assert.deepEqual(curvesOf(spread, "W_hh", "weights").iteration, [0]);
  assert.deepEqual(curvesOf(spread, "b_h", "weights").iteration, [0, 1]);
});

test("a branch keeps what came before it", () => {
  assert.deepEqual(curvesOf(upTo(spreadOf([0, 5, 9]), 5), "W_hh", "weights").iteration, [0, 5]);
});

test("it survives a reload", () => {
  const state = after([0, 4, 6]);
  const past = createPast();
  past.keepSnapshot(new ArrayBuffer(1), 0);
  const lane = joined(standingOf(state, past, 0), structuredClone(storedOf(state, past)));
  const again = after([7], { ...state, history: lane.history });
  assert.deepEqual(curvesOf(again.history.spread, "b_h", "gradients").iteration, [0, 4, 6, 7]);
  assert.equal(untrimmed(trimmed(null)), null);
});

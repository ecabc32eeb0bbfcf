import assert from "node:assert/strict";
import test from "node:test";
import { CELLS, outputGateNumbers } from "../../../static/js/panels/equations/cells.js";
import { backwardNumbers } from "../../../static/js/panels/equations/gradients.js";
import { makeRecord } from "../records.js";

test("rnn: the terms are the network's own, and stand in the order of the equation", () => {
  const record = makeRecord({ T: 3, H: 2 });
  record.tensors.W_hh.data.fill(-0.25);
  record.tensors.b_h.data.fill(-0.5);
  assert.equal(CELLS.rnn.numbers(record, 2, 0, "tanh"), "0.500 = tanh(2.000 − 0.250 − 0.500)");
});

test("rnn: without weights in the record the value stands alone; large terms are printed as powers", () => {
  const record = makeRecord();
  const { W_hh: _W_hh, ...others } = record.tensors;
  assert.equal(CELLS.rnn.numbers({ ...record, tensors: others }, 2, 1, "tanh"), "0.500 for unit 2");
  record.tensors.b_h.data.fill(-2e9);
  assert.match(CELLS.rnn.numbers(record, 2, 0, "relu"), /− 2\.00\u2009×\u200910⁹\)$/);
});

function gated(gates, names) {
  const record = makeRecord({ T: 1, H: 1 });
  record.tensors.gates = { shape: [1, names, 1], data: Float32Array.from(gates) };
  record.tensors.c = { shape: [2, 1], data: Float32Array.of(0.5, 0.25) };
  record.tensors.h.data.set([0.5, 0.25]);
  return record;
}

test("lstm: what the forget gate keeps and what the input gate adds", () => {
  const record = gated([0.5, 0.75, -0.25, 1], 4);
  assert.equal(CELLS.lstm.numbers(record, 1, 0), "0.250 = 0.750 · 0.500 − 0.500 · 0.250");
});

test("gru: the update gate mixes the candidate and the state before", () => {
  const record = gated([1, 0.25, -0.5], 3);
  assert.equal(CELLS.gru.numbers(record, 1, 0), "0.250 = −0.750 · 0.500 + 0.250 · 0.500");
});

test("mingru: its update gate lets the candidate in and keeps the state by being closed", () => {
  const record = gated([0.25, -0.5], 2);
  assert.equal(CELLS.mingru.numbers(record, 1, 0), "0.250 = 0.750 · 0.500 − 0.250 · 0.500");
});

test("indrnn: the state’s term is the unit’s own weight times its own past", () => {
  const record = makeRecord({ T: 3, H: 2 });
  const { W_hh: _W_hh, ...tensors } = record.tensors;
  tensors.u_hh = { shape: [2], data: Float64Array.of(-0.5, 3) };
  tensors.b_h.data.fill(-0.5);
  assert.equal(CELLS.indrnn.numbers({ ...record, tensors }, 2, 0, "tanh"), "0.500 = tanh(2.000 − 0.250 − 0.500)");
});

test("ln_lstm: phi is applied to the cell state normalised over the units, times gain, plus bias", () => {
  const record = makeRecord({ T: 1, H: 2 });
  record.tensors.gates = { shape: [1, 4, 2], data: Float32Array.from([1, 1, 1, 1, 1, 1, 0.5, 0.5]) };
  record.tensors.c = { shape: [2, 2], data: Float32Array.of(0, 0, 300, 100) };
  record.tensors.g_c = { shape: [2], data: Float64Array.of(2, 2) };
  record.tensors.b_c = { shape: [2], data: Float64Array.of(0.25, 0.25) };
  record.tensors.h.data.fill(0.489);
  assert.equal(outputGateNumbers(record, 1, 0, "tanh"), "0.489 = 0.500 · tanh(2.250)");
});

test("backward: one unit’s own loss and what was carried, adding up as printed, and the norm over all", () => {
  const record = makeRecord();
  record.tensors.y.data[1] = 0.5;
  record.tensors.W_hy = { shape: [2, 1], data: Float64Array.from([1, 0.05]) };
  assert.equal(backwardNumbers(record, 2, 1, false), "0.250 = 0.050 + 0.200; norm 1.00");
  assert.equal(backwardNumbers(record, 2, 1, true), "0.250 = 0.013 + 0.237; norm 1.00");
});

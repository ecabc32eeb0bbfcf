import assert from "node:assert/strict";
import test from "node:test";
import {
  at,
  hasTarget,
  lastLoss,
  ledger,
  lnFlow,
  ownShare,
  preActivation,
} from "../../../static/js/record/readings.js";
import { makeRecord } from "../records.js";

test("an entry is found by its index; what a record does not have is NaN", () => {
  const record = makeRecord();
  assert.equal(at(record, "W_hh", 1, 0), 2);
  assert.ok(Number.isNaN(at(record, "c", 1, 0)));
  assert.equal(lnFlow(record, 4, 2), -2);
});

test("targets are values or classes", () => {
  const record = makeRecord({ targets: [1, 3] });
  assert.equal(hasTarget(record, 3), true);
  assert.equal(hasTarget(record, 4), false);
  assert.equal(lastLoss(record), 3);
  record.tensors.target = { shape: [4], data: Float32Array.of(2, -1, 0, -1) };
  assert.equal(lastLoss(record), 3);
  assert.equal(ownShare(record, 3), 0.125);
  assert.equal(ownShare(record, 4), 0);
});

test("the ledger's parts are saturation before each recurrent product and the weights' share after it", () => {
  const { total, saturation, weights } = ledger(makeRecord(), 4, 1);
  assert.equal(saturation, -0.75);
  assert.equal(weights, -2.25);
  assert.equal(total, lnFlow(makeRecord(), 4, 1) - lnFlow(makeRecord(), 4, 4));
});

test("there is no ledger where a gradient is exactly 0", () => {
  assert.equal(ledger(makeRecord({ lnFlow: (t, k) => (k < t ? Number.NEGATIVE_INFINITY : 0) }), 4, 1), null);
});

test("the sum inside the activation has the network's own terms", () => {
  const { input, recurrent, bias } = preActivation(makeRecord(), 3, 1);
  assert.equal(input, 3 * 2);
  assert.equal(recurrent, 0.5 * 1 + 0.5 * 3);
  assert.equal(bias, 0.1);
});

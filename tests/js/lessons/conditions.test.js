import assert from "node:assert/strict";
import test from "node:test";
import { makeRecord } from "../records.js";
import { isDone } from "../../../static/js/lessons/conditions.js";

const lane = {
  config: { sequence_length: 16, activation: "relu", k1: 4, k2: 8, gain: 1 },
  phase: "paused",
  iteration: 100,
  scalars: { loss_per_timestep: 0.05, accuracy: null, grad_norm: 2 },
};
const pinnedIn = makeRecord({ T: 5 });
pinnedIn.tensors.loss_t = { shape: [5], data: Float64Array.of(0, Number.NaN, 0.9, 0.4, 0.9) };
const page = { lanes: [lane], events: new Set(["edit", "edit W_xh"]), tab: "lags", lane: 2, pin: 5, pinnedIn };

/** @type {[import("../../../static/js/lessons/conditions.js").Condition, boolean][]} */
const CASES = [
  [{ field: "activation", is: "relu" }, true],
  [{ field: "activation", is: "tanh" }, false],
  [{ field: "sequence_length", atLeast: 16 }, true],
  [{ field: "sequence_length", atLeast: 17 }, false],
  [{ field: "gain", atMost: 1 }, true],
  [{ field: "gain", atMost: 0.9 }, false],
  [{ scalar: "loss_per_timestep", below: 0.1 }, true],
  [{ scalar: "loss_per_timestep", below: 0.05 }, false],
  [{ scalar: "grad_norm", above: 1 }, true],
  [{ scalar: "grad_norm", above: 2 }, false],
  [{ scalar: "accuracy", below: 1 }, false],
  [{ scalar: "horizon", below: 1 }, false],
  [{ iterations: 100 }, true],
  [{ iterations: 101 }, false],
  [{ phase: "diverged" }, false],
  [{ event: "edit" }, true],
  [{ event: "step" }, false],
  [{ event: "edit", tensor: "W_xh" }, true],
  [{ event: "edit", tensor: "W_hh" }, false],
  [{ tab: "lags" }, true],
  [{ tab: "flow" }, false],
  [{ pin: 5 }, true],
  [{ pin: 4 }, false],
  [{ pin: { largest: "loss_t" } }, true],
  [{ pin: { largest: "nothing" } }, false],
  [{ lane: 2 }, true],
  [{ lane: 1 }, false],
  [
    {
      all: [
        { field: "k1", is: 4 },
        { field: "k2", is: 8 },
      ],
    },
    true,
  ],
  [
    {
      all: [
        { field: "k1", is: 4 },
        { field: "k2", is: 4 },
      ],
    },
    false,
  ],
];

for (const [condition, holds] of CASES) {
  test(`${JSON.stringify(condition)} ${holds ? "holds" : "does not hold"}`, () => {
    assert.equal(isDone(condition, page), holds);
  });
}

test("the largest loss is the one of the record in which a timestep was pinned, wherever there are several", () => {
  const at = (pin, shown = pinnedIn) => isDone({ pin: { largest: "loss_t" } }, { ...page, pin, pinnedIn: shown });
  assert.deepEqual(
    [1, 2, 3, 4, 5].map((t) => at(t)),
    [false, false, true, false, true],
  );
  assert.equal(at(null), false);
  assert.equal(at(3, null), false);
  assert.equal(at(6), false, "it is longer no more");
});

const ofLosses = (/** @type {number[]} */ ...losses) => {
  const record = makeRecord({ T: losses.length });
  record.tensors.loss_t = { shape: [losses.length], data: Float64Array.from(losses) };
  const counts = (/** @type {number} */ pin) =>
    isDone({ pin: { largest: "loss_t" } }, { ...page, pin, pinnedIn: record });
  return [...losses, 0].flatMap((_, index) => (counts(index + 1) ? [index + 1] : []));
};

test("every loss that is drawn as large as the largest is one of the largest", () => {
  const baseline = makeRecord({ T: 1 }).meta.baseline;
  assert.equal(baseline, 1);
  assert.deepEqual(ofLosses(1.3, 2, 1.5, 1.4), [2, 3], "a disc grows up to a certain size");
  assert.deepEqual(ofLosses(0.5, 0.6, 0.55), [2]);
  assert.deepEqual(ofLosses(0.01, 0, 0.02), [1, 3], "and shrinks down to one; where there is no target there is none");
});

test("where no loss is a finite number none has a disc", () => {
  assert.deepEqual(ofLosses(Number.NaN, Number.NaN), []);
  assert.deepEqual(ofLosses(Number.POSITIVE_INFINITY, 0.5, Number.NaN, 0.7), [4]);
});

test("one lane is enough, but several conditions have to hold in the same one", () => {
  const other = { ...lane, phase: "diverged", iteration: 3 };
  const both = { ...page, lanes: [lane, other] };
  assert.equal(isDone({ phase: "diverged" }, both), true);
  assert.equal(isDone({ iterations: 100 }, both), true);
  assert.equal(isDone({ all: [{ phase: "diverged" }, { iterations: 100 }] }, both), false);
});

import assert from "node:assert/strict";
import test from "node:test";
import { createFoldClock, FOLD_MS, foldMoment } from "../../../../static/js/stage/fold/timeline.js";

test("open nothing has moved, folded everything has arrived", () => {
  const open = foldMoment(0, 24);
  assert.deepEqual([open.fade, open.appear, open.slide, open.grow, open.flight(24)], [1, 0, 0, 0, 0]);
  const folded = foldMoment(1, 24);
  assert.deepEqual([folded.fade, folded.appear, folded.slide, folded.grow, folded.flight(1)], [0, 1, 1, 1, 1]);
});

test("the last timestep hands over its part first, as backpropagation reaches it first", () => {
  for (const share of [0.3, 0.5, 0.7]) {
    const { flight } = foldMoment(share, 10);
    for (let t = 1; t < 10; t++) assert.ok(flight(t) <= flight(t + 1));
  }
});

test("a single timestep folds too", () => {
  assert.equal(foldMoment(1, 1).flight(1), 1);
});

test("folding takes 900 ms and can turn around on the way", () => {
  const clock = createFoldClock();
  assert.equal(clock.at(true, 1000, true), 0);
  assert.equal(clock.at(true, 1000 + FOLD_MS / 3, true), 1 / 3);
  assert.ok(Math.abs(clock.at(false, 1000 + FOLD_MS / 2, true) - 1 / 6) < 1e-12);
  assert.equal(clock.at(true, 5000, true), 1);
  assert.equal(clock.at(false, 90_000, true), 1, "unfolding begins when it is asked for, however late");
  assert.equal(clock.at(false, 90_000 + FOLD_MS, true), 0);
});

test("with reduced motion it is there at once", () => {
  const clock = createFoldClock();
  assert.equal(clock.at(true, 0, false), 1);
  assert.equal(clock.at(false, 1, false), 0);
});

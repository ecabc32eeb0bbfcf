import assert from "node:assert/strict";
import test from "node:test";
import { createSlidingAxis, createSlidingColumns } from "../../../static/js/stage/motion.js";

const SIZE = { width: 764, U: 1 };
const EVEN = { lens: null, zoom: null };
const widthOf = (edges, t) => edges[t] - edges[t - 1];
const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);

test("the first columns stand at once, a change of T slides them for 250 ms", () => {
  const columns = createSlidingColumns();
  near(widthOf(columns.at(24, SIZE, EVEN, 0, true), 1), 630 / 24);
  assert.equal(columns.moving(10), false);
  near(widthOf(columns.at(40, SIZE, EVEN, 100, true), 1), 630 / 24);
  const between = widthOf(columns.at(40, SIZE, EVEN, 150, true), 40);
  assert.ok(between < 630 / 24 && between > 630 / 40);
  near(widthOf(columns.at(40, SIZE, EVEN, 351, true), 1), 630 / 40);
  assert.equal(columns.moving(351), false);
});

test("standing columns are the same array, so that nothing is drawn again", () => {
  const columns = createSlidingColumns();
  assert.equal(columns.at(24, SIZE, EVEN, 0, true), columns.at(24, SIZE, EVEN, 16, true));
});

test("a lens opens in 200 ms without changing the whole width", () => {
  const columns = createSlidingColumns();
  columns.at(120, SIZE, EVEN, 0, true);
  const lens = { first: 41, last: 45 };
  const open = { lens, zoom: null };
  for (const now of [100, 150, 200, 301]) near(columns.at(120, SIZE, open, now, true)[120], 746);
  near(widthOf(columns.at(120, SIZE, open, 301, true), 43), 28);
});

test("a zoom follows the hand, leaving it slides back", () => {
  const columns = createSlidingColumns();
  columns.at(120, SIZE, EVEN, 0, true);
  const zoomed = columns.at(120, SIZE, { lens: null, zoom: { from: 60, to: 81 } }, 100, true);
  near(zoomed[60], 116);
  near(zoomed[81], 746);
  assert.equal(columns.moving(100), false);
  near(columns.at(120, SIZE, EVEN, 200, true)[60], 116);
  assert.equal(columns.moving(250), true);
  near(columns.at(120, SIZE, EVEN, 500, true)[120], 746);
});

test("with reduced motion and on a new window size columns jump", () => {
  const columns = createSlidingColumns();
  columns.at(24, SIZE, EVEN, 0, true);
  near(widthOf(columns.at(40, SIZE, EVEN, 100, false), 1), 630 / 40);
  near(widthOf(columns.at(40, { width: 1134, U: 1 }, EVEN, 200, true), 1), 1000 / 40);
});

test("the axis slides to its new range in 300 ms, at once with reduced motion", () => {
  const far = { low: -9, high: 0 };
  const axis = createSlidingAxis();
  assert.deepEqual(axis.at({ low: -2, high: 1 }, 0, true), [-4, 2]);
  assert.deepEqual(axis.at(far, 100, true), [-4, 2]);
  const [low, high] = axis.at(far, 200, true);
  assert.ok(low < -4 && low > -12 && high > 2 && high < 6);
  assert.deepEqual(axis.at(far, 401, true), [-12, 6]);
  const still = createSlidingAxis();
  still.at({ low: -2, high: 1 }, 0, false);
  assert.deepEqual(still.at(far, 100, false), [-12, 6]);
});

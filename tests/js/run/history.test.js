import assert from "node:assert/strict";
import test from "node:test";
import { BOUNDS, createPast } from "../../../static/js/run/history.js";

const TENSOR_BYTES = 80;

function shown(iteration) {
  const h = { shape: [5, 2], data: new Float64Array(TENSOR_BYTES / 8) };
  return { record: { meta: { iteration }, tensors: { h } }, config: {}, task: null, solvedAt: null };
}

const bytes = (length = 100) => new ArrayBuffer(length);
const iterations = (past) => past.moments().map(({ iteration }) => iteration);
const change = (field) => ({ type: "configure", changes: { [field]: 1 } });

test("the last records are kept, by number and by size", () => {
  const few = createPast({ ...BOUNDS, moments: 3 });
  for (const iteration of [1, 2, 3, 4, 5]) few.keepMoment(shown(iteration));
  assert.deepEqual(iterations(few), [3, 4, 5]);
  const small = createPast({ ...BOUNDS, momentBytes: 2.5 * TENSOR_BYTES });
  for (const iteration of [1, 2, 3, 4, 5]) small.keepMoment(shown(iteration));
  assert.deepEqual(iterations(small), [4, 5]);
});

test("several lanes divide the memory", () => {
  const past = createPast({ ...BOUNDS, momentBytes: 4 * TENSOR_BYTES });
  for (const iteration of [1, 2, 3, 4]) past.keepMoment(shown(iteration));
  past.limit(1 / 2);
  assert.deepEqual(iterations(past), [3, 4]);
});

test("of records that are gone, those beside snapshots remain", () => {
  const past = createPast({ ...BOUNDS, moments: 2 });
  past.keepSnapshot(bytes(), 0);
  for (let iteration = 0; iteration < 100; iteration += 1) {
    past.keepMoment(shown(iteration));
    if (iteration % 25 === 24) past.keepSnapshot(bytes(), iteration);
  }
  assert.deepEqual(iterations(past), [0, 25, 50, 75, 98, 99]);
});

test("snapshots stay few, the newest and the first among them, evenly spread before the last records", () => {
  const past = createPast({ ...BOUNDS, moments: 5, snapshots: 8 });
  for (let iteration = 0; iteration <= 1000; iteration += 1) {
    if (iteration % 10 === 0) past.keepSnapshot(bytes(), iteration);
    past.keepMoment(shown(iteration));
  }
  const kept = past.save().snapshots.map(({ iteration }) => iteration);
  assert.equal(kept.length, 8);
  assert.equal(kept[0], 0);
  assert.deepEqual(kept.slice(-2), [990, 1000]);
  const gaps = kept.slice(1, -2).map((iteration, index) => iteration - kept[index]);
  assert.ok(Math.max(...gaps) <= 3 * Math.min(...gaps), String(kept));
});

test("snapshots are bounded by their bytes too, but the newest two stay", () => {
  const past = createPast({ ...BOUNDS, snapshotBytes: 250 });
  for (const iteration of [0, 10, 20, 30]) past.keepSnapshot(bytes(), iteration);
  assert.equal(past.save().snapshots.length, 2);
  assert.deepEqual(
    past.ways().map((way) => way.bytes.byteLength),
    [100, 100],
  );
});

test("a moment is reached from the nearest snapshot before it, by the changes in between", () => {
  const past = createPast();
  past.keepSnapshot(bytes(1), 0);
  past.keepMoment(shown(5));
  past.accept(change("a"), 7);
  past.keepSnapshot(bytes(2), 10);
  past.accept(change("b"), 12);
  past.keepMoment(shown(12));
  past.accept(change("c"), 12);
  past.keepMoment(shown(20));
  const [first, middle, last] = past.moments();
  assert.deepEqual(past.routeTo(first), { bytes: bytes(1), changes: [], iteration: 5 });
  const route = past.routeTo(middle);
  assert.equal(route.bytes.byteLength, 2);
  assert.deepEqual(route.changes, [{ command: change("b"), iteration: 12 }]);
  assert.equal(past.routeTo(last).changes.length, 2);
});

test("a branch drops what came after, and what was dropped can be restored", () => {
  const past = createPast();
  past.keepSnapshot(bytes(1), 0);
  past.accept(change("a"), 3);
  for (const iteration of [4, 8, 12]) past.keepMoment(shown(iteration));
  past.keepSnapshot(bytes(2), 12);
  past.accept(change("b"), 13);
  const saved = past.save();
  past.cut(past.at(8));
  assert.deepEqual(iterations(past), [4, 8]);
  assert.equal(past.accepted, 1);
  assert.equal(past.newest().iteration, 0);
  assert.deepEqual(past.ways()[0].changes, [{ command: change("a"), iteration: 3 }]);
  past.restore(saved);
  assert.deepEqual(iterations(past), [4, 8, 12]);
  assert.equal(past.newest().iteration, 12);
});

test("a restart ends what can be scrubbed to, but not what the run can be taken up from", () => {
  const past = createPast();
  past.keepSnapshot(bytes(), 0);
  past.keepMoment(shown(40));
  past.accept(change("cell"), 40);
  past.restart();
  past.keepMoment(shown(0));
  past.keepMoment(shown(3));
  assert.deepEqual(iterations(past), [0, 3]);
  assert.deepEqual(past.routeTo(past.at(3)).changes, [{ command: change("cell"), iteration: 40 }]);
});

test("before and after step over records of the same iteration only where a change lies between", () => {
  const past = createPast();
  past.keepMoment(shown(4));
  past.keepMoment(shown(4));
  past.accept(change("a"), 4);
  past.keepMoment(shown(4));
  past.keepMoment(shown(5));
  assert.deepEqual(iterations(past), [4, 4, 5]);
  const last = past.at(9);
  assert.equal(past.before(last).accepted, 1);
  assert.equal(past.before(past.before(last)).accepted, 0);
  assert.equal(past.before(past.moments()[0]), null);
  assert.equal(past.after(past.before(last)), last);
});

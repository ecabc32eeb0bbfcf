import assert from "node:assert/strict";
import test from "node:test";
import { initialState, reduce } from "../../../static/js/run/state.js";
import { joined, keptPast, keptState, restAfter, standingOf, storedOf } from "../../../static/js/run/snapshots.js";
import { createPast } from "../../../static/js/run/history.js";
import { makeRecord } from "../records.js";

const change = (field) => ({ type: "configure", changes: { [field]: 1 } });

function setUp() {
  let state = initialState({ config: { cell: "rnn" } });
  const past = createPast();
  for (const iteration of [0, 10, 20]) {
    past.keepSnapshot(new ArrayBuffer(iteration + 1), iteration);
    state = reduce(state, {
      type: "record",
      record: makeRecord({ meta: { iteration, loss_per_timestep: iteration } }),
    });
    past.accept(change(`at ${iteration}`), iteration);
  }
  return { state, past };
}

test("a run is found as it was kept: its newest snapshots, the changes since, its curve", () => {
  const { state, past } = setUp();
  const stored = structuredClone(storedOf(state, past));
  past.accept(change("later"), 25);
  const standing = JSON.parse(JSON.stringify(standingOf(state, past, stored.snapshots[0].accepted)));
  const lane = joined(standing, stored);
  const again = createPast();
  again.restore(keptPast(lane));
  assert.deepEqual(again.ways(), past.ways());
  assert.equal(again.accepted, 4);
  const found = keptState(initialState({}), lane);
  assert.equal(found.live.iteration, 20);
  assert.equal(found.config.cell, "rnn");
  assert.equal(found.record, null);
  assert.deepEqual([...found.history.loss.slice(0, found.history.length)], [0, 10, 20]);
});

test("a snapshot to which the known changes do not lead is of no use", () => {
  const { state, past } = setUp();
  const stored = storedOf(state, past);
  assert.equal(joined(standingOf(state, past, past.accepted), stored), null);
  const [, newest] = stored.snapshots;
  const lane = joined(standingOf(state, past, newest.accepted), stored);
  assert.deepEqual(
    lane.snapshots.map(({ iteration }) => iteration),
    [20],
  );
});

test("the disk rests the longer the more was written: at most 64 KB a second", () => {
  const lane = { snapshots: [{ bytes: new ArrayBuffer(32 * 1024) }], history: { loss: new Float64Array(4096) } };
  assert.equal(restAfter([/** @type {any} */ (lane)]), 1000);
  assert.equal(restAfter([/** @type {any} */ (lane), /** @type {any} */ (lane)]), 2000);
});

import assert from "node:assert/strict";
import test from "node:test";
import { initialState, reduce } from "../../../static/js/run/state.js";
import { createStore } from "../../../static/js/lib/store.js";
import { createPast } from "../../../static/js/run/history.js";
import { createTravel } from "../../../static/js/run/travel.js";
import { makeRecord } from "../records.js";

function setUp(phase = "running") {
  const store = createStore(initialState({ phase }), reduce);
  const past = createPast();
  for (const iteration of [10, 20, 30]) {
    const record = makeRecord({ meta: { iteration } });
    past.keepMoment({ record, config: { iteration }, task: null, solvedAt: null });
    store.dispatch({ type: "record", record });
  }
  const called = [];
  const session = { past, travel: null };
  for (const name of ["pause", "play", "step", "reset", "branch", "undo"]) session[name] = () => called.push(name);
  return { store, called, travel: createTravel(store, session) };
}

test("going back shows what was, and pauses a run that plays", () => {
  const { store, called, travel } = setUp();
  travel.to(25);
  assert.equal(store.get().iteration, 20);
  assert.equal(store.get().config.iteration, 20);
  assert.equal(store.get().live.iteration, 30);
  travel.to(12);
  assert.equal(store.get().iteration, 10);
  assert.deepEqual(called, ["pause"]);
});

test("now shows the run again, which goes on if it played", () => {
  const { store, called, travel } = setUp();
  travel.to(10);
  travel.now();
  assert.equal(store.get().past, null);
  assert.equal(store.get().iteration, 30);
  assert.deepEqual(called, ["pause", "play"]);
  const paused = setUp("paused");
  paused.travel.to(10);
  paused.travel.now();
  assert.deepEqual(paused.called, []);
});

test("back and next go record by record; beyond the last, next is one update", () => {
  const { store, called, travel } = setUp("paused");
  travel.back();
  travel.back();
  assert.equal(store.get().iteration, 10);
  travel.back();
  assert.equal(store.get().iteration, 10);
  travel.next();
  assert.equal(store.get().iteration, 20);
  travel.next();
  assert.equal(store.get().past, null);
  assert.deepEqual(called, []);
  travel.next();
  assert.deepEqual(called, ["step"]);
});

test("while the past is shown, what the run does stays behind it", () => {
  const { store, travel } = setUp();
  travel.to(10);
  store.dispatch({ type: "record", record: makeRecord({ meta: { iteration: 31 } }) });
  assert.equal(store.get().iteration, 10);
  assert.equal(store.get().record.meta.iteration, 10);
  assert.equal(store.get().live.record.meta.iteration, 31);
});

test("moments are those of the run that is chosen now, not of the first one", () => {
  const { store } = setUp("paused");
  const session = { past: createPast() };
  const travel = createTravel(store, session);
  const other = createPast();
  other.keepMoment({ record: makeRecord({ meta: { iteration: 77 } }), config: {}, task: null, solvedAt: null });
  session.past = other;
  assert.deepEqual(
    travel.moments().map(({ iteration }) => iteration),
    [77],
  );
});

import assert from "node:assert/strict";
import test from "node:test";
import { emptyHistory, HISTORY_CAPACITY } from "../../../static/js/run/columns.js";
import { appendToHistory } from "../../../static/js/run/curve.js";
import { initialState, reduce } from "../../../static/js/run/state.js";
import { makeRecord } from "../records.js";

const config = { sequence_length: 4, activation: "tanh", cell: "rnn" };

function stateMessage(changes, effects, more = {}) {
  const message = { phase: "running", iteration: 7, solved_at: null, task: null, effects, ...more };
  return {
    type: "server",
    at: more.at ?? 1000,
    message: { type: "state", config: { ...config, ...changes }, ...message },
  };
}

const live = (field) => ({ live: [field], restart: [] });

test("the bootstrap and the first record are the first state", () => {
  const state = initialState({ config, phase: "paused" }, makeRecord({ meta: { iteration: 0 } }));
  assert.equal(state.config, config);
  assert.equal(state.iteration, 0);
  assert.equal(state.history.length, 1);
});

test("a live change keeps the curve before it as a named ghost", () => {
  const before = initialState({ config }, makeRecord());
  const after = reduce(before, stateMessage({ sequence_length: 9 }, live("sequence_length")));
  assert.equal(after.ghost.label, "T = 4");
  assert.equal(after.ghost.T, 4);
  assert.equal(after.ghost.ln_dh_norm, before.record.tensors.ln_dh_norm.data);
});

test("a drag is one change: its ghost stays what was there before the drag", () => {
  let state = initialState({ config }, makeRecord({ T: 4 }));
  state = reduce(state, stateMessage({ sequence_length: 9 }, live("sequence_length"), { at: 1000 }));
  state = reduce(state, { type: "record", record: makeRecord({ T: 9 }) });
  state = reduce(state, stateMessage({ sequence_length: 12 }, live("sequence_length"), { at: 1100 }));
  assert.equal(state.ghost.label, "T = 4");
  state = reduce(state, { type: "record", record: makeRecord({ T: 12 }) });
  state = reduce(state, stateMessage({ sequence_length: 20 }, live("sequence_length"), { at: 9000 }));
  assert.equal(state.ghost.label, "T = 12");
});

test("a restart leaves no ghost, and a ghost fades after a minute", () => {
  const ghosted = reduce(
    initialState({ config }, makeRecord()),
    stateMessage({ activation: "relu" }, live("activation")),
  );
  assert.equal(reduce(ghosted, stateMessage({ cell: "lstm" }, { live: [], restart: ["cell"] })).ghost, null);
  assert.ok(reduce(ghosted, { type: "tick", at: 30_000 }).ghost);
  assert.equal(reduce(ghosted, { type: "tick", at: 62_000 }).ghost, null);
});

test("a pin outside a shorter sequence is freed, a unit outside a smaller network forgotten", () => {
  const pinned = reduce(initialState({ config }, makeRecord({ T: 8, H: 6 })), { type: "pin", pin: { t: 6, unit: 5 } });
  assert.deepEqual(reduce(pinned, { type: "record", record: makeRecord({ T: 8, H: 3 }) }).pin, { t: 6 });
  assert.equal(reduce(pinned, { type: "record", record: makeRecord({ T: 5, H: 6 }) }).pin, null);
});

test("the same place again changes nothing, so that nothing is drawn again", () => {
  const hovered = reduce(initialState({ config }, makeRecord()), { type: "hover", hover: { t: 2 } });
  assert.equal(reduce(hovered, { type: "hover", hover: { t: 2 } }), hovered);
});

test("an error about a field stands at the field until the field is changed; others become the notice", () => {
  const error = { type: "error", code: "out_of_range", field: "sequence_length", message: "too long" };
  let state = reduce(initialState({ config }), { type: "server", at: 0, message: error });
  assert.deepEqual(state.errors, { sequence_length: "too long" });
  state = reduce(state, { type: "wanted", wanted: { sequence_length: 5 } });
  assert.deepEqual(state.errors, {});
  state = reduce(state, { type: "server", at: 0, message: { type: "error", code: "busy", message: "later" } });
  assert.equal(state.notice.text, "later");
});

test("a divergence is known until the run goes on", () => {
  const diverged = { type: "diverged", iteration: 7, quantity: "h", timestep: 22, unit: 3, cause: "it grew" };
  let state = reduce(initialState({ config }), { type: "server", at: 0, message: diverged });
  state = reduce(state, stateMessage({}, { live: [], restart: [] }, { phase: "diverged" }));
  assert.equal(state.divergence, diverged);
  state = reduce(state, stateMessage({ activation: "relu" }, live("activation"), { phase: "paused" }));
  assert.equal(state.divergence, null);
});

test("what an older state sees of the history stays as it was", () => {
  const meta = (iteration) => makeRecord({ meta: { iteration, loss_per_timestep: iteration } }).meta;
  let history = emptyHistory();
  for (let iteration = 0; iteration < 5; iteration += 1) history = appendToHistory(history, meta(iteration));
  const older = history;
  history = appendToHistory(history, meta(2));
  assert.deepEqual([...older.iteration.slice(0, older.length)], [0, 1, 2, 3, 4]);
  assert.deepEqual([...history.iteration.slice(0, history.length)], [0, 1, 2]);
});

test("a full history thins its older half and keeps the newest points", () => {
  const { meta } = makeRecord();
  let history = emptyHistory();
  for (let iteration = 0; iteration <= HISTORY_CAPACITY; iteration += 1) {
    history = appendToHistory(history, { ...meta, iteration });
  }
  assert.equal(history.length, (HISTORY_CAPACITY * 3) / 4 + 1);
  assert.equal(history.iteration[1], 2);
  assert.equal(history.iteration[history.length - 1], HISTORY_CAPACITY);
  assert.equal(history.iteration[history.length - 2], HISTORY_CAPACITY - 1);
});

test("the inspector speaks of one thing: a chosen weight frees the pin, a pin the weight", () => {
  const pinned = reduce(initialState({}, makeRecord()), { type: "pin", pin: { t: 2 } });
  const weight = { tensor: "W_hh", index: [0, 1] };
  const chosen = reduce(pinned, { type: "weight", weight });
  assert.deepEqual([chosen.weight, chosen.pin], [weight, null]);
  assert.equal(reduce(chosen, { type: "pin", pin: { t: 1 } }).weight, null);
});

test("an edit leaves the curve before it behind, by the name it is given", () => {
  const state = initialState({}, makeRecord());
  const { ghost } = reduce(state, { type: "ghost", label: "W_hh[1, 2] = 0.25", at: 5 });
  assert.equal(ghost.label, "W_hh[1, 2] = 0.25");
  assert.equal(ghost.ln_dh_norm, state.record.tensors.ln_dh_norm.data);
});

test("a zoom that a link asked for holds from the first record on, where it fits", () => {
  const first = { type: "record", record: makeRecord({ T: 20 }) };
  const opened = (to) => ({ ...initialState({}), zoom: { from: 2, to } });
  assert.deepEqual(reduce(opened(12), first).zoom, { from: 2, to: 12 });
  assert.equal(reduce(opened(21), first).zoom, null);
  const longer = { type: "record", record: makeRecord({ T: 30 }) };
  assert.equal(reduce(reduce(opened(12), first), longer).zoom, null, "another length is seen whole");
});

import assert from "node:assert/strict";
import test from "node:test";
import { createEdits, entryName } from "../../../static/js/run/edits.js";
import { initialState, reduce } from "../../../static/js/run/state.js";
import { createStore } from "../../../static/js/lib/store.js";
import { makeRecord } from "../records.js";
import { createPlatform } from "../sockets.js";

function setUp() {
  const store = createStore(initialState({}, makeRecord()), reduce);
  const platform = createPlatform();
  const sent = [];
  const edit = createEdits(store, (...change) => sent.push(change), platform);
  return { store, platform, sent, edit };
}

test("dragging an entry sends thirty edits a second, the last one always", () => {
  const { platform, sent, edit } = setUp();
  for (const value of [0.1, 0.2, 0.3]) edit("W_hh", [0, 1], value, 0);
  assert.deepEqual(sent, [["W_hh", [0, 1], 0.1]]);
  platform.pass(34);
  assert.deepEqual(sent.at(-1), ["W_hh", [0, 1], 0.3]);
  assert.equal(sent.length, 2);
});

test("entries that are changed together all arrive", () => {
  const { platform, sent, edit } = setUp();
  edit("x", [0, 0], 0, 1);
  edit("x", [0, 2], 1, 0);
  platform.pass(34);
  assert.deepEqual(sent, [
    ["x", [0, 0], 0],
    ["x", [0, 2], 1],
  ]);
});

test("the curve before a gesture stays as its ghost until another gesture", () => {
  const { store, platform, edit } = setUp();
  edit("W_hh", [9, 5], 0.3, 0.25);
  assert.equal(store.get().ghost.label, "W_hh[10, 6] = 0.25");
  platform.pass(500);
  edit("W_hh", [9, 5], 0.4, 0.3);
  assert.equal(store.get().ghost.label, "W_hh[10, 6] = 0.25");
  platform.pass(2000);
  edit("W_hh", [9, 5], 0.5, 0.4);
  assert.equal(store.get().ghost.label, "W_hh[10, 6] = 0.4");
});

test("entries are named as people count", () => {
  assert.equal(entryName("W_hh", [0, 5]), "W_hh[1, 6]");
  assert.equal(entryName("b_h", [2]), "b_h[3]");
});

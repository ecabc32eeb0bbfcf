import assert from "node:assert/strict";
import test from "node:test";
import { createStore } from "../../../static/js/lib/store.js";
import { shortcutsOf } from "../../../static/js/panels/shortcuts.js";
import { only } from "../../../static/js/run/source.js";
import { initialState, reduce } from "../../../static/js/run/state.js";
import { makeRecord } from "../records.js";

const T = 5;

/** Keys of a page whose parts note that they were set off. */
function setUp() {
  const store = createStore(initialState({ config: { sequence_length: T, cell: "rnn" } }), reduce);
  store.dispatch({ type: "record", record: makeRecord({ T }) });
  const done = [];
  const note = (name) => () => done.push(name);
  const names = ["reset", "fold", "slowMotion", "names", "lessons", "nextPage", "previousPage", "ask", "help"];
  const keys = shortcutsOf(store, {
    ...Object.fromEntries([...names, "closeCheck", "endFirstView"].map((name) => [name, note(name)])),
    transport: { toggle: note("toggle"), back: note("back"), next: note("next") },
    configure: (changes) => done.push(changes),
    lanes: { 1: note("lane 1") },
  });
  return { store, keys, done };
}

test("comma and full stop move the pinned timestep, and its unit with it, no further than both ends", () => {
  const { store, keys } = setUp();
  keys[","]();
  assert.deepEqual(store.get().pin, { t: T }, "the first press pins the last timestep");
  keys["."]();
  assert.deepEqual(store.get().pin, { t: T });
  store.dispatch({ type: "pin", pin: { t: 2, unit: 1 } });
  for (let press = 0; press < 3; press += 1) keys[","]();
  assert.deepEqual(store.get().pin, { t: 1, unit: 1 });
});

test("plus and minus change the length that is on its way, before the server has answered", () => {
  const { store, keys, done } = setUp();
  keys["+"]();
  store.dispatch({ type: "wanted", wanted: { sequence_length: T + 1 } });
  keys["="]();
  keys["-"]();
  assert.deepEqual(
    done,
    [T + 1, T + 2, T].map((sequence_length) => ({ sequence_length })),
  );
});

test("Escape closes the check before it frees what is pinned", () => {
  const { store, keys, done } = setUp();
  store.dispatch({ type: "pin", pin: { t: 2 } });
  store.dispatch({ type: "panel", panel: "check" });
  keys.Escape();
  assert.deepEqual([store.get().panel, store.get().pin, done], [null, { t: 2 }, ["closeCheck"]]);
  keys.Escape();
  assert.equal(store.get().pin, null);
});

test("what the first view does not show opens with the whole instrument; what a source cannot do, no key does", () => {
  const { store, keys, done } = setUp();
  keys.f();
  keys.l();
  assert.deepEqual(done.splice(0), ["endFirstView", "fold", "endFirstView", "lessons"]);
  store.dispatch({ type: "can", can: only("present") });
  keys.l();
  keys["/"]();
  assert.deepEqual(done, []);
});

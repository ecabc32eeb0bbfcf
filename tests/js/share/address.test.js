import assert from "node:assert/strict";
import { test } from "node:test";

import { keepAddress } from "../../../static/js/share/address.js";
import { initialState, reduce } from "../../../static/js/run/state.js";
import { createStore } from "../../../static/js/lib/store.js";

const schema = { properties: { sequence_length: { type: "integer", minimum: 1, maximum: 500, default: 24 } } };

function page(hash = "") {
  const store = createStore(initialState({ schema, config: { sequence_length: 24 } }), reduce);
  /** @type {(() => void)[]} */
  const timers = [];
  /** @type {string[]} */
  const written = [];
  const location = { hash, pathname: "/", search: "?embed" };
  const history = {
    state: null,
    replaceState: (/** @type {unknown} */ _state, /** @type {string} */ _title, /** @type {string} */ address) => {
      written.push(address);
      location.hash = address.startsWith("#") ? address : "";
    },
  };
  const setTimer = (/** @type {() => void} */ callback, /** @type {number} */ ms) => {
    assert.ok(ms >= 500);
    return timers.push(callback);
  };
  keepAddress(store, () => [], /** @type {any} */ ({ location, history, setTimer }));
  return { store, written, timers, pass: () => timers.splice(0).map((timer) => timer()) };
}

test("many changes are one address, the last one", () => {
  const { store, written, timers, pass } = page();
  pass();
  for (let t = 1; t < 100; t += 1) store.dispatch({ type: "pin", pin: { t } });
  assert.equal(timers.length, 1);
  pass();
  assert.deepEqual(written, ["#pin=99"]);
});

test("a page with nothing but defaults has no fragment, and keeps its query", () => {
  const { written, pass } = page("#ruler=near");
  pass();
  assert.deepEqual(written, ["/?embed"]);
});

test("nothing is written where nothing differs", () => {
  const { store, written, pass } = page();
  pass();
  store.dispatch({ type: "hover", hover: { t: 3 } });
  store.dispatch({ type: "pin", pin: { t: 3 } });
  store.dispatch({ type: "pin", pin: null });
  pass();
  assert.deepEqual(written, []);
});

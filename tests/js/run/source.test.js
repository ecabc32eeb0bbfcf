import assert from "node:assert/strict";
import test from "node:test";
import { createStore } from "../../../static/js/lib/store.js";
import { FOLLOWED } from "../../../static/js/run/following.js";
import { createSession } from "../../../static/js/run/session.js";
import { EVERYTHING, missing, only, readOnly } from "../../../static/js/run/source.js";
import { initialState, reduce } from "../../../static/js/run/state.js";
import { createPlatform } from "../sockets.js";

const schema = { properties: { activation: {}, cell: {} } };

test("a page begins with a run of its own, which can do everything", () => {
  assert.deepEqual(missing(initialState().can), []);
});

test("what a source cannot do is everything it does not name", () => {
  const can = only("present", "files");
  assert.deepEqual(Object.keys(can), Object.keys(EVERYTHING));
  assert.deepEqual(
    missing(can),
    Object.keys(EVERYTHING).filter((one) => one !== "present" && one !== "files"),
  );
});

test("where nothing can be configured every control is locked, until a source comes that can", () => {
  const store = createStore(initialState({ schema }), reduce);
  store.dispatch({ type: "can", can: FOLLOWED });
  assert.deepEqual(store.get().locks, { activation: "locked", cell: "locked" });
  createSession("ws://here/ws", store, createPlatform());
  assert.equal(store.get().can, EVERYTHING);
  assert.deepEqual(store.get().locks, {});
});

test("the locks of a link stay where the source is another of the same kind", () => {
  const store = createStore({ ...initialState({ schema }), locks: { cell: "locked" } }, reduce);
  store.dispatch({ type: "can", can: EVERYTHING });
  assert.deepEqual(store.get().locks, { cell: "locked" });
});

test("a source that cannot be changed has every member of one that can", async () => {
  let refusals = 0;
  const refusing = readOnly(() => {
    refusals += 1;
  });
  const session = createSession("ws://here/ws", createStore(initialState(), reduce), createPlatform());
  for (const [name, act] of Object.entries(refusing)) {
    assert.equal(typeof session[name], "function", `${name} is a member of a session`);
    assert.ok(!(await act()), `${name} does nothing`);
  }
  assert.ok(refusals > 5, "who tries is told");
});

import assert from "node:assert/strict";
import test from "node:test";
import { createPast } from "../../../static/js/run/history.js";
import { createKeeper, findKept } from "../../../static/js/run/keeper.js";
import { initialState, reduce } from "../../../static/js/run/state.js";
import { createStore } from "../../../static/js/lib/store.js";
import { answering, createDatabases } from "../databases.js";

const config = { sequence_length: 24 };

/** Waits for what the database answers. */
const settle = async () => {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** A tab with one run, in a browser whose database behaves as `databases.behave` says. */
function setUp(t) {
  let now = 0;
  t.mock.method(performance, "now", () => now);
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const databases = createDatabases();
  const kept = new Map();
  const tab = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
  const listens = { addEventListener() {}, visibilityState: "visible" };
  const page = { window: listens, document: listens, sessionStorage: tab };
  for (const [name, value] of Object.entries(page)) {
    Object.defineProperty(globalThis, name, { value, configurable: true });
    t.after(() => delete globalThis[name]);
  }
  Object.defineProperty(globalThis, "indexedDB", { get: databases.access, configurable: true });
  t.after(() => delete globalThis.indexedDB);
  const store = createStore(initialState({ config, schema: { properties: {} } }), reduce);
  const past = createPast();
  past.keepSnapshot(new ArrayBuffer(8), 10);
  const { keep } = createKeeper(
    () => [{ store, session: { past } }],
    () => false,
  );
  return {
    databases,
    past,
    /** So much later, the run is to be kept. */
    async keepAfter(ms) {
      now += ms;
      keep(true);
      await settle();
    },
    async late() {
      t.mock.timers.tick(1000);
      await settle();
    },
  };
}

test("a run is kept and found again, and the database is closed after each", async (t) => {
  const { databases } = setUp(t);
  await settle();
  assert.equal(databases.entries.size, 1);
  const { lanes } = await findKept();
  assert.equal(lanes[0].snapshots[0].iteration, 10);
  assert.equal(databases.open(), 0);
});

test("one slow write does not end the keeping of runs: half a minute later the next is tried", async (t) => {
  const { databases, past, keepAfter, late } = setUp(t);
  databases.behave = { ...answering, names: () => {} };
  await settle();
  await keepAfter(1000);
  await late();
  assert.equal(databases.open(), 0, "what was slow is closed");
  databases.behave = answering;
  past.keepSnapshot(new ArrayBuffer(8), 20);
  const { opened } = databases;
  await keepAfter(28_000);
  assert.equal(databases.opened, opened, "left alone for a while");
  await keepAfter(2000);
  assert.equal(databases.opened, opened + 1);
  const { lanes } = await findKept();
  assert.equal(lanes[0].snapshots.at(-1).iteration, 20);
});

test("a slow reading leaves no database open", async (t) => {
  const { databases, late } = setUp(t);
  await settle();
  databases.behave = { ...answering, entry: () => {} };
  const found = findKept();
  await settle();
  await late();
  assert.equal(await found, null);
  assert.equal(databases.open(), 0);
});

test("a browser that does not allow a database is not asked again", async (t) => {
  const { databases, past, keepAfter } = setUp(t);
  await settle();
  databases.behave = {
    ...answering,
    access() {
      throw new DOMException("not here", "SecurityError");
    },
  };
  past.keepSnapshot(new ArrayBuffer(8), 20);
  await keepAfter(1000);
  const { asked } = databases;
  past.keepSnapshot(new ArrayBuffer(8), 30);
  await keepAfter(3_600_000);
  assert.equal(databases.asked, asked);
});

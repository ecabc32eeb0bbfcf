import assert from "node:assert/strict";
import test from "node:test";
import { answerOf, createKeyStore, inTime, openDatabase } from "../../../static/js/lib/storage.js";

test("where the browser keeps things, they are kept there", () => {
  const kept = new Map();
  const browser = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
  const store = createKeyStore(() => browser);
  assert.equal(store.getItem("theme"), null);
  store.setItem("theme", "dark");
  assert.equal(kept.get("theme"), "dark");
  assert.equal(store.getItem("theme"), "dark");
});

test("where the very access is forbidden, things last as long as the page", () => {
  const store = createKeyStore(() => {
    throw new DOMException("access is denied", "SecurityError");
  });
  assert.equal(store.getItem("lessons"), null);
  store.setItem("lessons", "done");
  assert.equal(store.getItem("lessons"), "done");
});

test("what a full browser did not take is newer than what it holds", () => {
  const full = {
    getItem: () => "old",
    setItem() {
      throw new DOMException("no room", "QuotaExceededError");
    },
  };
  const store = createKeyStore(() => full);
  store.setItem("run", "new");
  assert.equal(store.getItem("run"), "new");
});

test("a database that never answers is waited for no longer than agreed, and closed should it open after all", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let closed = false;
  const request = { result: { close: () => (closed = true) } };
  const opening = openDatabase(
    "unroll",
    () => {},
    () => ({ open: () => request }),
  );
  t.mock.timers.tick(1000);
  await assert.rejects(opening, { code: "slow_database", values: { ms: 1000 } });
  request.onsuccess();
  assert.equal(closed, true);
});

test("an answer in time is handed on, and so is a refusal", async () => {
  assert.equal(await inTime(Promise.resolve(3)), 3);
  const request = { result: 4 };
  const asked = answerOf(request);
  request.onsuccess();
  assert.equal(await asked, 4);
  const refused = { error: new Error("not allowed") };
  const refusal = answerOf(refused);
  refused.onerror();
  await assert.rejects(refusal, /not allowed/);
});

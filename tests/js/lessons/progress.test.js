import assert from "node:assert/strict";
import test from "node:test";
import { createProgress } from "../../../static/js/lessons/progress.js";
import { createKeyStore } from "../../../static/js/lib/storage.js";

/** @param {string | null} [text] */
function memory(text = null) {
  let kept = text;
  return {
    getItem: () => kept,
    setItem: (/** @type {string} */ _key, /** @type {string} */ value) => {
      kept = value;
    },
  };
}

test("what is done, and where the story was left, is there again next time", () => {
  const storage = memory();
  const progress = createProgress(storage);
  assert.equal(progress.last(), null);
  progress.opened("memory");
  progress.done("memory");
  progress.done("memory");
  const again = createProgress(storage);
  assert.equal(again.last(), "memory");
  assert.equal(again.isDone("memory"), true);
  assert.equal(again.isDone("gates"), false);
});

for (const text of ["", "no json", "null", "7", '{"done": "memory", "last": 3}', '{"done": [null]}']) {
  test(`what somebody else left there is ignored: ${text}`, () => {
    const progress = createProgress(memory(text));
    assert.equal(progress.last(), null);
    assert.equal(progress.isDone("memory"), false);
  });
}

test("a browser that keeps nothing keeps nobody from reading", () => {
  const refuses = () => {
    throw new Error("storage is full");
  };
  const progress = createProgress(createKeyStore(() => ({ getItem: refuses, setItem: refuses })));
  progress.opened("memory");
  progress.done("memory");
  assert.equal(progress.isDone("memory"), true);
});

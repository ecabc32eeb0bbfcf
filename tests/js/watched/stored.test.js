import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";
import { createStore } from "../../../static/js/lib/store.js";
import { initialWatched, reduceWatched, shownCapture } from "../../../static/js/watched/state.js";
import { openStored } from "../../../static/js/watched/stored.js";

const file = new URL("../../../static/watched/example.unroll", import.meta.url);

async function opened(bytes, status = 200) {
  const store = createStore(initialWatched(), reduceWatched);
  await openStored("static/example.unroll", store, async () => new Response(bytes, { status }));
  return store.get();
}

test("the stored training is opened with all its captures, from a gradient that dies to one that arrives", async () => {
  const state = await opened(await readFile(file));
  assert.deepEqual(
    state.captures.encoder.map(({ step, record }) => [step, record.meta.verdict.finding]),
    [
      [0, "vanishing"],
      [100, "vanishing"],
      [200, "vanishing"],
      [300, null],
      [400, null],
      [500, null],
    ],
  );
  assert.deepEqual([state.status, state.why, state.every, state.module], ["stored", "", 100, "encoder"]);
  assert.equal(shownCapture(state)?.step, 500);
});

test("a recording that cannot be had or read is told, and nothing is shown", async () => {
  const whole = await readFile(file);
  for (const [bytes, status, words] of [
    [null, 404, "404"],
    [new Uint8Array(40), 200, "UNROLL1"],
    [whole.subarray(0, 8), 200, "holds nothing"],
  ]) {
    const state = await opened(bytes, status);
    assert.equal(state.status, "stored");
    assert.match(state.why, new RegExp(words));
    assert.equal(shownCapture(state), null);
  }
});

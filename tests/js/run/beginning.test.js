import assert from "node:assert/strict";
import test from "node:test";
import { beginning, showing } from "../../../static/js/run/beginning.js";
import { initialState, reduce, takenUp } from "../../../static/js/run/state.js";
import { makeRecord } from "../records.js";

const bootstrap = { config: { sequence_length: 4, cell: "rnn" }, limits: null, schema: { properties: {} }, task: null };

for (const [lnNorm, ruler] of [
  [() => 0, "near"],
  [() => -60, "far"],
]) {
  test(`what the first picture shows on the ${ruler} ruler is what the page goes on with`, () => {
    const record = makeRecord({ lnNorm, meta: { iteration: 0 } });
    const shown = showing(beginning(bootstrap), record);
    assert.equal(shown.ruler, ruler);
    const state = takenUp(shown);
    assert.deepEqual(state, initialState(bootstrap, record));
    assert.equal(state.history.length, 1);
    assert.equal(takenUp(state), state, "once");
  });
}

test("without a record the page begins with nothing to see, and takes up nothing", () => {
  const state = showing(beginning(bootstrap), null);
  assert.equal(state.record, null);
  assert.equal(takenUp(state), state);
  assert.equal(reduce(state, { type: "unknown" }), state);
});

import assert from "node:assert/strict";
import test from "node:test";
import { reportAbout } from "../../../static/js/share/report.js";

const edit = (/** @type {number} */ iteration) => ({
  command: { type: "edit", tensor: "W_hh", index: [3, 0], value: 0.5 },
  iteration,
});

test("a report is told what was changed before which update, in the order in which it was done", () => {
  const configured = {
    command: { type: "configure", changes: { activation: "relu", learning_rate: 0.02 } },
    iteration: 4,
  };
  const { link, changes } = reportAbout("https://example.org/#cell=gru", [configured, edit(9)]);
  assert.equal(link, "https://example.org/#cell=gru");
  assert.deepEqual(changes, [
    { iteration: 4, what: "activation = relu, learning_rate = 0.02" },
    { iteration: 9, what: "W_hh[3, 0] = 0.5" },
  ]);
});

test("what a report is told fits into one message: the newest changes, and no link that is very long", () => {
  const many = Array.from({ length: 500 }, (_, iteration) => edit(iteration));
  const { changes } = reportAbout("", many);
  assert.equal(changes.length, 100);
  assert.equal(changes.at(-1)?.iteration, 499);
  const long = { command: { type: "configure", changes: { task: "é".repeat(900) } }, iteration: 1 };
  const told = reportAbout(`https://example.org/#${"x".repeat(9000)}`, Array(100).fill(long));
  assert.equal(told.link, "");
  assert.ok(told.changes.length > 20 && told.changes.every(({ what }) => what.length <= 200));
  assert.ok(new TextEncoder().encode(JSON.stringify(told)).length <= 12_000 + 100);
});

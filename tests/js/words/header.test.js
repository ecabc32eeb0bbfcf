import assert from "node:assert/strict";
import test from "node:test";
import { lineOf, solvedWords } from "../../../static/js/words/header.js";
import { initialState } from "../../../static/js/run/state.js";

const open = { status: "open", retryAt: null, attempt: 0 };

test("nothing is up: no line", () => {
  assert.deepEqual(lineOf({ ...initialState(), connection: open }, 0), { text: "", said: "", action: false });
});

test("a lost connection counts down, says where the run stands, and can be tried at once", () => {
  const state = { ...initialState(), iteration: 412, connection: { status: "lost", retryAt: 5000, attempt: 3 } };
  assert.deepEqual(lineOf(state, 2100), {
    text: "Connection lost, trying again in 3 s. The run is kept in this tab at iteration 412.",
    said: "Connection lost, trying again. The run is kept in this tab at iteration 412.",
    action: true,
  });
  assert.deepEqual(lineOf(state, 5001).action, false);
});

test("a countdown is announced once, not every second", () => {
  const connection = { status: "lost", retryAt: 15_000, attempt: 5 };
  const said = Array.from({ length: 16 }, (_, s) => lineOf({ ...initialState(), connection }, 1000 * s).said);
  assert.equal(new Set(said).size, 1, [...new Set(said)].join(" | "));
});

test("a full server says so instead", () => {
  const connection = { status: "lost", retryAt: 5000, attempt: 1, full: true };
  assert.match(lineOf({ ...initialState(), connection }, 0).text, /^The server is full, trying again in 5 s\./);
});

test("a notice is shown as it is", () => {
  const notice = { text: "Restored.", undo: false, at: 0 };
  assert.equal(lineOf({ ...initialState(), connection: open, notice }, 0).text, "Restored.");
});

test("classes have an accuracy beside the iteration at which they were solved, numbers that iteration alone", () => {
  assert.deepEqual(solvedWords(null, null), { value: "not yet", label: "solved" });
  assert.deepEqual(solvedWords(null, 1234), { value: "1234", label: "solved" });
  assert.deepEqual(solvedWords(0.5, null), { value: "50 % · not yet", label: "accuracy · solved" });
});

test("where no socket can be opened it says whom to ask for what, one that never opened or went silent is named", () => {
  const connection = { status: "lost", retryAt: 3000, attempt: 2, why: "blocked" };
  const blocked = lineOf({ connection, notice: null, iteration: 0 }, 0);
  assert.match(blocked.text, /no WebSocket opens\. Ask whoever .* to allow WebSockets\. .* Now trying again in 3 s\.$/);
  assert.match(
    blocked.text,
    /For the server’s operator: behind a proxy .*, UNROLL_ALLOWED_ORIGINS has to name this site\. Now/,
  );
  assert.doesNotMatch(blocked.text, /network/i, "which is something else here");
  assert.match(blocked.said, / Now trying again\.$/);
  const never = lineOf({ connection: { ...connection, why: "never" }, notice: null, iteration: 0 }, 0);
  assert.match(never.text, /^No connection yet, trying again in 3 s\. The run is kept in this tab at iteration 0/);
  const silent = lineOf({ connection: { ...connection, why: "silent" }, notice: null, iteration: 12 }, 0);
  assert.match(silent.text, /^No answer for 3 s, trying again in 3 s\. The run is kept in this tab at iteration 12/);
});

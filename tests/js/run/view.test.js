import assert from "node:assert/strict";
import test from "node:test";
import { initialState, reduce } from "../../../static/js/run/state.js";

test("another lane, or a recording, is shown as the page is: in front of a class, names on, the same tab", () => {
  const page = [
    { type: "present", presents: true },
    { type: "names", names: true },
    { type: "tab", tab: "loss" },
    { type: "theme", theme: "dark", dark: true },
  ].reduce(reduce, initialState({ config: { cell: "rnn" } }));
  const other = reduce(initialState({ config: { cell: "lstm" } }), { type: "adopt", from: page });
  const { presents, names, tab, dark } = other;
  assert.deepEqual({ presents, names, tab, dark }, { presents: true, names: true, tab: "loss", dark: true });
  assert.equal(other.config.cell, "lstm");
});

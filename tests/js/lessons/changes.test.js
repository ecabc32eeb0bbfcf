import assert from "node:assert/strict";
import test from "node:test";
import { changeWords } from "../../../static/js/lessons/changes.js";

const schema = { properties: { sequence_length: { title: "Sequence length" }, cell: { title: "Cell" } } };

test("what was set is named as its control is", () => {
  const words = changeWords({ sequence_length: 24, cell: "rnn" }, { sequence_length: 8, cell: "lstm" }, schema);
  assert.equal(words, "Set for this scene: sequence length, cell.");
});

test("where nothing was set there is nothing to say", () => {
  assert.equal(changeWords({ cell: "rnn" }, { cell: "rnn" }, schema), "");
});

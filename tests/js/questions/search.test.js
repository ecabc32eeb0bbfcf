import assert from "node:assert/strict";
import test from "node:test";
import { search } from "../../../static/js/questions/search.js";

const ENTRIES = [
  { title: "Why is dE/dW summed over time?", words: "gradient of the weights shared" },
  { title: "If all steps share the weights, why do only early steps vanish?", words: "vanishing gradient" },
  { title: "Can an LSTM explode?", words: "exploding clipping", text: "the forget gate" },
  { title: "What does the forget bias do?", words: "lstm memory" },
];
const titles = (/** @type {string} */ typed) => search(ENTRIES, typed).map(({ title }) => title);

test("words are found by their beginnings and in other forms", () => {
  assert.equal(titles("vanishing")[0], ENTRIES[1].title);
  assert.equal(titles("vanish")[0], ENTRIES[1].title);
  assert.equal(titles("exploding lstm")[0], ENTRIES[2].title);
});

test("a word of the title counts more than one of the answer", () => {
  assert.deepEqual(titles("forget"), [ENTRIES[3].title, ENTRIES[2].title]);
});

test("what nobody wrote finds nothing, and nothing typed finds all", () => {
  assert.deepEqual(titles("zebra"), []);
  assert.deepEqual(titles("why is the"), titles(""));
  assert.equal(titles("").length, ENTRIES.length);
});

test("more than half of the words have to be met", () => {
  assert.deepEqual(titles("zebra giraffe lstm"), []);
});

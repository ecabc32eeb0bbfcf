import assert from "node:assert/strict";
import test from "node:test";
import { moved, orderOf } from "../../../static/js/share/story.js";

const lessons = ["memory", "vanishing", "gates"].map((slug) => ({ slug, title: slug, chosen: slug !== "vanishing" }));

test("a story is the chosen lessons in the order they stand in", () => {
  assert.deepEqual(orderOf(lessons), ["memory", "gates"]);
  assert.deepEqual(orderOf(moved(lessons, 2, -1)), ["memory", "gates"]);
  assert.deepEqual(orderOf(moved(moved(lessons, 2, -1), 1, -1)), ["gates", "memory"]);
});

test("the first cannot go further up, nor the last further down", () => {
  assert.equal(moved(lessons, 0, -1), lessons);
  assert.equal(moved(lessons, 2, 1), lessons);
});

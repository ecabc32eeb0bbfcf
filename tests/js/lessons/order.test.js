import assert from "node:assert/strict";
import test from "node:test";
import { storyOf } from "../../../static/js/lessons/order.js";
import { unknownLessonsWords } from "../../../static/js/words/lessons.js";

const story = ["memory", "vanishing", "clipping", "gates"].map((slug, index) => ({ slug, number: index + 1 }));

test("an own order is told as it stands in the link, numbered as it follows", () => {
  const { told, unknown } = storyOf(story, ["gates", "memory"]);
  assert.deepEqual(told, [
    { slug: "gates", number: 1 },
    { slug: "memory", number: 2 },
  ]);
  assert.deepEqual(unknown, []);
});

test("what no scene is called is left out and named; a scene is told once", () => {
  const { told, unknown } = storyOf(story, ["gates", "rivers", "gates", "memory"]);
  assert.deepEqual(
    told.map(({ slug }) => slug),
    ["gates", "memory"],
  );
  assert.deepEqual(unknown, ["rivers"]);
  assert.equal(unknownLessonsWords(unknown), "There is no lesson “rivers” here: it is left out of the story.");
  assert.match(unknownLessonsWords(["a", "b", "c", "d"]), /are no lessons “a”, “b”, “c” and 1 more here: they are/);
});

test("without an order, or with nothing in it that is known, the whole story is told", () => {
  assert.equal(storyOf(story, undefined).told, story);
  assert.equal(storyOf(story, ["rivers"]).told, story);
});

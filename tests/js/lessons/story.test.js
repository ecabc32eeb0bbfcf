import assert from "node:assert/strict";
import test from "node:test";
import { networkOf } from "../../../static/js/lessons/story.js";
import { standingIn } from "../../../static/js/questions/opening.js";
import { initialState } from "../../../static/js/run/state.js";
import { makeRecord } from "../records.js";

const story = ["memory", "gates"].map((slug, index) => ({
  slug,
  number: index + 1,
  config: { cell: "rnn", sequence_length: 4 + index },
  lanes: slug === "gates" ? [{ name: "one", config: { cell: "lstm", sequence_length: 9 } }] : [],
}));

test("a link's lesson begins with its network as the link changes it, or the first of several", () => {
  const lesson = { slug: "memory", locked: false };
  assert.deepEqual(networkOf(story, lesson), { cell: "rnn", sequence_length: 4 });
  assert.deepEqual(networkOf(story, { ...lesson, changes: { cell: "gru" } }), { cell: "gru", sequence_length: 4 });
  assert.deepEqual(networkOf(story, { slug: "gates", locked: true }), { cell: "lstm", sequence_length: 9 });
  assert.deepEqual(networkOf(story, { slug: "rivers", locked: false }), { cell: "rnn", sequence_length: 4 });
  const own = { slug: "rivers", locked: false, order: ["rivers", "gates", "memory"] };
  assert.equal(networkOf(story, own).cell, "lstm", "the first that there is of an own order");
});

test("a page that opens on another network shows no record of its own, and knows what it stands for", () => {
  const opened = initialState({ config: { sequence_length: 4 } }, makeRecord({ T: 4 }));
  const state = standingIn(opened, { sequence_length: 9 });
  assert.equal(state.record, null);
  assert.equal(state.live.record, null);
  assert.deepEqual(
    [state.config, state.live.config, state.standsFor].map((one) => one.sequence_length),
    [9, 9, 4],
  );
});

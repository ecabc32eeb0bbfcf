import assert from "node:assert/strict";
import test from "node:test";
import { CELLS } from "../../../static/js/record/cells.js";
import { nextTrack, shownTrack, tracksOf } from "../../../static/js/stage/tracks.js";

test("a click leads through all tracks of a network and back to the first", () => {
  for (const cell of Object.keys(CELLS)) {
    const tracks = tracksOf(cell);
    assert.deepEqual(
      tracks.map((track) => nextTrack(track, cell)),
      [...tracks.slice(1), tracks[0]],
    );
  }
});

test("gates are a track of gated cells only; elsewhere the gradient stands in their place", () => {
  assert.equal(shownTrack("gates", "gru"), "gates");
  assert.equal(shownTrack("gates", "mingru"), "gates");
  assert.equal(shownTrack("gates", "rnn"), "dh");
  assert.equal(shownTrack("gates", "indrnn"), "dh");
  assert.equal(shownTrack("dW_hh", "rnn"), "dW_hh");
});

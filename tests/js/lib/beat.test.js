import assert from "node:assert/strict";
import test from "node:test";
import { createBeat } from "../../../static/js/lib/beat.js";

test("what has never changed may, then not before the next beat", () => {
  const beat = createBeat(500);
  assert.equal(beat.wait(1234), 0);
  beat.take(1234);
  assert.equal(beat.wait(1300), 200);
  assert.equal(beat.wait(1500), 0);
});

test("whatever changes every second time changes in a frame in which the others do", () => {
  const [slow, quick] = [createBeat(500), createBeat(250)];
  const frames = Array.from({ length: 120 }, (_, frame) => 7 + frame * 16.7);
  const changed = (beat) =>
    frames.filter((now) => {
      const isDue = beat.wait(now) === 0;
      if (isDue) beat.take(now);
      return isDue;
    });
  const [slowly, quickly] = [changed(slow), changed(quick)];
  assert.equal(slowly.length, 4);
  assert.equal(quickly.length, 8);
  assert.ok(slowly.every((now) => quickly.includes(now)));
});

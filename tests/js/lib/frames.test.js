import assert from "node:assert/strict";
import test from "node:test";
import { createFrames } from "../../../static/js/lib/frames.js";

function setUp({ drifting = false } = {}) {
  const all = { drawn: [], asked: null, timer: null, wait: Number.POSITIVE_INFINITY };
  const browser = {
    requestFrame(callback) {
      assert.equal(all.asked, null, "one frame is asked for at a time");
      all.asked = callback;
    },
    setTimer(callback, ms) {
      all.timer = { callback, ms };
      return 1;
    },
    clearTimer() {
      all.timer = null;
    },
  };
  const draw = (now) => {
    all.drawn.push(now);
    return all.wait;
  };
  all.frames = createFrames(browser, draw, () => drifting);
  all.frameAt = (now) => {
    const callback = all.asked;
    all.asked = null;
    callback?.(now);
  };
  return all;
}

test("changes are drawn once, in the next frame, and then there is rest", () => {
  const all = setUp();
  all.frames.changed();
  all.frames.changed();
  all.frameAt(16);
  assert.deepEqual(all.drawn, [16]);
  assert.equal(all.asked, null);
  assert.equal(all.timer, null);
});

test("who has something left to draw later is called then", () => {
  const all = setUp();
  all.wait = 300;
  all.frames.changed();
  all.frameAt(16);
  assert.equal(all.asked, null);
  assert.equal(all.timer.ms, 300);
  all.timer.callback();
  all.frameAt(316);
  assert.deepEqual(all.drawn, [16, 316]);
});

test("a slide is drawn in every frame until it is over", () => {
  const all = setUp();
  all.frames.slides();
  for (let now = 100; now <= 1000; now += 100) all.frameAt(now);
  assert.deepEqual(all.drawn, [100, 200, 300, 400, 500, 600]);
});

test("drift alone waits for its interval, unless a change comes first", () => {
  const all = setUp({ drifting: true });
  all.frames.changed();
  all.frameAt(0);
  assert.equal(all.asked, null);
  assert.equal(all.timer.ms, 45);
  all.frames.changed();
  assert.equal(all.timer, null);
  all.frameAt(16);
  all.timer.callback();
  all.frameAt(64);
  assert.deepEqual(all.drawn, [0, 16, 64]);
});

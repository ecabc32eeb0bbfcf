import assert from "node:assert/strict";
import test from "node:test";
import { createStore } from "../../../../static/js/lib/store.js";
import { readPicture } from "../../../../static/js/record/picture.js";
import { initialState, reduce } from "../../../../static/js/run/state.js";
import { createFold } from "../../../../static/js/stage/fold/fold.js";
import { FOLD_MS } from "../../../../static/js/stage/fold/timeline.js";
import { buildScene } from "../../../../static/js/stage/scene.js";
import { fakeBrowser } from "../dom.js";
import { recordingBitmaps, recordingContext } from "../recording.js";
import { sampleRecord } from "../sample.js";

function folding() {
  fakeBrowser();
  const record = sampleRecord({ T: 6, H: 4 });
  const store = createStore({ ...initialState({}, null), record }, reduce);
  const act = createFold(store);
  const base = { width: 1, height: 1 };
  return (/** @type {number} */ now, /** @type {boolean} */ folded) => {
    store.dispatch({ type: "fold", folded });
    const state = store.get();
    const picture = readPicture(record, state.config, null);
    const scene = buildScene(picture, state, { width: 764, height: 620, U: 1 }, [-4, 2], null);
    const ctx = /** @type {any} */ (Object.assign(recordingContext(), { canvas: {} }));
    return act.draw(ctx, {
      scene,
      state,
      now,
      ratio: 1,
      bitmaps: recordingBitmaps(),
      drift: 0,
      base: () => /** @type {any} */ (base),
    });
  };
}

test("a fold asks for the next frame until it is folded, then rests", () => {
  const draw = folding();
  assert.equal(draw(0, true), "moving");
  assert.equal(draw(FOLD_MS / 2, true), "moving");
  assert.equal(draw(FOLD_MS + 1, true), "still");
});

test("the first frame of unfolding asks for the next one: nothing else would, while the run is paused", () => {
  const draw = folding();
  draw(0, true);
  draw(FOLD_MS + 1, true);
  assert.equal(draw(60_000, false), "moving");
  assert.equal(draw(60_000 + FOLD_MS / 2, false), "moving");
  assert.equal(draw(60_000 + FOLD_MS + 1, false), "over");
});

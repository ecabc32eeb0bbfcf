import assert from "node:assert/strict";
import test from "node:test";
import { drawLanes } from "../../../static/js/lanes/draw.js";
import { lanesScene, pictureOf } from "../../../static/js/lanes/picture.js";
import { readPicture } from "../../../static/js/record/picture.js";
import { initialState } from "../../../static/js/run/state.js";
import { drawDeck } from "../../../static/js/stage/fold/deck.js";
import { drawAccumulator, drawFolded } from "../../../static/js/stage/fold/draw.js";
import { layoutFolded } from "../../../static/js/stage/fold/layout.js";
import { foldMoment } from "../../../static/js/stage/fold/timeline.js";
import { drawChrome, drawMarks, drawRecord } from "../../../static/js/stage/paint/stage.js";
import { buildScene } from "../../../static/js/stage/scene.js";
import { watchedScene } from "../../../static/js/watched/scene.js";
import { recordingBitmaps, recordingContext } from "./recording.js";
import { sampleRecord } from "./sample.js";

/** A page that is being laid out, a frame of some other page, a window that is dragged together. */
const WIDTHS = [0, 1, 100, 133, 134, 141, 390];
const HEIGHTS = [0, 1, 80, 150, 240, 390];
const LENGTHS = [1, 24, 200];
const RATIO = 3;

const dc = (T) => ({ ln_dc_norm: { shape: [T + 1], data: new Float64Array(T + 1) } });
const RECORDS = LENGTHS.flatMap((T) => [
  { record: sampleRecord({ T, H: 6 }), config: { cell: "rnn" } },
  { record: sampleRecord({ T, H: 1, tensors: dc(T) }), config: { cell: "lstm" } },
]);

const sizes = WIDTHS.flatMap((width) => HEIGHTS.map((height) => ({ width, height, U: 1 })));

/** Every record in every size; which of them could not be drawn. */
function failing(draw) {
  return sizes.flatMap((size) =>
    RECORDS.flatMap(({ record, config }) => {
      try {
        draw(record, config, size);
        return [];
      } catch (error) {
        return [`${config.cell}, T = ${record.tensors.x.shape[0]}, ${size.width} × ${size.height}: ${error}`];
      }
    }),
  );
}

/** @returns {any} */
function sceneOf(record, config, size) {
  const state = { ...initialState({ config }), record };
  return buildScene(readPicture(record, config, null), state, size, [-4, 2], 0.9);
}

test("the stage is drawn at any size, however small", () => {
  const failed = failing((record, config, size) => {
    const scene = sceneOf(record, config, size);
    const ctx = recordingContext();
    drawChrome(ctx, scene);
    drawRecord(ctx, scene, recordingBitmaps(), RATIO);
    drawMarks(ctx, scene, { hover: { t: 1, unit: 0 }, pin: { t: 1 }, weights: "W_hh" });
  });
  assert.deepEqual(failed, []);
});

test("so is the folded network, and the way there", () => {
  const failed = failing((record, config, size) => {
    const scene = sceneOf(record, config, size);
    const folded = layoutFolded(scene.layout, scene.picture.lanes.length);
    const ctx = recordingContext();
    const how = { t: 1, drift: 0, cell: folded.cell, bitmaps: recordingBitmaps(), ratio: RATIO };
    drawDeck(ctx, scene, {}, folded, foldMoment(0.5, scene.layout.T), RATIO);
    drawAccumulator(ctx, scene, folded, () => true, 1);
    drawFolded(ctx, scene, folded, how);
  });
  assert.deepEqual(failed, []);
});

test("so are lanes, before their records have come, too", () => {
  const failed = failing((record, config, size) => {
    const states = [record, record, null].map((one) => ({ ...initialState({ config }), record: one }));
    const scene = lanesScene(states, size, [-4, 2], states.map(pictureOf));
    const named = states.map((state) => ({ name: "rnn", words: "tanh", record: state.record }));
    drawLanes(recordingContext(), scene, named, 0, recordingBitmaps(), RATIO);
  });
  assert.deepEqual(failed, []);
});

test("so is the picture of a watched run", () => {
  const failed = failing((record, config, size) => {
    const picture = readPicture(record, config, null);
    const scene = watchedScene(picture, null, { step: 1, ruler: "small", dark: false, highlight: 0 }, size, [-6, 0]);
    drawRecord(recordingContext(), scene, recordingBitmaps(), RATIO);
  });
  assert.deepEqual(failed, []);
});

import assert from "node:assert/strict";
import test from "node:test";
import { readPicture } from "../../../../static/js/record/picture.js";
import { initialState } from "../../../../static/js/run/state.js";
import { drawRibbon, riverColours, spareRows } from "../../../../static/js/stage/river/ribbon.js";
import { paintRiver } from "../../../../static/js/stage/river/strata.js";
import { buildScene } from "../../../../static/js/stage/scene.js";
import { recordingBitmaps, recordingContext } from "../recording.js";
import { sampleRecord } from "../sample.js";

const run = (half) => ({ x: [0, 1], half: [half / 2, half], column: [1, 2], head: 1 });

test("what stays free of the river above and below it needs no picture, in steps that seldom change", () => {
  const lane = { top: 100, bottom: 220 };
  assert.equal(spareRows([run(60)], lane, 1), 0);
  assert.equal(spareRows([run(20)], lane, 1), 32);
  assert.equal(spareRows([run(21)], lane, 1), 32);
  assert.equal(spareRows([run(20), run(43.5)], lane, 2), 32);
  assert.equal(spareRows([run(90)], lane, 1), 0, "never less");
});

test("a narrow river has the pixels it would have in the whole lane", () => {
  const record = sampleRecord({ T: 24, H: 4, decay: (lag) => 0.7 ** lag });
  const smaller = 1e5;
  for (const name of ["dh_norm", "dh_norm_used"]) {
    record.tensors[name].data = record.tensors[name].data.map((norm) => norm / smaller);
  }
  record.tensors.ln_dh_norm.data = record.tensors.ln_dh_norm.data.map((ln) => ln - Math.log(smaller));
  const picture = readPicture(record, {}, null);
  const scene = buildScene(
    picture,
    { ...initialState(), ruler: "far" },
    { width: 764, height: 620, U: 1 },
    [-4, 2],
    null,
  );
  const { bitmaps, made } = withMade();
  drawRibbon(recordingContext(), scene, bitmaps, 2, 0);
  const [{ pixels, width, height }] = made;
  const [lane] = scene.layout.lanes;
  const spare = spareRows(scene.ribbons[0].runs, lane, 2);
  assert.ok(spare > 0);
  const rows = Math.round((lane.bottom - lane.top) * 2);
  assert.equal(height, rows - 2 * spare);
  const whole = new Uint32Array(width * rows);
  const { runs, strata, share, carriedShare, all } = scene.ribbons[0];
  paintRiver(whole, width, rows, {
    ...riverColours(scene),
    ...{ T: 24, runs, strata, share, carriedShare, all, left: scene.layout.left, mid: lane.bottom - lane.mid },
    ...{ scale: 2, apart: 0, U: 1 },
  });
  const channels = (words) => new Uint8Array(Uint32Array.from(words).buffer);
  const wanted = channels(whole.subarray(spare * width, (rows - spare) * width));
  const off = channels(pixels).map((channel, i) => Math.abs(channel - wanted[i]));
  assert.ok(Math.max(...new Set(off)) <= 1, "but for rounding");
  assert.ok(whole.subarray(0, spare * width).every((word) => word === 0));
});

function withMade() {
  const made = [];
  const of = recordingBitmaps();
  const bitmaps = (name) => {
    const bitmap = of.bitmaps ? of.bitmaps(name) : of(name);
    if (!made.includes(bitmap)) made.push(bitmap);
    return bitmap;
  };
  return { bitmaps, made };
}

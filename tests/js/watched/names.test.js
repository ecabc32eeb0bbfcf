import assert from "node:assert/strict";
import test from "node:test";
import { PILL, placeNames } from "../../../static/js/first/places.js";
import { columnWidth, xOf } from "../../../static/js/stage/axis.js";
import { watchedKinds, writtenOn } from "../../../static/js/watched/names.js";
import { layerOf } from "../../../static/js/watched/named.js";
import { pictureOf } from "../../../static/js/watched/picture.js";
import { watchedScene } from "../../../static/js/watched/scene.js";
import { initialWatched, reduceWatched } from "../../../static/js/watched/state.js";
import { watchedNames } from "../../../static/js/words/watched_names.js";
import { watchedRecord } from "./record.js";

const FORWARD = { layer: 1, reverse: false };
const SIZES = {
  "1280 px": { width: 764, height: 620, U: 1 },
  "1920 px": { width: 1009, height: 953, U: 1.275 },
  "768 px": { width: 768, height: 560, U: 1 },
  "390 px": { width: 390, height: 560, U: 1 },
};

function drawn(options = {}, { size = SIZES["1280 px"], place = FORWARD, names = true } = {}) {
  const record = watchedRecord(options);
  const shown = { step: 0, ruler: "small", dark: false, highlight: 0, names };
  const scene = watchedScene(pictureOf(record, place), null, shown, size, [-6, 0]);
  const words = watchedNames(layerOf(record, place));
  const isNarrow = size.width < 640 * size.U;
  const widthOf = (key) => (7 * words[key][isNarrow ? "short" : "long"](scene.picture).length + 16) * size.U;
  return { scene, ...placeNames(scene, widthOf, null, watchedKinds(scene)) };
}

const keysOf = ({ placed }) => placed.map(({ key }) => key).sort();

const PICTURES = {
  "an rnn": { T: 12 },
  "an lstm": { T: 24, cell: "lstm" },
  "an lstm whose last state alone is read": { T: 24, cell: "lstm", handed: (t) => t === 24, scale: 1e-3 },
  "an lstm larger than its ruler": { T: 40, cell: "lstm", scale: 3 },
  "packed columns": { T: 100, cell: "gru" },
  "one timestep": { T: 1 },
  "a cell's runs": { T: 12, restarts: [5] },
};

for (const [name, options] of Object.entries(PICTURES)) {
  for (const [window, size] of Object.entries(SIZES)) {
    test(`names stand beside each other, clear of what is written on the picture: ${name}, ${window}`, () => {
      const { scene, placed } = drawn(options, { size });
      const { layout } = scene;
      const { U, width, height } = layout;
      assert.ok(placed.length >= 3, keysOf({ placed }).join());
      for (const [index, one] of placed.entries()) {
        assert.ok(one.left >= 0 && one.left + one.width <= width, `${one.key} leaves the stage`);
        assert.ok(one.top >= 70 * U && one.top + PILL * U <= height, `${one.key} at ${one.top}`);
        assert.ok(one.x > one.left && one.x < one.left + one.width, `the line of ${one.key} begins beside it`);
        for (const other of placed.slice(index + 1)) {
          const apart =
            other.top !== one.top || other.left >= one.left + one.width || one.left >= other.left + other.width;
          assert.ok(apart, `${one.key} lies on ${other.key}`);
        }
        const [from, to] = [one.top + PILL * U, one.to.y].sort((a, b) => a - b);
        for (const box of writtenOn(scene)) {
          const crosses = one.x > box.left && one.x < box.right && to > box.top && from < box.bottom;
          assert.ok(!crosses, `the line of ${one.key} crosses what is written in a river`);
        }
        const pill = { top: one.top, bottom: one.top + PILL * U };
        const apart = [layout.labels.y, layout.legend.y, layout.loss.y, layout.loss.y - 6 * U].every(
          (y) => y + 6 * U <= pill.top || y - 6 * U >= pill.bottom,
        );
        assert.ok(apart, `${one.key} stands on a label`);
        const inLane = layout.lanes.some(({ top, bottom }) => pill.bottom > top && pill.top < bottom);
        assert.ok(!inLane, `${one.key} stands in a river`);
      }
      for (const { key, x, to } of placed.filter(({ key }) => ["input", "units"].includes(key))) {
        for (let t = 1; to.y < layout.input.bottom && t <= layout.T; t += 1) {
          assert.ok(
            Math.abs(x - xOf(layout, t)) > columnWidth(layout, t) / 2,
            `the line of ${key} crosses column ${t}`,
          );
        }
      }
    });
  }
}

test("with room for it everything in the picture has its name, and nothing that is not in it", () => {
  const everything = drawn({ T: 12, scale: 1e-2 });
  assert.deepEqual(everything.missing, []);
  assert.deepEqual(
    keysOf(everything).filter((key) => key !== "saturated"),
    ["W_hh", "carried", "input", "loss", "own", "share", "units"],
  );
  const lstm = drawn({ T: 12, cell: "lstm", scale: 1e-2 });
  assert.deepEqual(keysOf(lstm), ["W_hh", "carried", "cell", "input", "loss", "own", "share", "units"]);
  const single = keysOf(drawn({ T: 1, scale: 1e-2 }));
  for (const key of ["carried", "share", "W_hh", "cell"]) assert.ok(!single.includes(key), key);
  assert.ok(single.includes("loss") && single.includes("own"));
});

test("a layer too large for its flow has a river and chevrons, no discs, cones or colours, and misses none", () => {
  const { scene, missing, placed } = drawn({ T: 12, flow: false, scale: 1e-2 });
  const keys = keysOf({ placed });
  assert.ok(keys.includes("carried"));
  for (const key of ["loss", "own", "share", "against"]) {
    assert.ok(!keys.includes(key) && !missing.includes(key), key);
  }
  assert.equal(scene.picture.losses, 0);
});

test("below the top of two directions no colours are told apart, and none is missed", () => {
  const { missing, placed } = drawn(
    { T: 12, cell: "gru", layers: 2, both: true, scale: 1e-2 },
    { place: { layer: 1, reverse: true } },
  );
  const keys = [...keysOf({ placed }), ...missing];
  assert.ok(keys.includes("loss") && !keys.includes("share") && !keys.includes("against"));
});

test("chevrons are named where something is carried: not between two runs of a cell", () => {
  for (let end = 1; end < 4; end += 1) {
    const { placed } = drawn({ T: 4, restarts: [end], scale: 1e-2 });
    const { t } = placed.find(({ key }) => key === "carried");
    assert.notEqual(t, end + 1, "there is no way back from the first state of a run");
  }
});

test("the room for names is there only while they are wanted, and they are not when the page opens", () => {
  assert.equal(drawn({}, { names: false }).scene.layout.names, null);
  const state = initialWatched();
  assert.equal(state.names, false);
  assert.equal(reduceWatched(state, { type: "names", names: true }).names, true);
});

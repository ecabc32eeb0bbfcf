import assert from "node:assert/strict";
import test from "node:test";
import { PILL, placeNames } from "../../../static/js/first/places.js";
import { readPicture } from "../../../static/js/record/picture.js";
import { initialState } from "../../../static/js/run/state.js";
import { columnWidth, standsApart, visibleTimesteps, xOf } from "../../../static/js/stage/axis.js";
import { buildScene } from "../../../static/js/stage/scene.js";
import { chosenRecord } from "../../../static/js/record/chosen.js";
import { placeAt } from "../../../static/js/stage/under.js";
import { deepRecord } from "../stage/deep.js";
import { nothingCarried, sampleRecord } from "../stage/sample.js";

const WIDTHS = {
  clip: 104,
  output: 189,
  loss: 182,
  own: 200,
  start: 280,
  carried: 190,
  share: 137,
  against: 182,
  saturated: 132,
  input: 47,
};
const MORE = { W_xh: 152, W_hh: 156, units: 141, W_hy: 161 };
const widthOf = (key) => ({ ...WIDTHS, ...MORE })[key];
const narrowly = (key) => widthOf(key) * 0.6;

/** @param {object} options of the record, and of the page */
function drawn({ size = { width: 764, height: 620, U: 1 }, first = false, config = {}, ...record }) {
  const whole = { clip: "norm", clip_threshold: 1, task: "echo", ...config };
  const picture = readPicture(sampleRecord({ H: 6, hasLoss: (t) => t > 2, ...record }), whole, null);
  const state = { ...initialState({ config: whole }), names: true, first, ruler: "near" };
  return buildScene(picture, state, size, [-4, 2], null);
}

const STATES = {
  "the first view": { T: 8, first: true, size: { width: 948, height: 624, U: 1 } },
  "the whole page": { T: 24 },
  "a projector": { T: 24, size: { width: 1123, height: 953, U: 1.275 } },
  "an lstm's two rivers": { T: 12, config: { cell: "lstm" } },
  "packed columns": { T: 100 },
  "a state that is carried on": { T: 12, config: { carry_state: true } },
  "one timestep": { T: 1, hasLoss: () => true },
};

for (const [name, options] of Object.entries(STATES)) {
  test(`every name stands on the stage beside the others, and its line begins at it: ${name}`, () => {
    const scene = drawn(options);
    const { width, height, U } = scene.layout;
    const { placed } = placeNames(scene, (key) => widthOf(key) * U);
    assert.ok(placed.length >= 3, placed.map(({ key }) => key).join());
    for (const [index, one] of placed.entries()) {
      assert.ok(one.left >= 0 && one.left + one.width <= width, `${one.key} leaves the stage`);
      assert.ok(one.top > 44 * U && one.top + PILL * U <= height, `${one.key} at ${one.top}`);
      assert.ok(one.x > one.left && one.x < one.left + one.width, `the line of ${one.key} begins beside it`);
      for (const other of placed.slice(index + 1)) {
        const apart =
          other.top !== one.top || other.left >= one.left + one.width || one.left >= other.left + other.width;
        assert.ok(apart, `${one.key} lies on ${other.key}`);
      }
    }
  });

  test(`no line crosses a column, an input or another line: ${name}`, () => {
    const scene = drawn(options);
    const { layout } = scene;
    const { placed } = placeNames(scene, (key) => widthOf(key) * layout.U);
    const inRow = new Set(placed.map(({ top, x }) => `${top} ${Math.round(x)}`));
    assert.equal(inRow.size, placed.length, "each line has a place of its own");
    for (const { key, x, to, top } of placed.filter(({ below }) => below)) {
      if (top < layout.units.top) continue; // from under the river up into it
      const crossed = to.y < layout.input.bottom;
      for (let t = 1; crossed && t <= layout.T; t++) {
        const half = columnWidth(layout, t) / 2;
        assert.ok(Math.abs(x - xOf(layout, t)) > half, `the line of ${key} runs through column ${t}`);
      }
    }
  });
}

test("in the first view everything has its name", () => {
  const { placed, missing } = placeNames(drawn(STATES["the first view"]), widthOf);
  assert.deepEqual(missing, []);
  for (const key of ["output", "loss", "own", "carried", "input", "W_xh", "W_hh", "units", "W_hy"]) {
    assert.ok(
      placed.some((one) => one.key === key),
      key,
    );
  }
});

test("what is not drawn of an open layer has no name, and the weir is named where the gradient leaves", () => {
  const of = (layers, directions, layer, direction) => {
    const config = { clip: "norm", clip_threshold: 1, task: "echo" };
    const record = chosenRecord(deepRecord({ layers, directions, T: 8, H: 6 }), { layer, direction });
    const state = { ...initialState({ config }), names: true, first: true, ruler: "near", record };
    const size = { width: 948, height: 700, U: 1 };
    const scene = buildScene(readPicture(record, config, null), state, size, [-4, 2], null);
    const { placed, missing } = placeNames(scene, narrowly);
    return { scene, find: (key) => placed.find((one) => one.key === key), missing };
  };
  const lower = of(2, 1, 1, "forward");
  assert.equal(lower.find("W_hy"), undefined, "layer 2 leads to the outputs");
  assert.ok(!lower.missing.includes("W_hy"), "nor is it missing");
  assert.ok(of(2, 1, 2, "forward").find("W_hy"));
  for (const direction of ["forward", "reverse"]) {
    const { scene, find } = of(1, 2, 1, direction);
    const { left, right } = scene.layout;
    const clip = find("clip");
    if (clip) assert.ok(direction === "forward" ? clip.to.x < left : clip.to.x > right, `${direction}: ${clip.to.x}`);
    assert.equal(
      placeAt(scene.layout, direction === "forward" ? left - 2 : right + 2, scene.layout.lanes[0].mid).row,
      "weir",
    );
  }
});

test("a phone names the main things, and says which have no room", () => {
  const phone = { T: 8, first: true, size: { width: 390, height: 500, U: 1 } };
  const { placed, missing } = placeNames(drawn(phone), narrowly);
  for (const key of ["output", "loss", "carried", "input", "W_hh"]) {
    assert.ok(
      placed.some((one) => one.key === key),
      `${key} of ${placed.map((one) => one.key)}`,
    );
  }
  assert.ok(missing.length > 0);
  assert.ok(missing.every((key) => !placed.some((one) => one.key === key)));
});

test("packed columns have no gaps: what stands between them is missing, and said to be", () => {
  const scene = drawn(STATES["packed columns"]);
  assert.ok(scene.layout.packed && !standsApart(scene.layout, 1));
  const { missing } = placeNames(scene, widthOf);
  for (const key of ["own", "W_xh", "W_hy"]) assert.ok(missing.includes(key), `${key} of ${missing}`);
});

test("what is not in the picture has no name and is not missed", () => {
  const keys = ({ placed, missing }) => [...placed.map(({ key }) => key), ...missing];
  const unclipped = placeNames(drawn({ T: 8, config: { clip: "none" } }), widthOf);
  assert.ok(!keys(unclipped).includes("clip"));
  const silent = placeNames(drawn({ T: 8, hasLoss: () => false }), widthOf);
  for (const key of ["loss", "output", "own", "carried", "share", "against"])
    assert.ok(!keys(silent).includes(key), key);
  assert.ok(!keys(placeNames(drawn({ T: 1, hasLoss: () => true }), widthOf)).includes("W_hh"));
});

test("names stay where they stood while the network trains", () => {
  const before = placeNames(drawn({ T: 24 }), widthOf);
  const after = placeNames(drawn({ T: 24, decay: (lag) => 0.9 ** lag }), widthOf, before);
  for (const key of ["output", "loss", "own", "input", "W_xh", "W_hh", "units"]) {
    const [was, is] = [before, after].map(({ placed }) => placed.find((one) => one.key === key));
    assert.deepEqual([is?.t, is?.left], [was?.t, was?.left], key);
  }
});

test("while a part of the time axis is shown, only what is on it is named", () => {
  const scene = drawn({ T: 24 });
  scene.layout.zoom = { from: 6, to: 18 };
  const { first, last } = visibleTimesteps(scene.layout);
  scene.layout.edges = scene.layout.edges.map((_, t) => 116 + (t - 6) * (630 / 12));
  for (const { key, t } of placeNames(scene, widthOf).placed) {
    assert.ok(t === 0 || (t >= first && t <= last), `${key} at ${t}`);
  }
});

test("only a gap over which something is carried is named so: not where W_hh is 0, nor where truncation cuts", () => {
  const T = 8;
  const wide = Float64Array.from({ length: T + 1 }, (_, t) => (t === 0 ? 0 : 1));
  const carriedTo = (...states) => ({
    ...(states.length === 0 ? nothingCarried(T) : {}),
    ln_dh_norm: { shape: [T + 1], data: wide.map(Math.log) },
    dh_carried_norm: { shape: [T + 1], data: wide.map((_, t) => (states.includes(t) ? 0.5 : 0)) },
  });
  const named = (options) => {
    const scene = drawn({ T, hasLoss: () => true, first: true, size: { width: 948, height: 624, U: 1 }, ...options });
    const { placed, missing } = placeNames(scene, widthOf);
    assert.ok(placed.length >= 3);
    return { one: placed.find(({ key }) => key === "carried"), isMissed: missing.includes("carried"), scene };
  };
  assert.equal(named({ tensors: carriedTo(1, 2, 3, 4, 5, 6, 7) }).one?.key, "carried");
  const none = named({ tensors: carriedTo() });
  assert.deepEqual([none.one, none.isMissed], [undefined, false], "no gap has anything in it");
  const { one, scene } = named({ tensors: carriedTo(3) });
  assert.equal(one.t, 4, "what is carried to h_3 crosses the gap before h_4");
  const half = scene.ribbons[0].profile[Math.round(one.to.x - scene.layout.left)];
  assert.ok(Math.abs(one.to.y - scene.layout.lanes[0].mid) < half, "the line ends in the river");

  const cut = named({ config: { k1: 1, k2: 1 } });
  assert.deepEqual([cut.one, cut.isMissed], [undefined, false], "every gap is a cut");
  assert.equal(named({ config: { k1: 2, k2: 2 } }).one.t % 2, 0, "a pass of two timesteps crosses every other gap");
  const clipped = { clip: "timestep", clip_threshold: 5 };
  assert.ok(named({ config: clipped }).one);
  assert.equal(named({ tensors: nothingCarried(T), config: clipped }).one, undefined);
});

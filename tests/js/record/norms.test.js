import assert from "node:assert/strict";
import test from "node:test";
import { chooseDomain, NORM_DOMAINS, normCurves, normExtent } from "../../../static/js/record/norms.js";
import { curveName } from "../../../static/js/words/curves.js";
import { readPicture } from "../../../static/js/record/picture.js";
import { sampleRecord } from "../stage/sample.js";

const ids = (curves) => curves.map((curve) => curve.id);
const pictureOf = (options, config = {}) => readPicture(sampleRecord(options), config, null);

test("several losses: all of them, the last one alone, and its bound", () => {
  assert.deepEqual(ids(normCurves(pictureOf({ T: 6 }), null, 0.9)), ["all", "last", "bound"]);
  assert.deepEqual(ids(normCurves(pictureOf({ T: 6 }), null, null)), ["all", "last"]);
});

test("a single loss is its own sum", () => {
  const curves = normCurves(pictureOf({ T: 6, hasLoss: (t) => t === 6 }), null, 0.9);
  assert.deepEqual(ids(curves), ["all", "bound"]);
  assert.match(curveName(curves[0]), /E₆/);
});

test("only E_T is row T of the flow; the bound leaves from where it starts and falls by γσ a timestep", () => {
  const picture = pictureOf({ T: 6 });
  const [, last, bound] = normCurves(picture, null, 0.5);
  assert.equal(last.ln[3], picture.lnFlow[5 * 7 + 3]);
  assert.equal(bound.ln[6], last.ln[6]);
  assert.ok(Math.abs(bound.ln[2] - (last.ln[6] + 4 * Math.log(0.5))) < 1e-9);
});

test("clipping by timestep shows its threshold and what is kept, a change shows what was before", () => {
  const ghost = { label: "T = 16", ln_dh_norm: new Float64Array(17), T: 16, at: 0, fields: "sequence_length" };
  const curves = normCurves(pictureOf({ T: 6 }, { clip: "timestep", clip_threshold: 2 }), ghost, null);
  assert.deepEqual(ids(curves), ["all", "used", "last", "threshold", "ghost"]);
  assert.equal(curveName(curves.at(-1)), "before: T = 16");
  assert.equal(curves[3].ln[4], Math.log(2));
});

test("neither bound nor ghost nor threshold moves the axis", () => {
  const curves = normCurves(pictureOf({ T: 6 }), null, 1e30);
  const { high } = normExtent(curves);
  assert.ok(high < 3);
});

const at = (state, low, high, now) => chooseDomain(state, { low, high }, now);

test("the axis starts with the nearest range that holds the curves", () => {
  const rangeOf = (low, high) => NORM_DOMAINS[at(null, low, high, 0).index];
  assert.deepEqual(rangeOf(-2, 1), [-4, 2]);
  assert.deepEqual(rangeOf(-9, 1), [-12, 6]);
  assert.deepEqual(rangeOf(0, 10), [-6, 12]);
  assert.deepEqual(rangeOf(-30, 0), [-36, 12]);
  assert.deepEqual(rangeOf(-200, 0), [-300, 300]);
  assert.deepEqual(rangeOf(-500, 0), [-300, 300]);
});

test("a value beyond the range is followed at once, a nearer range only after a while", () => {
  let state = at(null, -2, 1, 0);
  state = at(state, -9, 1, 10);
  assert.equal(state.index, 1);
  state = at(state, -2, 0.5, 20);
  assert.equal(state.index, 1, "not at once");
  state = at(state, -9, 1, 2000);
  state = at(state, -2, 0.5, 2010);
  state = at(state, -2, 0.5, 4000);
  assert.equal(state.index, 1, "a relapse starts the wait again");
  state = at(state, -2, 0.5, 6000);
  assert.equal(state.index, 0);
});

test("values that barely fit a nearer range do not make the axis flicker", () => {
  let state = at(null, -9, 1, 0);
  for (let now = 0; now < 20000; now += 500) state = at(state, -3.9, 1.9, now);
  assert.equal(state.index, 1);
});

test("without a finite number the axis stays", () => {
  const state = at(null, -9, 1, 0);
  assert.equal(at(state, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 9999).index, 1);
});

import assert from "node:assert/strict";
import test from "node:test";
import { readPicture } from "../../../static/js/record/picture.js";
import { buildScene, highlighted, outputDomain, showsSymbols } from "../../../static/js/stage/scene.js";
import { initialState } from "../../../static/js/run/state.js";
import { sampleRecord } from "./sample.js";

const SIZE = { width: 764, height: 620, U: 1 };
const pictureOf = (options) => readPicture(sampleRecord(options), {}, null);

test("without a record the scene stands on the configuration alone", () => {
  const scene = buildScene(null, initialState({ config: { sequence_length: 40, cell: "lstm" } }), SIZE, [-4, 2], null);
  assert.equal(scene.layout.T, 40);
  assert.equal(scene.layout.lanes.length, 2);
  assert.deepEqual(scene.ribbons, []);
});

test("the output's scale belongs to the task, not to what the network says", () => {
  const picture = pictureOf({ T: 4 });
  assert.deepEqual(outputDomain(picture, "echo"), [-1, 1]);
  assert.deepEqual(outputDomain(picture, "adding"), [0, 2]);
  picture.target.fill(3.2);
  assert.deepEqual(outputDomain(picture, "own"), [-5, 5]);
  assert.deepEqual(outputDomain({ ...picture, classification: true }, "parity"), [0, 1]);
});

test("the bound on the norms is worked out when the curves are first asked for, and once", () => {
  let asked = 0;
  const bound = () => {
    asked += 1;
    return 0.5;
  };
  const scene = buildScene(pictureOf({ T: 6 }), initialState(), SIZE, [-4, 2], bound);
  assert.equal(asked, 0);
  const { ln } = scene.curves.find(({ id }) => id === "bound");
  assert.ok(Math.abs(ln[5] - ln[6] - Math.log(0.5)) < 1e-12);
  assert.equal(scene.curves, scene.curves);
  assert.equal(asked, 1);
});

test("a hovered loss stands out only where there is one and it has company", () => {
  const state = { ...initialState(), hover: { t: 2, source: 4 } };
  assert.equal(highlighted(state, pictureOf({ T: 6 })), 4);
  assert.equal(highlighted({ ...state, hover: { t: 2 } }, pictureOf({ T: 6 })), 2);
  assert.equal(highlighted({ ...state, hover: { t: 2 } }, pictureOf({ T: 6, hasLoss: (t) => t > 2 })), 0);
  assert.equal(highlighted({ ...state, hover: null }, pictureOf({ T: 6 })), 0);
});

test("symbols stand on tiles as long as there is room for letters", () => {
  const oneHot = (T) => {
    const x = new Float32Array(T * 3);
    for (let t = 0; t < T; t++) x[t * 3 + (t % 3)] = 1;
    return { T, tensors: { x: { shape: [T, 3], data: x } } };
  };
  const sceneOf = (T) => buildScene(pictureOf(oneHot(T)), initialState(), SIZE, [-4, 2], null);
  assert.equal(showsSymbols(sceneOf(20)), true);
  assert.equal(showsSymbols(sceneOf(200)), false);
});

test("the next record of the same network is laid out by the same object, another network by another", () => {
  const sceneOf = (T) => buildScene(pictureOf({ T }), initialState(), SIZE, [-4, 2], null);
  const { layout } = sceneOf(6);
  assert.equal(sceneOf(6).layout, layout);
  assert.notEqual(sceneOf(7).layout, layout);
  assert.equal(sceneOf(6).layout, layout);
});

import assert from "node:assert/strict";
import test from "node:test";
import { readPicture } from "../../../static/js/record/picture.js";
import { readoutLines } from "../../../static/js/stage/readout.js";
import { buildScene } from "../../../static/js/stage/scene.js";
import { initialState } from "../../../static/js/run/state.js";
import { recordWithLogNorms, sampleRecord } from "./sample.js";

function sceneOf(record, task = null, config = {}) {
  const picture = readPicture(record, config, task);
  return buildScene(picture, initialState({ config }), { width: 764, height: 620, U: 1 }, [-4, 2], 0.9);
}

const place = (row, t, unit = null) => ({ row, t, unit, lane: 0 });

test("no read-out has more than three lines, whatever is under the pointer", () => {
  const scene = sceneOf(sampleRecord({ T: 6 }));
  for (const row of ["loss", "output", "lane", "units", "input", "labels", "norm", "track", "weights", "ruler", null]) {
    for (const t of [1, 6]) {
      const lines = readoutLines(scene, place(row, t, 0), t);
      assert.ok(lines.length <= 3, row);
      for (const line of lines) assert.ok(!/undefined|null|\bNaN\b/.test(line), line);
    }
  }
});

test("the river says its norm, its logarithm, and how much of it comes from the loss under the pointer", () => {
  const record = recordWithLogNorms([-46.2, 0]);
  const lines = readoutLines(sceneOf(record), place("lane", 1), 0);
  assert.match(lines[0], /‖∂E\/∂h₁‖ = 8\.62.×.10⁻²¹/);
  assert.match(lines[1], /^ln −46\.2/);
  const several = sceneOf(sampleRecord({ T: 6 }));
  assert.match(readoutLines(several, place("lane", 2), 5)[2], /E₅/);
});

test("exact zero is said in words", () => {
  const lines = readoutLines(sceneOf(recordWithLogNorms([Number.NEGATIVE_INFINITY, 0])), place("lane", 1), 0);
  assert.match(lines[0], /exactly 0/);
  assert.equal(lines.length, 1);
});

test("a unit shows its value and its gradient, counted from 1", () => {
  const record = sampleRecord({ T: 6 });
  record.tensors.h.data[3 * 4 + 2] = -0.1024;
  const lines = readoutLines(sceneOf(record), place("units", 3, 2), 0);
  assert.deepEqual(lines.slice(0, 2), ["unit 3 at t = 3", "h = −0.102"]);
});

test("classes are named: what the network says, and what was wanted", () => {
  const target = { shape: [2], data: Float32Array.of(-1, 1) };
  const y = { shape: [2, 2], data: Float32Array.of(2, 0, 0, 2) };
  const scene = sceneOf(sampleRecord({ T: 2, tensors: { target, y } }), { classes: ["a", "b"] });
  assert.deepEqual(readoutLines(scene, place("output", 1), 0), ["t = 1: predicts a with 88 %", "no target here"]);
  assert.deepEqual(readoutLines(scene, place("output", 2), 0), ["t = 2: predicts b with 88 %", "target b: 88 %"]);
});

test("values without a target say so", () => {
  const scene = sceneOf(sampleRecord({ T: 4, hasLoss: (t) => t > 2 }));
  assert.equal(readoutLines(scene, place("output", 1), 0).at(-1), "no target here");
  assert.deepEqual(readoutLines(scene, place("loss", 1), 0), ["t = 1", "no target: no loss"]);
});

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
  for (const row of [
    "loss",
    "output",
    "lane",
    "units",
    "input",
    "labels",
    "norm",
    "track",
    "weights",
    "weir",
    "ruler",
    null,
  ]) {
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
  assert.match(lines[0], /‖∂E\/∂h₁‖ = 8\.62.×.10⁻²¹, ln −46\.2$/);
  const several = sceneOf(sampleRecord({ T: 6 }));
  assert.match(
    readoutLines(several, place("lane", 2), 5).at(-1),
    /^E₅ is \d+ % of it$|^E₅ pulls the other way here: −\d+/,
  );
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

test("every matrix says where it leads, and how often it is used", () => {
  const scene = sceneOf(sampleRecord({ T: 6 }));
  const lines = (matrix, use) => readoutLines(scene, { ...place("weights", null), matrix, use }, 0);
  assert.deepEqual(lines("W_xh", 5), ["Wₓₕ, 1 × 4", "leads from x₅ to h₅", "the same at all 6 timesteps"]);
  assert.deepEqual(lines("W_hh", 5), [
    "Wₕₕ, 4 × 4: leads from h₄ to h₅",
    "the same at all 6 timesteps",
    "× 5: at the first it meets h₀ = 0 and adds nothing",
  ]);
  assert.deepEqual(lines("W_hy", null), ["Wₕᵧ, 4 × 1", "leads from hₜ to yₜ", "the same at all 6 timesteps"]);
  const one = sceneOf(sampleRecord({ T: 1 }));
  const alone = (matrix) =>
    readoutLines(one, { ...place("weights", null), matrix, use: null }, 0).slice(matrix === "W_hh" ? 1 : 2);
  assert.deepEqual(alone("W_hh"), ["used at the one timestep", "there it meets h₀ = 0 and adds nothing"]);
  assert.deepEqual(alone("W_xh"), ["used at the one timestep"]);
});

test("at a column own and carried are told apart, between columns what is carried", () => {
  const record = sampleRecord({ T: 6 });
  record.tensors.dh_carried_norm = { shape: [7], data: new Float64Array(7).fill(0.25) };
  const scene = sceneOf(record);
  assert.match(readoutLines(scene, place("lane", 3), 0)[1], /^own [\d.]+ and carried 0\.250, added as vectors$/);
  const between = readoutLines(scene, { ...place("lane", 3), carriedTo: 3 }, 0);
  assert.equal(between[0], "carried from h₄ to h₃: 0.250");
});

test("the weir and the posts say what they clip", () => {
  const clipped = sampleRecord({ T: 6, meta: { clip_scale: 0.302 } });
  const weir = (config, record = clipped) => readoutLines(sceneOf(record, null, config), place("weir", null), 0);
  assert.deepEqual(weir({ clip: "norm", clip_threshold: 1 }), [
    "The gradient is clipped to 30 % of its length:",
    "its norm was above 1",
  ]);
  assert.deepEqual(weir({ clip: "norm", clip_threshold: 1 }, sampleRecord({ T: 6 })), [
    "The gradient's norm is not above 1: nothing is clipped.",
  ]);
  assert.deepEqual(weir({ clip: "none" }), []);
  const record = recordWithLogNorms([9, 8, 7, 0]);
  record.tensors.dh_norm_used.data.set([0, 2, 2, 2, 1]);
  const scene = sceneOf(record, null, { clip: "timestep", clip_threshold: 2 });
  assert.equal(readoutLines(scene, place("lane", 2), 0)[1], "clipped here to 2");
  assert.equal(readoutLines(scene, place("lane", 4), 0).length, 1);
});

import assert from "node:assert/strict";
import test from "node:test";
import { drawDirectCore, drawMotorway, lnDirectNorm, meanKept } from "../../../../static/js/stage/river/motorway.js";
import { readPicture } from "../../../../static/js/record/picture.js";
import { buildScene } from "../../../../static/js/stage/scene.js";
import { initialState } from "../../../../static/js/run/state.js";
import { callsOf, recordingContext } from "../recording.js";
import { sampleRecord } from "../sample.js";

const T = 6;
const H = 4;

function gatesOf(kinds, kept) {
  const data = new Float32Array(T * kinds * H).fill(0.9);
  for (let t = 1; t <= T; t++) data.fill(kept(t), ((t - 1) * kinds + 1) * H, ((t - 1) * kinds + 2) * H);
  return { shape: [T, kinds, H], data };
}

function sceneOf(tensors, cell) {
  const picture = readPicture(sampleRecord({ T, H, tensors }), { cell }, null);
  return buildScene(picture, initialState({ config: { cell } }), { width: 764, height: 620, U: 1 }, [-4, 2], null);
}

const lstm = (kept = () => 0.75) => {
  const { ln_dh_norm, dh } = sampleRecord({ T, H }).tensors;
  return sceneOf({ ln_dc_norm: ln_dh_norm, dc: dh, gates: gatesOf(4, kept) }, "lstm");
};

test("the mean of the keeping gate is f of an lstm and z of a gru", () => {
  assert.ok(Math.abs(meanKept(lstm((t) => t / 10).picture, 3) - 0.3) < 1e-6);
  assert.ok(Math.abs(meanKept(sceneOf({ gates: gatesOf(3, () => 0.6) }, "gru").picture, 5) - 0.6) < 1e-6);
  assert.equal(meanKept(sceneOf({}, "gru").picture, 5), null);
});

test("what a mingru keeps is what its gate does not let in", () => {
  const data = new Float32Array(T * 2 * H).map((_, i) => (i % (2 * H) < H ? 0.2 : 0.9));
  const scene = sceneOf({ gates: { shape: [T, 2, H], data } }, "mingru");
  assert.ok(Math.abs(meanKept(scene.picture, 3) - 0.8) < 1e-6);
  const { ln } = scene.picture.lanes[0];
  assert.ok(Math.abs(lnDirectNorm(scene.picture, 3) - (ln[3] + Math.log(0.8))) < 1e-6);
  const ctx = recordingContext();
  drawDirectCore(ctx, scene);
  assert.ok(callsOf(ctx, "bezierCurveTo").length > 0);
});

test("the motorway is one slab a timestep, with toll gates as closed as the forget gates", () => {
  const scene = lstm();
  const ctx = recordingContext();
  drawMotorway(ctx, scene, 1);
  const gates = callsOf(ctx, "fillRect");
  assert.deepEqual([callsOf(ctx, "rect").length, gates.length], [T, 2 * (T - 1)]);
  const { half } = scene.ribbons[1];
  const [, , , closed] = gates[0];
  assert.ok(Math.abs(closed - 0.25 * Math.min(half[1], half[2])) < 1e-6);
  assert.equal(callsOf(ctx, "bezierCurveTo").length, 0, "nothing bends");
});

test("slabs that touch each other are one outline, with a step from each to the next", () => {
  const record = sampleRecord({ T: 120, H: 2 });
  const { ln_dh_norm, dh } = record.tensors;
  Object.assign(record.tensors, { ln_dc_norm: ln_dh_norm, dc: dh });
  const picture = readPicture(record, { cell: "lstm" }, null);
  const size = { width: 764, height: 620, U: 1 };
  const scene = buildScene(picture, initialState({ config: { cell: "lstm" } }), size, [-4, 2], null);
  const ctx = recordingContext();
  drawMotorway(ctx, scene, 1);
  assert.equal(callsOf(ctx, "rect").length, 0);
  assert.equal(callsOf(ctx, "closePath").length, 1);
  const [{ mid }, { half }] = [scene.layout.lanes[1], scene.ribbons[1]];
  const corners = callsOf(ctx, "lineTo").map(([x, y]) => [x, y]);
  for (const t of [1, 60, 120]) {
    for (const [x, y] of [
      [scene.layout.edges[t - 1], mid - half[t]],
      [scene.layout.edges[t], mid + half[t]],
    ]) {
      assert.ok(
        corners.some(([cx, cy]) => cx === x && cy === y),
        `t = ${t}`,
      );
    }
  }
});

test("without gates there are slabs but no tolls", () => {
  const scene = lstm();
  scene.picture.gates = null;
  const ctx = recordingContext();
  drawMotorway(ctx, scene, 1);
  assert.deepEqual([callsOf(ctx, "rect").length, callsOf(ctx, "fillRect").length], [T, 0]);
});

test("a gru's direct part is what its gate keeps of the gradient, on the river's own axis", () => {
  const scene = sceneOf({ gates: gatesOf(3, () => 0.5) }, "gru");
  const { ln } = scene.picture.lanes[0];
  assert.ok(Math.abs(lnDirectNorm(scene.picture, 3) - (ln[3] + Math.log(0.5))) < 1e-6);
  const ctx = recordingContext();
  drawDirectCore(ctx, scene);
  assert.equal(callsOf(ctx, "bezierCurveTo").length, 2 * (T - 1));
  const none = recordingContext();
  drawDirectCore(none, sceneOf({}, "rnn"));
  assert.equal(none.calls.length, 0);
});

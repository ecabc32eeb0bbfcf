import assert from "node:assert/strict";
import test from "node:test";
import {
  comesBackTo,
  comesBackToCell,
  isKept,
  outputAt,
  readPicture,
  symbolAt,
  truncationCuts,
  winnerAt,
} from "../../../static/js/record/picture.js";
import { chosenRecord } from "../../../static/js/record/chosen.js";
import { deepRecord } from "../stage/deep.js";
import { nothingCarried, sampleRecord } from "../stage/sample.js";

test("a picture knows which timesteps have a loss", () => {
  const picture = readPicture(sampleRecord({ T: 6, hasLoss: (t) => t > 3 }), {}, null);
  assert.deepEqual([...picture.hasTarget], [0, 0, 0, 0, 1, 1, 1]);
  assert.equal(picture.losses, 3);
  assert.equal(picture.lastLoss, 6);
});

test("class targets count from 0, −1 is none", () => {
  const target = { shape: [4], data: Float32Array.of(-1, 0, 2, -1) };
  const y = { shape: [4, 3], data: Float32Array.from({ length: 12 }, (_, i) => i % 5) };
  const picture = readPicture(sampleRecord({ T: 4, tensors: { target, y } }), {}, null);
  assert.deepEqual([...picture.hasTarget], [0, 0, 1, 1, 0]);
  assert.equal(picture.classification, true);
  assert.equal(winnerAt(picture, 2), 1);
  const sum = [0, 1, 2].reduce((total, index) => total + outputAt(picture, 2, index), 0);
  assert.ok(Math.abs(sum - 1) < 1e-6);
});

test("without any target there is no last loss", () => {
  const picture = readPicture(sampleRecord({ T: 3, hasLoss: () => false }), {}, null);
  assert.equal(picture.losses, 0);
  assert.equal(picture.lastLoss, 0);
});

test("one-hot inputs are named by the vocabulary, others are not symbols", () => {
  const x = { shape: [3, 3], data: Float32Array.of(0, 1, 0, 1, 0, 0, 0, 0, 1) };
  const picture = readPicture(
    sampleRecord({ T: 3, tensors: { x } }),
    {},
    /** @type {any} */ ({ inputs: ["a", "b", "c"] }),
  );
  assert.deepEqual(picture.symbols, ["a", "b", "c"]);
  assert.deepEqual(
    [1, 2, 3].map((t) => symbolAt(picture, t)),
    [1, 0, 2],
  );
  const real = { shape: [3, 3], data: Float32Array.of(0, 1, 0, 1, 0.5, 0, 0, 0, 1) };
  assert.equal(readPicture(sampleRecord({ T: 3, tensors: { x: real } }), {}, null).symbols, null);
});

test("the river shows what truncation and per-timestep clipping leave, with the shares of just that", () => {
  const record = sampleRecord({ T: 4 });
  const plain = readPicture(record, {}, null);
  assert.equal(plain.lanes[0].shown, plain.lanes[0].ln);
  assert.equal(plain.lanes[0].share, record.tensors.share.data);
  record.tensors.dh_norm_used.data.fill(0.5);
  const clipped = readPicture(record, { clip: "timestep", clip_threshold: 0.5 }, null);
  assert.ok(Math.abs(clipped.lanes[0].shown[2] - Math.log(0.5)) < 1e-12);
  assert.equal(clipped.lanes[0].share, null, "full shares are never shown in their place");
});

test("a flow of another length than the record is not drawn", () => {
  const record = sampleRecord({ T: 4 });
  record.tensors.ln_flow = sampleRecord({ T: 5 }).tensors.ln_flow;
  assert.equal(readPicture(record, {}, null).lnFlow, null);
});

test("an lstm has a second channel", () => {
  const { ln_dh_norm, dh } = sampleRecord({ T: 4 }).tensors;
  const record = sampleRecord({ T: 4, tensors: { ln_dc_norm: ln_dh_norm, dc: dh } });
  assert.deepEqual(
    readPicture(record, {}, null).lanes.map((lane) => lane.name),
    ["h", "c"],
  );
});

const all = (T) => new Uint8Array(T + 1).fill(1, 1);

test("truncation in chunks cuts the river between chunks and nowhere else", () => {
  const cuts = truncationCuts(all(24), 24, 8, 8);
  assert.deepEqual(
    [...cuts.entries()].filter(([, cut]) => cut > 0),
    [
      [8, 2],
      [16, 2],
    ],
  );
});

test("passes that overlap lose only some losses on the way", () => {
  const cuts = truncationCuts(all(12), 12, 4, 8);
  assert.equal(cuts[4], 1, "E₉…E₁₂ end at h₅, E₅…E₈ go on");
  assert.equal(Math.max(...cuts), 1);
});

test("where no loss crosses there is nothing to cut", () => {
  const onlyFirst = new Uint8Array(13);
  onlyFirst[3] = 1;
  assert.deepEqual([...truncationCuts(onlyFirst, 12, 4, 4)], new Array(13).fill(0));
});

test("cuts agree with the kept pairs, whatever k1 and k2", () => {
  for (const [T, k1, k2] of [
    [13, 3, 5],
    [10, 1, 4],
    [9, 4, 4],
    [7, 7, 7],
    [20, 5, 12],
  ]) {
    const cuts = truncationCuts(all(T), T, k1, k2);
    for (let b = 1; b < T; b++) {
      const there = [];
      for (let t = b + 1; t <= T; t++) if (isKept(t, b + 1, T, k1, k2)) there.push(t);
      const here = there.filter((t) => isKept(t, b, T, k1, k2));
      const expected = here.length === there.length ? 0 : here.length === 0 ? 2 : 1;
      assert.equal(cuts[b], expected, `T ${T}, k1 ${k1}, k2 ${k2}, b ${b}`);
    }
  }
});

test("under truncation nothing comes back where no later loss is kept so far back, first gap or not", () => {
  const cut = { k1: 4, k2: 4 };
  const zeroFrom = (record, last) => {
    for (let t = 1; t <= last; t += 1) record.tensors.dh_norm_used.data[t] = 0;
    return record;
  };
  const far = zeroFrom(sampleRecord({ T: 24, hasLoss: (t) => t === 24 }), 20);
  const timesteps = Array.from({ length: 24 }, (_, i) => i + 1);
  const into = (picture) => timesteps.filter((t) => t <= picture.T && comesBackTo(picture, t));
  assert.deepEqual(into(readPicture(far, cut, null)), [21, 22, 23]);
  const { ln_flow: _, share: __, ...unwatched } = far.tensors;
  assert.deepEqual(into(readPicture({ ...far, tensors: unwatched }, cut, null)), [21, 22, 23], "flow is not watched");
  const seldom = sampleRecord({ T: 24, hasLoss: (t) => t % 6 === 0 });
  const kept = timesteps.filter((t) => [6, 12, 18, 24].some((s) => s > t && isKept(s, t, 24, 4, 4)));
  assert.deepEqual(into(readPicture(seldom, cut, null)), kept);
  const other = deepRecord({ layers: 2, T: 24, hasLoss: (t) => t === 24 });
  const lower = chosenRecord(other, { layer: 1, direction: "forward" });
  assert.deepEqual(into(readPicture(lower, cut, null)), [21, 22, 23], "nor in a layer below");
});

test("what is exactly 0 at the timestep after is passed on from nowhere", () => {
  const record = sampleRecord({ T: 4, hasLoss: (t) => t === 4 });
  record.tensors.dh_norm_used.data[3] = 0;
  const picture = readPicture(record, { clip: "timestep", clip_threshold: 9 }, null);
  assert.deepEqual(
    [1, 2].map((t) => comesBackTo(picture, t)),
    [true, false],
  );
});

test("where no weight carries a gradient to h_t the forget gate still carries one to c_t", () => {
  const cell = Float64Array.of(-Infinity, -3, -2, -1, -Infinity);
  const tensors = { ...nothingCarried(4), ln_dc_norm: { shape: [5], data: cell } };
  const picture = readPicture(sampleRecord({ T: 4, hasLoss: (t) => t > 2, tensors }), { cell: "lstm" }, null);
  const both = [1, 2, 3, 4].map((t) => [comesBackTo(picture, t), comesBackToCell(picture, t)]);
  assert.deepEqual(both, [
    [false, true],
    [false, true],
    [false, false],
    [false, false],
  ]);
  const plain = readPicture(sampleRecord({ T: 4, tensors: nothingCarried(4) }), {}, null);
  assert.equal(comesBackToCell(plain, 2), false, "a cell without c");
});

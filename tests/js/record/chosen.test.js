import assert from "node:assert/strict";
import test from "node:test";
import {
  chosenRecord,
  endingOf,
  extentOf,
  hasPath,
  isTop,
  nameIn,
  parametersOf,
  placeNamed,
  placeOf,
  wholeOf,
} from "../../../static/js/record/chosen.js";
import { readPicture } from "../../../static/js/record/picture.js";
import {
  farthestLoss,
  lnFlow,
  mouth,
  next,
  ownGradient,
  preActivation,
  previous,
} from "../../../static/js/record/readings.js";
import { deepRecord } from "../stage/deep.js";
import { sampleRecord } from "../stage/sample.js";

const UPPER = /** @type {const} */ ({ layer: 2, direction: "forward" });
const REVERSE = /** @type {const} */ ({ layer: 1, direction: "reverse" });
const row = ({ shape, data }, t) =>
  Array.from(data.subarray((t * data.length) / shape[0], ((t + 1) * data.length) / shape[0]));

test("one layer in one direction is the record itself", () => {
  const record = sampleRecord();
  assert.equal(chosenRecord(record, { layer: 3, direction: "reverse" }), record);
  assert.equal(wholeOf(record), record);
  assert.deepEqual(extentOf(record), { layers: 1, directions: 1 });
});

test("names follow one rule: layer 1 and forward are plain, then _l2, then _reverse", () => {
  assert.equal(endingOf({ layer: 1, direction: "forward" }), "");
  assert.equal(endingOf({ layer: 3, direction: "reverse" }), "_l3_reverse");
  assert.deepEqual(placeNamed("grad.b_h_l2_reverse"), { layer: 2, direction: "reverse" });
  assert.deepEqual(placeNamed("W_hy"), { layer: 1, direction: "forward" });
});

test("the chosen layer's tensors stand under the first layer's names, the others' are left out", () => {
  const record = deepRecord({ layers: 2 });
  record.tensors.ln_flow_a_l2 = record.tensors.ln_flow_l2;
  const upper = chosenRecord(record, UPPER);
  assert.equal(upper, chosenRecord(record, UPPER), "always the same object");
  assert.equal(upper.tensors.h, record.tensors.h_l2);
  assert.equal(upper.tensors.W_xh, record.tensors.W_xh_l2);
  assert.equal(upper.tensors.x, record.tensors.x);
  assert.ok(isTop(upper));
  const lower = chosenRecord(upper, { layer: 1, direction: "forward" });
  assert.equal(lower.tensors.h, record.tensors.h);
  assert.ok(!("ln_flow_a" in lower.tensors), "what only the top layer has is not the lower one's");
  assert.ok(!isTop(lower));
  assert.deepEqual(parametersOf(upper), ["W_xh_l2", "W_hh_l2", "W_hy"]);
  assert.equal(nameIn("W_hy", upper), "W_hy");
});

test("a network with fewer layers than were chosen shows its highest one", () => {
  const record = deepRecord({ layers: 2 });
  assert.deepEqual(
    { ...placeOf(chosenRecord(record, { layer: 4, direction: "reverse" })), whole: null },
    { layer: 2, direction: "forward", layers: 2, directions: 1, ending: "_l2", whole: null },
  );
});

test("in the reverse direction row t is the state at t, and row 0 the initial one", () => {
  const record = deepRecord({ layers: 1, directions: 2, T: 5 });
  const { tensors } = chosenRecord(record, REVERSE);
  assert.deepEqual(row(tensors.h, 0), row(record.tensors.h_reverse, 5));
  for (let t = 1; t <= 5; t += 1) assert.deepEqual(row(tensors.h, t), row(record.tensors.h_reverse, t - 1));
  assert.equal(tensors.ln_flow.data[2 * 6 + 4], record.tensors.ln_flow_reverse.data[2 * 6 + 3]);
  assert.equal(tensors.W_hh, record.tensors.W_hh_reverse, "a matrix is never turned, whatever its size");
});

test("a reverse state is made from the one after it and sends its gradient to the right", () => {
  const record = chosenRecord(deepRecord({ layers: 1, directions: 2, T: 5, hasLoss: (t) => t > 1 }), REVERSE);
  assert.deepEqual([previous(record, 5), previous(record, 3), next(record, 1), next(record, 3)], [0, 4, null, 2]);
  assert.equal(farthestLoss(record), 2);
  assert.equal(mouth(record), 5);
  assert.ok(
    Number.isNaN(lnFlow(record, 4, 3)),
    "E_4 does not reach the reverse h_3, which reads nothing that h_4 says",
  );
});

test("paths: only back in one direction, only on in the top reverse one, everywhere below it", () => {
  const one = { layer: 1, layers: 2, directions: 1, direction: /** @type {const} */ ("forward") };
  assert.ok(hasPath(one, 4, 3) && !hasPath(one, 3, 4));
  const top = { layer: 2, layers: 2, directions: 2, direction: /** @type {const} */ ("reverse") };
  assert.ok(hasPath(top, 3, 4) && !hasPath(top, 4, 3));
  const below = { ...top, layer: 1 };
  assert.ok(hasPath(below, 3, 4) && hasPath(below, 4, 3));
});

test("the sum inside an upper unit is over the states of the layer below, of both directions", () => {
  const record = deepRecord({ layers: 2, directions: 2, T: 4, H: 3 });
  const upper = chosenRecord(record, UPPER);
  const below = [...row(record.tensors.h, 2), ...row(record.tensors.h_reverse, 1)];
  const expected = below.reduce((sum, value) => sum + 2 * value, 0);
  assert.ok(Math.abs(preActivation(upper, 2, 1).input - expected) < 1e-6);
});

test("an embedding's row is what the first layer reads", () => {
  const record = sampleRecord({ T: 2, I: 3, H: 2 });
  record.tensors.x.data.set([0, 1, 0, 0, 0, 1]);
  record.tensors.W_emb = { shape: [3, 2], data: Float64Array.of(1, 2, 3, 4, 5, 6) };
  record.tensors.W_xh = { shape: [2, 2], data: Float64Array.of(1, 0, 0, 1) };
  const { tensors } = chosenRecord(record, { layer: 1, direction: "forward" });
  assert.deepEqual(Array.from(tensors.layer_input.data), [3, 4, 5, 6]);
});

test("a reverse unit's own loss is read by the lower half of W_hy", () => {
  const record = deepRecord({ layers: 1, directions: 2, T: 3, H: 2 });
  const [forward, reverse] = [record, chosenRecord(record, REVERSE)].map((of) => ownGradient(of, 2, 0, false));
  assert.ok(Math.abs(reverse / forward - 3) < 1e-6, "W_hy here is 1, 2 of the forward, 3, 4 of the reverse direction");
});

test("a picture knows its place: the reverse river begins at the first loss", () => {
  const record = deepRecord({ layers: 2, directions: 2, T: 6, hasLoss: (t) => t > 2 });
  const picture = readPicture(chosenRecord(record, { layer: 2, direction: "reverse" }), {}, null);
  assert.ok(picture.reverse && picture.top);
  assert.equal(picture.lastLoss, 3);
});

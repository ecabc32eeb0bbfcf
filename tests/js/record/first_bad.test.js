import assert from "node:assert/strict";
import test from "node:test";
import { chosenRecord } from "../../../static/js/record/chosen.js";
import { firstBadOf } from "../../../static/js/record/first_bad.js";
import { readPicture } from "../../../static/js/record/picture.js";
import { deepRecord } from "../stage/deep.js";

const T = 5;
const H = 4;
/** In a record as the server sends it, of which row 0 is t = 0, in the reverse direction t = 1. */
const spoil = (record, name, t, unit) => {
  record.tensors[name].data[(name.endsWith("_reverse") ? t - 1 : t) * H + unit] = Number.NaN;
};

test("what a lower layer could not compute is framed there, and not once more in every layer above", () => {
  const record = deepRecord({ layers: 2, T, H });
  spoil(record, "h", 4, 1);
  for (const t of [4, 5]) for (let unit = 0; unit < H; unit += 1) spoil(record, "h_l2", t, unit);
  record.tensors.y.data.fill(Number.NaN, 3);
  const at = (layer) => readPicture(chosenRecord(record, { layer, direction: "forward" }), {}, null).firstBad;
  assert.deepEqual(at(1), { of: "h", ending: "", t: 4, unit: 1, value: Number.NaN });
  assert.equal(at(2), null);
});

test("an upper layer's first bad state is found before the outputs made of it, whichever layer is open", () => {
  const record = deepRecord({ layers: 2, T, H });
  spoil(record, "h_l2", 3, 2);
  record.tensors.y.data.fill(Number.NaN, 2);
  const at = (layer) => readPicture(chosenRecord(record, { layer, direction: "forward" }), {}, null).firstBad;
  assert.deepEqual(at(2), { of: "h", ending: "_l2", t: 3, unit: 2, value: Number.NaN });
  assert.equal(at(1), null);
});

test("the reverse direction is read from its end: the first bad state is the latest, its first bad gradient the earliest", () => {
  const forward = deepRecord({ layers: 1, directions: 2, T, H });
  for (const t of [1, 2, 3]) spoil(forward, "h_reverse", t, 0);
  assert.deepEqual(firstBadOf(forward), { of: "h", ending: "_reverse", t: 3, unit: 0, value: Number.NaN });
  const backward = deepRecord({ layers: 1, directions: 2, T, H });
  for (const t of [3, 4, 5]) spoil(backward, "dh_reverse", t, 3);
  assert.deepEqual(firstBadOf(backward), { of: "dh", ending: "_reverse", t: 3, unit: 3, value: Number.NaN });
});

test("an output that is not finite is framed wherever outputs are drawn", () => {
  const record = deepRecord({ layers: 2, T, H });
  record.tensors.y.data[1] = Number.POSITIVE_INFINITY;
  for (const layer of [1, 2]) {
    const { firstBad } = readPicture(chosenRecord(record, { layer, direction: "forward" }), {}, null);
    assert.deepEqual([firstBad?.of, firstBad?.t], ["y", 2]);
  }
});

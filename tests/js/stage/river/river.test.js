import assert from "node:assert/strict";
import test from "node:test";
import { readPicture } from "../../../../static/js/record/picture.js";
import {
  beyondRuler,
  chevrons,
  clippedTimesteps,
  dryDashes,
  waveLines,
} from "../../../../static/js/stage/river/signs.js";
import { carriedAt, ownThickness, sourceAt } from "../../../../static/js/stage/river/sources.js";
import { fartherRuler, KIND, kindOf, nearerRuler, RULERS, widthOf } from "../../../../static/js/stage/river/ruler.js";
import { ribbonOf } from "../../../../static/js/stage/river/river.js";
import { strataOf } from "../../../../static/js/stage/river/shares.js";
import { recordWithLogNorms, sampleRecord } from "../sample.js";

const LN10 = Math.LN10;
/** A lane 180 px long whose columns are even. */
const bedOf = (T) => ({
  edges: Float64Array.from({ length: T + 1 }, (_, t) => (t * 180) / T),
  left: 0,
  right: 180,
  height: 126,
  U: 1,
});
const pictureOf = (record, config = {}) => readPicture(record, config, null);

function riverOf(exponents, ruler = "far", config = {}) {
  const picture = pictureOf(recordWithLogNorms(exponents.map((e) => e * LN10)), config);
  const size = { ...bedOf(exponents.length), pitch: 180 / exponents.length };
  return { picture, size, ribbon: ribbonOf(picture, picture.lanes[0], size, ruler), shown: picture.lanes[0].shown };
}

test("the width is 7 px a decade from 10⁻¹² to 10⁶, and the banks stand 84 px apart", () => {
  assert.equal(widthOf(-12 * LN10, RULERS.far, 126), 0);
  assert.equal(widthOf(0, RULERS.far, 126), 84);
  assert.equal(widthOf(6 * LN10, RULERS.far, 126), 126);
  assert.equal(widthOf(9 * LN10, RULERS.far, 126), 126, "fills the lane and no more");
  assert.ok(Math.abs(widthOf(-10 * LN10, RULERS.far, 126) - 14) < 1e-9);
});

test("what is not on the ruler is told apart: dry, exactly zero, infinite, not a number", () => {
  const kinds = [0, -30 * LN10, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NaN].map((ln) =>
    kindOf(ln, RULERS.far),
  );
  assert.deepEqual(kinds, [KIND.flow, KIND.dry, KIND.zero, KIND.infinite, KIND.nan]);
  assert.equal(kindOf(-30 * LN10, RULERS.abyss), KIND.flow);
});

test("10⁻¹⁰ is a ribbon, 10⁻³⁰ are dashes far apart, exact zero is nothing at all", () => {
  const faint = riverOf([-10, -10, -10]);
  assert.ok(faint.ribbon.half[1] === 7);
  assert.equal(dryDashes(faint.ribbon, faint.shown, RULERS.far, faint.size).length, 0);

  const dry = riverOf([-30, -30, -30]);
  assert.equal(dry.ribbon.runs.length, 0);
  const dashes = dryDashes(dry.ribbon, dry.shown, RULERS.far, dry.size);
  const gap = dashes[0].from - dashes[1].to;
  assert.ok(Math.abs(gap - (2 + 0.55 * 18)) < 1e-9, `gap ${gap}`);

  const zero = riverOf([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  assert.equal(zero.ribbon.runs.length, 0);
  assert.equal(dryDashes(zero.ribbon, zero.shown, RULERS.far, zero.size).length, 0);
});

test("the gaps between dashes grow with every decade below the ruler, even at 10⁻³⁰⁰", () => {
  const gaps = [-13, -20, -60, -300].map((e) => {
    const { ribbon, shown, size } = riverOf(new Array(2).fill(e));
    const dashes = dryDashes(ribbon, shown, RULERS.far, {
      ...size,
      edges: Float64Array.of(0, 300, 600),
      left: 0,
      right: 600,
    });
    return dashes[0].from - dashes[1].to;
  });
  for (let i = 1; i < gaps.length; i++) assert.ok(gaps[i] > gaps[i - 1]);
});

test("a river that dries up tapers to nothing at the first dry timestep, dashes go on from there", () => {
  const { ribbon, shown, size } = riverOf([-20, -14, -6, -1]);
  assert.equal(ribbon.runs.length, 1);
  const [run] = ribbon.runs;
  assert.equal(run.half[0], 0);
  assert.equal(run.x[0], 1.5 * size.pitch);
  const dashes = dryDashes(ribbon, shown, RULERS.far, size);
  assert.ok(dashes[0].to <= 1.5 * size.pitch);
  assert.ok(dashes.at(-1).from >= 0);
});

test("the ribbon holds its value at each timestep and runs to the left end", () => {
  const { ribbon, size } = riverOf([0, -3, 3, 0]);
  const [run] = ribbon.runs;
  assert.deepEqual(
    run.x,
    [0, 0.5, 1.5, 2.5, 3.5].map((x) => (x < 0.5 ? 0 : x * size.pitch)),
  );
  assert.deepEqual(run.half, [42, 42, 31.5, 52.5, 42]);
  assert.ok(run.head > 0 && run.x.at(-1) + run.head <= 180);
});

test("a truncation cut ends one river and begins another, with bed between them", () => {
  const picture = pictureOf(sampleRecord({ T: 6 }), { k1: 3, k2: 3 });
  const ribbon = ribbonOf(picture, picture.lanes[0], bedOf(6), "far");
  assert.equal(ribbon.runs.length, 2);
  const [left, right] = ribbon.runs;
  assert.ok(left.x.at(-1) + left.head < 90 && right.x[0] > 90);
});

test("T = 1 is a river too", () => {
  const { ribbon } = riverOf([0]);
  assert.equal(ribbon.runs.length, 1);
  assert.deepEqual(ribbon.runs[0].half, [42, 42]);
});

test("strata are the sizes of the shares, the latest loss at the bottom, the own one on top", () => {
  const picture = pictureOf(sampleRecord({ T: 5 }));
  const { share } = picture.lanes[0];
  const strata = strataOf(share, 5);
  for (let k = 1; k <= 5; k++) {
    let sum = 0;
    for (let t = k; t <= 5; t++) sum += Math.abs(share[(t - 1) * 6 + k]);
    const last = Math.abs(share[4 * 6 + k]) / sum;
    assert.ok(Math.abs(strata[k * 6 + 5] - last) < 1e-5, "latest loss first");
    assert.ok(Math.abs(strata[k * 6 + k] - 1) < 1e-5, "together the whole width");
    for (let t = 5; t > k; t--) assert.ok(strata[k * 6 + t - 1] >= strata[k * 6 + t]);
  }
});

test("a new stratum has zero thickness one timestep later, so nothing gapes", () => {
  const strata = strataOf(pictureOf(sampleRecord({ T: 5 })).lanes[0].share, 5);
  for (let k = 1; k < 5; k++) assert.equal(strata[(k + 1) * 6 + k], 1);
});

test("where shares are not finite the strata after it go on, and the river says so", () => {
  const record = sampleRecord({ T: 5 });
  const share = record.tensors.share.data;
  for (const k of [1, 2]) share[4 * 6 + k] = Number.NaN;
  const picture = pictureOf(record);
  const { strata, unsourced } = ribbonOf(picture, picture.lanes[0], bedOf(5), "far");
  assert.deepEqual(unsourced, [{ kind: 1, first: 1, last: 2 }]);
  for (let t = 3; t <= 5; t++) assert.equal(strata[1 * 6 + t], strata[3 * 6 + t]);
  assert.deepEqual([strata[1 * 6 + 2], strata[1 * 6 + 1]], [1, 1], "its own losses are not among them");
  const whole = pictureOf(sampleRecord({ T: 5 }));
  assert.deepEqual(ribbonOf(whole, whole.lanes[0], bedOf(5), "far").unsourced, []);
});

test("a point in the river finds the loss whose stratum it is", () => {
  const picture = pictureOf(sampleRecord({ T: 5 }));
  const ribbon = ribbonOf(picture, picture.lanes[0], bedOf(5), "far");
  const half = ribbon.half[2];
  assert.equal(sourceAt(ribbon, 5, 2, half - 0.01), 2, "own loss on top");
  assert.equal(sourceAt(ribbon, 5, 2, -half + 0.001), 5, "latest loss at the bottom");
  assert.equal(sourceAt(ribbon, 5, 2, half + 1), null);
  const widths = [2, 3, 4, 5].map((t) => ribbon.strata[2 * 6 + t] - (t < 5 ? ribbon.strata[2 * 6 + t + 1] : 0));
  assert.ok(Math.abs(widths.reduce((sum, width) => sum + width, 0) - 1) < 1e-5);
  assert.ok(Math.abs(ownThickness(ribbon, 5, 2) - widths[0] * 2 * half) < 1e-3);
});

test("waves lie beyond the banks where the norm exceeds 30, nowhere else", () => {
  const calm = riverOf([1, 1, 1]);
  assert.equal(waveLines(calm.ribbon, calm.shown, calm.size).length, 0);
  const flood = riverOf([5, 5, 0, 0]);
  const lines = waveLines(flood.ribbon, flood.shown, flood.size);
  assert.ok(lines.length > 0);
  for (const { x, above } of lines) {
    assert.ok(Math.max(...x) < 2.2 * flood.size.pitch);
    assert.ok(Math.min(...above) > flood.ribbon.bank);
  }
});

test("chevrons stand on the river only and drift to the left", () => {
  const { ribbon } = riverOf([-30, -30, -30, 0, 0, 0]);
  const still = chevrons(ribbon, 0, 1);
  assert.ok(still.length > 0);
  for (const x of still) assert.ok(ribbon.profile[Math.round(x)] > 0);
  const { ribbon: full } = riverOf([0, 0, 0]);
  assert.ok(Math.abs(chevrons(full, 5, 1)[0] - (chevrons(full, 0, 1)[0] - 5)) < 1e-9);
});

test("a nearer ruler is offered when every value fits it, and only then", () => {
  const lanesOf = (exponents) => pictureOf(recordWithLogNorms(exponents.map((e) => e * LN10))).lanes;
  assert.equal(nearerRuler(lanesOf([0, -1, 1]), "far"), "near");
  assert.equal(nearerRuler(lanesOf([0, -8, 1]), "far"), null);
  assert.equal(nearerRuler(lanesOf([0, -8, 1]), "abyss"), "far");
  assert.equal(nearerRuler(lanesOf([0, -1, 1]), "near"), null);
});

test("the far ruler is offered where something leaves the near one, and what leaves it upwards is found", () => {
  const { lanes } = pictureOf(recordWithLogNorms([5, 3, 0, 7, -1].map((e) => e * LN10)));
  assert.equal(fartherRuler(lanes, "near"), "far");
  assert.equal(fartherRuler(lanes, "far"), "abyss");
  assert.equal(fartherRuler(lanes, "abyss"), null);
  assert.deepEqual(beyondRuler(lanes[0].shown, RULERS.near), [
    { first: 1, last: 2, most: 1 },
    { first: 4, last: 4, most: 4 },
  ]);
  assert.deepEqual(beyondRuler(lanes[0].shown, RULERS.abyss), []);
});

test("per-timestep clipping is seen where the kept norm stands at the threshold and the full one did not", () => {
  const record = recordWithLogNorms([2, 1.5, 0.5, -1].map((e) => e * LN10));
  record.tensors.dh_norm_used.data.set([0, 2, 2, 2, 0.1]);
  const picture = pictureOf(record, { clip: "timestep", clip_threshold: 2 });
  assert.deepEqual(clippedTimesteps(picture), [1, 2, 3]);
});

/** A river of these norms, of which the others are what the timestep after sends back. */
function carriedRiver(exponents, carried, config = {}) {
  const T = exponents.length;
  const record = recordWithLogNorms(exponents.map((e) => e * LN10));
  record.tensors.dh_carried_norm = { shape: [T + 1], data: Float64Array.of(0, ...carried.map((e) => 10 ** e)) };
  const picture = pictureOf(record, config);
  return { picture, ribbon: ribbonOf(picture, picture.lanes[0], bedOf(T), "far"), pitch: 180 / T };
}

test("at a column the river is as wide as ∂E/∂h_t, between two as what is carried", () => {
  const { ribbon, pitch } = carriedRiver([0, -3, 0], [-3, -6, Number.NEGATIVE_INFINITY]);
  const at = (t, share) => ribbon.profile[Math.round((t - 0.5 + share) * pitch)];
  for (const [t, half] of [
    [1, 42],
    [2, 31.5],
    [3, 42],
  ]) {
    for (const share of [-0.23, 0, 0.23]) assert.ok(Math.abs(at(t, share) - half) < 0.1, `t = ${t} + ${share}`);
  }
  assert.ok(Math.abs(at(1, 0.5) - 31.5) < 0.1, "10⁻³ on its way from h_2 to h_1");
  assert.ok(Math.abs(at(2, 0.5) - 21) < 0.1, "10⁻⁶ on its way from h_3 to h_2");
  assert.equal(carriedAt(ribbon, 3, 1 * pitch), 1);
  assert.equal(carriedAt(ribbon, 3, 1.5 * pitch), null);
});

test("what is carried beyond a double's range is as wide as the gradient there, not gone", () => {
  const { ribbon, picture, pitch } = carriedRiver([370, 330, 300, 0], [370, 330, 300, 0]);
  assert.ok(picture.lanes[0].carried.every((ln) => ln < Number.POSITIVE_INFINITY));
  for (const t of [1, 2, 3]) assert.ok(Math.abs(ribbon.profile[Math.round(t * pitch)] - 63) < 0.1, `after t = ${t}`);
});

test("a river that lives only from near losses thins out to nothing between them", () => {
  const nothing = Number.NEGATIVE_INFINITY;
  const { ribbon, pitch } = carriedRiver([0, 0, 0], [nothing, nothing, nothing]);
  for (const t of [1, 2]) assert.equal(ribbon.profile[Math.round(t * pitch)], 0);
});

test("nothing flows left of t = 1, unless h_0 is learned, or carried and cut off there", () => {
  const exponents = [0, 0, 0];
  const { ribbon } = carriedRiver(exponents, exponents);
  assert.equal(ribbon.profile[1], 0);
  const record = recordWithLogNorms(exponents);
  record.tensors.ln_dh_norm.data[0] = 0;
  record.tensors.dh_carried_norm = { shape: [4], data: Float64Array.of(1, 1, 1, 0) };
  for (const config of [{ train_h0: true }, { carry_state: true }]) {
    const picture = pictureOf(record, config);
    assert.equal(ribbonOf(picture, picture.lanes[0], bedOf(3), "far").profile[1], 42);
  }
});

test("what truncation or clipping left has no carried part of its own, and columns too narrow for shoulders none", () => {
  const cut = carriedRiver([0, 0, 0], [0, 0, 0], { k1: 1, k2: 1 });
  assert.equal(cut.picture.lanes[0].carried, null);
  const narrow = carriedRiver(new Array(20).fill(0), new Array(20).fill(-6));
  assert.ok(narrow.ribbon.runs[0].column.every((row) => row <= 20));
});

test("between columns no part of the river is of the earlier timestep's own loss", () => {
  const record = sampleRecord({ T: 5 });
  record.tensors.dh_carried_norm = { shape: [6], data: new Float64Array(6).fill(1) };
  const picture = pictureOf(record);
  const ribbon = ribbonOf(picture, picture.lanes[0], bedOf(5), "far");
  for (let t = 1; t < 5; t++) {
    const x = t * 36;
    const half = ribbon.profile[x];
    for (const above of [-half + 0.1, 0, half - 0.1]) {
      assert.ok(sourceAt(ribbon, 5, t, above, { x, left: 0 }) > t, `between ${t} and ${t + 1}`);
    }
  }
});

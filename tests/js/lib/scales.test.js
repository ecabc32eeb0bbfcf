import assert from "node:assert/strict";
import test from "node:test";
import {
  axisExponents,
  clamp,
  decades,
  easeOut,
  labelledTimesteps,
  linear,
  smoothstep,
} from "../../../static/js/lib/scales.js";

test("clamp keeps what lies inside and holds what does not", () => {
  assert.deepEqual(
    [-1, 0.5, 2].map((value) => clamp(value, 0, 1)),
    [0, 0.5, 1],
  );
});

test("a linear scale maps ends onto ends, also upside down, and extrapolates", () => {
  const place = linear([-4, 2], [100, 40]);
  assert.equal(place(-4), 100);
  assert.equal(place(2), 40);
  assert.equal(place(5), 10);
});

test("smoothstep and easeOut hold both ends", () => {
  for (const ease of [smoothstep, easeOut]) {
    assert.equal(ease(0), 0);
    assert.equal(ease(1), 1);
  }
  assert.equal(smoothstep(0.5), 0.5);
  assert.ok(easeOut(0.3) > 0.3, "quick at first");
});

test("decades are the logarithm to base 10, however small the number", () => {
  assert.ok(Math.abs(decades(-1000 * Math.LN10) + 1000) < 1e-9);
});

test("an axis labels round powers of ten around 10⁰ that do not touch", () => {
  assert.deepEqual(axisExponents([-4, 2], 92, 18), [-4, -2, 0, 2]);
  assert.deepEqual(axisExponents([-12, 6], 92, 18), [-12, -6, 0, 6]);
  for (const [domain, length] of [
    [[-36, 12], 92],
    [[-300, 300], 60],
    [[-12, 6], 40],
    [[-36, 12], 46],
  ]) {
    const exponents = axisExponents(domain, length, 18);
    assert.ok(exponents.includes(0));
    assert.ok(exponents.length > 1, "one label is no scale");
    const apart = ((exponents[1] - exponents[0]) * length) / (domain[1] - domain[0]);
    assert.ok(apart >= 18, `${apart} px between labels`);
  }
});

test("timesteps are numbered every 1, 5 or 10 as the pitch allows, the first and last always, none too close", () => {
  assert.deepEqual(labelledTimesteps(1, 630, 14), [1]);
  assert.deepEqual(labelledTimesteps(3, 210, 14), [1, 2, 3]);
  assert.deepEqual(labelledTimesteps(24, 26.25, 19).length, 24);
  assert.deepEqual(labelledTimesteps(40, 15.75, 19), [1, 5, 10, 15, 20, 25, 30, 35, 40]);
  for (const [T, pitch] of [
    [120, 5.25],
    [500, 1.26],
    [77, 8.2],
    [101, 6.2],
  ]) {
    const labels = labelledTimesteps(T, pitch, 25);
    assert.equal(labels[0], 1);
    assert.equal(labels.at(-1), T);
    for (let i = 1; i < labels.length; i++) assert.ok((labels[i] - labels[i - 1]) * pitch >= 20, `T = ${T}: ${labels}`);
  }
});

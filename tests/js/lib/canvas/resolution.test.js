import assert from "node:assert/strict";
import test from "node:test";
import { createFit, devicePixels, watchResolution } from "../../../../static/js/lib/canvas/resolution.js";

const at = (left, top, right, bottom) =>
  /** @type {any} */ ({ getBoundingClientRect: () => ({ left, top, right, bottom }) });

test("a canvas has the pixels between its edges, each moved to the screen's nearest", () => {
  assert.deepEqual(devicePixels(at(0, 0, 100, 50), 2), { columns: 200, rows: 100 });
  // From 271.5, which is moved to 272, to 1226: its width alone would give 955.
  assert.deepEqual(devicePixels(at(217.2, 44, 980.8, 664), 1.25), { columns: 954, rows: 775 });
});

test("a box that has no size still has a pixel", () => {
  assert.deepEqual(devicePixels(at(3, 3, 3, 3), 1), { columns: 1, rows: 1 });
});

test("every change of the resolution is told, the second like the first", () => {
  const asked = [];
  globalThis.window = /** @type {any} */ ({
    devicePixelRatio: 1,
    matchMedia: (query) => ({ addEventListener: (_, listener) => asked.push({ query, listener }) }),
  });
  let told = 0;
  watchResolution(() => {
    told += 1;
  });
  for (const ratio of [1.25, 2]) {
    globalThis.window.devicePixelRatio = ratio;
    asked.at(-1).listener();
  }
  assert.equal(told, 2);
  assert.deepEqual(
    asked.map(({ query }) => query),
    ["(resolution: 1dppx)", "(resolution: 1.25dppx)", "(resolution: 2dppx)"],
  );
});

test("a canvas that was fitted is measured again only when its size or the resolution is another", () => {
  let measured = 0;
  const box = { left: 0, top: 0, right: 10, bottom: 10 };
  const canvas = {
    getBoundingClientRect() {
      measured += 1;
      return box;
    },
  };
  const base = {};
  const fit = createFit(canvas, base);
  for (const ratio of [1, 1, 2]) fit({ width: 10, height: 10 }, ratio);
  assert.equal(measured, 2);
  assert.deepEqual([canvas.width, base.height], [20, 20]);
});

import assert from "node:assert/strict";
import test from "node:test";
import { onSizes, sizeOf } from "../../../static/js/lib/sizes.js";

test("a box is measured once, and again when the browser has laid it out anew", () => {
  const observed = [];
  let resized;
  globalThis.ResizeObserver = class {
    constructor(callback) {
      resized = callback;
    }
    observe(box) {
      observed.push(box);
    }
  };
  let reads = 0;
  const box = {
    width: 300,
    get clientWidth() {
      reads += 1;
      return this.width;
    },
    clientHeight: 200,
  };
  let told = 0;
  onSizes(() => {
    told += 1;
  });
  assert.deepEqual(sizeOf(box), { width: 300, height: 200 });
  box.width = 400;
  assert.deepEqual(sizeOf(box), { width: 300, height: 200 }, "as it was laid out last");
  assert.equal(reads, 1, "in a frame nothing is measured");
  resized([{ target: box }]);
  assert.deepEqual(sizeOf(box), { width: 400, height: 200 });
  assert.deepEqual([observed.length, told], [1, 1]);
});

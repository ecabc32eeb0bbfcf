import assert from "node:assert/strict";
import test from "node:test";
import { layoutLanes, spread } from "../../../static/js/lanes/picture.js";

const SIZE = { width: 764, height: 620, U: 1 };

for (const count of [1, 2, 3, 4]) {
  test(`${count} lanes fit the stage, each below the other`, () => {
    const lanes = Array.from({ length: count }, () => ({ T: 24, H: 16, rivers: 2 }));
    const { axis, blocks } = layoutLanes(SIZE, lanes);
    let bottom = 0;
    for (const block of blocks) {
      assert.ok(block.top >= bottom);
      assert.ok(block.layout.lanes[0].bottom - block.layout.lanes[0].top > 20);
      bottom = block.bottom;
    }
    assert.ok(axis.labels.y > bottom && axis.labels.y < axis.norm.top);
    assert.ok(axis.norm.bottom <= SIZE.height);
  });
}

test("a width means the same in every lane", () => {
  const { blocks } = layoutLanes(SIZE, [
    { T: 24, H: 16, rivers: 1 },
    { T: 24, H: 64, rivers: 2 },
  ]);
  const heights = blocks.flatMap(({ layout }) => layout.lanes.map(({ top, bottom }) => Math.round(bottom - top)));
  assert.equal(new Set(heights).size, 1);
});

test("all lanes stand on one time axis, also a shorter one", () => {
  const { axis, blocks } = layoutLanes(SIZE, [
    { T: 24, H: 16, rivers: 1 },
    { T: 12, H: 16, rivers: 1 },
  ]);
  assert.equal(axis.T, 24);
  assert.equal(blocks[1].layout.edges.length, 13);
  assert.equal(blocks[1].layout.edges[12], blocks[0].layout.edges[12]);
});

test("names that would cover each other move up", () => {
  assert.deepEqual(spread([100, 98, 20], 14), [100, 86, 20]);
});

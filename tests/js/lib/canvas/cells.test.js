import assert from "node:assert/strict";
import test from "node:test";
import { BELOW_SCALE, cellEdges, NOT_A_NUMBER, paintCells } from "../../../../static/js/lib/canvas/cells.js";

const INK = 0xff000001;
const GROUND = 0xfffffff0;

test("cells fill exactly their pixels, 0 leaves paper", () => {
  const pixels = new Uint32Array(6 * 4);
  const columns = cellEdges(
    2,
    (c) => c * 3,
    (c) => c * 3 + 2,
  );
  const rows = cellEdges(
    2,
    (r) => r * 2,
    (r) => r * 2 + 2,
  );
  paintCells(pixels, 6, columns, rows, (r, c) => (r === c ? 0xff0000aa : 0), { ink: INK, ground: GROUND });
  assert.deepEqual([...pixels.subarray(0, 6)], [0xff0000aa, 0xff0000aa, 0, 0, 0, 0]);
  assert.deepEqual([...pixels.subarray(12, 18)], [0, 0, 0, 0xff0000aa, 0xff0000aa, 0]);
});

test("cells narrower than a pixel still get one: nothing is averaged", () => {
  const { starts, ends } = cellEdges(
    500,
    (c) => c * 0.63,
    (c) => (c + 1) * 0.63,
  );
  for (let i = 0; i < 500; i++) assert.ok(ends[i] - starts[i] >= 1);
});

test("no number and below the scale are hatched, each in its own way", () => {
  const hatchOf = (kind) => {
    const pixels = new Uint32Array(64);
    const one = { starts: Int32Array.of(0), ends: Int32Array.of(8) };
    paintCells(pixels, 8, one, one, () => kind, { ink: INK, ground: GROUND });
    return pixels.filter((word) => word === INK).length;
  };
  assert.ok(hatchOf(BELOW_SCALE) > 0);
  assert.ok(hatchOf(NOT_A_NUMBER) > hatchOf(BELOW_SCALE));
});

test("every line of a row is as its first, beside free cells and beyond the edges too; hatched rows are not copies", () => {
  const columns = { starts: Int32Array.of(-2, 3, 5), ends: Int32Array.of(2, 5, 9) };
  const rows = { starts: Int32Array.of(0, 3), ends: Int32Array.of(3, 6) };
  const pixels = new Uint32Array(8 * 6);
  const colours = [
    [0xff000001, 0, 0xff000003],
    [0xff000004, NOT_A_NUMBER, 0xff000006],
  ];
  paintCells(pixels, 8, columns, rows, (r, c) => colours[r][c], { ink: INK, ground: GROUND });
  const line = (y) => [...pixels.subarray(8 * y, 8 * y + 8)];
  const [a, b] = [0xff000001, 0xff000003];
  for (const y of [0, 1, 2]) assert.deepEqual(line(y), [a, a, 0, 0, 0, b, b, b]);
  const hatch = [3, 4, 5].map((y) => line(y).slice(3, 5).join());
  assert.ok(new Set(hatch).size > 1, "diagonals");
  for (const y of [3, 4, 5]) assert.deepEqual(line(y).slice(5), [0xff000006, 0xff000006, 0xff000006]);
});

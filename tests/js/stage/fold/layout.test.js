import assert from "node:assert/strict";
import test from "node:test";
import { foldedPlaceAt, layersOf, layoutFolded, ringTopAt } from "../../../../static/js/stage/fold/layout.js";
import { layoutStage } from "../../../../static/js/stage/layout.js";

const stage = (size = {}) =>
  layoutStage({ width: 764, height: 620, U: 1, T: 24, H: 16, inputRows: 1, lanes: 1, ...size });

test("the parts stand apart and inside the stage, on every size and for both kinds of cells", () => {
  for (const [width, height] of [
    [764, 620],
    [996, 750],
    [560, 460],
  ]) {
    for (const roads of [1, 2]) {
      for (const H of [1, 16, 256]) {
        const folded = layoutFolded(stage({ width, height, H, lanes: roads }), roads);
        const { cell, weights, strip, loop, road, accumulator, output } = folded;
        assert.ok(output.y > 52, "below the sentences");
        assert.ok(cell.y + cell.height < weights.y);
        assert.ok(weights.y + weights.size < strip.y);
        assert.ok(strip.y + strip.height < height);
        assert.ok(accumulator.height > 20);
        assert.ok(accumulator.x + accumulator.width < loop.cx - loop.rx - road / 2);
        assert.equal(folded.straight === null, roads === 1);
      }
    }
  }
});

test("the cell state's road passes between the cell and W_hh and touches neither", () => {
  const { cell, straight, weights, road } = layoutFolded(stage({ lanes: 2 }), 2);
  const bottom = straight.cy + straight.ry;
  assert.ok(bottom - road / 2 > cell.y + cell.height);
  assert.ok(bottom + road / 2 < weights.y);
});

test("the loop meets the cell's side", () => {
  const { loop, cell } = layoutFolded(stage(), 1);
  const y = ringTopAt(loop, cell.x);
  assert.ok(y > cell.y && y < cell.y + cell.height);
  assert.equal(ringTopAt(loop, loop.cx), loop.cy - loop.ry);
});

test("layers stack from the last timestep up and fill the whole", () => {
  const layers = layersOf(Float64Array.of(1, 0, 3), 100);
  assert.deepEqual(
    layers.map(({ t, from, to }) => [t, from, to]),
    [
      [3, 0, 75],
      [2, 75, 75],
      [1, 75, 100],
    ],
  );
  assert.equal(layersOf(Float64Array.of(1, Number.NaN), 100), null);
  assert.ok(layersOf(new Float64Array(3), 100).every(({ to }) => to === 0));
});

test("the strip is scrubbed by timestep, the cell names its unit, the accumulator its part", () => {
  const folded = layoutFolded(stage(), 1);
  const { strip, cell, accumulator, weights } = folded;
  const layers = layersOf(new Float64Array(24).fill(1), accumulator.height);
  const at = (x, y) => foldedPlaceAt(folded, 15, layers, x, y);
  assert.deepEqual(at(strip.x + 1, strip.y + 1), { row: "track", t: 1, unit: 0, lane: 0 });
  assert.equal(at(strip.x + strip.width - 1, strip.y + strip.height + 10).t, 24, "its labels belong to it");
  assert.deepEqual(at(cell.x + 5, cell.y + cell.height - 1), { row: "units", t: 15, unit: 15, lane: 0 });
  assert.equal(at(weights.x + 5, weights.y + 5).row, "weights");
  assert.deepEqual(at(accumulator.x + 5, accumulator.y + accumulator.height - 1), {
    row: "parts",
    t: 24,
    unit: null,
    lane: 0,
  });
  assert.equal(at(5, 300).row, null);
});

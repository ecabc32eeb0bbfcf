import assert from "node:assert/strict";
import test from "node:test";
import {
  columnWidth,
  columnEdges,
  groupOf,
  pitchOf,
  standsApart,
  timestepAt,
  visibleTimesteps,
  xOf,
} from "../../../static/js/stage/axis.js";
import { layoutStage, thumbnailPlaces, weightsBox } from "../../../static/js/stage/layout.js";
import { MATRICES, matrixBox, tilesOf, wayX } from "../../../static/js/stage/matrices.js";
import { placeAt } from "../../../static/js/stage/under.js";

const SIZE = { width: 764, height: 620, U: 1, T: 24, H: 16, inputRows: 1, lanes: 1 };
const near = (a, b, margin = 0.6) => assert.ok(Math.abs(a - b) <= margin, `${a} is not ${b}`);

test("at 764 × 620 the rows stand where the design has them", () => {
  const layout = layoutStage(SIZE);
  near(layout.loss.y, 64);
  near(layout.lanes[0].top, 118);
  near(layout.lanes[0].bottom, 244);
  near(layout.units.top, 268);
  near(layout.units.bottom, 374);
  near(layout.input.top, 396);
  near(layout.input.bottom, 410);
  near(layout.track.bottom, 610, 2);
  assert.equal(layout.left, 116);
  assert.equal(layout.right, 746);
});

for (const [name, size] of Object.entries({
  projector: { ...SIZE, width: 1123, height: 953, U: 1.275 },
  tablet: { ...SIZE, width: 768, height: 566, H: 64, inputRows: 2 },
  phone: { ...SIZE, width: 380, height: 460, T: 7 },
  lstm: { ...SIZE, lanes: 2 },
  "one unit": { ...SIZE, H: 1, T: 1 },
  wide: { ...SIZE, H: 256, T: 500 },
  "a lesson's on a tablet, of an lstm": { ...SIZE, width: 768, height: 450, lanes: 2, inputRows: 30 },
  "many inputs": { ...SIZE, inputRows: 30 },
})) {
  test(`rows never overlap and end inside the stage: ${name}`, () => {
    const layout = layoutStage(size);
    const { output, lanes, readout, units, entrance, input, norm, track } = layout;
    const bands = [output, ...lanes, readout, units, entrance, input, norm, track];
    for (let i = 1; i < bands.length; i++) assert.ok(bands[i].top >= bands[i - 1].bottom, `band ${i}`);
    for (const { top, bottom } of bands) assert.ok(bottom > top);
    assert.ok(layout.track.bottom <= size.height + 1, `${layout.track.bottom} in ${size.height}`);
    assert.ok(
      layout.input.bottom < layout.labels.y && layout.labels.y < layout.legend.y && layout.legend.y < layout.norm.top,
    );
  });
}

test("free height goes to the river, then to the unit rows, then to the charts", () => {
  const heights = (height) => {
    const { lanes, units, norm, track } = layoutStage({ ...SIZE, height });
    return [lanes[0], units, norm, track].map(({ top, bottom }) => Math.round(bottom - top));
  };
  const [lane, units, norm] = heights(620);
  assert.deepEqual(heights(660).slice(1), [units, norm, 52]);
  assert.equal(heights(674)[0], 180);
  assert.equal(heights(690)[1], units + 16);
  assert.deepEqual(heights(1300), [180, 176, 200, 240]);
  assert.deepEqual(heights(600).slice(0, 2), [lane, units]);
});

test("few units are high enough for what stands beside them: their label, their colours, the recurrent weights", () => {
  for (const H of [1, 2, 4, 6, 16]) {
    for (const lanes of [1, 2]) {
      const layout = layoutStage({ ...SIZE, H, lanes, height: 566 });
      const { y, size } = weightsBox(layout);
      assert.ok(y - layout.units.top >= 30, `H = ${H}: below the key of colours`);
      assert.ok(size >= 24 && y + size <= layout.units.bottom + 0.1, `H = ${H}: within its row`);
    }
  }
});

test("timesteps share the width evenly, and x finds its timestep again", () => {
  for (const T of [1, 2, 24, 500]) {
    const layout = layoutStage({ ...SIZE, T });
    for (const t of [1, Math.ceil(T / 2), T]) assert.equal(timestepAt(layout, xOf(layout, t)), t);
    assert.equal(timestepAt(layout, layout.left - 1), null);
    assert.equal(timestepAt(layout, layout.right), null);
  }
});

test("columns stand apart down to a pitch of 14, and are packed in groups below", () => {
  assert.equal(layoutStage({ ...SIZE, T: 45 }).packed, false);
  const packed = layoutStage({ ...SIZE, T: 120 });
  assert.equal(packed.packed, true);
  assert.equal(packed.group, 5);
  assert.equal(layoutStage({ ...SIZE, T: 500 }).group, 20);
  assert.ok(packed.pitch - columnWidth(packed, 7) > 0.7);
  const longest = layoutStage({ ...SIZE, T: 500 });
  assert.equal(columnWidth(longest, 9), pitchOf(longest, 9), "no gap below 4 px");
  assert.deepEqual(groupOf(packed, 7), { first: 6, last: 10 });
  assert.deepEqual(groupOf(layoutStage({ ...SIZE, T: 118 }), 117), { first: 116, last: 118 });
});

test("more units than pixels are shown in even steps, and the layout says so", () => {
  assert.equal(layoutStage({ ...SIZE, H: 16 }).units.every, 1);
  const many = layoutStage({ ...SIZE, H: 256 }).units;
  assert.equal(many.every, 3);
  assert.equal(many.rows, 86);
  assert.ok(many.rowHeight >= 1);
});

test("while columns slide only their edges differ", () => {
  const sliding = layoutStage({ ...SIZE, T: 40, edges: Float64Array.from({ length: 41 }, (_, t) => 20 * t) });
  const settled = layoutStage({ ...SIZE, T: 40 });
  assert.equal(pitchOf(sliding, 7), 20);
  assert.deepEqual(sliding.units.top, settled.units.top);
  assert.equal(sliding.packed, settled.packed);
});

test("a lens gives one group 28 px a column, the others give way evenly, the whole keeps its width", () => {
  const lens = { first: 41, last: 45 };
  const layout = layoutStage({ ...SIZE, T: 120, edges: columnEdges(764, 1, 120, lens, null) });
  near(pitchOf(layout, 43), 28);
  near(pitchOf(layout, 1), 490 / 115, 0.01);
  near(layout.edges[120], layout.right, 1e-6);
  assert.equal(standsApart(layout, 43), true);
  assert.equal(standsApart(layout, 46), false);
  for (const t of [1, 40, 41, 45, 46, 120]) assert.equal(timestepAt(layout, xOf(layout, t)), t);
});

test("a lens never takes more than half of the width, however long its group", () => {
  const edges = columnEdges(764, 1, 500, { first: 1, last: 20 }, null);
  near(edges[20] - edges[0], 315, 1);
  near(edges[500], 746, 1e-6);
});

test("a point stays inside the group it opened as a lens", () => {
  const even = layoutStage({ ...SIZE, T: 120 });
  for (const t of [1, 5, 33, 61, 118, 120]) {
    const lens = groupOf(even, t);
    const open = layoutStage({ ...SIZE, T: 120, edges: columnEdges(764, 1, 120, lens, null) });
    const found = timestepAt(open, xOf(even, t));
    assert.ok(found >= lens.first && found <= lens.last, `t = ${t} became ${found}`);
  }
});

test("zoomed in, some timesteps fill the axis and stand apart, the others lie beyond its ends", () => {
  const layout = layoutStage({ ...SIZE, T: 500, zoom: { from: 100.5, to: 130.5 } });
  assert.equal(layout.packed, false);
  near(pitchOf(layout, 1), 21, 1e-6);
  assert.deepEqual(visibleTimesteps(layout), { first: 101, last: 131 });
  assert.equal(timestepAt(layout, layout.left + 1), 101);
  assert.equal(timestepAt(layout, layout.right - 1), 131);
  assert.ok(thumbnailPlaces(layout).every(({ t }) => t > 101 && t <= 131));
  assert.deepEqual(visibleTimesteps(layoutStage({ ...SIZE, T: 500 })), { first: 1, last: 500 });
});

test("thumbnails of W_hh stand between columns that stand apart, where there is room", () => {
  const places = thumbnailPlaces(layoutStage(SIZE));
  assert.deepEqual(
    places.map(({ t }) => t),
    Array.from({ length: 23 }, (_, i) => i + 2),
  );
  for (const { t, x, size } of places) {
    const layout = layoutStage(SIZE);
    assert.ok(size >= 6);
    assert.ok(x >= xOf(layout, t - 1) + columnWidth(layout, t - 1) / 2);
    assert.ok(x + size < xOf(layout, t) - columnWidth(layout, t) / 2);
  }
  assert.equal(thumbnailPlaces(layoutStage({ ...SIZE, T: 40 })).length, 0);
  const lens = { first: 41, last: 45 };
  const opened = layoutStage({ ...SIZE, T: 120, edges: columnEdges(764, 1, 120, lens, null) });
  assert.deepEqual(
    thumbnailPlaces(opened).map(({ t }) => t),
    [42, 43, 44, 45],
  );
});

test("a point finds its row, timestep and unit", () => {
  const layout = layoutStage(SIZE);
  const x = xOf(layout, 15);
  const at = (y, px = x) => placeAt(layout, px, y);
  assert.deepEqual(at(64), { row: "loss", t: 15, unit: null, lane: 0 });
  assert.deepEqual(at(97), { row: "output", t: 15, unit: null, lane: 0 });
  assert.deepEqual(at(180), { row: "lane", t: 15, unit: null, lane: 0 });
  assert.deepEqual(at(layout.units.top + 5.5 * layout.units.rowHeight), { row: "units", t: 15, unit: 5, lane: 0 });
  assert.deepEqual(at((layout.input.top + layout.input.bottom) / 2), { row: "input", t: 15, unit: null, lane: 0 });
  assert.equal(at((layout.norm.top + layout.norm.bottom) / 2).row, "norm");
  assert.deepEqual(at(layout.track.bottom - 1), { row: "track", t: 15, unit: 15, lane: 0 });
  assert.equal(at(180, 100).row, "ruler");
  const box = weightsBox(layout);
  assert.equal(at(box.y + 5, box.x + 5).row, "weights");
  assert.deepEqual(at(20), { row: null, t: null, unit: null, lane: 0 });
});

test("names get rows of their own above the losses, under the river and under the timesteps", () => {
  const plain = layoutStage(SIZE);
  const layout = layoutStage({ ...SIZE, names: true });
  assert.equal(plain.names, null);
  const { top, middle, bottom } = layout.names;
  assert.ok(top + 20 <= layout.loss.y - 9, "above the largest disc");
  assert.ok(layout.lanes[0].bottom <= middle && middle + 20 <= layout.units.top);
  assert.ok(layout.labels.y + 6 <= bottom && bottom + 20 <= layout.norm.top);
  assert.ok(layout.track.bottom <= 620.5);
});

test("without charts the columns are taller, and no chart is left on the stage", () => {
  const layout = layoutStage({ ...SIZE, T: 8, H: 6, charts: false });
  assert.ok(layout.units.rowHeight > layoutStage({ ...SIZE, T: 8, H: 6 }).units.rowHeight);
  assert.ok(layout.norm.top > 620 && layout.legend.y > 620);
  assert.ok(layout.band.bottom <= 620);
});

test("a tile of W_hy and of W_xh stands on every forward arrow, inside its row, and none where columns are packed", () => {
  for (const T of [4, 24, 40]) {
    for (const height of [460, 566, 620, 953]) {
      const layout = layoutStage({ ...SIZE, T, height });
      for (const [matrix, band] of /** @type {const} */ ([
        ["W_hy", layout.readout],
        ["W_xh", layout.entrance],
      ])) {
        const tiles = tilesOf(layout, matrix);
        assert.deepEqual(
          tiles.map(({ t }) => t),
          Array.from({ length: T }, (_, i) => i + 1),
        );
        for (const { t, x, y, width, height: tall } of [...tiles, { t: 0, ...matrixBox(layout, matrix) }]) {
          assert.ok(y >= band.top && y + tall <= band.bottom + 1e-9, `${matrix} at T = ${T}, ${height} px high`);
          assert.ok(width >= 3 && tall >= 5, `${matrix} at T = ${T} is ${width} × ${tall}`);
          if (t > 0) assert.ok(x >= layout.edges[t - 1] && x + width <= layout.edges[t]);
        }
      }
      assert.ok(wayX(layout, 2) < xOf(layout, 2) && wayX(layout, 2) > layout.edges[1]);
    }
  }
  const packed = layoutStage({ ...SIZE, T: 120 });
  for (const matrix of MATRICES) {
    assert.deepEqual(tilesOf(packed, matrix), []);
    assert.ok(matrixBox(packed, matrix).width >= 7, `${matrix} stays in the gutter`);
  }
});

test("the matrices, their names and each of their tiles can be pointed at; the weir stands before the data", () => {
  const layout = layoutStage({ ...SIZE, T: 12 });
  const middle = ({ x, y, width, height }) => placeAt(layout, x + width / 2, y + height / 2);
  for (const matrix of MATRICES) {
    const box = matrixBox(layout, matrix);
    const inGutter = { row: "weights", t: null, unit: null, lane: 0, matrix, use: null };
    assert.deepEqual(middle(box), inGutter);
    assert.deepEqual(placeAt(layout, box.x + box.width + 20, box.y + box.height / 2), inGutter);
    for (const tile of tilesOf(layout, matrix)) assert.deepEqual(middle(tile), { ...inGutter, use: tile.t });
  }
  const { mid, top, bottom } = layout.lanes[0];
  assert.equal(placeAt(layout, layout.left - 3, mid).row, "weir");
  assert.equal(placeAt(layout, layout.left - 20, mid).row, "ruler");
  assert.equal(placeAt(layout, layout.left - 3, top - 30).row, null);
  assert.ok(bottom > top);
});

import assert from "node:assert/strict";
import test from "node:test";
import { chosenRecord } from "../../../../static/js/record/chosen.js";
import { readPicture } from "../../../../static/js/record/picture.js";
import { initialState } from "../../../../static/js/run/state.js";
import { around, fromTheTop, furtherUp } from "../../../../static/js/stage/bands/order.js";
import { fedAt, stackOf } from "../../../../static/js/stage/bands/scenes.js";
import { layoutStage } from "../../../../static/js/stage/layout.js";
import { drawChrome, drawRecord } from "../../../../static/js/stage/paint/stage.js";
import { ownThickness, sourceAt } from "../../../../static/js/stage/river/sources.js";
import { ribbonOf } from "../../../../static/js/stage/river/river.js";
import { buildScene } from "../../../../static/js/stage/scene.js";
import { placeAt } from "../../../../static/js/stage/under.js";
import { deepRecord } from "../deep.js";
import { callsOf, recordingBitmaps, recordingContext, textsOf } from "../recording.js";

const SIZE = { width: 764, height: 620, U: 1 };
const place = (layer, direction, layers, directions) => ({ layer, direction, layers, directions });

function sceneOf(record, choice, config = {}, size = SIZE) {
  const state = initialState({ config: { hidden_size: 4, ...config } });
  const shown = chosenRecord(record, choice);
  const picture = readPicture(shown, state.config, null);
  return buildScene(picture, { ...state, record: shown }, size, [-4, 2], null);
}

test("layers stand upon each other, the forward direction above the reverse one", () => {
  const names = fromTheTop({ layers: 2, directions: 2 }).map(({ layer, direction }) => `${layer} ${direction}`);
  assert.deepEqual(names, ["2 forward", "2 reverse", "1 forward", "1 reverse"]);
  const { above, below } = around(place(2, "reverse", 2, 2));
  assert.deepEqual([above.length, below.length], [1, 2]);
  assert.deepEqual(furtherUp(place(1, "forward", 3, 1), 1), { layer: 2, direction: "forward" });
  assert.deepEqual(
    furtherUp(place(3, "forward", 3, 1), 1),
    { layer: 3, direction: "forward" },
    "no higher than the top",
  );
});

test("nothing moves on the stage of one layer", () => {
  const options = { ...SIZE, T: 24, H: 16, inputRows: 1, lanes: 1 };
  assert.deepEqual(layoutStage({ ...options, place: place(1, "forward", 1, 1) }), layoutStage(options));
});

for (const [layers, directions, lanes, height] of [
  [2, 1, 1, 620],
  [4, 1, 1, 620],
  [4, 2, 1, 620],
  [4, 2, 2, 620],
  [2, 2, 2, 566],
  [4, 2, 1, 566],
  [4, 2, 2, 566],
  [3, 2, 1, 510],
  [4, 1, 2, 500],
  [2, 1, 1, 1016],
]) {
  test(`${layers} layers in ${directions} directions, ${lanes} rivers open: rows follow each other within ${height} px`, () => {
    for (const open of fromTheTop({ layers, directions })) {
      const at = { ...open, layers, directions };
      const layout = layoutStage({ ...SIZE, height, T: 24, H: 16, inputRows: 1, lanes, place: at });
      const rows = [layout.output];
      for (const band of layout.bands.filter(({ above }) => above)) rows.push(band.river, band.units);
      rows.push(...layout.lanes, layout.units);
      for (const band of layout.bands.filter(({ above }) => !above)) rows.push(band.river, band.units);
      rows.push(layout.input, layout.norm, layout.track);
      for (const [index, row] of rows.entries()) {
        assert.ok(row.bottom > row.top + 5, `row ${index} is ${row.bottom - row.top} px high`);
        if (index > 0) assert.ok(row.top >= rows[index - 1].bottom, `row ${index} begins in the row above it`);
      }
      assert.ok(layout.track.bottom <= height, `the last row ends at ${layout.track.bottom}`);
    }
  });
}

for (const [layers, lanes, height] of [
  [1, 1, 620],
  [1, 2, 620],
  [2, 1, 620],
  [2, 2, 900],
]) {
  test(`${layers} layers, ${lanes} rivers open: the other direction is as high as the open one in ${height} px`, () => {
    for (const open of fromTheTop({ layers, directions: 2 })) {
      const at = { ...open, layers, directions: 2 };
      const layout = layoutStage({ ...SIZE, height, T: 24, H: 16, inputRows: 1, lanes, place: at });
      const full = layout.bands.filter((band) => band.full);
      assert.deepEqual(
        full.map(({ choice }) => choice),
        [{ layer: open.layer, direction: open.direction === "forward" ? "reverse" : "forward" }],
      );
      const heightOf = ({ top, bottom }) => Math.round(bottom - top);
      assert.equal(heightOf(full[0].river), heightOf(layout.lanes[0]));
      assert.equal(heightOf(full[0].units), heightOf(layout.units));
      assert.equal(full[0].units.rows, layout.units.rows);
      assert.ok(layout.track.bottom <= height);
    }
  });
}

test("without room for both the other direction is slim, as all layers that are not open", () => {
  const options = { ...SIZE, height: 566, T: 24, H: 16, inputRows: 1, lanes: 2 };
  const { bands } = layoutStage({ ...options, place: place(1, "forward", 2, 2) });
  assert.deepEqual(
    bands.map(({ full }) => full),
    [false, false, false],
  );
});

for (const [open, other] of [
  ["forward", "reverse ←"],
  ["reverse", "forward →"],
]) {
  test(`both directions have a ruler, units and their own recurrent weights, ${open} open`, () => {
    const record = deepRecord({ layers: 1, directions: 2, T: 8 });
    record.tensors.W_hh_reverse = { shape: [4, 4], data: new Float64Array(16).fill(-1) };
    const scene = sceneOf(record, { layer: 1, direction: open });
    const ctx = recordingContext();
    const bitmaps = recordingBitmaps();
    drawChrome(ctx, scene);
    drawRecord(ctx, scene, bitmaps, 1);
    const texts = textsOf(ctx);
    assert.ok(texts.includes(`▸ ${other}`), "its name");
    assert.equal(texts.filter((text) => text === "10⁻⁶").length, 2, "a ruler each");
    assert.equal(texts.filter((text) => text === "× 7").length, 2, "each direction's weights are used 7 times");
    assert.notDeepEqual(bitmaps("band/0/W_hh").pixels, bitmaps("W_hh").pixels, "and they are not the same");
    const [mine, its] = [scene.layout.units, scene.layout.bands[0].units];
    for (const { top, bottom } of [mine, its]) {
      const heads = ctx.calls.filter(([name, , y]) => name === "moveTo" && y === (top + bottom) / 2);
      assert.ok(heads.length >= 7, `${heads.length} arrows between columns at ${top}…${bottom}`);
    }
  });
}

test("a point on a band opens its layer, in the gutter too", () => {
  const layout = layoutStage({ ...SIZE, T: 24, H: 16, inputRows: 1, lanes: 1, place: place(1, "forward", 2, 1) });
  const [{ river, choice }] = layout.bands;
  assert.deepEqual(choice, { layer: 2, direction: "forward" });
  assert.deepEqual(placeAt(layout, 300, river.mid).row, "band");
  assert.deepEqual(placeAt(layout, 30, river.mid).row, "band");
  assert.equal(placeAt(layout, 300, layout.lanes[0].mid).row, "lane");
  assert.equal(placeAt(layout, 300, layout.output.top + 2).row, "output");
});

test("the reverse river is the mirror image of a forward one with the mirrored gradients", () => {
  const record = deepRecord({ layers: 1, directions: 2, T: 9, hasLoss: (t) => t % 2 === 1 });
  const bed = { edges: Float64Array.from({ length: 10 }, (_, t) => 20 * t), left: 0, right: 180, height: 126, U: 1 };
  const [forward, reverse] = [/** @type {const} */ ("forward"), /** @type {const} */ ("reverse")].map((direction) => {
    const picture = readPicture(chosenRecord(record, { layer: 1, direction }), {}, null);
    return ribbonOf(picture, picture.lanes[0], bed, "far");
  });
  for (let t = 1; t <= 9; t += 1) {
    assert.equal(reverse.half[t], forward.half[10 - t]);
    assert.equal(ownThickness(reverse, 9, t), ownThickness(forward, 9, 10 - t));
    const source = sourceAt(forward, 9, 10 - t, 3);
    assert.equal(sourceAt(reverse, 9, t, 3), source === null ? null : 10 - source);
  }
  assert.deepEqual(Array.from(reverse.profile), Array.from(forward.profile).reverse());
});

test("below the top of two directions later and earlier losses fill the whole width", () => {
  const record = deepRecord({ layers: 2, directions: 2, T: 5 });
  const share = record.tensors.share.data;
  for (let at = 0; at < share.length; at += 1) share[at] = at % 6 === 0 ? Number.NaN : 0.2;
  const picture = readPicture(chosenRecord(record, { layer: 1, direction: "forward" }), {}, null);
  const bed = { edges: Float64Array.from({ length: 6 }, (_, t) => 20 * t), left: 0, right: 100, height: 126, U: 1 };
  const ribbon = ribbonOf(picture, picture.lanes[0], bed, "far");
  assert.ok(ribbon.all);
  for (let k = 1; k <= 5; k += 1) {
    for (let t = 1; t <= 5; t += 1) assert.ok(Math.abs(ribbon.strata[k * 6 + t] - (6 - t) / 5) < 1e-6);
    assert.ok(Math.abs(ownThickness(ribbon, 5, k) - 0.4 * ribbon.half[k]) < 1e-4);
  }
});

test("the open layer is drawn among the others, and each says its name", () => {
  const record = deepRecord({ layers: 3, T: 8 });
  const scene = sceneOf(record, { layer: 2, direction: "forward" });
  assert.deepEqual(
    stackOf(scene).map(({ picture }) => picture?.place.layer),
    [3, 2, 1],
  );
  const ctx = recordingContext();
  drawChrome(ctx, scene);
  drawRecord(ctx, scene, recordingBitmaps(), 1);
  const texts = textsOf(ctx);
  for (const name of ["▸ layer 3", "▾ layer 2", "▸ layer 1"]) assert.ok(texts.includes(name), `${name} is missing`);
  assert.ok(texts.filter((text) => text === "layer 3").length > 0, "its norms have a line in the chart");
});

test("what counts packed columns in groups cuts units and inputs, and no river", () => {
  const scene = sceneOf(deepRecord({ layers: 3, T: 120 }), { layer: 2, direction: "forward" });
  const ctx = recordingContext();
  drawRecord(ctx, scene, recordingBitmaps(), 1);
  const { edges, group, lanes, bands } = scene.layout;
  const rivers = [...lanes, ...bands.map(({ river }) => river)];
  const cuts = ctx.calls.flatMap(([name, x, y], i) =>
    name === "lineTo" && x === edges[group] && ctx.calls[i - 1][1] === x ? [[ctx.calls[i - 1][2], y]] : [],
  );
  assert.ok(cuts.length >= 6, `${cuts.length}: in three rows of units, and below them`);
  for (const [top, bottom] of cuts)
    for (const river of rivers) assert.ok(bottom <= river.top || top >= river.bottom, `${top}…${bottom}`);
});

test("a lower layer is fed at every timestep, the top one where there is a loss", () => {
  const record = deepRecord({ layers: 2, T: 6, hasLoss: (t) => t === 6 });
  const scene = sceneOf(record, { layer: 1, direction: "forward" });
  const stack = stackOf(scene);
  assert.deepEqual(Array.from(fedAt(stack[1], stack)), [0, 1, 1, 1, 1, 1, 1]);
  assert.deepEqual(Array.from(fedAt(stack[0], stack)), [0, 0, 0, 0, 0, 0, 1]);
});

/** What is written, with where it stands, at the left end of its line. */
function writtenOn(record, choice, config = {}, size = SIZE) {
  const ctx = recordingContext();
  const scene = sceneOf(record, choice, config, size);
  const bitmaps = recordingBitmaps();
  drawChrome(ctx, scene);
  drawRecord(ctx, scene, bitmaps, 1);
  const texts = callsOf(ctx, "fillText").map(([text, x, y, state]) => {
    Object.assign(ctx.state, state);
    const { width } = ctx.measureText(text);
    return { text, x: x - { left: 0, center: width / 2, right: width }[state.textAlign], y, width };
  });
  return { ctx, scene, texts };
}

test("the curves of all other layers and directions differ by dash, and each has its name in the legend", () => {
  const record = deepRecord({ layers: 4, directions: 2, T: 8 });
  const { ctx, scene, texts } = writtenOn(record, { layer: 2, direction: "reverse" });
  const named = scene.curves.filter(({ id }) => id === "layer");
  assert.equal(named.length, 7);
  const { y: middle } = scene.layout.legend;
  const isInRow = (/** @type {number} */ y) => Math.abs(y - middle) < 10 * scene.layout.U; // one row or two
  const inLegend = texts.filter(({ y }) => isInRow(y)).map(({ text }) => text);
  for (const { label, short } of named) assert.ok(inLegend.includes(label) || inLegend.includes(short), label);
  let dash = "";
  const samples = [];
  for (const [name, ...args] of ctx.calls) {
    if (name === "setLineDash") dash = String(args[0]);
    if (name === "moveTo" && isInRow(args[1]) && args[0] >= scene.layout.left) samples.push(dash);
  }
  const dashes = samples.filter((one) => one !== "");
  assert.equal(dashes.length, 7);
  assert.equal(new Set(dashes).size, 7, dashes.join(" | "));
});

for (const [layers, directions, height] of [
  [2, 2, 620],
  [4, 2, 620],
  [3, 1, 566],
]) {
  test(`in low lanes the name of a layer lies on no number of the ruler and on no word of the weir: ${layers} × ${directions}`, () => {
    const record = deepRecord({ layers, directions, T: 8, meta: { clip_scale: 0.1 } });
    for (const name of Object.keys(record.tensors)) {
      if (/^ln_dh_norm/.test(name)) record.tensors[name.replace("dh", "dc")] = record.tensors[name];
    }
    for (const direction of directions > 1 ? ["forward", "reverse"] : ["forward"]) {
      const config = { cell: "lstm", clip: "norm", clip_threshold: 1 };
      const { scene, texts } = writtenOn(record, { layer: 1, direction }, config, { ...SIZE, height });
      const inGutter = texts.filter(({ x }) => x < scene.layout.left - 8);
      for (const name of inGutter.filter(({ text }) => /^[▸▾]/.test(text))) {
        for (const other of inGutter) {
          const apart = other.x >= name.x + name.width || name.x >= other.x + other.width;
          const isClear = other === name || apart || Math.abs(other.y - name.y) >= 8;
          assert.ok(isClear, `“${other.text}” at ${other.y} lies on “${name.text}” at ${name.y}`);
        }
      }
    }
  });
}

test("in a slim band what is no number is hatched, and no tag covers its neighbours", () => {
  const record = deepRecord({ layers: 2, T: 8 });
  for (const name of ["ln_dh_norm", "ln_dh_norm_l2"]) record.tensors[name].data.fill(Number.NaN);
  const { texts } = writtenOn(record, { layer: 1, direction: "forward" });
  assert.equal(texts.filter(({ text }) => text === "NaN: no gradient").length, 1, "in the open lane alone");
});

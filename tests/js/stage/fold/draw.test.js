import assert from "node:assert/strict";
import test from "node:test";
import { chosenRecord } from "../../../../static/js/record/chosen.js";
import { partLines } from "../../../../static/js/words/fold.js";
import { deepRecord } from "../deep.js";
import { palette } from "../../../../static/js/kit/colour.js";
import { drawDeck, drawFlights } from "../../../../static/js/stage/fold/deck.js";
import { drawAccumulator, drawFolded, inkOn } from "../../../../static/js/stage/fold/draw.js";
import { layoutFolded } from "../../../../static/js/stage/fold/layout.js";
import { foldMoment } from "../../../../static/js/stage/fold/timeline.js";
import { readPicture } from "../../../../static/js/record/picture.js";
import { buildScene } from "../../../../static/js/stage/scene.js";
import { initialState } from "../../../../static/js/run/state.js";
import { callsOf, recordingBitmaps, recordingContext, textsOf } from "../recording.js";
import { sampleRecord } from "../sample.js";

const vector = (data) => ({ shape: [data.length], data: Float64Array.from(data) });

function folded({ size = { width: 764, height: 620, U: 1 }, ...options } = {}, config = {}) {
  const record = sampleRecord(options);
  const state = { ...initialState({ config }, null), record };
  const picture = readPicture(record, config, null);
  const scene = buildScene(picture, state, size, [-4, 2], null);
  return { scene, layout: layoutFolded(scene.layout, picture.lanes.length) };
}

function drawn(options, t = 2) {
  const { scene, layout } = folded(options);
  const ctx = recordingContext();
  drawFolded(ctx, scene, layout, { t, drift: 0, cell: layout.cell, bitmaps: recordingBitmaps(), ratio: 1 });
  return { ctx, scene, layout };
}

test("the cell carries the numbers of the timestep it shows", () => {
  const { ctx, scene } = drawn({ T: 6, H: 4 }, 3);
  const { h } = scene.picture;
  for (let unit = 0; unit < 4; unit++) {
    assert.ok(textsOf(ctx).includes(h[3 * 4 + unit].toFixed(2).replace("-", "−")));
  }
});

test("the ribbon of the loop is 2.2 px a decade wide on the far ruler", () => {
  const norm = [0, 1, 1, 1, 1, 1, 1];
  const tensors = { ln_dh_norm: vector(norm.map((n) => (n ? Math.log(n) : Number.NEGATIVE_INFINITY))) };
  const { ctx, layout } = drawn({ T: 6, H: 4, hasLoss: (t) => t === 6, tensors }, 6);
  const widths = callsOf(ctx, "stroke").map(([state]) => state.lineWidth);
  assert.ok(Math.abs(layout.road - 18 * 2.2) < 1e-9);
  assert.ok(widths.some((width) => Math.abs(width - 12 * 2.2) < 0.01));
});

test("exactly no gradient leaves the bed empty, one below the ruler leaves dashes", () => {
  const tensors = { ln_dh_norm: vector([0, Number.NEGATIVE_INFINITY, -50, 0, 0, 0, 0]) };
  const strokes = (t) => callsOf(drawn({ T: 6, H: 4, tensors }, t).ctx, "stroke").length;
  const dashes = (t) =>
    callsOf(drawn({ T: 6, H: 4, tensors }, t).ctx, "setLineDash").filter(([dash]) => dash.length).length;
  assert.ok(strokes(1) < strokes(3));
  assert.equal(dashes(1), 0);
  assert.equal(dashes(2), 1);
});

for (const [width, height] of [
  [390, 566],
  [640, 500],
  [764, 620],
]) {
  for (const lanes of [1, 2]) {
    test(`nothing that is said is cut: ${width} px wide, ${lanes === 2 ? "two roads" : "one road"}`, () => {
      const tensors = lanes === 2 ? { ln_dc_norm: vector(new Array(25).fill(-30)) } : {};
      const parts = { dW_hh_norm: vector(new Array(24).fill(0.0123)), ln_dh_norm: vector(new Array(25).fill(-30)) };
      const options = { size: { width, height, U: 1 }, T: 24, H: 16, tensors: { ...tensors, ...parts } };
      const { scene, layout } = folded(
        { ...options, meta: { dW_hh_sum_norm: 1.23e-4 } },
        { cell: lanes === 2 ? "lstm" : "rnn" },
      );
      const ctx = recordingContext();
      for (const t of [1, 24]) {
        drawAccumulator(ctx, scene, layout, () => true, t);
        drawFolded(ctx, scene, layout, { t, drift: 0, cell: layout.cell, bitmaps: recordingBitmaps(), ratio: 1 });
      }
      assert.equal(layout.straight !== null, lanes === 2);
      for (const [text, x, , state] of callsOf(ctx, "fillText")) {
        Object.assign(ctx.state, state);
        const { width: room } = ctx.measureText(text);
        const left = x - { left: 0, center: room / 2, right: room }[state.textAlign];
        assert.ok(left >= 0 && left + room <= width, `“${text}” from ${left} to ${left + room} of ${width}`);
      }
    });
  }
}

test("of several layers the norm of the sum is that of the layer that is folded, or none", () => {
  const sums = { dW_hh_sum_norm: 5, dW_hh_sum_norms: { W_hh: 3, W_hh_l2: 4 } };
  const sumOf = (meta, layer) =>
    readPicture(chosenRecord(deepRecord({ layers: 2, meta }), { layer, direction: "forward" }), {}, null).partsSum;
  assert.deepEqual([sumOf(sums, 1), sumOf(sums, 2)], [3, 4]);
  assert.equal(sumOf({ dW_hh_sum_norm: 5 }, 2), null, "that of a record from before is of the whole network");
});

test("a part of the accumulator is called by the weights it is of", () => {
  const said = ["W_hh", "u_hh", "W_xh"].map((recurrent) => partLines(recurrent, 3, 0.25)[0]);
  assert.deepEqual(said, ["‖∂E/∂Wₕₕ‖ of t = 3", "‖∂E/∂uₕₕ‖ of t = 3", "‖∂E/∂Wₓₕ‖ of t = 3"]);
});

test("the accumulator says what it stacks, and the norm of the sum beside it", () => {
  const { scene, layout } = folded({
    T: 3,
    H: 4,
    meta: { dW_hh_sum_norm: 2.5 },
    tensors: { dW_hh_norm: vector([1, 1, 2]) },
  });
  const ctx = recordingContext();
  drawAccumulator(ctx, scene, layout, () => true, 3);
  const texts = textsOf(ctx);
  assert.ok(texts.includes("norms of its 3 parts"));
  assert.ok(texts.includes("norms stacked: 4.00"));
  assert.ok(texts.includes("norm of their sum: 2.50"));
  assert.ok(texts.includes("t = 3: 50 %"));
});

test("parts that have not arrived yet leave the accumulator's bed free", () => {
  const { scene, layout } = folded({ T: 3, H: 4, tensors: { dW_hh_norm: vector([1, 1, 2]) } });
  const fills = (arrived) => {
    const ctx = recordingContext();
    drawAccumulator(ctx, scene, layout, arrived, null);
    return callsOf(ctx, "fillRect").length;
  };
  assert.equal(fills(() => true) - fills(() => false), 3);
});

test("on the way every column is drawn once, the latest on top, each square as large as its part", () => {
  const { scene, layout } = folded({ T: 3, H: 4, tensors: { dW_hh_norm: vector([1, 0, 4]) } });
  const ctx = recordingContext();
  drawDeck(ctx, scene, /** @type {any} */ ({}), layout, foldMoment(0.5, 3), 1);
  assert.equal(callsOf(ctx, "drawImage").length, 3);
  const flying = recordingContext();
  drawFlights(flying, scene, layout, { fade: 0, appear: 1, slide: 0.5, grow: 0, flight: () => 0.5 });
  const [first, last] = callsOf(flying, "fillRect").map(([, , width]) => width);
  assert.ok(Math.abs(first / last - 0.5) < 1e-9, "a quarter of the norm is half of the side");
  assert.equal(callsOf(flying, "fillRect").length, 2, "nothing flies where the part is 0");
});

test("numbers can be read on every tile of both themes", () => {
  for (const name of /** @type {const} */ (["light", "dark"])) {
    const colours = palette(name);
    for (const tile of colours.activation.rgba) {
      const ink = inkOn(tile) === "#000000" ? 0 : 0xffffff;
      assert.ok(contrast(tile, ink) >= 4.5, `${name} ${tile.toString(16)}`);
    }
  }
});

function contrast(a, b) {
  const light = [a, b].map((word) => {
    const [r, g, blue] = [0, 8, 16].map((shift) => {
      const s = ((word >>> shift) & 255) / 255;
      return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue + 0.05;
  });
  return Math.max(...light) / Math.min(...light);
}

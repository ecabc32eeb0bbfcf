import assert from "node:assert/strict";
import test from "node:test";
import { palette, sizeIndex } from "../../../static/js/kit/colour.js";
import { createFlowView } from "../../../static/js/views/flow.js";
import { drawKey } from "../../../static/js/views/flow/key.js";
import { drawFlow } from "../../../static/js/views/flow/draw.js";
import { lagLine, layoutFlow, pairAt } from "../../../static/js/views/flow/layout.js";
import { pairLines } from "../../../static/js/words/flow.js";
import { readPicture } from "../../../static/js/record/picture.js";
import { createStore } from "../../../static/js/lib/store.js";
import { initialState, reduce } from "../../../static/js/run/state.js";
import { fakeBrowser, fakeCanvas } from "../stage/dom.js";
import { callsOf, recordingBitmaps, recordingContext, textsOf } from "../stage/recording.js";
import { chosenRecord } from "../../../static/js/record/chosen.js";
import { deepRecord } from "../stage/deep.js";
import { sampleRecord } from "../stage/sample.js";

const SIZE = { width: 300, height: 264, U: 1 };
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

function drawn(record, { config = {}, state = {} } = {}) {
  const picture = readPicture(record, config, null);
  const losses = range(1, picture.T).filter((t) => picture.hasTarget[t]);
  const layout = layoutFlow(SIZE, picture.T, losses);
  const ctx = recordingContext();
  const bitmaps = recordingBitmaps();
  const sheet = {
    ...SIZE,
    ratio: 1,
    picture,
    layout,
    state: { ...initialState({ config }), ...state },
    palette: palette("light"),
  };
  drawFlow(ctx, sheet, bitmaps);
  const { pixels, width, height } = bitmaps("flow");
  const pixelOf = (t, k) =>
    pixels[Math.floor(((t - 0.6) / picture.T) * height) * width + Math.floor(((k - 0.6) / picture.T) * width)];
  return { ctx, layout, texts: textsOf(ctx), pixelOf, picture };
}

test("the matrix is square, and a point in it is a pair with k ≤ t", () => {
  const layout = layoutFlow(SIZE, 24, range(1, 24));
  assert.ok(layout.left > 0 && layout.left + layout.side < 300 && layout.keyY + 15 < 264);
  const at = (t, k) =>
    pairAt(layout, layout.left + (k - 0.5) * layout.column, layout.top + (t - 0.5) * layout.rowPitch);
  assert.deepEqual(at(20, 3), { t: 20, k: 3 });
  assert.equal(at(3, 20), null);
  assert.equal(pairAt(layout, 2, 50), null);
});

test("few losses become tall rows of their own", () => {
  const layout = layoutFlow(SIZE, 24, [24]);
  assert.equal(layout.few, true);
  assert.equal(layout.rowHeight, 22);
  const [above, below] = [layout.top, SIZE.height - layout.keyY - 23];
  assert.ok(Math.abs(above - 10 - below) < 1, `${above} above them, ${below} below: in the middle`);
  assert.equal(layoutFlow({ ...SIZE, height: 90 }, 24, [24]).top, 10, "a low view begins with them");
  assert.deepEqual(pairAt(layout, layout.left + 1, layout.top + 5), { t: 24, k: 1 });
  const { texts } = drawn(sampleRecord({ T: 24, hasLoss: (t) => t === 24 }));
  assert.ok(texts.some((text) => text.endsWith("at h₁")) && texts.some((text) => text.endsWith("at h₂₄")));
});

test("each tile has the colour of its size; exact zero and the upper triangle are paper", () => {
  const record = sampleRecord({ T: 4 });
  const flow = record.tensors.ln_flow.data;
  const at = (t, k) => (t - 1) * 5 + k;
  flow[at(2, 1)] = -30 * Math.LN10;
  flow[at(3, 1)] = -10 * Math.LN10;
  flow[at(4, 1)] = 0;
  flow[at(4, 2)] = Number.NEGATIVE_INFINITY;
  const { pixelOf } = drawn(record);
  const { rgba } = palette("light").size;
  assert.equal(pixelOf(2, 1), rgba[sizeIndex(-30 * Math.LN10)]);
  assert.equal(pixelOf(3, 1), rgba[sizeIndex(-10 * Math.LN10)]);
  assert.equal(pixelOf(4, 1), rgba[sizeIndex(0)]);
  assert.equal(pixelOf(4, 2), 0);
  assert.equal(pixelOf(1, 3), 0);
});

test("truncated pairs are pale and the legend says why", () => {
  const record = sampleRecord({ T: 4 });
  const { pixelOf, texts } = drawn(record, { config: { k1: 2, k2: 2 } });
  const full = drawn(record).pixelOf;
  assert.equal(pixelOf(2, 1), full(2, 1));
  assert.notEqual(pixelOf(3, 1), full(3, 1));
  assert.ok(texts.includes("pale: truncated"));
});

test("where every pair has a path, what is a row and what a column is said at the axes", () => {
  const record = deepRecord({ layers: 2, directions: 2, T: 8 });
  const of = (layer, direction, state = {}) => drawn(chosenRecord(record, { layer, direction }), { state });
  const { ctx, layout } = of(1, "forward");
  const placed = (text) => callsOf(ctx, "fillText").find(([words]) => words === text);
  assert.ok(placed("E")[1] < layout.left && placed("k")[2] > layout.bottom, "beside the rows, below the columns");
  const pinned = callsOf(of(1, "forward", { pin: { t: 2 } }).ctx, "fillText");
  const [, x] = pinned.find(([words]) => words === "k");
  assert.ok(x > layout.left + layout.side / 2, "away from the pinned column's number");
  assert.ok(of(2, "reverse").texts.join(" ").includes("is a row"), "elsewhere in the free triangle");
});

test("the needed lag is a stepped line that parts nearer pairs from those that reach back so far", () => {
  const layout = layoutFlow(SIZE, 24, range(1, 24));
  const points = lagLine(layout, 8);
  assert.deepEqual(points[0], [layout.left, layout.top + 8 * layout.rowPitch]);
  assert.ok(Math.abs(points.at(-1)[1] - layout.bottom) < 1e-9);
  for (let i = 1; i < points.length; i++) {
    const moves = points[i].filter((value, axis) => Math.abs(value - points[i - 1][axis]) > 1e-9);
    assert.equal(moves.length, 1, "steps, no slopes");
  }
  assert.deepEqual(lagLine(layout, 0), []);
  assert.deepEqual(lagLine(layout, 24), []);
});

test("the key shows its decades, the pinned column its frame and number", () => {
  const { texts, ctx, layout } = drawn(sampleRecord({ T: 24 }), { state: { pin: { t: 15 } } });
  for (const text of ["10⁻³⁰", "10⁻²⁰", "10⁻¹⁰", "1", "15", "24"]) assert.ok(texts.includes(text), text);
  const frames = callsOf(ctx, "strokeRect").filter(
    ([x]) => Math.abs(x - (layout.left + 14 * layout.column - 0.5)) < 1e-6,
  );
  assert.equal(frames.length, 1);
});

test("under a small matrix the key names every second power: none runs into the next", () => {
  const [width, height] = [200, 160];
  const layout = layoutFlow({ width, height, U: 1 }, 24, range(1, 24));
  const ctx = recordingContext();
  drawKey(ctx, layout, palette("light"));
  assert.ok(layout.side < 130);
  assert.deepEqual(textsOf(ctx), ["10⁻²⁰", "1"]);
});

test("T = 500 fits: every pixel shows one pair", () => {
  const { pixelOf } = drawn(sampleRecord({ T: 500, H: 2 }));
  assert.notEqual(pixelOf(400, 100), 0);
  assert.equal(pixelOf(100, 400), 0);
});

test("a pair's read-out gives size, logarithm and lag", () => {
  const { picture } = drawn(sampleRecord({ T: 4 }));
  picture.lnFlow[3 * 5 + 1] = -6.2;
  assert.deepEqual(pairLines(picture, { t: 4, k: 1 }, true), ["‖∂E₄/∂h₁‖ = 0.00203", "ln −6.20, lag 3"]);
  assert.match(pairLines(picture, { t: 4, k: 1 }, false)[2], /^truncated/);
  picture.lnFlow[3 * 5 + 1] = Number.NEGATIVE_INFINITY;
  assert.match(pairLines(picture, { t: 4, k: 1 }, true)[0], /0 exactly/);
});

test("however often the pointer moves, one frame is asked for", () => {
  const browser = fakeBrowser();
  const canvas = fakeCanvas(SIZE.width, SIZE.height);
  const store = createStore(initialState({ config: { sequence_length: 6 } }, sampleRecord({ T: 6 })), reduce);
  const view = createFlowView(canvas, store);
  view.draw(0);
  browser.runFrames(1);
  for (const y of [60, 80, 100, 120]) canvas.fire("pointermove", { x: 60, y });
  assert.equal(browser.runFrames(16), 1);
  canvas.fire("pointermove", { x: 60, y: 140 });
  assert.equal(browser.runFrames(32), 1, "the next frame again");
});

import assert from "node:assert/strict";
import test, { beforeEach, mock } from "node:test";
import { xOf } from "../../../static/js/stage/axis.js";
import { layoutStage } from "../../../static/js/stage/layout.js";
import { listenToStage } from "../../../static/js/stage/listening.js";
import { createStage } from "../../../static/js/stage/view.js";
import { initialState, reduce } from "../../../static/js/run/state.js";
import { createStore } from "../../../static/js/lib/store.js";
import { fakeBrowser, fakeCanvas } from "./dom.js";
import { sampleRecord } from "./sample.js";

let browser;
beforeEach(() => {
  browser = fakeBrowser();
});

function stageOf(record, state = {}) {
  const store = createStore({ ...initialState({ config: { sequence_length: 6 } }, record), ...state }, reduce);
  const canvas = fakeCanvas(764, 620);
  const stage = createStage(/** @type {any} */ (canvas), store);
  stage.listen(listenToStage);
  stage.draw(0);
  const T = record?.tensors.loss_t.shape[0] ?? 6;
  const H = record?.tensors.h.shape[1] ?? 16;
  const layout = layoutStage({ width: 764, height: 620, U: 1, T, H, inputRows: 1, lanes: 1 });
  return { store, canvas, stage, layout };
}

/** How often each of the sheets was drawn, by name. */
function drawn({ above, ctx }) {
  const times = (sheet) => sheet.calls.filter(([name]) => name === "clearRect").length;
  const [chrome, river, states, drift] = above.map((sheet) => times(sheet.ctx));
  return { chrome, river, states, drift, marks: times(ctx) };
}

test("every sheet has one pixel for every device pixel", () => {
  globalThis.window.devicePixelRatio = 2;
  const { canvas } = stageOf(sampleRecord());
  const [chrome, river, states] = canvas.above;
  for (const { width, height } of [canvas, chrome]) assert.deepEqual([width, height], [1528, 1240]);
  for (const { width, height, style } of [river, states]) {
    assert.equal(width, 1528);
    assert.equal(`${height / 2}px`, style.height, "a strip of the stage");
  }
});

test("labels are drawn before the first record, and a record draws its own sheets only", () => {
  const { canvas, stage, store } = stageOf(null);
  const empty = drawn(canvas);
  assert.equal(empty.chrome, 1);
  stage.draw(16);
  assert.deepEqual(drawn(canvas), empty, "nothing changed");
  store.dispatch({ type: "record", record: sampleRecord() });
  stage.draw(32);
  const first = drawn(canvas);
  store.dispatch({ type: "record", record: sampleRecord() });
  stage.draw(48);
  const second = { ...first, river: first.river + 1, states: first.states + 1, drift: first.drift + 1 };
  assert.deepEqual(drawn(canvas), second);
  stage.draw(64);
  assert.deepEqual(drawn(canvas), second);
});

test("while training runs every second record draws the states, and the last one is never left out", () => {
  const { canvas, stage, store } = stageOf(sampleRecord(), { phase: "running" });
  const before = drawn(canvas);
  const show = (now) => {
    store.dispatch({ type: "record", record: sampleRecord() });
    return stage.draw(now);
  };
  const waits = [33, 67, 100, 133].map(show);
  const after = drawn(canvas);
  assert.equal(after.river - before.river, 4);
  assert.equal(after.states - before.states, 2);
  assert.deepEqual(
    waits,
    [67, Number.POSITIVE_INFINITY, 67, Number.POSITIVE_INFINITY],
    "when it must be drawn at the latest",
  );
  assert.equal(show(150), 83);
  const effects = { live: [], restart: [] };
  const paused = { type: "state", phase: "paused", iteration: 1, config: store.get().config, task: null, effects };
  store.dispatch({ type: "server", message: paused, at: 0 });
  stage.draw(151);
  assert.equal(drawn(canvas).states, after.states + 1, "standing still, it shows what all others show");
});

test("what follows the pointer is drawn without the record", () => {
  const { canvas, stage, layout } = stageOf(sampleRecord());
  const before = drawn(canvas);
  canvas.fire("pointermove", { x: 20, y: layout.lanes[0].mid });
  stage.draw(16);
  assert.deepEqual(drawn(canvas), { ...before, marks: before.marks + 1 });
});

test("the pointer's sheet is no part of the page's picture while nothing is marked on it", () => {
  const { canvas, stage, store, layout } = stageOf(sampleRecord());
  const empty = (now) => {
    stage.draw(now);
    return canvas.dataset.empty;
  };
  assert.equal(empty(16), "true");
  canvas.fire("pointermove", { x: layout.left + 40, y: layout.lanes[0].mid });
  assert.equal(empty(32), "false");
  canvas.fire("pointerleave");
  assert.equal(empty(48), "true");
  store.dispatch({ type: "pin", pin: { t: 2 } });
  assert.equal(empty(64), "false");
  store.dispatch({ type: "pin", pin: null });
  stage.begin({ draw: () => "moving", placeAt: () => null, xOf: () => null, lines: () => null });
  assert.equal(empty(80), "false", "an act has the sheet");
  stage.begin({ draw: () => "over", placeAt: () => null, xOf: () => null, lines: () => null });
  stage.draw(96);
  assert.equal(empty(112), "true");
});

test("chevrons drift by whole pixels while training runs, and stand with reduced motion", () => {
  const open = { status: "open", retryAt: null, attempt: 0 };
  const running = stageOf(sampleRecord(), { phase: "running", connection: open });
  const begun = drawn(running.canvas);
  running.stage.draw(100);
  running.stage.draw(104);
  running.stage.draw(200);
  assert.deepEqual(drawn(running.canvas), { ...begun, drift: begun.drift + 2 });
  const still = stageOf(sampleRecord(), { phase: "running", connection: open, reducedMotion: true });
  const stood = drawn(still.canvas);
  still.stage.draw(16);
  still.stage.draw(32);
  assert.deepEqual(drawn(still.canvas), stood);
});

test("the pointer's timestep and unit are dispatched, leaving takes them back", () => {
  const { canvas, store, layout } = stageOf(sampleRecord({ T: 6, H: 4 }));
  const y = layout.units.top + 2.5 * layout.units.rowHeight;
  canvas.fire("pointermove", { x: xOf(layout, 3), y });
  assert.deepEqual(store.get().hover, { t: 3, unit: 2 });
  canvas.fire("pointermove", { x: 20, y: 615 });
  assert.equal(store.get().hover, null);
  canvas.fire("pointermove", { x: xOf(layout, 5), y });
  canvas.fire("pointerleave");
  assert.equal(store.get().hover, null);
});

test("in the river the loss under the pointer comes with the timestep", () => {
  const { canvas, store, layout } = stageOf(sampleRecord({ T: 6 }));
  canvas.fire("pointermove", { x: xOf(layout, 2), y: layout.lanes[0].mid });
  const { t, source } = store.get().hover;
  assert.equal(t, 2);
  assert.ok(source >= 2 && source <= 6);
});

test("a click pins a timestep, a second one frees it", () => {
  const { canvas, store, layout } = stageOf(sampleRecord({ T: 6 }));
  const at = { x: xOf(layout, 4), y: layout.labels.y };
  canvas.fire("click", at);
  assert.deepEqual(store.get().pin, { t: 4 });
  canvas.fire("click", at);
  assert.equal(store.get().pin, null);
});

test("a click on the ruler chooses one, on the second track's name the other quantity", () => {
  const { canvas, store, layout } = stageOf(sampleRecord({ T: 6 }));
  canvas.fire("click", { x: 90, y: layout.lanes[0].mid });
  assert.equal(store.get().ruler, "near", "everything fits the nearer one");
  canvas.fire("click", { x: 90, y: layout.lanes[0].mid });
  assert.equal(store.get().ruler, "far");
  canvas.fire("click", { x: 30, y: layout.track.top + 8 });
  assert.equal(store.get().track, "h");
});

test("a pointer that rests on a packed group opens it as a lens, one that passes does not", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { canvas, store, stage, layout } = stageOf(sampleRecord({ T: 120, H: 2 }), { reducedMotion: true });
  const y = layout.units.top + 5;
  canvas.fire("pointermove", { x: xOf(layout, 60), y });
  mock.timers.tick(100);
  canvas.fire("pointermove", { x: xOf(layout, 90), y });
  mock.timers.tick(100);
  stage.draw(200);
  canvas.fire("pointermove", { x: xOf(layout, 90) + 1, y });
  assert.equal(store.get().hover.t, 90);
  mock.timers.tick(300);
  stage.draw(600);
  canvas.fire("pointermove", { x: xOf(layout, 90) + 12, y });
  assert.ok(store.get().hover.t <= 90, "12 px to the right is still inside the open group");
  mock.timers.reset();
});

test("Enter opens the pinned group from the keyboard, Escape closes it", () => {
  const { canvas, store, stage, layout } = stageOf(sampleRecord({ T: 120, H: 2 }), { reducedMotion: true });
  store.dispatch({ type: "pin", pin: { t: 60 } });
  canvas.fire("keydown", { key: "Enter" });
  assert.equal(browser.runFrames(100), 1);
  canvas.fire("pointermove", { x: layout.left + 100, y: layout.labels.y });
  assert.ok(store.get().hover.t > 20, "other columns gave way");
  canvas.fire("keydown", { key: "Escape" });
  stage.draw(200);
  canvas.fire("pointermove", { x: layout.left + 100, y: layout.labels.y });
  assert.equal(store.get().hover.t, 20);
});

test("a change of T slides for 250 ms on frames the stage asks for itself", () => {
  const { store, stage } = stageOf(sampleRecord({ T: 6 }));
  store.dispatch({ type: "record", record: sampleRecord({ T: 12 }) });
  stage.draw(1000);
  assert.ok(browser.runFrames(1100) > 0);
  assert.ok(browser.runFrames(1200) > 0);
  browser.runFrames(1300);
  browser.runFrames(1600);
  assert.equal(browser.runFrames(1700), 0, "and then stands still");
});

test("while columns slide the pointer means where they will stand", () => {
  const { canvas, store, stage } = stageOf(sampleRecord({ T: 24 }));
  store.dispatch({ type: "record", record: sampleRecord({ T: 6 }) });
  stage.draw(1000);
  stage.draw(1010);
  const rest = layoutStage({ width: 764, height: 620, U: 1, T: 6, H: 16, inputRows: 1, lanes: 1 });
  canvas.fire("click", { x: xOf(rest, 6), y: rest.labels.y });
  assert.deepEqual(store.get().pin, { t: 6 });
});

test("what clipping leaves is said anew only in frames in which the page's other numbers may change", () => {
  const clipped = (scale) => sampleRecord({ T: 6, meta: { clip_scale: scale } });
  const config = { sequence_length: 6, clip: "norm", clip_threshold: 1 };
  const store = createStore({ ...initialState({ config }, clipped(0.3)), phase: "running" }, reduce);
  const canvas = fakeCanvas(764, 620);
  const stage = createStage(/** @type {any} */ (canvas), store);
  const river = () => canvas.above[1].ctx;
  const said = () => {
    const texts = river()
      .calls.filter(([name]) => name === "fillText")
      .map(([, text]) => text);
    return texts
      .join(" ")
      .match(/to (\d+) %/g)
      ?.at(-1);
  };
  stage.draw(0, true);
  assert.equal(said(), "to 30 %");
  store.dispatch({ type: "record", record: clipped(0.6) });
  stage.draw(16, false);
  assert.equal(said(), "to 30 %");
  stage.draw(32, true);
  assert.equal(said(), "to 60 %");
});

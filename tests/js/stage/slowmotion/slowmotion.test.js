import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import { drawMoment } from "../../../../static/js/stage/slowmotion/draw.js";
import { makeLayers } from "../../../../static/js/stage/slowmotion/layers.js";
import { createSlowMotion, isReached } from "../../../../static/js/stage/slowmotion/slowmotion.js";
import { drawFront } from "../../../../static/js/stage/slowmotion/front.js";
import { LAYER_DASHES } from "../../../../static/js/stage/paint/norm_chart.js";
import { cardLines, chipWords, momentWords } from "../../../../static/js/words/slowmotion.js";
import { runsLeft } from "../../../../static/js/stage/slowmotion/timeline.js";
import { readPicture } from "../../../../static/js/record/picture.js";
import { xOf } from "../../../../static/js/stage/axis.js";
import { buildScene } from "../../../../static/js/stage/scene.js";
import { initialState, reduce } from "../../../../static/js/run/state.js";
import { createStore } from "../../../../static/js/lib/store.js";
import { fakeBrowser, fakeCanvas } from "../dom.js";
import { recordingBitmaps, recordingContext } from "../recording.js";
import { chosenRecord } from "../../../../static/js/record/chosen.js";
import { callsOf } from "../recording.js";
import { deepRecord } from "../deep.js";
import { nothingCarried, sampleRecord } from "../sample.js";

beforeEach(() => {
  fakeBrowser();
});

const OPEN = { status: "open", retryAt: null, attempt: 0 };

/** Slow motion over a store, with frames every 50 ms. */
function slowMotion(options = {}, state = {}, ends = false) {
  const store = createStore({ ...initialState({}, sampleRecord(options)), connection: OPEN, ...state }, reduce);
  const seen = { updates: 0, shown: null };
  const motion = createSlowMotion(store, {
    update: () => {
      seen.updates++;
      return !ends;
    },
    changed: (shown) => {
      seen.shown = shown;
    },
  });
  let now = 0;
  let record = null;
  let scene = null;
  function frame() {
    now += 50;
    const current = store.get();
    if (current.record !== record) {
      record = current.record;
      const picture = readPicture(record, {}, null);
      scene = buildScene(picture, current, { width: 764, height: 620, U: 1 }, [-4, 2], null);
    }
    const base = () => /** @type {any} */ (fakeCanvas(764, 620));
    const bitmaps = recordingBitmaps();
    return motion.act.draw(recordingContext(), { scene, state: current, now, ratio: 1, bitmaps, drift: 0, base });
  }
  function play(ms) {
    for (let passed = 0; passed < ms; passed += 50) frame();
  }
  return { store, motion, seen, frame, play };
}

test("it plays forward, losses and backward from the record alone, then asks for one update and waits for it", () => {
  const { seen, play, store } = slowMotion({ T: 3, H: 2 });
  play(3 * 320 - 100);
  assert.deepEqual(store.get().slow, { phase: "forward", t: 3, playing: true });
  assert.equal(store.get().pin.t, 3, "the inspector follows");
  play(3 * 480);
  assert.equal(seen.updates, 1);
  play(3000);
  assert.equal(seen.updates, 1);
  assert.equal(store.get().slow.phase, "backward");
});

test("a pin that the reader sets stays while slow motion goes on, and the inspector follows again without one", () => {
  const { play, store, motion } = slowMotion({ T: 6, H: 2 });
  play(400);
  assert.ok(motion.movedPin(store.get().pin));
  store.dispatch({ type: "pin", pin: { t: 5, unit: 1 } });
  play(800);
  assert.deepEqual(store.get().pin, { t: 5, unit: 1 });
  assert.ok(!motion.movedPin(store.get().pin), "it is not put back when slow motion ends");
  assert.ok(store.get().slow.t > 2);
  store.dispatch({ type: "pin", pin: null });
  play(400);
  assert.equal(store.get().pin.t, store.get().slow.t);
});

test("the update shows what it made of its batch's loss, and then the new network is gone through", () => {
  const { play, store } = slowMotion({ T: 3, H: 2 });
  play(3 * 750 + 200);
  store.dispatch({
    type: "record",
    record: sampleRecord({ T: 3, H: 2, meta: { iteration: 4, loss_before: 0.5, loss_after: 0.25 } }),
  });
  play(200);
  assert.equal(store.get().slow.phase, "update");
  assert.match(store.get().narration.finding, /loss 0\.500 → 0\.250/);
  play(1000);
  assert.equal(store.get().slow.phase, "forward");
});

test("where no record follows, as at the end of a recording, it stands at the end and can be gone back through", () => {
  const { play, frame, motion, store, seen } = slowMotion({ T: 3, H: 2 }, {}, true);
  play(5000);
  assert.equal(seen.updates, 1);
  assert.equal(frame(), "still");
  assert.deepEqual([store.get().slow.phase, store.get().slow.playing], ["backward", false]);
  motion.back();
  frame();
  assert.equal(store.get().slow.t, 2);
});

test("pausing, stepping a timestep at a time, and back", () => {
  const { motion, frame, play, store, seen } = slowMotion({ T: 4, H: 2 });
  play(100);
  motion.toggle();
  play(1000);
  assert.deepEqual(store.get().slow, { phase: "forward", t: 1, playing: false });
  assert.equal(frame(), "still");
  motion.next();
  play(1000);
  motion.next();
  play(1000);
  assert.equal(seen.shown.ms, 640);
  assert.equal(store.get().slow.t, 2);
  motion.back();
  frame();
  assert.equal(seen.shown.ms, 320);
});

test("a second step does not wait for the first", () => {
  const { motion, frame, seen } = slowMotion({ T: 4, H: 2 });
  frame();
  motion.toggle();
  motion.next();
  frame();
  motion.next();
  frame();
  assert.ok(seen.shown.ms >= 320 && seen.shown.ms < 640);
});

test("scrubbing never makes an update, stepping over the end does", () => {
  const { motion, frame, play, seen } = slowMotion({ T: 2, H: 2 });
  frame();
  motion.toggle();
  motion.seek(1e9);
  play(500);
  assert.equal(seen.updates, 0);
  motion.next();
  play(500);
  assert.equal(seen.updates, 1);
});

test("without a connection there is no update to wait for", () => {
  const { play, seen, store } = slowMotion({ T: 2, H: 2 }, { connection: { ...OPEN, status: "lost" } });
  play(5000);
  assert.equal(seen.updates, 0);
  assert.equal(store.get().slow.playing, false);
});

test("only what has been reached answers to the pointer", () => {
  const place = (row, t) => ({ row, t, unit: null, lane: 0 });
  const forward = { phase: "forward", t: 3, part: 1 };
  assert.ok(isReached(place("units", 3), forward));
  assert.ok(!isReached(place("units", 4), forward));
  assert.ok(!isReached(place("lane", 1), forward));
  const backward = { phase: "backward", t: 3, part: 1 };
  assert.ok(isReached(place("lane", 3), backward));
  assert.ok(!isReached(place("norm", 2), backward));
  assert.ok(isReached(place("loss", 1), backward));
});

test("the card adds own and carried part up and says what becomes of the norm", () => {
  const picture = readPicture(sampleRecord({ T: 4, H: 3, hasLoss: (t) => t > 1 }), {}, null);
  assert.match(cardLines(picture, 3)[0], /^own loss −?[\d.]+ %, carried −?[\d.]+ %$/);
  assert.match(cardLines(picture, 3)[1], /^norm .+ → .+$/);
  assert.equal(cardLines(picture, 1)[0], "no own loss, all carried");
  assert.doesNotMatch(cardLines(picture, 4)[1], /→/);
});

test("within a timestep it goes upwards: input, the layers below, the open one, the layers above, the output", () => {
  const record = chosenRecord(deepRecord({ layers: 3, T: 4 }), { layer: 2, direction: "forward" });
  const size = { width: 764, height: 620, U: 1 };
  const scene = buildScene(readPicture(record, {}, null), { ...initialState({}, record) }, size, [-4, 2], null);
  const layers = makeLayers(scene, fakeCanvas(764, 620), recordingBitmaps(), 1);
  const { layout } = scene;
  const [above, below] = layout.bands;
  const column = xOf(layout, 2);
  /** Whether this height of t = 2's column is shown. */
  const shows = (part, y) => {
    const ctx = recordingContext();
    drawMoment(ctx, layers, { phase: "forward", t: 2, part });
    return callsOf(ctx, "drawImage").some(
      ([from, x, top, width, height]) =>
        from === layers.forward && x <= column && x + width >= column && top <= y && top + height >= y,
    );
  };
  const middle = ({ top, bottom }) => (top + bottom) / 2;
  const rows = [layout.input, below.units, layout.units, above.units, layout.output].map(middle);
  const seen = [0.01, 0.15, 0.74, 0.76, 1].map((part) => rows.map((y) => Number(shows(part, y))).join(""));
  assert.deepEqual(seen, ["10000", "11000", "11100", "11110", "11111"]);
});

test("the card at the front is as wide as what it says, also of a lower layer", () => {
  const record = chosenRecord(deepRecord({ layers: 2, T: 6 }), { layer: 1, direction: "forward" });
  const size = { width: 764, height: 620, U: 1 };
  const scene = buildScene(readPicture(record, {}, null), { ...initialState({}, record) }, size, [-4, 2], null);
  const ctx = recordingContext();
  drawFront(ctx, scene, 500, 4);
  const [[left, , width]] = callsOf(ctx, "roundRect");
  const [first, ...rest] = callsOf(ctx, "fillText").map(([text, x, , state]) => {
    Object.assign(ctx.state, state);
    return { text, x, end: x + ctx.measureText(text).width };
  });
  assert.equal(first.text, "∂E/∂h");
  for (const { text, x, end } of [first, ...rest]) assert.ok(x >= left && end <= left + width, `“${text}” to ${end}`);
});

test("every moment has its sentence", () => {
  const picture = readPicture(sampleRecord({ T: 4, H: 3, hasLoss: (t) => t === 3 }), {}, null);
  const said = (phase, t) => momentWords({ phase, t, part: 1 }, picture, null).finding;
  assert.match(said("forward", 2), /h_2 is made from x_2 and h_1/);
  assert.match(said("losses", 3), /E_3 = /);
  assert.match(said("losses", 2), /no target/);
  assert.match(said("backward", 4), /no gradient to pass back/);
  assert.match(said("backward", 3), /begins with E_3/);
  assert.match(said("backward", 2), /timestep 3 passes its gradient to 2/);
});

test("below the gap that truncation cuts slow motion passes nothing on, as the card says", () => {
  const record = sampleRecord({ T: 24, H: 3, hasLoss: (t) => t === 24 });
  for (let t = 1; t <= 20; t += 1) record.tensors.dh_norm_used.data[t] = 0;
  const picture = readPicture(record, { k1: 4, k2: 4 }, null);
  const said = (t) => momentWords({ phase: "backward", t, part: 1 }, picture, null).finding;
  assert.match(said(20), /truncation lets nothing through from 21 to 20\.$/);
  for (const t of [19, 10, 1]) {
    assert.ok(said(t).endsWith(`nothing comes back from timestep ${t + 1} to ${t}, and ${t} has no loss of its own.`));
    assert.equal(cardLines(picture, t).at(-1), "norm exactly 0");
  }
});

test("where nothing comes back slow motion does not say that a gradient is passed on", () => {
  const none = nothingCarried(4);
  const moments = (hasLoss, config, tensors = {}) => {
    const picture = readPicture(sampleRecord({ T: 4, H: 3, hasLoss, tensors }), config, null);
    const said = (t) => momentWords({ phase: "backward", t, part: 1 }, picture, null).finding;
    return { said, card: (t) => cardLines(picture, t).at(-1) };
  };
  const { said, card } = moments((t) => t !== 2, {}, none);
  assert.match(said(4), /it begins with E_4, the last loss\.$/);
  assert.match(said(3), /nothing comes back from timestep 4 to 3: it begins anew with E_3\.$/);
  assert.match(said(2), /nothing comes back from timestep 3 to 2, and 2 has no loss of its own\.$/);
  assert.doesNotMatch(card(3), /→/, "the norm at 4 is not where that at 3 comes from");
  const cut = moments(() => true, { k1: 2, k2: 2 });
  assert.match(cut.said(3), /passes its gradient to 3/);
  assert.match(cut.said(2), /truncation lets nothing through from 3 to 2\.$/);
  const { dh_carried_norm } = none;
  const deep = deepRecord({ layers: 2, T: 4, tensors: { dh_carried_norm, dh_carried_norm_l2: dh_carried_norm } });
  const lower = readPicture(chosenRecord(deep, { layer: 1, direction: "forward" }), {}, null);
  const below = momentWords({ phase: "backward", t: 3, part: 1 }, lower, null).finding;
  assert.match(below, /nothing comes back from timestep 4 to 3: all of it is what layer 2 sends down\.$/);
  const cell = { ln_dc_norm: { shape: [5], data: new Float64Array(5).fill(-1) } };
  const gated = moments((t) => t !== 2, { cell: "lstm" }, { ...none, ...cell });
  const toCell = "nothing comes back from timestep 4 to h_3, only to c_3 through the forget gate";
  assert.ok(gated.said(3).endsWith(`${toCell}; the gradient of h_3 begins anew with E_3.`), gated.said(3));
  assert.match(
    gated.said(2),
    /only to c_2 through the forget gate; the gradient of h_2 is 0, as it has no loss of its/,
  );
  const two = deepRecord({
    layers: 2,
    T: 4,
    tensors: { dh_carried_norm, dh_carried_norm_l2: dh_carried_norm, ...cell, ln_dc_norm_l2: cell.ln_dc_norm },
  });
  const inner = readPicture(chosenRecord(two, { layer: 1, direction: "forward" }), { cell: "lstm" }, null);
  const sent = momentWords({ phase: "backward", t: 3, part: 1 }, inner, null).finding;
  assert.ok(sent.endsWith(`${toCell}; all of ∂E/∂h_3 is what layer 2 sends down.`), sent);
});

const bothWays = (direction, layer = 1, layers = 1) =>
  chosenRecord(deepRecord({ layers, directions: 2, T: 4, hasLoss: (t) => t > 1 }), { layer, direction });

test("in the reverse direction every sentence names the timestep that comes before in its order", () => {
  const picture = readPicture(bothWays("reverse"), {}, null);
  const said = (phase, t) => momentWords({ phase, t, part: 1 }, picture, null).finding;
  assert.match(said("forward", 2), /reverse direction, forward pass: h_2 is made from x_2 and h_3/);
  assert.match(said("backward", 1), /no loss up to timestep 1, no gradient to pass on/);
  assert.match(said("backward", 2), /begins with E_2, the first loss/);
  assert.match(said("backward", 3), /timestep 2 passes its gradient to 3/);
  const lower = readPicture(bothWays("reverse", 1, 2), {}, null);
  const below = (t) => momentWords({ phase: "backward", t, part: 1 }, lower, null).finding;
  assert.match(below(1), /begins with what layer 2 sends down/);
  assert.match(below(3), /timestep 2 passes its gradient to 3, where layer 2 adds its own/);
  assert.match(cardLines(picture, 3).at(-1), /→/, "from the norm at t = 2");
  assert.doesNotMatch(cardLines(picture, 1).at(-1), /→/);
});

for (const direction of /** @type {const} */ (["forward", "reverse"])) {
  test(`the norms of the layers above are whole while the ${direction} river runs, those of the other direction come later`, () => {
    const record = bothWays(direction, 1, 2);
    const state = { ...initialState({}, record), direction };
    const scene = buildScene(readPicture(record, {}, null), state, { width: 764, height: 620, U: 1 }, [-4, 2], null);
    const layers = makeLayers(scene, fakeCanvas(764, 620), recordingBitmaps(), 1);
    const ctx = recordingContext();
    drawMoment(ctx, layers, { phase: "backward", t: 2, part: 0.5 });
    const { norm, left } = scene.layout;
    const inChart = (y) => y >= norm.top - 12 && y <= norm.bottom + 12;
    const copies = callsOf(ctx, "drawImage").filter(
      ([, , top, , height]) => top > norm.top - 12 && inChart(top + height),
    );
    assert.deepEqual(copies, [], "nothing is copied from the finished chart");
    const clips = callsOf(ctx, "rect").filter(([, y]) => inChart(y));
    const dashes = callsOf(ctx, "setLineDash").filter(([dash]) => dash.length > 0);
    assert.deepEqual(
      dashes.map(([dash]) => String(dash)).sort(),
      [LAYER_DASHES[1].forward, LAYER_DASHES[1].reverse].map(String).sort(),
      "both directions of layer 2, and not the other one of layer 1",
    );
    const passed = clips.filter(([x, , width]) => width < 600 || x > left);
    assert.equal(passed.length, 1, "the open one as far as its river has come");
  });
}

test("in the reverse direction it fills the columns from the right, and the river from the left", () => {
  const record = bothWays("reverse");
  const { motion, play, store } = slowMotion({}, { record, direction: "reverse" });
  play(400);
  assert.deepEqual(store.get().slow, { phase: "forward", t: 3, playing: true });
  assert.equal(chipWords("forward", 1, 4, { T: 4, left: runsLeft("forward", true) }), "forward 4 … 1");
  play(4 * 350 + 400);
  assert.deepEqual([store.get().slow.phase, store.get().slow.t], ["backward", 2]);
  assert.equal(chipWords("backward", 1, 1, { T: 4, left: runsLeft("backward", true) }), "backward 1 … 4");
  const place = (row, t) => ({ row, t, unit: null, lane: 0 });
  assert.ok(isReached(place("units", 4), { phase: "forward", t: 3, part: 1 }, true));
  assert.ok(!isReached(place("units", 2), { phase: "forward", t: 3, part: 1 }, true));
  assert.ok(isReached(place("lane", 1), { phase: "backward", t: 2, part: 1 }, true));
  assert.ok(!isReached(place("lane", 3), { phase: "backward", t: 2, part: 1 }, true));
  motion.end();
});

/** Which parts of the finished picture one moment shows of the open layer's row of units: [from, to] in px. */
function unitsShown(direction, moment) {
  const record = bothWays(direction);
  const picture = readPicture(record, {}, null);
  const scene = buildScene(
    picture,
    { ...initialState({}, record), direction },
    { width: 764, height: 620, U: 1 },
    [-4, 2],
    null,
  );
  const layers = makeLayers(scene, /** @type {any} */ (fakeCanvas(764, 620)), recordingBitmaps(), 1);
  const ctx = recordingContext();
  drawMoment(ctx, layers, moment);
  const { top, bottom } = scene.layout.units;
  const parts = callsOf(ctx, "drawImage").filter(
    ([image, , y, , height]) => image === layers.forward && y <= top && y + height >= bottom - 1,
  );
  return { parts: parts.map(([, x, , width]) => [x, x + width]), layout: scene.layout };
}

test("halfway through the forward pass the earlier half of the direction's own order stands", () => {
  const end = { phase: "forward", t: 3, part: 1 };
  const forward = unitsShown("forward", end);
  assert.ok(forward.parts.some(([, to]) => to > xOf(forward.layout, 3)));
  assert.ok(forward.parts.every(([, to]) => to < xOf(forward.layout, 4)));
  const reverse = unitsShown("reverse", end);
  assert.ok(reverse.parts.some(([from]) => from < xOf(reverse.layout, 3)));
  assert.ok(reverse.parts.every(([from]) => from > xOf(reverse.layout, 2)));
});

test("where truncation cuts, nothing is handed on", () => {
  const record = sampleRecord({ T: 4, H: 3 });
  record.tensors.share_used = record.tensors.share;
  const picture = readPicture(record, { k1: 2, k2: 2 }, null);
  assert.match(
    momentWords({ phase: "backward", t: 2, part: 1 }, picture, null).finding,
    /lets nothing through from 3 to 2/,
  );
  assert.doesNotMatch(cardLines(picture, 2)[1], /→/);
});

test("a chip names its phase, how far it is, and that it is done", () => {
  assert.equal(chipWords("forward", 1, 3, { T: 24, left: false }), "forward 1 … 24");
  assert.equal(chipWords("backward", 0, 13, { T: 24, left: true }), "backward, t = 13");
  assert.equal(chipWords("losses", -1, 13, { T: 24, left: false }), "✓ losses");
});

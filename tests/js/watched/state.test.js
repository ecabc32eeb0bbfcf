import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { formatPower } from "../../../static/js/lib/format.js";
import { RULERS } from "../../../static/js/stage/river/ruler.js";
import { nameAt, overTime, placesOf, recordAt } from "../../../static/js/watched/place.js";
import { meansAt, pictureOf } from "../../../static/js/watched/picture.js";
import { curvesOf, widened } from "../../../static/js/watched/scene.js";
import { runIn } from "../../../static/js/watched/source.js";
import {
  BOUNDS,
  comparedCapture,
  initialWatched,
  reduceWatched,
  shownCapture,
} from "../../../static/js/watched/state.js";
import { openView, viewsOf, wordsOf } from "../../../static/js/watched/views.js";
import { lagsWords } from "../../../static/js/words/views.js";
import { headline, statusText, timestepLines, underHeadline } from "../../../static/js/words/watched.js";

const f64 = (shape, data) => ({ shape, data: Float64Array.from(data) });
const f32 = (shape, data) => ({ shape, data: Float32Array.from(data) });
const ln = Math.log;
const plain = (text) => text.replaceAll(/\s/g, " ");

/** Three timesteps, a gradient handed in at 2 and 3. */
function record(step, { module = "encoder", layers = 1, both = false, width = 2 } = {}) {
  const NO = Number.NaN;
  const flow = f32([3, 4], [NO, -Infinity, NO, NO, NO, ln(0.1), ln(0.2), NO, NO, ln(1e-8), ln(1e-4), ln(0.5)]);
  const share = f32([3, 4], [NO, 0, NO, NO, NO, 0.9, 0.75, NO, NO, 0.1, 0.25, 1]);
  const tensors = {
    x: f32(
      [3, width],
      Array.from({ length: 3 * width }, (_, i) => i / 10),
    ),
  };
  for (const { layer, reverse } of placesOf({ num_layers: layers, bidirectional: both })) {
    const place = { layer, reverse };
    tensors[nameAt("h", place)] = f64([4, 1], [0, 1, 2, 3]);
    tensors[nameAt("dh", place)] = f64([4, 1], [0, 1, 2, 3]);
    tensors[nameAt("ln_dh_norm", place)] = f64([4], [NO, -3, -2, -1]);
    tensors[nameAt("ln_flow", place)] = flow;
    tensors[nameAt("share", place)] = share;
    tensors[nameAt("gates", place)] = f32([3, 3, 1], [0, 0.1, 0, 0, 0.2, 0, 0, 0.3, 0]);
    tensors[nameAt("slope_mean", place)] = f64([3], [0.4, 0.5, 0.6]);
  }
  const meta = { module, step, cell: "gru", activation: "tanh", num_layers: layers, bidirectional: both, proj_size: 0 };
  return { meta: { ...meta, kind: "record", sequence: 0, sequences: 4, timesteps: 3 }, tensors };
}

const after = (actions, state = initialWatched()) => actions.reduce(reduceWatched, state);
const captured = (...steps) => steps.map((step) => ({ type: "capture", record: record(step) }));

test("the newest capture is shown until the reader looks at an earlier one", () => {
  let state = after(captured(0, 50));
  assert.equal(shownCapture(state)?.step, 50);
  state = after([{ type: "at", at: 0 }, ...captured(100)], state);
  assert.equal(shownCapture(state)?.step, 0);
  state = after([{ type: "at", at: null }], state);
  assert.equal(shownCapture(state)?.step, 100);
});

test("a capture of the same step, or of a script that began anew, takes the place of what came after", () => {
  assert.deepEqual(
    after(captured(0, 50, 100, 50)).captures.encoder.map(({ step }) => step),
    [0, 50],
  );
  const state = after([...captured(0, 50), { type: "at", at: 50 }, { type: "compared", compared: 50 }, ...captured(0)]);
  assert.deepEqual([state.at, state.compared, comparedCapture(state)], [null, null, null]);
});

test("the top layer of a module opens first, and its modules are told apart", () => {
  const state = after([
    { type: "capture", record: record(0, { layers: 3, both: true }) },
    { type: "capture", record: record(0, { module: "decoder" }) },
  ]);
  assert.deepEqual([state.module, state.place], ["encoder", { layer: 3, reverse: false }]);
  assert.deepEqual(after([{ type: "module", module: "decoder" }], state).place, { layer: 1, reverse: false });
});

test("what is kept is bounded, and what is looked at stays", () => {
  const many = Array.from({ length: BOUNDS.captures + 50 }, (_, i) => i);
  const state = after([...captured(...many.slice(0, 40)), { type: "at", at: 13 }, ...captured(...many.slice(40))]);
  assert.ok(state.captures.encoder.length <= BOUNDS.captures);
  assert.equal(shownCapture(state)?.step, 13);
  assert.equal(state.captures.encoder.at(-1)?.step, many.at(-1));
});

test("the gradient handed in at t is the flow's diagonal, and stands for its loss", () => {
  const picture = pictureOf(record(0), { layer: 1, reverse: false });
  assert.deepEqual([...picture.hasTarget], [0, 0, 1, 1]);
  assert.equal(picture.lastLoss, 3);
  assert.ok(Math.abs(picture.loss[2] - 0.5) < 1e-6);
  assert.equal(picture.O, 0, "a watched module has no outputs of ours");
});

test("a reverse direction is read in its own order", () => {
  const of = record(0, { both: true });
  const place = { layer: 1, reverse: true };
  assert.deepEqual([...overTime(of, "h", place).data], [3, 2, 1, 0]);
  assert.deepEqual(overTime(of, "ln_flow", place).data[0], of.tensors.ln_flow_reverse.data[11]);
  assert.ok(Math.abs(meansAt(of, place, 1).forget - 0.3) < 1e-6);
});

test("below both directions no shares are stacked, as every pair has a path", () => {
  const of = record(0, { layers: 2, both: true });
  assert.equal(pictureOf(of, { layer: 1, reverse: false }).lanes[0].share, null);
  assert.notEqual(pictureOf(of, { layer: 2, reverse: false }).lanes[0].share, null);
});

test("what is carried is told apart where a gradient comes down from above as well, but not below both directions", () => {
  for (const both of [false, true]) {
    const of = record(0, { layers: 2, both });
    for (const layer of [1, 2]) {
      of.tensors[nameAt("carried_share", { layer, reverse: false })] = of.tensors.share;
      of.tensors[nameAt("dh_carried_norm", { layer, reverse: false })] = f64([4], [0.1, 0.1, 0.1, 0]);
    }
    assert.equal(pictureOf(of, { layer: 1, reverse: false }).lanes[0].carried === null, both);
    assert.notEqual(pictureOf(of, { layer: 2, reverse: false }).lanes[0].carried, null);
  }
});

test("of a capture nothing is cut: what is used is all of the gradient and changes nothing in the picture", () => {
  const place = { layer: 1, reverse: false };
  const [of, more] = [record(0), record(0)];
  more.tensors.dh_norm_used = f64([4], [9, 9, 9, 9]);
  more.tensors.above_share = more.tensors.share;
  assert.deepEqual(pictureOf(more, place), pictureOf(of, place));
  assert.equal(pictureOf(more, place).altered, false);
});

test("many input numbers become a strip of evenly chosen ones", () => {
  const picture = pictureOf(record(0, { width: 32 }), { layer: 1, reverse: false });
  assert.equal(picture.I, 16);
  assert.ok(Math.abs(picture.x[1] - 0.2) < 1e-6);
});

test("sentences say what the last gradient does, and of which captures", () => {
  const picture = pictureOf(record(0), { layer: 1, reverse: false });
  assert.equal(
    plain(headline(picture)),
    "The last gradient handed in vanishes on its way back: 0.500 at h_3, 1.00 × 10⁻⁸ at h_1.",
  );
  assert.equal(
    plain(underHeadline(picture, { picture, step: 400 }, true)),
    "All gradients together: 0.0498 at h_1. At step 400 the last one came from 0.500 to 1.00 × 10⁻⁸. " +
      "Timesteps are numbered as this direction reads them: 1 is the sequence’s last.",
  );
  assert.equal(headline({ ...picture, lnFlow: null }).startsWith("The sequence is too long"), true);
  assert.equal(headline({ ...picture, lastLoss: 0 }), "No gradient reaches the states of this layer.");
});

test("the inspector divides a gradient into what was handed in and what was carried", () => {
  const picture = pictureOf(record(0), { layer: 1, reverse: false });
  const lines = timestepLines(picture, 2, { slope: 0.5, forget: 0.2 });
  assert.deepEqual(
    lines.map(({ label, value }) => [label, plain(value)]),
    [
      ["handed in here", "75 %"],
      ["carried, 3", "25 %"],
      ["all of ∂E/∂h_t", "0.135"],
      ["only that of 3", "1.00 × 10⁻⁴"],
      ["mean slope", "0.500"],
      ["update gate keeps", "20 %"],
    ],
  );
});

test("curves name their captures, and the chart's range only grows", () => {
  const picture = pictureOf(record(0), { layer: 1, reverse: false });
  assert.deepEqual(
    curvesOf(picture, { picture, step: 0 }, 50).map(({ id, label }) => [id, label]),
    [
      ["all", "all gradients handed in"],
      ["last", "only the last, step 50"],
      ["ghost", "only the last, step 0"],
    ],
  );
  assert.deepEqual(widened(null, { low: -7.3, high: -1.2 }), [-8, 0]);
  assert.deepEqual(widened([-8, 0], { low: -3, high: 1 }), [-8, 2]);
  assert.deepEqual(widened(null, { low: Infinity, high: -Infinity }), [-6, 0]);
});

test("everyone is told whether the script is there, and the address names the run", () => {
  assert.match(statusText("ended", "The script ended."), /stays/);
  assert.match(statusText("connecting", ""), /first backward pass/);
  assert.equal(runIn("#run=abc-DEF_1"), "abc-DEF_1");
  assert.equal(runIn("#follow=abc"), null);
});

test("a view reads the chosen layer and direction under plain names, in the order in which it reads", () => {
  const whole = record(0, { layers: 2, both: true });
  whole.tensors.W_hh_l2_reverse = f64([1, 3], [1, 2, 3]);
  whole.tensors["grad.W_hh_l2_reverse"] = f64([1, 3], [2, 3, 6]);
  whole.tensors.W_hh = f64([1, 3], [7, 8, 9]);
  const place = { layer: 2, reverse: true };
  const seen = recordAt(whole, place);
  assert.equal(recordAt(whole, place), seen);
  assert.deepEqual([...seen.tensors.h.data], [3, 2, 1, 0]);
  assert.deepEqual(
    [...seen.tensors.gates.data].filter((_, index) => index % 3 === 1),
    [...whole.tensors.gates_l2_reverse.data].filter((_, index) => index % 3 === 1).reverse(),
  );
  assert.deepEqual([...seen.tensors.W_hh.data], [1, 2, 3]);
  assert.equal(seen.meta.grad_norms.W_hh_l2_reverse, 7);
  assert.deepEqual([...recordAt(whole, { layer: 1, reverse: false }).tensors.W_hh.data], [7, 8, 9]);
  assert.equal("W_hh" in recordAt(whole, { layer: 1, reverse: true }).tensors, false);
  assert.deepEqual([...seen.tensors.x.data], [0.4, 0.5, 0.2, 0.3, 0, 0.1].map(Math.fround));
});

test("what belongs to all layers stays at every place, and what a module cannot know is not missed", () => {
  const whole = record(0, { layers: 2, both: true });
  whole.tensors.lag_norm = f64([3], [3, 4, 0]);
  whole.tensors.truncation_cosine = f64([3], [0.6, 1, 1]);
  whole.meta.horizon = 1;
  for (const place of placesOf({ num_layers: 2, bidirectional: true })) {
    const seen = recordAt(whole, place);
    assert.deepEqual([...seen.tensors.lag_norm.data], [3, 4, 0]);
    assert.equal(
      plain(lagsWords({ record: seen, config: { cell: "gru" }, can: {} })),
      "99 % of dW_hh of all layers and both directions lies in lags up to 1. Lags 0…1 alone give a cosine of 1.00 with the whole.",
    );
  }
});

test("with a capture to compare a view says of both", () => {
  const say = ({ record }) => `It is ${record}.`;
  assert.equal(wordsOf(say, { record: 2 }, null), "It is 2.");
  assert.equal(wordsOf(say, { record: 2 }, { step: 50, state: { record: 1 } }), "It is 2. At step 50: It is 1.");
});

test("a view is offered where the record has something for it; else the flow is open", () => {
  const whole = record(0);
  assert.deepEqual(viewsOf(recordAt(whole, { layer: 1, reverse: false })), ["flow", "gates"]);
  assert.equal(openView("gates", whole), "gates");
  assert.equal(openView("weights", whole), "flow");
  assert.equal(openView("gates", null), "flow");
  assert.equal(after([{ type: "tab", tab: "gates" }]).tab, "gates");
});

test("the page names the ruler of small gradients as the choice of rulers does", () => {
  const page = readFileSync(new URL("../../../templates/watched.html", import.meta.url), "utf8");
  const { low, high } = RULERS[initialWatched().ruler];
  assert.ok(page.includes(`; the ruler ${formatPower(low)} … ${formatPower(high)} is made for them.`), `10^${low}`);
});

import assert from "node:assert/strict";
import test from "node:test";
import { apart, figure, logAxis, measured, thinned } from "../../../static/js/views/loss.js";
import { palette } from "../../../static/js/kit/colour.js";
import { emptyHistory } from "../../../static/js/run/columns.js";
import { appendToHistory } from "../../../static/js/run/curve.js";
import { initialState, reduce } from "../../../static/js/run/state.js";
import { makeRecord } from "../records.js";

function historyOf(losses) {
  const { meta } = makeRecord();
  return losses.reduce(
    (history, loss, iteration) => appendToHistory(history, { ...meta, iteration, loss_per_timestep: loss }),
    emptyHistory(),
  );
}

const lossesOf = ({ loss, length }) => loss.subarray(0, length);

test("a log axis holds all values between steps of 1, 2 and 5, with ticks at powers of ten", () => {
  const history = historyOf([1.1, 0.04]);
  const { range, tickvals, ticktext } = logAxis(lossesOf(history), 1);
  assert.deepEqual(
    range.map((log10) => Number((10 ** log10).toPrecision(3))),
    [0.02, 2],
  );
  assert.deepEqual(tickvals, [0.1, 1]);
  assert.deepEqual(ticktext, ["10⁻¹", "1"]);
});

test("a short axis has ticks between the powers of ten", () => {
  const history = historyOf([1.1, 0.6]);
  assert.deepEqual(logAxis(lossesOf(history), 1).ticktext, ["0.2", "0.5", "1", "2"]);
});

test("a value inside its step does not move the axis", () => {
  const [one, other] = [historyOf([1.1, 0.04]), historyOf([1.9, 0.021])];
  assert.deepEqual(logAxis(lossesOf(one), 1).range, logAxis(lossesOf(other), 1).range);
});

test("an axis without any value is still an axis", () => {
  const history = historyOf([null, null]);
  const { range } = logAxis(lossesOf(history), null);
  assert.ok(range[1] > range[0]);
});

test("a long curve is thinned to points that were measured, the newest among them", () => {
  const losses = Array.from({ length: 1203 }, (_, index) => index + 1);
  const history = historyOf(losses);
  const { x, y } = thinned(history, history.loss);
  assert.ok(x.length <= 501);
  assert.equal(y.at(-1), 1203);
  assert.ok(y.every((loss) => losses.includes(loss)));
});

const sheet = { width: 300, height: 240, unit: 1, colours: palette("light") };

/** A network that has reached these losses. */
function laneOf(cell, losses) {
  const state = initialState({ config: { cell, clip: "none" }, schema: { properties: {} } });
  return losses.reduce((before, loss, iteration) => {
    const record = makeRecord({ meta: { iteration, loss_per_timestep: loss, grad_norm: loss / 2 } });
    return reduce(before, { type: "record", record });
  }, state);
}

test("several lanes are as many curves, told apart by dash and by their numbers at the end", () => {
  const lanes = [laneOf("rnn", [1, 0.5, 0.4]), laneOf("lstm", [2, 0.01])];
  const { traces, layout } = figure(lanes[1], sheet, lanes);
  const losses = traces.filter(({ yaxis }) => yaxis === undefined);
  assert.deepEqual(
    losses.map(({ y }) => y),
    [
      [1, 0.5, 0.4],
      [2, 0.01],
    ],
  );
  assert.deepEqual(
    traces.filter(({ yaxis }) => yaxis === "y2").map(({ y }) => y),
    [
      [0.5, 0.25, 0.2],
      [1, 0.005],
    ],
  );
  assert.notEqual(losses[0].line.dash, losses[1].line.dash);
  const names = layout.annotations.map(({ text }) => text);
  assert.ok(
    ["1", "2", "1 rnn  2 lstm"].every((name) => names.includes(name)),
    names.join(),
  );
  const [low, high] = layout.yaxis.range.map((log10) => 10 ** log10);
  assert.ok(low <= 0.01 && high >= 2, "one axis holds all lanes");
  assert.equal(figure(lanes[0], sheet).traces.length, 2, "one network has its own two curves");
  const small = figure(lanes[0], { ...sheet, height: 140 * sheet.unit });
  assert.equal(small.traces.length, 1, "a low view shows the loss alone");
  assert.deepEqual(small.layout.yaxis.domain, [0, 1]);
  assert.ok(small.layout.annotations.every(({ yref }) => !String(yref).startsWith("y2")));
});

test("before the first update the one loss that is known is a point", () => {
  const [loss] = figure(laneOf("rnn", [1]), sheet).traces;
  assert.deepEqual([loss.mode, loss.y], ["markers", [1]]);
  assert.equal(figure(laneOf("rnn", [1, 0.5]), sheet).traces[0].mode, "lines");
});

test("what the baseline does is named as long as the name keeps between the axis and the edge", () => {
  const nameAt = (width, baseline) => {
    const state = { ...laneOf("rnn", [1]), task: { baseline } };
    const { annotations } = figure(state, { ...sheet, width }).layout;
    return annotations.find(({ text }) => text.startsWith("baseline")).text;
  };
  const guess = "always answer 0: squared error 1/2";
  assert.equal(nameAt(420, guess), "baseline: always answer 0: squared error 1/2");
  assert.equal(nameAt(300, guess), "baseline: always answer 0");
  assert.equal(nameAt(300, "answer blank, then guess the n symbols: n ln 8 / T"), "baseline");
});

test("numbers that would cover each other move apart, in order", () => {
  assert.deepEqual(apart([50, 10, 12, 100], 13, 120), [50, 10, 23, 100]);
  assert.deepEqual(apart([100, 100, 100], 13, 100), [74, 87, 100], "also below the frame's top");
});

test("what repeating reaches is named above its line, and below it only where the baseline's name stands close", () => {
  const anchorAt = (persistence) => {
    const record = makeRecord({ meta: { loss_per_timestep: 0.01, persistence } });
    const state = reduce(initialState({ config: { clip: "none" } }), { type: "record", record });
    const { annotations } = figure(state, sheet).layout;
    return annotations.find(({ text }) => text === "repeating the last value").yanchor;
  };
  assert.deepEqual([0.02, 0.8, 3].map(anchorAt), ["bottom", "top", "bottom"]);
});

test("the loss of what is held out stands at the iterations at which it was measured", () => {
  const state = [0, 1, 2, 3].reduce(
    (before, iteration) => {
      const held = { validation_loss: iteration < 3 ? 0.5 : 0.4, validation_as_of: iteration < 3 ? 0 : 3 };
      const record = makeRecord({ meta: { iteration, persistence: 0.04, ...held } });
      return reduce(before, { type: "record", record });
    },
    initialState({ config: { clip: "none" }, task: { loss: "squared_error", baseline: "say the mean" } }),
  );
  assert.deepEqual(measured(state.history, state.history.validation), { x: [0, 3], y: [0.5, 0.4] });
  const { traces, layout } = figure(state, sheet);
  const drawn = traces.find(({ name }) => name === "on rows held out");
  assert.deepEqual(
    [drawn.x, drawn.y],
    [
      [0, 3],
      [0.5, 0.4],
    ],
  );
  const words = layout.annotations.map(({ text }) => text);
  for (const named of ["on rows held out", "repeating the last value", "baseline: say the mean"]) {
    assert.ok(words.includes(named), words.join());
  }
  const [low, high] = layout.yaxis.range.map((log10) => 10 ** log10);
  assert.ok(low <= 0.016 && high >= 1, "one axis holds losses, baseline and what repeating gives");
});

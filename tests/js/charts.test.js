import assert from "node:assert/strict";
import test from "node:test";
import { logAxis, thinned } from "../../static/js/charts/loss.js";
import { appendToHistory, emptyHistory } from "../../static/js/state.js";
import { makeRecord } from "./records.js";

function historyOf(losses) {
  const { meta } = makeRecord();
  return losses.reduce(
    (history, loss, iteration) => appendToHistory(history, { ...meta, iteration, loss_per_timestep: loss }),
    emptyHistory(),
  );
}

test("a log axis holds all values between steps of 1, 2 and 5, with ticks at powers of ten", () => {
  const history = historyOf([1.1, 0.04]);
  const { range, tickvals, ticktext } = logAxis(history, history.loss, 1);
  assert.deepEqual(
    range.map((log10) => Number((10 ** log10).toPrecision(3))),
    [0.02, 2],
  );
  assert.deepEqual(tickvals, [0.1, 1]);
  assert.deepEqual(ticktext, ["10⁻¹", "1"]);
});

test("a short axis has ticks between the powers of ten", () => {
  const history = historyOf([1.1, 0.6]);
  assert.deepEqual(logAxis(history, history.loss, 1).ticktext, ["0.2", "0.5", "1", "2"]);
});

test("a value inside its step does not move the axis", () => {
  const [one, other] = [historyOf([1.1, 0.04]), historyOf([1.9, 0.021])];
  assert.deepEqual(logAxis(one, one.loss, 1).range, logAxis(other, other.loss, 1).range);
});

test("an axis without any value is still an axis", () => {
  const history = historyOf([null, null]);
  const { range } = logAxis(history, history.loss, null);
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

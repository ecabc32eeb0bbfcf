import assert from "node:assert/strict";
import test from "node:test";
import { chosenRecord } from "../../../static/js/record/chosen.js";
import { lagsWords } from "../../../static/js/words/views.js";
import { deepRecord } from "../stage/deep.js";
import { figure as lags } from "../../../static/js/views/lags.js";
import { BIN, histogram, RANGE } from "../../../static/js/views/slope.js";
import { figure as spectrum } from "../../../static/js/views/spectrum.js";
import { stepFor } from "../../../static/js/kit/chart.js";
import { palette } from "../../../static/js/kit/colour.js";
import { formatCount } from "../../../static/js/lib/format.js";
import { gateAt, layoutGates } from "../../../static/js/views/gates.js";
import { continuation, guessesOf } from "../../../static/js/views/output.js";
import { initialState } from "../../../static/js/run/state.js";
import { createMeant, isPossible, mayStay, openViews } from "../../../static/js/views/views.js";
import { entryAt, extentOf, indexOf, layoutGrid } from "../../../static/js/views/weights.js";
import { makeRecord } from "../records.js";

const sheet = { width: 300, height: 240, unit: 1, colours: palette("light") };
const vector = (...values) => ({ shape: [values.length], data: Float64Array.from(values) });

function showing(record, more = {}) {
  return { ...initialState({ config: { cell: "rnn", activation: "tanh" } }, record), ...more };
}

test("the flow is open until the reader chooses; in a tall window it stays above what is chosen", () => {
  const state = showing(makeRecord());
  assert.deepEqual(openViews(state), ["flow"]);
  assert.deepEqual(openViews({ ...state, tab: "lags" }), ["lags"]);
  assert.deepEqual(openViews({ ...state, tab: "lags", stacked: true }), ["flow", "lags"]);
  assert.deepEqual(openViews({ ...state, stacked: true }), ["flow", "loss"]);
});

test("settings are meant once they have stood for half a second; those that a page opens with are meant at once", () => {
  const untilMeant = createMeant();
  const long = { cell: "rnn", sequence_length: 50 };
  assert.equal(untilMeant(long, 1000), 0);
  assert.equal(untilMeant({ ...long }, 1100), 0, "told again, nothing changed");
  const short = { ...long, sequence_length: 9 };
  assert.equal(untilMeant(short, 2000), 500);
  assert.equal(untilMeant(short, 2300), 200);
  assert.equal(untilMeant({ ...short, sequence_length: 8 }, 2400), 500, "changed again");
  assert.equal(untilMeant(short, 2450), 500);
  assert.equal(untilMeant(short, 2950), 0);
});

test("open views may stay while settings are tried out, unless the reader or the cell asks for others", () => {
  const few = showing(makeRecord({ targets: [4] }));
  assert.equal(mayStay(["flow"], few), true, "the spectrum would open by itself");
  assert.equal(mayStay(["spectrum"], few), false, "nothing else is suggested");
  assert.equal(mayStay(["flow"], { ...few, tab: "lags" }), false, "chosen by the reader");
  assert.equal(mayStay(["gates"], few), false, "a simple cell has none");
  assert.equal(mayStay(["flow"], { ...few, stacked: true }), false, "there is room for two now");
  assert.equal(mayStay([], few), false, "nothing is open yet");
});

test("with fewer than four losses the rail opens on the spectrum, or on the gates of a gated cell", () => {
  const state = showing(makeRecord({ targets: [4] }));
  assert.deepEqual(openViews(state), ["spectrum"]);
  assert.deepEqual(openViews({ ...state, config: { cell: "gru" } }), ["gates"]);
  assert.deepEqual(openViews({ ...state, tab: "flow" }), ["flow"]);
});

test("gates are a view of gated cells only", () => {
  const state = showing(makeRecord(), { tab: "gates" });
  assert.equal(isPossible("gates", state), false);
  assert.deepEqual(openViews(state), ["flow"]);
  for (const cell of ["lstm", "mingru", "ln_lstm"])
    assert.deepEqual(openViews({ ...state, config: { cell } }), ["gates"]);
});

test("a spectrum is a view of networks whose states meet by weights", () => {
  const state = showing(makeRecord(), { tab: "spectrum" });
  assert.deepEqual(openViews({ ...state, config: { cell: "indrnn" } }), ["spectrum"]);
  assert.deepEqual(openViews({ ...state, config: { cell: "mingru" } }), ["flow"]);
});

test("the histogram holds every sum, those beyond its range in its outermost bins", () => {
  const { centres, shares } = histogram(Float32Array.from([-10, 0.01, 0.02, 7]));
  assert.equal(centres.length, (2 * RANGE) / BIN);
  assert.equal(shares[0], 0.25);
  assert.equal(shares.at(-1), 0.25);
  assert.equal(shares[centres.length / 2], 0.5);
});

test("the lags’ bars are the record’s, and those beyond the horizon pale", () => {
  const record = makeRecord({ meta: { horizon: 1, needed_lag: 2 } });
  Object.assign(record.tensors, { lag_norm: vector(3, 2, 1, 0.5), truncation_cosine: vector(0.5, 0.9, 1, 1) });
  const { traces, layout } = lags(showing(record), sheet);
  assert.deepEqual([...traces[0].y], [3, 2, 1, 0.5]);
  assert.notEqual(traces[0].marker.color[1], traces[0].marker.color[2]);
  assert.deepEqual(layout.yaxis.range, [0, 5]);
  assert.deepEqual(
    layout.shapes.map(({ x0 }) => x0),
    [2, 1.5],
  );
  assert.deepEqual(layout.yaxis2.tickvals, [0.5, 1], "a 0 at the right would stand on the last lag");
});

test("with two directions a lag counts both ways, and is of the whole network", () => {
  const record = chosenRecord(deepRecord({ layers: 2, directions: 2, T: 4 }), { layer: 2, direction: "reverse" });
  Object.assign(record.meta, { horizon: 1, needed_lag: 1, as_of: null });
  Object.assign(record.tensors, { lag_norm: vector(3, 2, 1, 0.5), truncation_cosine: vector(0.5, 0.9, 1, 1) });
  const state = showing(record, { record });
  assert.equal(lags(state, sheet).layout.xaxis.title.text, "lag |t − k|");
  assert.match(lagsWords(state), /99 % of dW_hh of all layers and both directions lies in lags up to 1/);
});

test("the lags say at which iteration they were measured, which may be an earlier one than the record’s", () => {
  const { layout } = lags(showing(makeRecord({ meta: { iteration: 1204, as_of: 1200 } })), sheet);
  assert.equal(layout.xaxis.title.text, `lag t − k, at iteration ${formatCount(1200)}`);
});

test("eigenvalues stand where they are; the plane grows in steps only", () => {
  const record = makeRecord();
  record.tensors.eigenvalues = { shape: [2, 2], data: Float64Array.from([0.6, 0.8, 1.1, 0]) };
  const usual = spectrum(showing(record), sheet);
  assert.deepEqual(
    [usual.traces[0].x, usual.traces[0].y],
    [
      [0.6, 1.1],
      [0.8, 0],
    ],
  );
  assert.deepEqual(usual.layout.xaxis.range, [-1.25, 1.25]);
  record.tensors.eigenvalues.data[2] = 1.7;
  assert.deepEqual(spectrum(showing(record), sheet).layout.xaxis.range, [-2, 2]);
});

test("steps of an axis are 1, 2 and 5 times powers of ten", () => {
  assert.deepEqual([0.9, 1, 1.1, 3, 7, 0].map(stepFor), [1, 1, 2, 5, 10, 1]);
});

test("a gate is found by its unit and timestep, below by its timestep", () => {
  const layout = layoutGates({ width: 300, height: 240 }, 1);
  assert.equal(gateAt(layout, 24, 16, { x: layout.left - 1, y: 20 }), null);
  assert.deepEqual(gateAt(layout, 24, 16, { x: layout.left + 1, y: layout.top + 1 }), { t: 1, unit: 0 });
  assert.deepEqual(gateAt(layout, 24, 16, { x: layout.right - 1, y: layout.bottom - 1 }), { t: 24, unit: 15 });
  assert.deepEqual(gateAt(layout, 24, 16, { x: layout.right - 1, y: layout.meanTop + 5 }), { t: 24 });
});

test("a parameter’s grid finds entries, of a bias too", () => {
  const matrix = { shape: [3, 5], data: new Float64Array(15) };
  const grid = layoutGrid({ width: 300, height: 240 }, 1, extentOf(matrix));
  const point = { x: grid.left + 4.5 * grid.cellWidth, y: grid.top + 1.5 * grid.cellHeight };
  assert.deepEqual(entryAt(grid, point), { row: 1, column: 4 });
  assert.deepEqual(indexOf(matrix, 1, 4), [1, 4]);
  assert.equal(entryAt(grid, { x: grid.right + 1, y: grid.top }), null);
  const bias = { shape: [5], data: new Float64Array(5) };
  assert.deepEqual(extentOf(bias), { rows: 1, columns: 5 });
  assert.deepEqual(indexOf(bias, 0, 3), [3]);
});

/** Two timesteps over the symbols a, b, c. */
function reading() {
  const record = makeRecord({ T: 2 });
  record.tensors.x = { shape: [2, 3], data: Float32Array.from([1, 0, 0, 0, 1, 0]) };
  record.tensors.y = { shape: [2, 3], data: Float32Array.from([0, Math.log(2), 0, 3, 0, 0]) };
  record.tensors.target = { shape: [2], data: Int32Array.from([1, -1]) };
  for (const name of ["loss_t", "dW_hh_norm"]) record.tensors[name] = vector(0, 0);
  return { record, state: showing(record, { task: { classes: ["a", "b", "c"], outputs: ["a", "b", "c"] } }) };
}

test("guesses: the input above, the likeliest class below, and how probable the target was", () => {
  const { record, state } = reading();
  const [first, second] = guessesOf(state, record);
  assert.deepEqual([first.guess, first.right, Number(first.probability.toFixed(6))], ["b", true, 0.5]);
  assert.match(first.title, /^t = 1: predicts b with 50 %, target b with 50 %$/);
  assert.deepEqual([second.guess, second.right], ["a", null]);
});

test("the continuation is the sampled classes in words of the task", () => {
  const { record, state } = reading();
  assert.equal(continuation(record, state.task), "");
  record.tensors.sample = { shape: [3], data: Float64Array.from([2, 0, 1]) };
  assert.equal(continuation(record, state.task), "continues: cab");
});

test("where the cosine of a cut points the wrong way, the lags' axis reaches below 0 and 0 is marked", () => {
  const record = makeRecord({ meta: { needed_lag: 2, horizon: 1 } });
  const T = record.tensors.x.shape[0];
  record.tensors.lag_norm = { shape: [T], data: Float64Array.from({ length: T }, () => 1) };
  const cosines = Float64Array.from({ length: T }, () => 0.9);
  record.tensors.truncation_cosine = { shape: [T], data: cosines };
  assert.deepEqual(lags(showing(record), sheet).layout.yaxis2.range, [0, 1]);
  cosines[1] = -0.28;
  const { layout } = lags(showing(record), sheet);
  assert.deepEqual(layout.yaxis2.range, [-0.5, 1]);
  assert.deepEqual(layout.yaxis2.tickvals, [0, 1], "a number at the bottom would stand on the last lag");
  assert.ok(layout.shapes.some(({ yref, y0 }) => yref === "y2" && y0 === 0));
});

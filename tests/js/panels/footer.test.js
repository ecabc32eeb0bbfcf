import assert from "node:assert/strict";
import test from "node:test";
import { iterationAt } from "../../../static/js/panels/footer/axis.js";
import { drawHistory } from "../../../static/js/panels/footer/draw.js";
import { initialState, reduce } from "../../../static/js/run/state.js";
import { makeRecord } from "../records.js";

/** A context that writes down its calls. */
function createContext() {
  const calls = [];
  const context = new Proxy(
    {},
    {
      get: (_, name) => (name === "canvas" ? { width: 904 } : (...args) => calls.push([name, ...args])),
      set: () => true,
    },
  );
  return { context, called: (name) => calls.filter(([one]) => one === name).map(([, ...args]) => args) };
}

function stateAfter(records) {
  return records.reduce(
    (state, meta) => reduce(state, { type: "record", record: makeRecord({ meta }) }),
    initialState(),
  );
}

test("the curve runs from the first update to the newest, a higher loss higher up", () => {
  const { context, called } = createContext();
  const losses = [1, 0.5, 0.1];
  const records = losses.map((loss, index) => ({
    iteration: index * 100,
    loss_per_timestep: loss,
    clipped_updates: 0,
  }));
  drawHistory(context, stateAfter(records), 904);
  const points = called("lineTo").slice(-3);
  assert.deepEqual(
    points.map(([x]) => x),
    [116, 431, 746],
  );
  assert.ok(points[0][1] < points[1][1] && points[1][1] < points[2][1]);
});

test("an update is marked as clipped where the count of clipped updates grew", () => {
  const { context, called } = createContext();
  const records = [0, 0, 1, 1].map((clipped_updates, index) => ({ iteration: index * 100, clipped_updates }));
  drawHistory(context, stateAfter(records), 904);
  const ticks = called("fillRect").filter(([, , , height]) => height === 4);
  assert.deepEqual(
    ticks.map(([x, , width]) => [x, width]),
    [[326, 210]],
  );
});

test("the row of clipped updates has its name where an update can be clipped or was", () => {
  const isNamed = (clip, clipped_updates) => {
    const { context, called } = createContext();
    const state = stateAfter([
      { iteration: 0, clipped_updates: 0 },
      { iteration: 1, clipped_updates },
    ]);
    drawHistory(context, { ...state, config: { ...state.config, clip } }, 904);
    return called("fillText").some(([text]) => text === "clipped");
  };
  assert.ok(isNamed("norm", 0) && isNamed("none", 1));
  assert.ok(!isNamed("none", 0));
});

test("that an update was clipped in what came after a branch names no row: its ticks are not drawn", () => {
  const { context, called } = createContext();
  const { history } = stateAfter([0, 3].map((clipped_updates, iteration) => ({ iteration, clipped_updates })));
  const state = stateAfter([{ iteration: 0, clipped_updates: 0 }]);
  drawHistory(context, { ...state, config: { clip: "none" }, former: { history, from: 0 } }, 904);
  assert.ok(!called("fillText").some(([text]) => text === "clipped"));
});

test("a loss that is not finite is a gap, and the text says so", () => {
  const { context, called } = createContext();
  drawHistory(context, stateAfter([{ iteration: 0, loss_per_timestep: null }]), 904);
  assert.ok(called("fillText").some(([text]) => text === "no loss"));
  assert.deepEqual(
    called("arc").map(([x, y]) => [x, y]),
    [[116, 47.5]],
    "the handle only",
  );
});

test("the iteration under the pointer is the one that is drawn there, and stays on the axis", () => {
  const state = stateAfter([{ iteration: 0 }, { iteration: 1000 }]);
  assert.equal(iterationAt(state, 904, 431), 500);
  assert.equal(iterationAt(state, 904, 2000), 1000);
  assert.equal(iterationAt(state, 904, 0), 0);
});

test("the curve before a branch stays to be seen, and the axis as long as it was", () => {
  const before = stateAfter([{ iteration: 0 }, { iteration: 500 }, { iteration: 1000 }]);
  const moment = { ...before.live, iteration: 500 };
  const state = reduce(before, { type: "branched", moment });
  assert.equal(state.history.length, 2);
  assert.equal(iterationAt(state, 904, 746), 1000);
  const { context, called } = createContext();
  drawHistory(context, state, 904);
  assert.deepEqual(called("rect")[0].slice(0, 2), [431, 0]);
});

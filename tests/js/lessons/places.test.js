import assert from "node:assert/strict";
import test from "node:test";
import { layoutFolded } from "../../../static/js/stage/fold/layout.js";
import { layoutLanes } from "../../../static/js/lanes/picture.js";
import { acts, boxesOf, familyOf, foldedBoxesOf, laneBoxesOf, selectorOf } from "../../../static/js/lessons/places.js";
import { layoutStage } from "../../../static/js/stage/layout.js";

const layout = layoutStage({ width: 764, height: 620, U: 1, T: 24, H: 16, inputRows: 1, lanes: 2 });
const part = (/** @type {string} */ of) => ({ kind: "part", of });

test("every part of the stage has its box, inside the canvas", () => {
  for (const of of ["losses", "outputs", "river", "channel", "weir", "units", "inputs", "W_xh", "W_hh", "W_hy"]) {
    const boxes = boxesOf(part(of), layout, null);
    assert.ok(boxes.length > 0, of);
    for (const { x, y, width, height } of boxes) {
      assert.ok(width > 0 && height > 0, of);
      assert.ok(x >= 0 && y >= 0 && x + width <= 764 && y + height <= 620, of);
    }
  }
});

test("a timestep is its column, a loss its disc", () => {
  const [column] = boxesOf({ kind: "timestep", of: 24 }, layout, null);
  const [disc] = boxesOf({ kind: "loss", of: 24 }, layout, null);
  assert.equal(column.x + column.width / 2, disc.x + disc.width / 2);
  assert.ok(disc.y + disc.height < column.y);
  assert.equal(disc.round, true);
});

test("the way up is shown where a timestep is pinned, else at the last", () => {
  const [last] = boxesOf(part("W_hy"), layout, null);
  const [pinned] = boxesOf(part("W_hy"), layout, 3);
  assert.ok(pinned.x < last.x);
});

test("a timestep that is not there has no box", () => {
  assert.deepEqual(boxesOf({ kind: "timestep", of: 25 }, layout, null), []);
  assert.deepEqual(boxesOf({ kind: "loss", of: 100 }, layout, null), []);
});

/** @param {import("../../../static/js/lessons/places.js").Box[]} boxes @param {string} what */
function areOnStage(boxes, what) {
  assert.ok(boxes.length > 0, what);
  for (const { x, y, width, height } of boxes) {
    assert.ok(width > 0 && height > 0 && x >= 0 && y >= 0 && x + width <= 764 && y + height <= 620, what);
  }
}

test("folded, the parts stand around the one cell, and time in its strip", () => {
  const folded = layoutFolded(layout, 2);
  for (const of of ["units", "inputs", "W_hh", "river", "channel", "accumulator", "track"]) {
    areOnStage(foldedBoxesOf(part(of), folded), of);
  }
  areOnStage(foldedBoxesOf({ kind: "timestep", of: 24 }, folded), "the last timestep");
  assert.deepEqual(foldedBoxesOf({ kind: "timestep", of: 25 }, folded), []);
});

test("with lanes, each has its part; a timestep goes through all of them", () => {
  const lanes = layoutLanes({ width: 764, height: 620, U: 1 }, [
    { T: 40, H: 16, rivers: 1 },
    { T: 40, H: 16, rivers: 2 },
  ]);
  assert.equal(laneBoxesOf(part("river"), lanes).length, 2);
  assert.equal(laneBoxesOf(part("channel"), lanes).length, 1);
  for (const of of ["river", "channel", "weir", "W_hh", "units", "norms"]) areOnStage(laneBoxesOf(part(of), lanes), of);
  const [first] = laneBoxesOf({ kind: "lane", of: 1 }, lanes);
  const [second] = laneBoxesOf({ kind: "lane", of: 2 }, lanes);
  areOnStage([first, second], "lanes");
  assert.ok(first.y + first.height <= second.y);
  areOnStage(laneBoxesOf({ kind: "timestep", of: 40 }, lanes), "timestep 40");
  assert.deepEqual(laneBoxesOf({ kind: "lane", of: 3 }, lanes), []);
  assert.deepEqual(laneBoxesOf({ kind: "timestep", of: 41 }, lanes), []);
});

test("what stands beside the stage is found in the document", () => {
  assert.equal(selectorOf(part("history")), "#history");
  assert.equal(selectorOf(part("river")), null);
  assert.equal(selectorOf({ kind: "tab", of: "lags" }), "#tab-lags");
  assert.equal(selectorOf({ kind: "control", of: "k2" }), selectorOf({ kind: "control", of: "k1" }));
  assert.equal(selectorOf({ kind: "button", of: "play" }), "#play");
});

test("forward is one family, back the other", () => {
  assert.equal(familyOf(part("units")), "forward");
  assert.equal(familyOf(part("river")), "backward");
  assert.equal(familyOf({ kind: "loss", of: 3 }), "backward");
  assert.equal(familyOf({ kind: "button", of: "play" }), "plain");
});

test("a reference acts where choosing it changes the picture, and shows where it does not", () => {
  for (const kind of ["timestep", "loss", "lane", "tab", "button"]) assert.equal(acts({ kind, of: "1" }), true, kind);
  assert.equal(acts(part("flow")), true);
  assert.equal(acts(part("ledger")), true);
  assert.equal(acts(part("river")), false);
  assert.equal(acts({ kind: "control", of: "lag" }), false);
});

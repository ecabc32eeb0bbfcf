import assert from "node:assert/strict";
import test from "node:test";
import { laneLabels, shortened } from "../../../static/js/lanes/draw.js";

test("of what a lane is, as many parts are written beside its name as have room", () => {
  const upTo = (most) => (text) => text.length <= most;
  assert.equal(shortened("tanh, 16 units, forget bias 1", upTo(40)), "tanh, 16 units, forget bias 1");
  assert.equal(shortened("tanh, 16 units, forget bias 1", upTo(20)), "tanh, 16 units");
  assert.equal(shortened("tanh, 16 units", upTo(2)), "");
});

test("lanes are named where all names have room, else numbered as on their badges", () => {
  const lanes = [{ name: "rnn" }, { name: "lstm, forget bias 2" }];
  const upTo = (most) => (labels) => labels.join("").length <= most;
  assert.deepEqual(laneLabels(lanes, upTo(26)), ["1 rnn", "2 lstm, forget bias 2"]);
  assert.deepEqual(laneLabels(lanes, upTo(25)), ["1", "2"]);
});

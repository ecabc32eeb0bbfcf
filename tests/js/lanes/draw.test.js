import assert from "node:assert/strict";
import test from "node:test";
import { shortened } from "../../../static/js/lanes/draw.js";

test("of what a lane is, as many parts are written beside its name as have room", () => {
  const upTo = (most) => (text) => text.length <= most;
  assert.equal(shortened("tanh, 16 units, forget bias 1", upTo(40)), "tanh, 16 units, forget bias 1");
  assert.equal(shortened("tanh, 16 units, forget bias 1", upTo(20)), "tanh, 16 units");
  assert.equal(shortened("tanh, 16 units", upTo(2)), "");
});

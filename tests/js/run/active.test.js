import assert from "node:assert/strict";
import test from "node:test";
import { createActiveSession } from "../../../static/js/run/active.js";

test("the page's session is that of whichever lane leads, its past too", () => {
  const one = { past: { name: "one" }, play: () => "one plays" };
  const two = { past: { name: "two" }, play: () => "two plays" };
  const active = createActiveSession(one);
  const { play } = active.session;
  assert.equal(active.session.past, one.past);
  active.choose(two);
  assert.equal(active.session.past, two.past);
  assert.equal(play(), "two plays");
});

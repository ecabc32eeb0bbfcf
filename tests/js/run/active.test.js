import assert from "node:assert/strict";
import test from "node:test";
import { createCrew } from "../../../static/js/run/active.js";

test("the page's session is that of whichever lane leads, its past too", () => {
  const one = { past: { name: "one" }, play: () => "one plays" };
  const two = { past: { name: "two" }, play: () => "two plays" };
  const crew = createCrew(one);
  const { play } = crew.session;
  assert.equal(crew.session.past, one.past);
  crew.follow(two);
  assert.equal(crew.session.past, two.past);
  assert.equal(play(), "two plays");
});

import assert from "node:assert/strict";
import test from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
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

test("a run that was closed is let go, with its past", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  const { active, play, closed } = led();
  active.choose({ past: null, play: () => "another plays" });
  await new Promise((resolve) => setImmediate(resolve)); // what a WeakRef was asked for lives until the task ends
  collect();
  assert.equal(closed.deref(), undefined, "its past is still held");
  assert.equal(play(), "another plays");
});

/** The page's session while a run leads that nothing else holds. */
function led() {
  const past = new Uint8Array(2 ** 20);
  const active = createActiveSession({ past, play: () => past.length });
  const { play } = active.session;
  assert.equal(play(), 2 ** 20);
  return { active, play, closed: new WeakRef(past) };
}

import assert from "node:assert/strict";
import test from "node:test";
import { createWatchdog } from "../../../static/js/wire/watchdog.js";

function setUp() {
  const all = { time: 0, since: null };
  all.watchdog = createWatchdog(
    () => all.time,
    () => all.since,
  );
  return all;
}

test("after a second of silence something is asked; only three seconds without its answer are a loss", () => {
  const all = setUp();
  all.time = 999;
  assert.equal(all.watchdog.look(false, 0), "nothing");
  all.time = 1000;
  assert.equal(all.watchdog.look(false, 0), "ask");
  all.since = 1000;
  all.time = 3999;
  assert.equal(all.watchdog.look(false, 0), "nothing");
  all.time = 4000;
  assert.equal(all.watchdog.look(false, 0), "lost");
});

test("what arrives begins the wait anew", () => {
  const all = setUp();
  all.since = 0;
  all.time = 2900;
  all.watchdog.heard();
  all.time = 5800;
  assert.equal(all.watchdog.look(false, 0), "nothing");
});

test("a large snapshot on a slow line has its time, and a long job has all of it", () => {
  const all = setUp();
  all.since = 0;
  all.time = 10_000;
  assert.equal(all.watchdog.look(false, 1024 * 1024), "nothing");
  assert.equal(all.watchdog.look(false, 64 * 1024), "lost");
  all.since = Number.POSITIVE_INFINITY;
  assert.equal(all.watchdog.look(false, 0), "nothing");
});

test("a run that stands, or a page that nobody sees, may be silent, and is not blamed for it afterwards", () => {
  const all = setUp();
  all.since = 0;
  all.time = 60_000;
  assert.equal(all.watchdog.look(true, 0), "nothing");
  assert.equal(all.watchdog.look(false, 0), "nothing");
});

import assert from "node:assert/strict";
import test from "node:test";
import { createLockstep, nextRound } from "../../../static/js/run/lockstep.js";

const settle = () => new Promise((resolve) => setImmediate(resolve));

/** A lane whose steps are answered when the test says so. */
function createLane(iteration) {
  const lane = { calls: [], lockstep: null, answer: () => {}, phase: "paused" };
  lane.store = {
    get: () => ({ live: { iteration }, lockstep: lane.lockstep, phase: lane.phase }),
    dispatch: (action) => {
      lane.lockstep = action.lockstep;
    },
  };
  lane.session = {
    hold: () => lane.calls.push("hold"),
    release: () => lane.calls.push("release"),
    advance(updates) {
      lane.calls.push(updates);
      return new Promise((resolve) => {
        lane.answer = () => {
          iteration += updates;
          resolve();
        };
      });
    },
  };
  return lane;
}

function createClock() {
  let time = 0;
  const frames = [];
  return {
    now: () => time,
    pass: (ms) => {
      time += ms;
    },
    setTimer: (callback) => frames.push(callback),
    requestFrame: (callback) => frames.push(callback),
    async frame() {
      await settle();
      frames.shift()?.();
      await settle();
    },
  };
}

test("records are shown together, when every lane has answered", async () => {
  const lanes = [createLane(4), createLane(4)];
  const lockstep = createLockstep(
    () => lanes,
    () => true,
    () => 30,
    createClock(),
  );
  lockstep.step();
  await settle();
  lanes[0].answer();
  await settle();
  assert.deepEqual(lanes[0].calls, ["hold", 1]);
  lanes[1].answer();
  await lockstep.idle();
  assert.deepEqual(lanes[0].calls, ["hold", 1, "release"]);
  assert.deepEqual(lanes[1].calls, ["hold", 1, "release"]);
});

test("a lane that fell behind catches up", async () => {
  const lanes = [createLane(10), createLane(7)];
  const lockstep = createLockstep(
    () => lanes,
    () => true,
    () => 30,
    createClock(),
  );
  lockstep.step();
  await settle();
  assert.deepEqual([lanes[0].calls[1], lanes[1].calls[1]], [1, 4]);
});

test("it goes on round by round, waits while lanes are not ready, goes on without a lane that diverged, and ends with the last", async () => {
  const lanes = [createLane(0), createLane(0)];
  const clock = createClock();
  let ready = false;
  const lockstep = createLockstep(
    () => lanes,
    () => ready,
    () => 30,
    clock,
  );
  lockstep.start();
  assert.equal(typeof lanes[0].lockstep, "number");
  await clock.frame();
  assert.deepEqual(lanes[0].calls, []);
  ready = true;
  await clock.frame();
  const round = async () => {
    for (const lane of lanes) lane.answer();
    clock.pass(40);
    await clock.frame();
  };
  await round();
  assert.deepEqual(lanes[1].calls, ["hold", 1, "release", "hold", 1]);
  lanes[1].phase = "diverged";
  await round();
  await round();
  assert.equal(lockstep.isRunning(), true);
  assert.deepEqual([lanes[0].calls.filter(Number).length, lanes[1].calls.filter(Number).length], [4, 2]);
  lanes[0].phase = "diverged";
  await round();
  assert.equal(lockstep.isRunning(), false);
  assert.equal(lanes[0].lockstep, null);
});

test("a wanted rate decides how many updates a round takes; without one, how long it lasted does", () => {
  assert.deepEqual(nextRound(10, 1, 5), { updates: 1, period: 100 });
  assert.deepEqual(nextRound(300, 1, 5), { updates: 10, period: 1000 / 30 });
  assert.equal(nextRound(null, 8, 5).updates, 16);
  assert.equal(nextRound(null, 8, 30).updates, 8);
  assert.equal(nextRound(null, 1, 80).updates, 1);
});

test("a lane that has diverged stays where it is; the others go on when they are told to", async () => {
  const lanes = [createLane(4), createLane(6)];
  lanes[0].phase = "diverged";
  const lockstep = createLockstep(
    () => lanes,
    () => true,
    () => 30,
    createClock(),
  );
  lockstep.start();
  await settle();
  assert.deepEqual(lanes[0].calls, []);
  assert.deepEqual(lanes[1].calls, ["hold", 1]);
  lanes[1].answer();
  await settle();
  assert.equal(lockstep.isRunning(), true);
});

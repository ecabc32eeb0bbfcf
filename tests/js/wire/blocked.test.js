import assert from "node:assert/strict";
import test from "node:test";
import { createBlocked } from "../../../static/js/wire/blocked.js";

const settle = () => new Promise((resolve) => setImmediate(resolve));

function setUp() {
  const waiting = [];
  const told = [];
  const blocked = createBlocked(
    () => new Promise((resolve) => waiting.push(resolve)),
    (is) => told.push(is),
  );
  const answer = async (is) => {
    waiting.shift()(is);
    await settle();
  };
  return { blocked, waiting, told, answer };
}

test("a slow server is asked once at a time, however many sockets fail meanwhile", async () => {
  const { blocked, waiting, told, answer } = setUp();
  for (let socket = 0; socket < 3; socket += 1) {
    blocked.tried();
    void blocked.failed();
  }
  assert.equal(waiting.length, 1);
  await answer(true);
  assert.deepEqual(told, [], "the sockets were tried before anything was known");
  blocked.tried();
  void blocked.failed();
  await answer(true);
  assert.deepEqual(told, [true]);
});

test("a socket that is tried while the server is asked does not count by that answer", async () => {
  const { blocked, told, answer } = setUp();
  blocked.tried();
  void blocked.failed();
  blocked.tried();
  await answer(true);
  void blocked.failed();
  await answer(true);
  assert.deepEqual(told, []);
  blocked.tried();
  void blocked.failed();
  await answer(true);
  assert.deepEqual(told, [true]);
});

test("that it is over is told by what follows", async () => {
  const { blocked, told, answer } = setUp();
  for (let socket = 0; socket < 2; socket += 1) {
    blocked.tried();
    void blocked.failed();
    await answer(true);
  }
  blocked.over();
  assert.equal(blocked.is(), false);
  assert.deepEqual(told, [true]);
});

test("what is answered after a socket has opened is not listened to", async () => {
  const { blocked, told, answer } = setUp();
  blocked.tried();
  void blocked.failed();
  await answer(true);
  blocked.tried();
  void blocked.failed();
  blocked.over();
  await answer(true);
  assert.deepEqual(told, []);
});

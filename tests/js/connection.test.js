import assert from "node:assert/strict";
import test from "node:test";
import { backoff, createConnection } from "../../static/js/connection.js";
import { createSurroundings } from "./sockets.js";

function setUp() {
  const around = createSurroundings();
  const heard = [];
  const handlers = {
    opened: () => heard.push("opened"),
    message: (message) => heard.push(message),
    binary: (bytes) => heard.push(bytes.byteLength),
    lost: (retryAt, attempt) => heard.push({ retryAt, attempt }),
  };
  const connection = createConnection("ws://here/ws", handlers, around);
  connection.connect();
  return { around, heard, connection };
}

test("waits double up to a limit, and half of each is chance", () => {
  assert.deepEqual(
    [1, 2, 3].map((attempt) => backoff(attempt, 1)),
    [250, 500, 1000],
  );
  assert.equal(backoff(3, 0), 500);
  assert.equal(backoff(50, 1), 15_000);
});

test("text is handed on as a message, bytes as they are", () => {
  const { around, heard } = setUp();
  around.sockets[0].open();
  around.sockets[0].onmessage({ data: '{"type":"hello"}' });
  around.sockets[0].onmessage({ data: new ArrayBuffer(5) });
  assert.deepEqual(heard, ["opened", { type: "hello" }, 5]);
});

test("a loss is told with the time of the next attempt, and then attempted", () => {
  const { around, heard } = setUp();
  around.sockets[0].open();
  around.sockets[0].close();
  assert.deepEqual(heard.at(-1), { retryAt: 250, attempt: 1 });
  around.pass(249);
  assert.equal(around.sockets.length, 1);
  around.pass(1);
  assert.equal(around.sockets.length, 2);
  around.sockets[1].close();
  assert.deepEqual(heard.at(-1), { retryAt: 750, attempt: 2 });
});

test("only a run that stands again resets the waits: a server that accepts and drops is not hammered", () => {
  const { around, heard, connection } = setUp();
  around.sockets[0].close();
  around.pass(250);
  around.sockets[1].open();
  connection.settled();
  around.sockets[1].close();
  assert.equal(heard.at(-1).attempt, 1);
});

test("a full server is not asked before the time it named", () => {
  const { around, heard, connection } = setUp();
  connection.waitAtLeast(5000);
  around.sockets[0].close();
  assert.equal(heard.at(-1).retryAt, 5000);
});

test("trying now opens at once and forgets the timer", () => {
  const { around, connection } = setUp();
  around.sockets[0].close();
  connection.retryNow();
  assert.equal(around.sockets.length, 2);
  around.pass(10_000);
  assert.equal(around.sockets.length, 2);
});

test("what cannot be sent is not kept", () => {
  const { around, connection } = setUp();
  assert.equal(connection.send({ type: "pause" }), false);
  around.sockets[0].open();
  assert.deepEqual(around.sockets[0].sent, []);
});

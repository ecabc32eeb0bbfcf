import assert from "node:assert/strict";
import test from "node:test";
import { backoff, createConnection } from "../../../static/js/wire/connection.js";
import { createPlatform } from "../sockets.js";

/** Promises that are kept have their say. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

function setUp() {
  const platform = createPlatform();
  const heard = [];
  const handlers = {
    opened: () => heard.push("opened"),
    message: (message) => heard.push(message),
    binary: (bytes) => heard.push(bytes.byteLength),
    lost: (retryAt, attempt, why) => heard.push({ retryAt, attempt, why }),
    explained: (why) => heard.push({ why }),
  };
  const connection = createConnection("ws://here/ws", handlers, platform);
  connection.connect();
  return { platform, heard, connection };
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
  const { platform, heard } = setUp();
  platform.sockets[0].open();
  platform.sockets[0].onmessage({ data: '{"type":"hello"}' });
  platform.sockets[0].onmessage({ data: new ArrayBuffer(5) });
  assert.deepEqual(heard, ["opened", { type: "hello" }, 5]);
});

test("a loss is told with the time of the next attempt, and then attempted", () => {
  const { platform, heard } = setUp();
  platform.sockets[0].open();
  platform.sockets[0].close();
  assert.deepEqual(heard.at(-1), { retryAt: 250, attempt: 1, why: "lost" });
  platform.pass(249);
  assert.equal(platform.sockets.length, 1);
  platform.pass(1);
  assert.equal(platform.sockets.length, 2);
  platform.sockets[1].close();
  assert.deepEqual(heard.at(-1), { retryAt: 750, attempt: 2, why: "lost" });
});

test("only a run that stands again resets the waits: a server that accepts and drops is not hammered", () => {
  const { platform, heard, connection } = setUp();
  platform.sockets[0].close();
  platform.pass(250);
  platform.sockets[1].open();
  connection.settled();
  platform.sockets[1].close();
  assert.equal(heard.at(-1).attempt, 1);
});

test("a full server is not asked before the time it named", () => {
  const { platform, heard, connection } = setUp();
  connection.waitAtLeast(5000);
  platform.sockets[0].close();
  assert.equal(heard.at(-1).retryAt, 5000);
});

test("trying now opens at once and forgets the timer", () => {
  const { platform, connection } = setUp();
  platform.sockets[0].close();
  connection.retryNow();
  assert.equal(platform.sockets.length, 2);
  platform.pass(10_000);
  assert.equal(platform.sockets.length, 2);
});

test("what cannot be sent is not kept", () => {
  const { platform, connection } = setUp();
  assert.equal(connection.send({ type: "pause" }), false);
  platform.sockets[0].open();
  assert.deepEqual(platform.sockets[0].sent, []);
});

test("a socket that never opened is told from one that was lost, and one that does not answer is given up", () => {
  const { platform, heard } = setUp();
  platform.pass(10_000);
  assert.equal(heard.at(-1).why, "never");
  platform.pass(250);
  platform.sockets[1].close();
  assert.equal(heard.at(-1).why, "never");
  platform.pass(500);
  platform.sockets[2].open();
  platform.pass(60_000);
  assert.equal(platform.sockets.length, 3, "an open one may stay open");
  platform.sockets[2].close();
  assert.equal(heard.at(-1).why, "lost");
});

/** The newest socket fails, and all that is asked then is answered; what was heard since. */
async function fails({ platform, heard }) {
  const before = heard.length;
  platform.sockets.at(-1).close();
  await settle();
  return heard.slice(before).map(({ why }) => why);
}

test("a network that lets no socket through is told from a server that is away by what the server answers", async () => {
  const all = setUp();
  const { platform } = all;
  assert.deepEqual(await fails(all), ["never"], "away");
  platform.isThere = true;
  platform.pass(250);
  assert.deepEqual(await fails(all), ["never"], "it may have come back after this one failed");
  platform.pass(500);
  assert.deepEqual(await fails(all), ["never", "blocked"]);
  platform.pass(1000);
  assert.deepEqual(await fails(all), ["blocked"], "nothing else is said in between");
  platform.isThere = false;
  platform.pass(2000);
  assert.deepEqual(await fails(all), ["blocked", "never"]);
  assert.equal(platform.asked, 5, "once a failure");
});

test("once a socket has opened, or none is wanted, nothing is called blocked and nobody is asked", async () => {
  const all = setUp();
  const { platform, heard, connection } = all;
  platform.isThere = true;
  await fails(all);
  platform.pass(250);
  assert.deepEqual(await fails(all), ["never", "blocked"]);
  platform.pass(500);
  platform.sockets.at(-1).open();
  assert.deepEqual(heard.slice(-2), [{ why: "blocked" }, "opened"], "nothing else is said before it");
  assert.deepEqual(await fails(all), ["lost"]);
  assert.equal(platform.asked, 2);
  connection.close();

  const closed = setUp();
  closed.platform.isThere = true;
  await fails(closed);
  closed.platform.pass(250);
  closed.platform.sockets.at(-1).close();
  closed.connection.close();
  await settle();
  assert.equal(closed.heard.at(-1).why, "never", "an answer that comes too late");
});

test("a silent socket is given up although its end is never heard of", () => {
  const { platform, heard, connection } = setUp();
  platform.sockets[0].open();
  platform.sockets[0].close = () => {};
  connection.wasSilent();
  assert.deepEqual(heard.at(-1), { retryAt: 250, attempt: 1, why: "silent" });
  platform.sockets[0].onmessage({ data: '{"type":"hello"}' });
  assert.notEqual(heard.at(-1).type, "hello", "what it says after that is not listened to");
  platform.pass(250);
  assert.equal(platform.sockets.length, 2);
});

import assert from "node:assert/strict";
import test from "node:test";
import { createStore } from "../../../static/js/lib/store.js";
import { createFollowing } from "../../../static/js/run/following.js";
import { initialState, reduce } from "../../../static/js/run/state.js";
import { WATCHED } from "../../../static/js/run/watching.js";
import { recordBytes, safetensors } from "../records.js";
import { createPlatform } from "../sockets.js";

const config = { sequence_length: 24, activation: "tanh", cell: "rnn", task: "echo" };
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** A page that has opened its socket, and what it heard about the run. */
async function setUp() {
  const platform = createPlatform();
  const opened = [];
  const { open } = platform;
  platform.open = (address) => {
    opened.push(address);
    return open(address);
  };
  const store = createStore(initialState({ config }), reduce);
  const told = [];
  const session = createFollowing("ws://here/ws", store, platform, "token", (status, why) => told.push([status, why]));
  session.connect();
  platform.sockets[0].open();
  await settle();
  const socket = () => platform.sockets.at(-1);
  const say = async (message) => {
    socket().onmessage({ data: JSON.stringify(message) });
    await settle();
  };
  const last = () => socket().sent.findLast(({ type }) => type !== "ack");
  const state = (more = {}) =>
    say({
      type: "state",
      id: last().id,
      phase: "running",
      config,
      iteration: 3,
      solved_at: null,
      same_numerics: true,
      task: null,
      effects: { live: [], restart: [] },
      following: "token",
      ...more,
    });
  return { platform, store, session, told, opened, socket, say, last, state };
}

async function followed() {
  const all = await setUp();
  await all.state();
  await all.state();
  return all;
}

test("it asks for the run at the address that leads to it, then watches the sequence that the owner shows", async () => {
  const { opened, socket, told } = await followed();
  assert.deepEqual(opened, ["ws://here/ws?run=token"]);
  assert.deepEqual(
    socket().sent.map(({ id: _id, ...sent }) => sent),
    [
      { type: "follow", run: "token" },
      { type: "watch", quantities: WATCHED },
    ],
  );
  assert.deepEqual(told, [["followed", ""]]);
});

test("records are shown, kept as the reader's own past, and acknowledged when drawn", async () => {
  const { session, store, socket } = await followed();
  socket().onmessage({ data: recordBytes({ iteration: 4 }) });
  assert.equal(store.get().record.meta.iteration, 4);
  assert.equal(session.past.moments().length, 1);
  session.drawn(4);
  assert.deepEqual(socket().sent.at(-1), { type: "ack", iteration: 4 });
});

test("pausing holds the picture, not the run", async () => {
  const { session, store, socket, last } = await followed();
  socket().onmessage({ data: recordBytes({ iteration: 4 }) });
  session.pause();
  socket().onmessage({ data: recordBytes({ iteration: 5 }) });
  assert.equal(store.get().record.meta.iteration, 4);
  assert.deepEqual(socket().sent.at(-1), { type: "ack", iteration: 5 }, "what comes meanwhile is taken");
  session.play();
  assert.equal(store.get().record.meta.iteration, 5);
  assert.equal(last().type, "watch", "the server hears nothing of it");
});

test("what would change the run is refused here, in words, and never sent", async () => {
  const { session, store, socket } = await followed();
  const before = socket().sent.length;
  session.configure({ learning_rate: 1 });
  session.step();
  await session.reset();
  assert.equal(await session.edit("W_hh", [0, 0], 1), null);
  assert.equal(await session.checkGradients(null), null);
  assert.equal(await session.startInstead({}), false);
  assert.equal(await session.keepRun(), null);
  assert.equal(socket().sent.length, before);
  assert.match(store.get().notice.text, /copy the network/);
});

test("another example is one's own choice, also after a reconnection", async () => {
  const { session, state, last, platform, socket } = await followed();
  void session.show(3);
  await settle();
  assert.equal(last().probe, 3);
  await state();
  socket().close();
  platform.pass(250);
  socket().open();
  await settle();
  await state();
  assert.deepEqual({ ...last(), id: 0 }, { type: "watch", quantities: WATCHED, probe: 3, id: 0 });
});

test("when the owner leaves that is told, the past stays, and the run is asked for until it is back", async () => {
  const { store, told, say, last, platform, session, state, socket } = await followed();
  socket().onmessage({ data: recordBytes({ iteration: 4 }) });
  await say({ type: "ended", run: "token", why: "The owner left." });
  assert.deepEqual(told.at(-1), ["ended", "The owner left."]);
  assert.equal(store.get().phase, "paused");
  assert.equal(session.past.moments().length, 1);
  for (let asked = 0; asked < 2; asked += 1) {
    assert.equal(last().type, "follow");
    await say({ type: "error", id: last().id, code: "unknown_run", message: "nobody" });
    assert.deepEqual(told.at(-1), ["ended", "The owner left."], "why it ended stays to be read");
    platform.pass(2000);
    await settle();
  }
  await state();
  assert.deepEqual(told.at(-1), ["followed", ""]);
});

test("a run that is not there yet is looked for, without an error on the page", async () => {
  const { told, say, last, store } = await setUp();
  await say({ type: "error", id: last().id, code: "unknown_run", message: "nobody" });
  assert.deepEqual(told, [["looking", ""]]);
  assert.equal(store.get().notice, null);
});

test("a copy is the snapshot that the server makes of the run as it is", async () => {
  const { session, socket, last } = await followed();
  const asked = session.copy();
  await settle();
  assert.equal(last().type, "copy");
  socket().onmessage({ data: safetensors({ kind: "snapshot", iteration: 9, id: last().id }, {}) });
  const file = await asked;
  assert.equal(file.type, "file");
  assert.equal(file.iteration, 9);
});

test("saving a snapshot saves a copy", async () => {
  const { session, last } = await followed();
  void session.fetch({ type: "snapshot", dataset: true });
  await settle();
  assert.deepEqual({ ...last(), id: 0 }, { type: "copy", dataset: true, id: 0 });
});

import assert from "node:assert/strict";
import test from "node:test";
import { createSession } from "../../../static/js/run/session.js";
import { initialState, isPlaying, reduce } from "../../../static/js/run/state.js";
import { WATCHED } from "../../../static/js/run/watching.js";
import { createStore } from "../../../static/js/lib/store.js";
import { makeRecord, recordBytes, safetensors } from "../records.js";
import { createPlatform } from "../sockets.js";

const config = { sequence_length: 24, activation: "tanh", cell: "rnn" };
const schema = {
  properties: { sequence_length: { effect: "live" }, activation: { effect: "live" }, cell: { effect: "restart" } },
};
const LIMITS = { message_bytes: 16384 };

/** Promises that are kept have their say. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

function setUp() {
  const platform = createPlatform();
  const store = createStore(initialState({ config, schema, limits: LIMITS }), reduce);
  const session = createSession("ws://here/ws", store, platform);
  session.connect();
  const server = createServer(platform, store);
  return { platform, store, session, server };
}

/** Answers commands of the newest socket as a server would; `sent` lists what came, without ids. */
function createServer(platform, store) {
  let answered = 0;
  let current = null;
  const given = new Set();
  const socket = () => platform.sockets.at(-1);
  const say = (message) => socket().onmessage({ data: JSON.stringify(message) });
  const state = (id, more = {}) =>
    say({
      type: "state",
      id,
      phase: "running",
      config: store.get().config,
      iteration: store.get().iteration,
      solved_at: null,
      same_numerics: true,
      task: null,
      effects: { live: [], restart: [] },
      ...more,
    });
  return {
    say,
    state,
    /** Answers the oldest request for a snapshot; one that nobody asked for comes as the last word of a server. */
    async snapshot(iteration) {
      const asked = socket().sent.find(({ type, id }) => type === "snapshot" && !given.has(id));
      if (asked) given.add(asked.id);
      socket().onmessage({ data: safetensors({ kind: "snapshot", iteration, id: asked?.id }, {}) });
      await settle();
    },
    record: (meta) => socket().onmessage({ data: recordBytes(meta) }),
    sent: () => socket().sent.map(({ id: _id, ...command }) => command),
    types: () => socket().sent.map(({ type }) => type ?? "bytes"),
    /** Answers everything that has not been answered, with `more` in every state. */
    async answer(more = {}) {
      if (current !== socket()) {
        current = socket();
        answered = 0;
      }
      while (answered < current.sent.length) {
        const { type, id } = current.sent[answered];
        answered += 1;
        if (type === "upload") say({ type: "ready", id, kind: "snapshot" });
        else if (type === undefined) state(current.sent[answered - 2].id, more);
        else if (type !== "ack" && type !== "snapshot") state(id, more);
        await settle();
      }
    },
  };
}

async function started() {
  const all = setUp();
  all.platform.sockets[0].open();
  await all.server.answer();
  await all.server.snapshot(0);
  return all;
}

test("a fresh page starts its run, watches it and plays at once", async () => {
  const { server, store } = await started();
  assert.deepEqual(server.sent(), [
    { type: "start", config },
    { type: "snapshot" },
    { type: "watch", quantities: WATCHED, probe: 0 },
    { type: "play", rate: 30 },
  ]);
  assert.equal(store.get().connection.status, "open");
});

test("what the open views need is watched beside the default, also after a reconnection", async () => {
  const { session, server, platform } = await started();
  session.watch(["spectrum"]);
  assert.deepEqual(server.sent().at(-1), { type: "watch", quantities: [...WATCHED, "spectrum"], probe: 0 });
  await server.answer();
  platform.sockets[0].close();
  platform.pass(250);
  platform.sockets[1].open();
  await server.answer();
  const again = server.sent().find(({ type }) => type === "watch");
  assert.deepEqual(again, { type: "watch", quantities: [...WATCHED, "spectrum"], probe: 0 });
});

const refuse = async (server, platform) => {
  const { id } = platform.sockets[0].sent.at(-1);
  server.say({ type: "error", id, code: "too_costly", field: "sequence_length", message: "too much" });
  await settle();
};

test("what the server refuses to watch is not asked for again", async () => {
  const { session, server, platform } = await started();
  session.watch(["spectrum"]);
  await refuse(server, platform);
  await refuse(server, platform);
  session.watch([]);
  assert.deepEqual(server.sent().at(-1), { type: "watch", quantities: WATCHED, probe: 0 });
  void session.show(3);
  assert.deepEqual(server.sent().at(-1), { type: "watch", quantities: WATCHED, probe: 3 });
});

test("a network too large for all that is watched is shown without the dearest, until that fits again", async () => {
  const { session, server, platform, store } = await started();
  const omitted = WATCHED.filter((quantity) => quantity !== "truncation");
  session.configure({ sequence_length: 500 });
  await refuse(server, platform);
  assert.deepEqual(store.get().errors, {}, "nobody needs to know yet");
  assert.deepEqual(server.sent().at(-1), { type: "watch", quantities: omitted, probe: 0 });
  server.state(platform.sockets[0].sent.at(-1).id);
  await settle();
  assert.deepEqual(server.sent().at(-1), { type: "configure", changes: { sequence_length: 500 } });
  server.state(platform.sockets[0].sent.at(-1).id);
  await settle();
  assert.deepEqual(server.sent().at(-1), { type: "watch", quantities: WATCHED, probe: 0 }, "does all fit now?");
  await refuse(server, platform);
  assert.deepEqual(server.sent().at(-1), { type: "watch", quantities: omitted, probe: 0 }, "no");
  server.state(platform.sockets[0].sent.at(-1).id);
  await settle();
  assert.equal(store.get().omitted, true);
  session.configure({ sequence_length: 50 });
  platform.pass(100);
  server.state(platform.sockets[0].sent.at(-1).id);
  await settle();
  assert.deepEqual(server.sent().at(-1), { type: "watch", quantities: WATCHED, probe: 0 });
  server.state(platform.sockets[0].sent.at(-1).id);
  await settle();
  assert.equal(store.get().omitted, false, "all of it again");
});

test("a network that is too large however it is watched says so beside its control", async () => {
  const { session, server, platform, store } = await started();
  session.configure({ sequence_length: 500 });
  await refuse(server, platform);
  server.state(platform.sockets[0].sent.at(-1).id);
  await settle();
  await refuse(server, platform);
  assert.equal(store.get().errors.sequence_length, "too much");
  assert.deepEqual(server.sent().at(-1), { type: "watch", quantities: WATCHED, probe: 0 });
});

test("an edit is a change of the run; a check of the gradients only asks", async () => {
  const { session, server } = await started();
  const edited = session.edit("W_hh", [0, 1], 0.5);
  assert.deepEqual(server.sent().at(-1), { type: "edit", tensor: "W_hh", index: [0, 1], value: 0.5 });
  await server.answer();
  assert.equal((await edited).type, "state");
  void session.checkGradients("stale_h");
  assert.deepEqual(server.sent().at(-1), { type: "check_gradients", samples: 40, break: "stale_h" });
});

test("dragging sends one configure at a time, at most thirty a second, and the last value always", async () => {
  const { session, server, platform, store } = await started();
  for (const length of [25, 26, 27]) session.configure({ sequence_length: length });
  assert.deepEqual(store.get().wanted, { sequence_length: 27 });
  const configures = () => server.sent().filter(({ type }) => type === "configure");
  assert.deepEqual(configures(), [{ type: "configure", changes: { sequence_length: 25 } }]);
  await server.answer();
  assert.equal(configures().length, 1);
  platform.pass(34);
  assert.deepEqual(configures().at(-1), { type: "configure", changes: { sequence_length: 27 } });
  await server.answer();
  assert.deepEqual(store.get().wanted, {});
});

test("a refused field does not take the others with it", async () => {
  const { session, server, platform } = await started();
  session.configure({ sequence_length: 30 });
  session.configure({ sequence_length: 9999 });
  session.configure({ activation: "relu" });
  await server.answer();
  platform.pass(40);
  const { id } = platform.sockets[0].sent.at(-1);
  server.say({ type: "error", id, code: "out_of_range", field: "sequence_length", message: "too long" });
  await settle();
  platform.pass(40);
  assert.deepEqual(server.sent().at(-1), { type: "configure", changes: { activation: "relu" } });
});

test("a restart is preceded by a snapshot, and undo goes back to it", async () => {
  const { session, server, store, platform } = await started();
  session.configure({ cell: "lstm" });
  assert.deepEqual(server.types().slice(-2), ["snapshot", "configure"]);
  await server.snapshot(99);
  await server.answer();
  assert.equal(store.get().notice.undo, true);
  const undone = session.undo();
  await server.answer();
  await undone;
  assert.deepEqual(server.types().slice(-5), ["upload", "bytes", "snapshot", "play", "watch"]);
  assert.equal(platform.sockets.length, 1);
});

test("snapshots are asked for once a second, and not while nothing changes", async () => {
  const { session, server, platform, store } = await started();
  const asked = () => server.types().filter((type) => type === "snapshot").length - 1;
  store.dispatch({ type: "record", record: makeRecord({ meta: { iteration: 30 } }) });
  session.keep();
  assert.equal(asked(), 0);
  platform.pass(1000);
  session.keep();
  session.keep();
  assert.equal(asked(), 1);
  await server.snapshot(30);
  platform.pass(1000);
  session.keep();
  assert.equal(asked(), 1);
});

test("after a loss the run goes on from the newest snapshot, with what was accepted since at its iteration", async () => {
  const { session, server, platform, store } = await started();
  await server.snapshot(40);
  session.configure({ activation: "relu" });
  await server.answer({ iteration: 45 });
  platform.sockets[0].close();
  assert.equal(store.get().connection.status, "lost");
  platform.pass(250);
  platform.sockets[1].open();
  await server.answer({ iteration: 40 });
  assert.deepEqual(server.types(), ["upload", "bytes", "step", "configure", "watch", "play"]);
  assert.deepEqual(server.sent()[2], { type: "step", iterations: 5 });
  assert.deepEqual(server.sent()[3], { type: "configure", changes: { activation: "relu" } });
});

test("what is newer than the snapshot is said at once: a class that comes back does not wait for each answer", async () => {
  const { session, server, platform } = await started();
  await server.snapshot(40);
  for (const [iteration, activation] of [
    [45, "relu"],
    [45, "gelu"],
    [0, "linear"],
    [7, "tanh"],
  ]) {
    session.configure({ activation });
    await server.answer({ iteration });
    platform.pass(100);
  }
  platform.sockets[0].close();
  platform.pass(250);
  platform.sockets[1].open();
  await settle();
  const [{ id }] = platform.sockets[1].sent;
  server.say({ type: "ready", id, kind: "snapshot" });
  await settle();
  server.state(id, { iteration: 40 });
  await settle();
  const replayed = server.sent().slice(2);
  assert.deepEqual(
    replayed.map(({ type, iterations, changes }) => iterations ?? changes?.activation ?? type),
    [5, "relu", "gelu", "linear", 7, "tanh"],
  );
});

test("a change that the server refuses after a loss is left out with all that came after it: nothing is trained on another network", async () => {
  const { session, server, platform, store } = await started();
  await server.snapshot(40);
  for (const [iteration, changes, restart] of [
    [45, { activation: "relu" }, []],
    [0, { cell: "lstm" }, ["cell"]],
    [7, { activation: "tanh" }, []],
  ]) {
    session.configure(changes);
    await server.answer({ iteration, effects: { live: [], restart } });
    server.record({ iteration: iteration + 1 });
    platform.pass(100);
  }
  platform.sockets[0].close();
  platform.pass(250);
  platform.sockets[1].open();
  await settle();
  const answerUpload = async () => {
    const { id } = platform.sockets[1].sent.findLast(({ type }) => type === "upload");
    server.say({ type: "ready", id, kind: "snapshot" });
    await settle();
    server.state(id, { iteration: 40 });
    await settle();
  };
  await answerUpload();
  for (const { type, id, changes } of platform.sockets[1].sent.slice(2)) {
    if (changes?.cell) server.say({ type: "error", id, code: "too_costly", field: "cell", message: "Too much." });
    else server.state(id, { iteration: type === "step" ? 47 : 45 });
  }
  await settle();
  const before = server.sent().length;
  await answerUpload();
  await server.answer({ iteration: 45 });
  assert.deepEqual(
    server
      .sent()
      .slice(before - 1)
      .map(({ type, iterations, changes }) => iterations ?? changes?.activation ?? type),
    ["upload", undefined, 5, "relu", "watch", "play"],
  );
  assert.match(store.get().notice.text, /refused a change made before: Too much\. The run continues from before/);
  assert.doesNotMatch(store.get().notice.text, /connection was lost/, "a reload takes a run up as well");
  assert.deepEqual(store.get().errors, {}, "no control is wrong");
  assert.equal(store.get().history.length, 0, "no curve of what is no more");
  assert.deepEqual(session.past.moments(), []);
  const [{ changes }] = session.past.ways();
  assert.deepEqual(
    changes.map(({ command }) => command.changes),
    [{ activation: "relu" }],
    "it is not tried again",
  );
});

test("a server that rounds differently says so when it takes the run up", async () => {
  const { server, platform, store } = await started();
  await server.snapshot(40);
  platform.sockets[0].close();
  platform.pass(250);
  platform.sockets[1].open();
  await server.answer({ same_numerics: false });
  assert.match(store.get().notice.text, /rounds differently/);
});

test("what a snapshot already holds is not replayed", async () => {
  const { session, server, platform } = await started();
  session.configure({ activation: "relu" });
  await server.answer({ iteration: 30 });
  await server.snapshot(40);
  platform.sockets[0].close();
  platform.pass(250);
  platform.sockets[1].open();
  await server.answer({ iteration: 40 });
  assert.deepEqual(server.types(), ["upload", "bytes", "watch", "play"]);
});

test("what is pressed while a file is under way waits for its bytes", async () => {
  const { session, server, platform } = await started();
  await server.snapshot(40);
  platform.sockets[0].close();
  platform.pass(250);
  platform.sockets[1].open();
  session.pause();
  assert.deepEqual(server.types(), ["upload"]);
  await server.answer({ iteration: 40, phase: "paused" });
  assert.deepEqual(server.types(), ["upload", "bytes", "pause", "watch"], "and it is not played after that");
});

test("a run that goes on after a loss is a playing one all along", async () => {
  const { session, server, platform, store } = await started();
  await server.answer({ iteration: 40 });
  await server.snapshot(40);
  platform.sockets[0].close();
  platform.pass(250);
  platform.sockets[1].open();
  const phases = [];
  store.watch(
    ({ phase }) => phase,
    (phase) => phases.push(phase),
  );
  await server.answer({ iteration: 40, phase: "paused" });
  assert.deepEqual(phases, []);
  server.state(undefined, { iteration: 40, phase: "paused" });
  assert.deepEqual(phases, ["paused"], "from now on it is what the server says");
  session.pause();
});

test("a new run counts as playing from the first moment on: Pause, pressed before it plays, pauses it", async () => {
  const { platform, store, session, server } = setUp();
  platform.sockets[0].open();
  await server.answer({ iteration: 0, phase: "paused" });
  assert.equal(isPlaying(store.get()), true);
  session.pause();
  server.state(undefined, { iteration: 0, phase: "paused" });
  assert.equal(isPlaying(store.get()), false);
});

test("a paused run stands still after a loss, at the iteration where it stood", async () => {
  const { session, server, platform, store } = await started();
  await server.snapshot(40);
  session.pause();
  await server.answer({ iteration: 42, phase: "paused" });
  assert.equal(store.get().iteration, 42);
  platform.sockets[0].close();
  platform.pass(250);
  platform.sockets[1].open();
  await server.answer({ iteration: 40, phase: "paused" });
  assert.deepEqual(server.types(), ["upload", "bytes", "step", "watch"]);
  assert.deepEqual(server.sent()[2], { type: "step", iterations: 2 });
});

test("a snapshot that is refused gives way to the older one, and at last to a new start", async () => {
  const { server, platform } = await started();
  await server.snapshot(40);
  await server.snapshot(50);
  platform.sockets[0].close();
  platform.pass(250);
  platform.sockets[1].open();
  for (let round = 0; round < 2; round += 1) {
    const { id } = platform.sockets[1].sent.at(-1);
    server.say({ type: "error", id, code: "bad_upload", message: "not mine" });
    await settle();
  }
  assert.deepEqual(server.types(), ["upload", "upload", "start"]);
});

test("while the connection is lost nothing is queued", async () => {
  const { session, server, platform, store } = await started();
  platform.sockets[0].close();
  session.configure({ activation: "relu" });
  assert.deepEqual(store.get().wanted, {});
  platform.pass(250);
  platform.sockets[1].open();
  await server.answer();
  assert.ok(!server.types().includes("configure"));
});

test("a file that is opened while the connection is lost is answered by nothing, each time, and the run is taken up as ever", async () => {
  const { session, server, platform, store } = await started();
  await server.snapshot(40);
  platform.sockets[0].close();
  assert.equal(await session.preview("text", new ArrayBuffer(8)), null);
  const again = session.preview("text", new ArrayBuffer(8));
  platform.pass(250);
  platform.sockets[1].open();
  await server.answer({ iteration: 40 });
  assert.equal(await again, null);
  assert.equal(store.get().connection.status, "open");
  assert.deepEqual(server.types(), ["upload", "bytes", "watch", "play"]);
});

test("no other run takes the place of one whose connection is lost: it is taken up where it stood", async () => {
  const { session, server, platform, store } = await started();
  session.pause();
  server.record({ iteration: 10 });
  store.dispatch({ type: "show", moment: session.past.at(10) });
  await server.snapshot(10);
  platform.sockets[0].close();
  assert.equal(await session.load("text", new ArrayBuffer(8)), null);
  assert.notEqual(store.get().past, null, "the moment is still shown");
  assert.equal(await session.startOther({ ...config, cell: "lstm" }), false);
  platform.pass(250);
  platform.sockets[1].open();
  server.record({ iteration: 3 });
  assert.equal(store.get().live.iteration, 10, "no record is shown before the run stands");
  assert.equal(platform.sockets[1].sent.pop().type, "ack");
  await server.answer({ iteration: 10, phase: "paused" });
  assert.equal(store.get().connection.status, "open");
  assert.deepEqual(server.types(), ["upload", "bytes", "watch"]);
});

test("what is set while the page still connects is sent as soon as the run stands", async () => {
  const { session, server, platform } = setUp();
  session.configure({ activation: "relu" });
  platform.sockets[0].open();
  await server.answer();
  assert.deepEqual(server.sent().at(-1), { type: "configure", changes: { activation: "relu" } });
});

test("a connection that is lost while it resumes leaves nothing behind", async () => {
  const { session, server, platform } = await started();
  await server.snapshot(40);
  session.configure({ activation: "relu" });
  await server.answer({ iteration: 45 });
  platform.sockets[0].close();
  platform.pass(250);
  platform.sockets[1].open();
  platform.sockets[1].close();
  await settle();
  platform.pass(500);
  platform.sockets[2].open();
  await server.answer({ iteration: 40 });
  assert.deepEqual(server.types(), ["upload", "bytes", "step", "configure", "watch", "play"]);
});

test("a server that speaks another protocol asks for a reload", async () => {
  const { server, store } = await started();
  server.say({ type: "hello", protocol: 2, limits: LIMITS });
  assert.match(store.get().notice.text, /reload/);
});

test("a branch is reached from the nearest snapshot, with the changes in between, and can be taken back", async () => {
  const { session, server, store } = await started();
  const record = (iteration) => server.record({ iteration });
  record(10);
  session.configure({ activation: "relu" });
  await server.answer({ iteration: 12 });
  record(14);
  await server.snapshot(20);
  record(25);
  const { history } = store.get();
  store.dispatch({ type: "show", moment: session.past.at(14) });
  const branched = session.branch();
  await server.snapshot(25);
  await settle();
  await server.answer({ iteration: 0, phase: "paused" });
  await branched;
  assert.deepEqual(
    server.types().slice(-6),
    ["snapshot", "upload", "bytes", "step", "configure", "step", "watch"].slice(-6),
  );
  assert.deepEqual(
    server.sent().flatMap(({ type, iterations }) => (type === "step" ? [iterations] : [])),
    [12, 2],
  );
  assert.equal(store.get().past, null);
  assert.equal(store.get().history.iteration[store.get().history.length - 1], 14);
  assert.equal(store.get().former.history, history);
  const undone = session.undo();
  await server.answer({ iteration: 25 });
  await undone;
  assert.equal(store.get().former, null);
  assert.equal(store.get().history, history);
});

test("a configuration that the server refuses as a whole gives way to the defaults, and what was wrong is said", async () => {
  const { platform, server, store } = setUp();
  platform.sockets[0].open();
  const [{ id }] = platform.sockets[0].sent;
  server.say({ type: "error", id, code: "out_of_range", field: "sequence_length", message: "too short for copy" });
  await settle();
  assert.deepEqual(server.sent().at(-1), { type: "start" });
  assert.equal(store.get().errors.sequence_length, "too short for copy");
});

test("a file of the run comes to who asked for it, and is no snapshot to resume from", async () => {
  const { platform, session } = await started();
  const asked = session.fetch({ type: "export", format: "pytorch" });
  const { id } = platform.sockets[0].sent.at(-1);
  const data = safetensors({ kind: "pytorch", iteration: 3, id }, {});
  platform.sockets[0].onmessage({ data });
  assert.deepEqual(await asked, { type: "file", bytes: data, iteration: 3 });
});

test("what is wrong with a reader's file is told to who handed it over, and the run goes on as it was", async () => {
  const { platform, server, session, store } = await started();
  const before = store.get();
  const loading = session.load("weights", new ArrayBuffer(8));
  await server.snapshot(99);
  await settle();
  const { id } = platform.sockets[0].sent.at(-1);
  server.say({ type: "ready", id, kind: "weights" });
  await settle();
  server.say({ type: "error", id, code: "bad_upload", message: "no safetensors file" });
  await server.answer();
  const answer = await loading;
  assert.equal(answer.message, "no safetensors file");
  assert.equal(store.get().notice, null);
  assert.deepEqual(store.get().errors, before.errors);
  assert.equal(server.sent().at(-1).type, "watch");
});

test("a reader's data start a run of their own, which can be taken back", async () => {
  const { server, session, store } = await started();
  server.record({ iteration: 5 });
  const loading = session.load("text", new ArrayBuffer(8));
  await server.snapshot(99);
  await settle();
  await server.answer({ config: { ...config, task: "own" } });
  assert.equal((await loading).type, "state");
  assert.equal(store.get().config.task, "own");
  assert.equal(store.get().history.length, 0);
  assert.equal(store.get().notice.undo, true);
});

test("a record that cannot be read or taken in is acknowledged, reported and told; the next one is shown", async () => {
  const { platform, server, store } = await started();
  platform.sockets[0].onmessage({ data: new ArrayBuffer(3) });
  assert.deepEqual(server.sent().at(-1), { type: "ack", iteration: 999_999_999_999_999 });
  const unwatch = store.watch(
    ({ record }) => record,
    () => {
      throw new Error("cannot draw this");
    },
  );
  server.record({ iteration: 7 });
  unwatch();
  assert.deepEqual(server.sent().at(-1), { type: "ack", iteration: 7 });
  assert.match(store.get().notice.text, /could not be drawn \(cannot draw this\)/);
  assert.equal(platform.reported.length, 2);
  server.record({ iteration: 8 });
  assert.equal(store.get().iteration, 8);
});

test("a reset while a file is under way waits for it, and snapshots are asked for as before", async () => {
  const { platform, server, session, store } = await started();
  const loading = session.load("text", new ArrayBuffer(8));
  await server.snapshot(99);
  void session.reset();
  assert.equal(server.types().at(-1), "upload", "nothing comes between a file's announcement and its bytes");
  await server.answer();
  await server.snapshot(99);
  await server.snapshot(99);
  await server.answer();
  await loading;
  store.dispatch({ type: "record", record: makeRecord({ meta: { iteration: 130 } }) });
  platform.pass(1000);
  const before = server.types().filter((type) => type === "snapshot").length;
  session.keep();
  assert.equal(server.types().filter((type) => type === "snapshot").length, before + 1);
});

async function inThePast() {
  const all = await started();
  const { server, session, store } = all;
  server.record({ iteration: 10 });
  await server.snapshot(20);
  server.record({ iteration: 25 });
  store.dispatch({ type: "show", moment: session.past.at(10) });
  return all;
}

test("what is changed quickly in the past waits for one branch, and follows it in order", async () => {
  const { server, session, store } = await inThePast();
  const from = server.sent().length;
  const first = session.edit("W_hh", [0, 0], 0.1);
  session.configure({ activation: "relu" });
  const second = session.edit("W_hh", [0, 0], 0.2);
  session.play();
  assert.deepEqual(store.get().wanted, { activation: "relu" });
  await server.snapshot(25);
  await server.answer({ iteration: 10, phase: "paused" });
  assert.equal((await first).type, "state");
  assert.equal((await second).type, "state");
  const sent = server.sent().slice(from);
  assert.equal(sent.filter(({ type }) => type === "upload").length, 1, "one branch");
  const changes = sent.filter(({ type }) => ["edit", "configure", "play"].includes(type));
  assert.deepEqual(
    changes.map(({ type, value }) => value ?? type),
    [0.1, "configure", 0.2, "play"],
  );
  assert.ok(sent.findIndex(({ type }) => type === "edit") > sent.findLastIndex(({ type }) => type === "step"));
});

test("a branch that fails changes nothing of the run as it is now, and says so", async () => {
  const { platform, server, session, store } = await inThePast();
  const edited = session.edit("W_hh", [0, 0], 0.1);
  session.configure({ activation: "relu" });
  await server.snapshot(25);
  const { id } = platform.sockets[0].sent.at(-1);
  server.say({ type: "error", id, code: "bad_upload", message: "not mine" });
  assert.equal(await edited, null);
  await server.answer();
  assert.ok(!server.types().includes("edit") && !server.types().includes("configure"));
  assert.match(store.get().notice.text, /nothing was changed/);
  assert.deepEqual(store.get().wanted, {});
});

test("on the way of a branch nothing is watched: what was accepted with less is not refused for it", async () => {
  const { server, session, store } = await inThePast();
  const from = server.sent().length;
  const branched = session.branch();
  await server.snapshot(25);
  await server.answer({ iteration: 10, phase: "paused" });
  assert.equal(await branched, true);
  const sent = server.sent().slice(from);
  assert.deepEqual(
    sent.flatMap(({ type, quantities }) => (type === "watch" ? [quantities] : type === "upload" ? [type] : [])),
    [[], "upload", WATCHED],
  );
  assert.equal(sent.at(-1).probe, store.get().probe);
});

/** A branch on whose way a change is refused, from iteration 25; answered as far as the first attempt to go back. */
async function onTheWayBack() {
  const all = await started();
  const { platform, server, session, store } = all;
  session.configure({ activation: "relu" });
  await server.answer({ iteration: 5 });
  server.record({ iteration: 10 });
  store.dispatch({ type: "show", moment: session.past.at(10) });
  server.record({ iteration: 25 });
  session.pause();
  await server.answer({ iteration: 25, phase: "paused" });
  const branched = session.branch();
  await server.snapshot(25);
  const last = (type) => platform.sockets[0].sent.findLast((one) => one.type === type).id;
  const upload = last("upload");
  server.say({ type: "ready", id: upload, kind: "snapshot" });
  await settle();
  server.state(upload, { iteration: 0, phase: "paused" });
  await settle();
  for (const { type, id } of platform.sockets[0].sent.slice(-3)) {
    if (type === "configure") server.say({ type: "error", id, code: "too_costly", message: "Too much." });
    else server.state(id, { iteration: 10, phase: "paused" });
  }
  await settle();
  return { ...all, branched, last };
}

test("on the way back from a branch a busy server is asked again", async () => {
  const { platform, server, branched, last } = await onTheWayBack();
  const asked = last("upload");
  server.say({ type: "error", id: asked, code: "busy", message: "not just now" });
  await settle();
  platform.pass(250);
  await settle();
  const again = last("upload");
  assert.notEqual(again, asked);
  server.say({ type: "ready", id: again, kind: "snapshot" });
  await settle();
  server.state(again, { iteration: 25, phase: "paused" });
  assert.equal(await branched, false);
  assert.equal(platform.sockets.length, 1);
  assert.deepEqual(server.sent().at(-1).quantities, WATCHED);
});

test("where the way back from a branch is refused, another connection takes the run up where it stood", async () => {
  const { platform, server, session, store, branched, last } = await onTheWayBack();
  server.say({ type: "error", id: last("upload"), code: "bad_upload", message: "not this one" });
  assert.equal(await branched, false);
  assert.equal(platform.sockets.length, 2, "at once");
  platform.sockets[1].open();
  await server.answer({ iteration: 25, phase: "paused" });
  assert.deepEqual(server.types(), ["upload", "bytes", "watch"], "nothing is trained");
  assert.equal(session.past.newest().iteration, 25);
  assert.equal(store.get().connection.status, "open");
  assert.equal(store.get().live.iteration, 25);
});

test("a run that was on its way to its past when the connection was lost is trained no further than it was", async () => {
  const { platform, server, session, store } = await inThePast();
  session.pause();
  await server.answer({ iteration: 25, phase: "paused" });
  const branched = session.branch();
  await server.snapshot(25);
  const { id } = platform.sockets[0].sent.findLast(({ type }) => type === "upload");
  server.say({ type: "ready", id, kind: "snapshot" });
  await settle();
  server.state(id, { iteration: 400, phase: "paused" }); // of the run before a restart
  platform.sockets[0].close();
  assert.equal(await branched, false);
  platform.pass(250);
  platform.sockets[1].open();
  await server.answer({ iteration: 20, phase: "paused" });
  assert.deepEqual(
    server.sent().flatMap(({ type, iterations }) => (type === "step" ? [iterations] : [])),
    [5],
  );
  assert.notEqual(store.get().past, null, "the moment is still shown");
});

test("a branch on whose way a change is refused leaves the run where it was", async () => {
  const { platform, server, session, store } = await started();
  session.configure({ activation: "relu" });
  await server.answer({ iteration: 5 });
  server.record({ iteration: 10 });
  store.dispatch({ type: "show", moment: session.past.at(10) });
  const branched = session.branch();
  await server.snapshot(25);
  const from = server.sent().length;
  const answerUpload = async () => {
    const { id } = platform.sockets[0].sent.findLast(({ type }) => type === "upload");
    server.say({ type: "ready", id, kind: "snapshot" });
    await settle();
    server.state(id, { iteration: 0 });
    await settle();
  };
  await answerUpload();
  const { id } = platform.sockets[0].sent.findLast(({ type }) => type === "configure");
  server.say({ type: "error", id, code: "too_costly", message: "Too much." });
  await server.answer();
  assert.equal(await branched, false);
  assert.equal(
    server
      .types()
      .slice(from)
      .filter((type) => type === "upload").length,
    1,
    "back to what was saved",
  );
  assert.deepEqual(server.sent().at(-1), { type: "watch", quantities: WATCHED, probe: 0 });
  assert.notEqual(store.get().past, null, "the moment is still shown");
});

test("a change whose answer was lost with the connection goes again, once", async () => {
  const { platform, server, session } = await started();
  await server.snapshot(40);
  await server.answer();
  const edited = session.edit("W_hh", [0, 1], 0.5);
  session.configure({ activation: "relu" });
  platform.sockets[0].close();
  platform.pass(250);
  platform.sockets[1].open();
  await server.answer({ iteration: 40 });
  assert.equal((await edited).type, "state");
  const again = server.sent().filter(({ type }) => ["edit", "configure"].includes(type));
  assert.deepEqual(again, [
    { type: "edit", tensor: "W_hh", index: [0, 1], value: 0.5 },
    { type: "configure", changes: { activation: "relu" } },
  ]);
});

test("why no socket opens is told as soon as it is known, until the run stands", async () => {
  const { platform, store, server } = setUp();
  platform.isThere = true;
  const why = () => [store.get().connection.status, store.get().connection.why];
  for (const wait of [250, 500]) {
    platform.sockets.at(-1).close();
    assert.deepEqual(why(), ["lost", "never"]);
    await settle();
    platform.pass(wait);
  }
  assert.deepEqual(why(), ["lost", "blocked"]);
  platform.sockets.at(-1).open();
  assert.deepEqual(why(), ["lost", "blocked"], "the run does not stand yet");
  await server.answer();
  assert.deepEqual(why(), ["open", undefined]);
});

test("a run that plays and is not heard of for three seconds is taken up on another connection", async () => {
  const { platform, server, session, store } = await started();
  await server.snapshot(40);
  await server.answer();
  store.dispatch({ type: "record", record: makeRecord({ meta: { iteration: 40 } }) });
  platform.sockets[0].close = () => {};
  for (let second = 0; second < 5; second += 1) {
    platform.pass(1000);
    session.keep();
  }
  assert.equal(store.get().connection.why, "silent");
  platform.pass(250);
  platform.sockets[1].open();
  await server.answer({ iteration: 40 });
  assert.equal(store.get().connection.status, "open");
  assert.equal(server.types()[0], "upload");
});

test("a hidden page may be silent as long as it is hidden", async () => {
  const { platform, session, store } = await started();
  store.dispatch({ type: "record", record: makeRecord({ meta: { iteration: 40 } }) });
  platform.pass(60_000);
  session.keep(false);
  session.keep(true);
  assert.equal(store.get().connection.status, "open");
});

test("a busy server is asked again, longer apart each time: a kept run is never begun anew", async () => {
  const { platform, server } = await started();
  await server.snapshot(40);
  platform.sockets[0].close();
  platform.pass(250);
  platform.sockets[1].open();
  for (const [code, wait] of [
    ["busy", 250],
    ["upload_timeout", 500],
    ["busy", 1000],
  ]) {
    const { id } = platform.sockets[1].sent.at(-1);
    const asked = server.types().length;
    server.say({ type: "error", id, code, message: "not just now" });
    await settle();
    platform.pass(wait - 1);
    await settle();
    assert.equal(server.types().length, asked);
    platform.pass(1);
    await settle();
  }
  assert.deepEqual(server.types(), ["upload", "upload", "upload", "upload"]);
});

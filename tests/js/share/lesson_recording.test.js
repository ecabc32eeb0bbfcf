import assert from "node:assert/strict";
import test from "node:test";
import { holds, recordLesson, thinned } from "../../../static/js/share/lesson_recording.js";
import { recordBytes } from "../records.js";
import { createPlatform } from "../sockets.js";

const config = { sequence_length: 4 };
const record = { watch: ["flow", "truncation"], updates: 3, most_updates: 8, most_records: 240, fewest_records: 12 };
const lesson = (...done) => ({
  slug: "memory",
  title: "Memory",
  config,
  steps: done.map((one) => ({ done: one })),
  record,
});
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** A server whose run has the loss `lossAt(iteration)`, refuses what `refuses` says, and is gone after `lives` commands. */
async function recorded(
  told,
  { lossAt = () => 1, refuses = () => null, diverges = Number.POSITIVE_INFINITY, lives = 99 } = {},
) {
  const platform = createPlatform();
  const made = recordLesson("ws://here/ws", told, platform);
  const [socket] = platform.sockets;
  socket.open();
  let ended = false;
  const end = () => {
    ended = true;
  };
  made.then(end, end);
  let [iteration, answered] = [0, 0];
  const asked = [];
  while (!ended) {
    await settle();
    if (ended || answered === socket.sent.length) continue;
    const command = socket.sent[answered];
    answered += 1;
    if (command.type === "ack") continue;
    asked.push(command);
    if (asked.length > lives) {
      socket.close();
      continue;
    }
    const { type, id } = command;
    const refusal = refuses(command);
    if (refusal) {
      socket.onmessage({ data: JSON.stringify({ type: "error", id, code: "too_costly", message: refusal }) });
      continue;
    }
    if (type === "step") iteration += command.iterations;
    const phase = iteration >= diverges ? "diverged" : "paused";
    const state = {
      type: "state",
      id,
      phase,
      config,
      iteration,
      solved_at: null,
      task: { name: "echo" },
      effects: { restart: [] },
    };
    socket.onmessage({ data: JSON.stringify(state) });
    await settle();
    socket.onmessage({ data: recordBytes({ iteration, loss_per_timestep: lossAt(iteration) }) });
  }
  return { made, asked };
}

const iterations = ({ moments }) => moments.map((moment) => moment.iteration);

test("a lesson is recorded with all that its page shows, update by update", async () => {
  const { made, asked } = await recorded(lesson({ iterations: 2 }, { event: "pin" }));
  const { moments, steps } = await made;
  assert.deepEqual(iterations({ moments }), [0, 1, 2, 3]);
  assert.deepEqual(moments[0].config, config);
  assert.equal(moments[0].task.name, "echo");
  assert.equal(steps.length, 2);
  const [start, watch, ...updates] = asked;
  assert.deepEqual(start.config, config);
  assert.deepEqual(watch.quantities, record.watch);
  assert.ok(updates.every(({ type, iterations: count }) => type === "step" && count === 1));
});

test("it is trained on until its steps are done, and a step that is not done by then is left out", async () => {
  const falls = { lossAt: (iteration) => 1 / (iteration + 1) };
  const done = await (await recorded(lesson({ scalar: "loss_per_timestep", below: 0.15 }), falls)).made;
  assert.deepEqual([iterations(done).at(-1), done.steps.length], [6, 1]);
  const missed = await (await recorded(lesson({ scalar: "loss_per_timestep", below: 0.01 }), falls)).made;
  assert.deepEqual([iterations(missed).at(-1), missed.steps.length], [8, 0]);
});

test("it ends before a number that is not finite", async () => {
  const { made } = await recorded(lesson({ iterations: 3 }), { diverges: 2 });
  const { moments, steps } = await made;
  assert.deepEqual(iterations({ moments }), [0, 1]);
  assert.deepEqual(steps, []);
});

test("what the network is too large for is left out, other refusals and a loss are told", async () => {
  const large = { refuses: ({ quantities }) => (quantities?.includes("truncation") ? "Too large." : null) };
  const { made, asked } = await recorded(lesson(), large);
  assert.equal((await made).moments.length, 4);
  assert.deepEqual(asked[2].quantities, ["flow"]);
  const refused = await recorded(lesson(), {
    refuses: ({ type }) => (type === "start" ? "The server is full." : null),
  });
  await assert.rejects(refused.made, /The server is full/);
  const busy = await recorded(lesson(), { refuses: ({ type }) => (type === "step" ? "Try again in 5 s." : null) });
  await assert.rejects(busy.made, /Try again in 5 s/, "no short recording passes for a whole one");
  const gone = await recorded(lesson(), { lives: 3 });
  await assert.rejects(gone.made, /lesson_lost/);
});

test("conditions that need no training hold without a record, all parts of one in the same", () => {
  const at = (meta) => /** @type {any} */ ({ meta });
  assert.ok(holds({ event: "pin" }, null));
  assert.ok(!holds({ iterations: 5 }, null));
  const both = { all: [{ iterations: 5 }, { scalar: "loss", above: 2 }] };
  assert.ok(!holds(both, at({ iteration: 6, loss: 1 })));
  assert.ok(holds(both, at({ iteration: 6, loss: 3 })));
  assert.ok(!holds({ scalar: "loss", below: 2 }, at({ loss: null })));
});

test("of many records some are kept, evenly chosen, the first and the last among them", () => {
  const all = Array.from({ length: 11 }, (_, index) => index);
  assert.deepEqual(thinned(all, 6), [0, 2, 4, 6, 8, 10]);
  assert.equal(thinned(all, 20), all);
});

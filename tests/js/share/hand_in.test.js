import assert from "node:assert/strict";
import test from "node:test";
import { emptyHistory } from "../../../static/js/run/columns.js";
import { createPast } from "../../../static/js/run/history.js";
import { initialState, reduce } from "../../../static/js/run/state.js";
import { handInOf, LARGEST_HAND_IN, looksLikeHandIn, readHandIn, textOf } from "../../../static/js/share/hand_in.js";
import { replay, whyNotComparable } from "../../../static/js/share/replay.js";
import { recordBytes, safetensors } from "../records.js";
import { createPlatform } from "../sockets.js";

const ABOUT = { name: "Ada", made: "2026-11-29T15:00:00Z", program: "0.1.0", numerics: "f00d", link: "http://here/" };
const config = { sequence_length: 8 };
const edit = { type: "edit", tensor: "W_hh", index: [0, 1], value: 0.5 };

/** A state whose curve has so many losses, one an update. */
function trained(updates) {
  const history = emptyHistory();
  for (let at = 0; at <= updates; at += 1) {
    history.iteration[at] = at;
    history.loss[at] = 1 / (at + 1);
  }
  return { ...initialState({ config }), history: { ...history, length: updates + 1 } };
}

function changed() {
  const past = createPast();
  past.begins(config);
  past.accept({ type: "configure", changes: { learning_rate: 0.1 } }, 2);
  past.accept(edit, 3);
  return past.beginning();
}

const handedIn = (updates = 4) => handInOf(trained(updates), changed(), ABOUT);

test("a hand-in holds how the run began, what was changed when, the losses and the first answer to each scene", () => {
  let state = trained(4);
  for (const option of [2, 1]) {
    state = reduce(state, { type: "answered", answer: { scene: "gates", option, right: 1 } });
  }
  const made = handInOf(state, changed(), ABOUT);
  assert.deepEqual(made.changes, [
    { iteration: 2, configure: { learning_rate: 0.1 } },
    { iteration: 3, edit: { tensor: "W_hh", index: [0, 1], value: 0.5 } },
  ]);
  assert.deepEqual(made.curve.at(-1), [4, 1 / 5]);
  assert.deepEqual([made.config, made.why, made.iteration], [config, null, 4]);
  assert.deepEqual(made.answers, [{ scene: "gates", option: 2, right: 1 }]);
  assert.ok(looksLikeHandIn(textOf(made)));
  assert.deepEqual(readHandIn(textOf(made)), made);
});

test("a long curve is thinned to its ends and what lies evenly between, and a change after its end is left out", () => {
  const made = handInOf(trained(2500), changed(), ABOUT);
  assert.equal(made.curve.length, 300);
  assert.deepEqual([made.curve[0][0], made.curve.at(-1)[0]], [0, 2500]);
  assert.ok(textOf(made).length < LARGEST_HAND_IN);
  assert.equal(handInOf(trained(2), changed(), ABOUT).changes.length, 1);
});

test("a run that goes on from a file or from somebody else's is handed in, and says why it cannot be replayed", () => {
  const past = createPast();
  assert.match(handInOf(trained(4), past.beginning(), ABOUT).why, /somebody else/);
  past.begins(config);
  past.begins(null, "from a file");
  past.accept(edit, 3);
  const made = handInOf(trained(4), past.beginning(), ABOUT);
  assert.deepEqual([made.config, made.why, made.changes], [null, "from a file", []]);
  assert.equal(whyNotComparable(made), "from a file");
});

test("what was changed follows the run into its past and back, and over a reload", () => {
  const past = createPast();
  past.begins(config);
  past.accept(edit, 1);
  const saved = past.save();
  const at = { iteration: 2, run: 0, accepted: 1 };
  past.accept(edit, 5);
  past.cut(/** @type {any} */ (at));
  assert.equal(past.beginning().changes.length, 1);
  past.begins({ ...config, seed: 2 });
  assert.deepEqual(past.beginning().changes, []);
  past.restore(saved);
  assert.deepEqual([past.beginning().config, past.beginning().changes.length], [config, 1]);
});

const damaged = {
  "no JSON": "{",
  "a newer version": { version: 2 },
  "a name of no letters": { name: "" },
  "a name beyond its length": { name: "x".repeat(101) },
  "changes that are none": { changes: [{ iteration: 1, reset: {} }] },
  "an edit without a number": { changes: [{ iteration: 1, edit: { ...edit, value: null } }] },
  "losses that are none": { curve: [[1, "0.5"]] },
  "losses out of order": {
    curve: [
      [3, 0.5],
      [2, 0.4],
    ],
  },
  "losses beyond its end": { curve: [[9, 0.5]] },
  "too many losses": { curve: Array.from({ length: 1001 }, (_, at) => [at, 0.5]) },
  "answers that are none": { answers: [{ scene: "gates", option: -1, right: 0 }] },
  "too large a file": { link: "x".repeat(LARGEST_HAND_IN) },
};
for (const [what, wrong] of Object.entries(damaged)) {
  test(`a hand-in with ${what} is refused with a sentence`, () => {
    const text = typeof wrong === "string" ? wrong : textOf({ ...handedIn(), ...wrong });
    assert.throws(() => readHandIn(text), /^Error: (Expected|This is not|A newer)/);
  });
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

/** A server whose run has the loss `lossAt(iteration, changes)`; how the replay ended, and what it was asked. */
async function replayed(file, lossAt, more = {}) {
  const platform = createPlatform();
  const told = [];
  const verdict = replay("ws://here/ws", file, platform, (words) => told.push(words));
  const [socket] = platform.sockets;
  if (!socket) return { verdict: await verdict, asked: [], told };
  socket.open();
  let ended = false;
  void verdict.then(() => {
    ended = true;
  });
  let [iteration, changes, answered] = [0, 0, 0];
  while (!ended) {
    await settle();
    if (ended || answered === socket.sent.length) continue;
    const { type, id, iterations } = socket.sent[answered];
    answered += 1;
    if (type === "ack") continue;
    if (type === "snapshot") {
      socket.onmessage({ data: safetensors({ kind: "snapshot", iteration, id, fingerprint: "f00d", ...more }, {}) });
      continue;
    }
    if (type === "step") iteration += iterations;
    if (type === "configure" || type === "edit") changes += 1;
    const state = { type: "state", id, phase: "paused", iteration, effects: { live: [], restart: [] }, config };
    socket.onmessage({ data: JSON.stringify(state) });
    await settle();
    socket.onmessage({ data: recordBytes({ iteration, loss_per_timestep: lossAt(iteration, changes) }) });
  }
  return { verdict: await verdict, asked: socket.sent.filter(({ type }) => type !== "ack"), told };
}

test("a hand-in is the same where every loss is, whether it was noted before or after a change of its iteration", async () => {
  const lossAt = (iteration, changes) => (iteration === 3 && changes === 1 ? 9 : 1 / (iteration + 1));
  const { verdict, asked, told } = await replayed(handedIn(), lossAt);
  assert.deepEqual(verdict.outcome, "same");
  assert.match(verdict.sentence, /^Equal bit for bit: computed again, all 5 losses up to iteration 4/);
  assert.deepEqual(
    asked.map(({ type }) => type),
    ["start", "snapshot", "step", "step", "configure", "step", "edit", "step"],
  );
  assert.match(told.at(-1), /5 of 5/);
});

test("one other last digit is different, and says where", async () => {
  const { verdict } = await replayed(handedIn(), (at) => 1 / (at + 1) + (at === 4 ? 2 ** -53 : 0));
  assert.equal(verdict.outcome, "different");
  assert.match(verdict.sentence, /computed again, the loss at iteration 4 is 0\.20000000000000\d+;/);
});

test("other arithmetic is not comparable", async () => {
  const { verdict } = await replayed(handedIn(), () => 1, { fingerprint: "beef" });
  assert.equal(verdict.outcome, "not-comparable");
  assert.match(verdict.sentence, /arithmetic/);
});

test("a replay whose connection is lost says so", async () => {
  const platform = createPlatform();
  const verdict = replay("ws://here/ws", handedIn(), platform, () => {});
  platform.sockets[0].open();
  platform.sockets[0].close();
  assert.equal((await verdict).outcome, "not-finished");
});

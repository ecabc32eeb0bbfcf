import assert from "node:assert/strict";
import test from "node:test";
import { createStore } from "../../../static/js/lib/store.js";
import { createPlayback } from "../../../static/js/run/playback.js";
import { createRecorder } from "../../../static/js/run/recorder.js";
import { initialState, reduce } from "../../../static/js/run/state.js";
import { createTravel } from "../../../static/js/run/travel.js";
import { encodeFrame } from "../../../static/js/wire/frame.js";
import { readRecording } from "../../../static/js/wire/recording.js";
import { makeRecord } from "../records.js";
import { createPlatform } from "../sockets.js";

const task = {
  name: "echo",
  title: "Echo",
  description: "Repeat.",
  loss: "squared_error",
  baseline: "zero",
  solved: "below 0.1",
  inputs: ["number"],
  outputs: ["number"],
  classes: null,
};
const config = { cell: "rnn", activation: "tanh", learning_rate: 0.1 };

/** A session that gives its records to whoever taps it. */
function tapped() {
  const taps = new Set();
  const session = {
    tap(one) {
      taps.add(one);
      return () => taps.delete(one);
    },
  };
  return { session, taps };
}

/** The file of a run with these iterations; `changes` are configurations by place. */
async function recorded(iterations, changes = {}) {
  const { session, taps } = tapped();
  let live = { config, task, iteration: 0, solvedAt: null };
  const recorder = createRecorder(session, live, { link: "http://here/" });
  for (const [place, iteration] of iterations.entries()) {
    live = { ...live, config: { ...config, ...changes[place] }, task: { ...task } };
    const { meta, tensors } = makeRecord({ meta: { iteration, loss_per_timestep: 1 / (iteration + 1) } });
    for (const tap of taps) tap(encodeFrame(meta, tensors).buffer, iteration, live);
  }
  return recorder.stop();
}

async function played(iterations, changes) {
  const { file } = await recorded(iterations, changes);
  const platform = createPlatform();
  const store = createStore(initialState(), reduce);
  const source = createPlayback(store, readRecording(await file.arrayBuffer()), platform);
  return { platform, store, source, travel: createTravel(store, source), at: () => store.get().record.meta.iteration };
}

test("what was recorded is read back: facts, records, and what each was made with", async () => {
  const made = await recorded([3, 4, 5], { 1: { learning_rate: 0.5 }, 2: { learning_rate: 0.5 } });
  assert.equal(made.records, 3);
  assert.equal(made.iteration, 5);
  const { facts, records, cutShort } = readRecording(await made.file.arrayBuffer());
  assert.deepEqual(facts, { config, task, link: "http://here/" });
  assert.equal(cutShort, false);
  assert.deepEqual(
    records.map((one) => [one.iteration, one.config.learning_rate, one.task.title]),
    [
      [3, 0.1, "Echo"],
      [4, 0.5, "Echo"],
      [5, 0.5, "Echo"],
    ],
  );
  assert.deepEqual(records[1].decode().tensors.W_hh.data, makeRecord().tensors.W_hh.data);
});

test("a file that is full takes no more, and says so", () => {
  const { session, taps } = tapped();
  const live = { config, task, iteration: 0, solvedAt: null };
  const recorder = createRecorder(session, live, {}, 3000);
  const { meta, tensors } = makeRecord();
  for (let times = 0; times < 5; times += 1) for (const tap of taps) tap(encodeFrame(meta, tensors).buffer, 1, live);
  const { records, bytes, full } = recorder.status();
  assert.ok(records > 0 && records < 5 && bytes <= 3000 && full, `${records} records, ${bytes} bytes, full: ${full}`);
  assert.equal(taps.size, 0);
});

test("it opens standing at its first record, with the curve of all of it", async () => {
  const { store, at } = await played([0, 1, 2, 3]);
  assert.equal(at(), 0);
  assert.equal(store.get().phase, "paused");
  assert.equal(store.get().connection.status, "open");
  assert.equal(store.get().history.length, 4);
  assert.equal(store.get().task.title, "Echo");
});

test("it plays at the chosen speed, stands still at its end, and plays again from the beginning", async () => {
  const { platform, source, store, at } = await played([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert.equal(store.get().rate, 30, "a record of each update: thirty a second");
  source.setRate(10);
  source.play();
  assert.equal(store.get().phase, "running");
  platform.pass(550);
  assert.equal(at(), 5);
  source.setRate(100);
  platform.pass(45);
  assert.equal(at(), 9);
  assert.equal(store.get().history.length, 11, "the curve stays whole");
  platform.pass(1000);
  assert.equal(at(), 10);
  assert.equal(store.get().phase, "paused");
  source.play();
  assert.equal(at(), 0);
});

test("records that are far apart are shown thirty a second unless another speed is chosen", async () => {
  const { store } = await played([0, 20, 40, 60]);
  assert.equal(store.get().rate, 600);
});

test("as fast as possible is one record a frame that was drawn", async () => {
  const { platform, source, at } = await played([0, 1, 2, 3]);
  source.setRate(null);
  source.drawn(0);
  source.play();
  platform.pass(100);
  assert.equal(at(), 1);
  source.drawn(1);
  platform.pass(100);
  assert.equal(at(), 2);
});

test("it is moved through: to an iteration, back and forth, to the end, to the beginning", async () => {
  const { travel, store, at } = await played([10, 20, 30, 40]);
  travel.to(35);
  assert.equal(at(), 30);
  travel.back();
  assert.equal(at(), 20);
  assert.equal(travel.next(), true);
  assert.equal(at(), 30);
  travel.now();
  assert.equal(at(), 40);
  assert.equal(travel.next(), false, "there is none after the last");
  travel.reset();
  assert.equal(at(), 10);
  travel.to(0);
  assert.equal(at(), 10, "before the first there is none");
  assert.equal(store.get().past, null);
  travel.toggle();
  assert.equal(store.get().phase, "running");
  travel.back();
  assert.equal(store.get().phase, "paused", "who steps stops it");
});

test("what is shown has the configuration it was made with", async () => {
  const { travel, store } = await played([0, 1, 2], { 2: { activation: "relu" } });
  assert.equal(store.get().config.activation, "tanh");
  travel.now();
  assert.equal(store.get().config.activation, "relu");
});

test("where training began anew, that part has its own curve, and playing goes from one to the next", async () => {
  const { travel, store, source, platform, at } = await played([5, 6, 7, 0, 1]);
  assert.equal(store.get().history.length, 3);
  travel.now();
  assert.equal(at(), 7, "the last of this part");
  travel.next();
  assert.equal(at(), 0);
  assert.equal(store.get().history.length, 2);
  travel.to(6);
  assert.equal(at(), 1, "iterations are those of this part");
  travel.reset();
  assert.equal(at(), 5);
  source.setRate(10);
  source.play();
  platform.pass(350);
  assert.equal(at(), 0);
  platform.pass(150);
  assert.equal(at(), 1);
  assert.equal(store.get().phase, "paused");
});

test("the same record again is the same object, so nothing is drawn anew", async () => {
  const { source, store } = await played([0, 1]);
  const { record } = store.get();
  source.pause();
  assert.equal(store.get().record, record);
});

test("what would change it is refused in words", async () => {
  const { source, store } = await played([0, 1]);
  source.configure({ learning_rate: 1 });
  assert.match(store.get().notice.text, /recording/);
  assert.equal(await source.edit("W_hh", [0, 0], 1), null);
});

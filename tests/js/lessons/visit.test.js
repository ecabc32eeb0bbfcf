import assert from "node:assert/strict";
import test from "node:test";
import { createVisit } from "../../../static/js/lessons/visit.js";
import { initialState, reduce } from "../../../static/js/run/state.js";
import { createStore } from "../../../static/js/lib/store.js";
import { makeRecord } from "../records.js";

const own = { sequence_length: 4, cell: "rnn" };
const usual = { tab: "flow", track: "dh", ruler: "far", pin: null, folded: false, playing: false, rate: 10 };

function scene(steps, more = {}) {
  const config = { sequence_length: 6, cell: "lstm" };
  return { config, lanes: [], watch: [], view: usual, steps: steps.map((done) => ({ done })), controls: [], ...more };
}

/** A reader's page with a run of its own, and a server that starts whatever it is told to. */
function setUp(standsFor = null) {
  const store = createStore(initialState({ config: own }, standsFor ? null : makeRecord({ T: 4 })), reduce);
  const calls = [];
  const lanes = [];
  const state = (config, phase = "paused", iteration = 0) =>
    store.dispatch({
      type: "server",
      at: 0,
      message: {
        type: "state",
        phase,
        config,
        iteration,
        solved_at: null,
        same_numerics: true,
        task: null,
        effects: { live: [], restart: [] },
      },
    });
  const show = (config, meta) => {
    state(config, meta.phase, meta.iteration);
    store.dispatch({ type: "record", record: makeRecord({ T: config.sequence_length, meta }) });
  };
  const actions = {
    keepRun: async () => "the run",
    returnTo: async (kept) => calls.push(["returnTo", kept]),
    async startOther(config) {
      calls.push(["start", config.sequence_length]);
      state(config);
      setImmediate(() => show(config, { iteration: 0, loss_per_timestep: 1 }));
      return true;
    },
    compare: async (configs) => calls.push(["compare", configs.map(({ sequence_length }) => sequence_length)]),
    endCompare: () => {},
    lanes: () => lanes,
    endSlowMotion: () => {},
    play: () => calls.push(["play"]),
  };
  const ticked = [];
  const visit = createVisit(store, actions, { before: null, standsFor }, (index) => ticked.push(index));
  const open = () => store.dispatch({ type: "connection", connection: { status: "open", retryAt: null, attempt: 0 } });
  return { store, visit, calls, ticked, show, open, state, lanes };
}

test("a scene waits for a connection, then its network takes the place of the reader's", async () => {
  const { store, visit, calls, open } = setUp();
  const entered = visit.enter(scene([{ iterations: 5 }], { view: { ...usual, tab: "lags", pin: 2, playing: true } }));
  await new Promise(setImmediate);
  assert.deepEqual(calls, []);
  open();
  await entered;
  assert.deepEqual(calls, [["start", 6], ["play"]]);
  assert.equal(store.get().tab, "lags");
  assert.deepEqual(store.get().pin, { t: 2 });
  assert.equal(store.get().rate, 10);
  assert.deepEqual(visit.before(), own);
});

test("steps tick by what the page shows, each once, and all together are a scene that is done", async () => {
  const { store, visit, ticked, show, open } = setUp();
  open();
  const told = scene([{ event: "pin" }, { scalar: "loss_per_timestep", below: 0.1 }]);
  await visit.enter(told);
  visit.look();
  assert.deepEqual(ticked, []);
  store.dispatch({ type: "pin", pin: { t: 3 } });
  store.dispatch({ type: "pin", pin: null });
  visit.look();
  assert.deepEqual(ticked, [0]);
  assert.equal(visit.isDone(), false);
  show(told.config, { iteration: 9, loss_per_timestep: 0.05 });
  visit.look();
  show(told.config, { iteration: 10, loss_per_timestep: 0.5 });
  visit.look();
  assert.deepEqual(ticked, [0, 1]);
  assert.equal(visit.isDone(), true);
});

test("the picture of the run before ticks nothing", async () => {
  const { visit, ticked, show, open } = setUp();
  open();
  show(own, { iteration: 400, loss_per_timestep: 0.001 });
  await visit.enter(scene([{ scalar: "loss_per_timestep", below: 0.1 }, { iterations: 100 }]));
  visit.look();
  assert.deepEqual(ticked, []);
});

test("what was done is seen: play, fold, another example, slow motion, and what the server carried out", async () => {
  const { store, visit, ticked, open, state } = setUp();
  open();
  const events = ["play", "fold", "unfold", "example", "slow", "edit"];
  const told = scene(events.map((event) => ({ event })));
  await visit.enter(told);
  state(told.config, "running");
  store.dispatch({ type: "fold", folded: true });
  store.dispatch({ type: "fold", folded: false });
  store.dispatch({ type: "probe", probe: 1 });
  store.dispatch({ type: "slow", slow: { phase: "update", t: 1 } });
  store.dispatch({ type: "slow", slow: null });
  visit.happened("edit");
  visit.look();
  assert.deepEqual(ticked, [0, 1, 2, 3, 4, 5]);
});

test("slow motion pins what it comes by, and ticks nothing by it", async () => {
  const { store, visit, ticked, open } = setUp();
  open();
  await visit.enter(scene([{ pin: 4 }, { event: "pin" }]));
  store.dispatch({ type: "slow", slow: { phase: "backward", t: 4 } });
  store.dispatch({ type: "pin", pin: { t: 4 } });
  visit.look();
  store.dispatch({ type: "slow", slow: { phase: "backward", t: 3 } });
  store.dispatch({ type: "pin", pin: { t: 3 } });
  visit.look();
  assert.deepEqual(ticked, []);
  store.dispatch({ type: "pin", pin: { t: 4 } });
  visit.look();
  assert.deepEqual(ticked, [0], "but whoever pins another one meanwhile has pinned it");
});

test("a step for the largest loss is done by pinning it, not by pinning another that becomes the largest later", async () => {
  const { store, visit, ticked, open } = setUp();
  open();
  await visit.enter(scene([{ pin: { largest: "loss_t" } }]));
  const show = (...losses) => {
    const record = makeRecord({ T: 3 });
    record.tensors.loss_t = { shape: [3], data: Float64Array.from(losses) };
    store.dispatch({ type: "record", record });
  };
  show(0.1, 0.3, 0.2);
  store.dispatch({ type: "pin", pin: { t: 3 } });
  visit.look();
  show(0.1, 0.2, 0.3);
  visit.look();
  assert.deepEqual(ticked, []);
  store.dispatch({ type: "pin", pin: { t: 2 } });
  visit.look();
  assert.deepEqual(ticked, []);
  store.dispatch({ type: "pin", pin: { t: 3 } });
  visit.look();
  assert.deepEqual(ticked, [0]);
});

test("an edit is one of a certain tensor where a step asks for that, of any where it does not", async () => {
  const { visit, ticked, open } = setUp();
  open();
  await visit.enter(scene([{ event: "edit", tensor: "W_hh" }, { event: "edit" }]));
  visit.happened("edit", "W_xh");
  visit.look();
  assert.deepEqual(ticked, [1]);
  visit.happened("edit", "W_hh");
  visit.look();
  assert.deepEqual(ticked, [1, 0]);
});

test("a step in a lane is done while that lane is the chosen one", async () => {
  const { store, visit, ticked, open, lanes } = setUp();
  open();
  await visit.enter(scene([{ all: [{ lane: 2 }, { tab: "gates" }] }]));
  lanes.push(store.get(), { ...store.get() });
  store.dispatch({ type: "tab", tab: "gates" });
  lanes[0] = store.get();
  visit.look();
  assert.deepEqual(ticked, []);
  lanes.reverse();
  visit.look();
  assert.deepEqual(ticked, [0]);
});

test("lanes stand beside the first, and one of them is enough for a step", async () => {
  const { store, visit, calls, ticked, open, lanes } = setUp();
  open();
  const config = (sequence_length) => ({ name: "", config: { sequence_length, cell: "rnn" } });
  const entered = visit.enter(
    scene([{ phase: "diverged" }, { iterations: 7 }], { lanes: [config(5), config(8), config(9)] }),
  );
  for (let turns = 0; turns < 3; turns += 1) await new Promise(setImmediate);
  visit.look();
  await entered;
  assert.deepEqual(calls, [
    ["start", 5],
    ["compare", [8, 9]],
  ]);
  const one = store.get();
  lanes.push(one, { ...one, phase: "diverged" }, { ...one, live: { ...one.live, iteration: 7 } });
  visit.look();
  assert.deepEqual(ticked, [0, 1]);
});

test("leaving gives back what the reader had, also after several scenes", async () => {
  const { store, visit, calls, open } = setUp();
  open();
  store.dispatch({ type: "tab", tab: "loss" });
  store.dispatch({ type: "pin", pin: { t: 1, unit: 1 } });
  store.dispatch({ type: "rate", rate: 77 });
  await visit.enter(scene([]));
  await visit.enter(scene([]));
  await visit.leave();
  assert.deepEqual(calls.at(-1), ["returnTo", "the run"]);
  const { tab, pin, rate } = store.get();
  assert.deepEqual({ tab, pin, rate }, { tab: "loss", pin: { t: 1, unit: 1 }, rate: 77 });
  assert.equal(visit.before(), null);
});

test("whoever leafs through fast gets the last scene only", async () => {
  const { visit, calls, open } = setUp();
  const first = visit.enter(scene([]));
  const second = visit.enter(scene([], { config: { sequence_length: 9, cell: "rnn" } }));
  open();
  await Promise.all([first, second]);
  assert.deepEqual(calls, [["start", 9]]);
});

test("a link's lesson stands on the network that the page began with; leaving begins the page's own", async () => {
  const { visit, calls, open, show } = setUp(own);
  open();
  const told = scene([]);
  const entered = visit.enter(told);
  show(told.config, { phase: "paused", iteration: 0, loss_per_timestep: 1 });
  await entered;
  assert.deepEqual(calls, [], "no other network was started before it");
  assert.deepEqual(visit.before(), own);
  await visit.leave();
  assert.deepEqual(calls, [["start", own.sequence_length], ["play"]]);
});

test("where another network was begun than the lesson's, the lesson's is started", async () => {
  const { visit, calls, open, show } = setUp(own);
  open();
  show(own, { phase: "paused", iteration: 0, loss_per_timestep: 1 });
  await visit.enter(scene([]));
  assert.deepEqual(calls, [["start", 6]]);
});

/** Being in a scene: its network and its view in place of the reader's own, which come back when the lesson is left. */

import { isPlaying } from "../run/state.js";
import { eventOf, isDone } from "./conditions.js";

/** @typedef {import("../run/state.js").State} State */
/** @typedef {import("../run/session.js").PageStore} PageStore */
/** @typedef {import("../wire/protocol.js").Config} Config */
/** @typedef {import("./conditions.js").Condition} Condition */
/** @typedef {{tab: string, track: string, ruler: "near" | "far" | "abyss", pin: number | null, folded: boolean, playing: boolean, rate: number, under?: string | null}} View */
/** @typedef {Partial<Pick<State, "rulerIsChosen">> & Pick<State, "tab" | "track" | "ruler" | "pin" | "folded" | "rate" | "probe">} Stand what a scene sets of the view */
/** @typedef {{config: Config, lanes: {name: string, config: Config}[], watch: string[], view: View, steps: {done: Condition}[], controls: string[]}} Setting what of a scene stands beside its text */

/**
 * What a lesson needs of the page.
 * @typedef {object} Actions
 * @property {() => Promise<any>} keepRun the run as it is, to come back to; null where there is none
 * @property {(kept: any) => Promise<void>} returnTo
 * @property {(config: Config) => Promise<boolean>} startOther another network in place of this one, paused
 * @property {(configs: Config[]) => Promise<void>} compare more networks beside the one that was started
 * @property {() => void} endCompare
 * @property {() => State[]} lanes the networks side by side; none where there is one
 * @property {() => void} endSlowMotion
 * @property {() => void} play
 */

/**
 * Where the reader comes back to: their own run and view, kept while lessons and questions show others. `standsFor`: the
 * page's own network, which was not begun, as a link opened on another.
 * @typedef {{before: {run: unknown, config: Config, view: Stand} | null, standsFor?: Config | null}} Home
 */

/**
 * @param {PageStore} store
 * @param {Actions} actions
 * @param {Home} home one for everything that shows other networks, so that going from one to the next loses nothing
 * @param {(index: number) => void} ticked a step is done
 */
export function createVisit(store, actions, home, ticked) {
  /** @type {Setting | null} the scene whose network is the one that is shown */
  let shown = null;
  /** @type {boolean[]} */
  let done = [];
  /** @type {Set<string>} */
  let events = new Set();
  /** @type {State["record"]} what was shown when the timestep that is pinned was pinned */
  let pinnedIn = null;
  /** @type {Setting | null} the scene that was asked for last */
  let wanted = null;
  let last = Promise.resolve();
  let allSeen = () => {};

  /** @param {Setting} scene */
  async function enter(scene) {
    await connected(store);
    if (scene !== wanted) return;
    const { standsFor } = home;
    home.standsFor = null;
    home.before ??= {
      run: standsFor ? null : await actions.keepRun(),
      config: standsFor ?? store.get().live.config,
      view: viewOf(store.get()),
    };
    actions.endSlowMotion();
    actions.endCompare();
    const { record } = store.get();
    setView({ ...scene.view, pin: null, probe: 0 });
    const [first = scene.config, ...others] = scene.lanes.map(({ config }) => config);
    if (standsFor && isFresh(store.get(), first)) await changes(store, (state) => state.record !== null);
    else {
      if (!(await actions.startOther(first))) return;
      await changes(store, (state) => state.record !== record);
    }
    if (others.length > 0) {
      await actions.compare(others);
      await new Promise((resolve) => {
        allSeen = () => resolve(null);
      });
    }
    const { pin, playing } = scene.view;
    store.dispatch({ type: "pin", pin: pin === null ? null : { t: pin } });
    if (playing) actions.play();
    if (scene !== wanted) return;
    shown = scene;
    done = scene.steps.map(() => false);
    events = new Set();
  }

  async function leave() {
    shown = null;
    if (!home.before) return;
    const { run, config, view } = home.before;
    home.before = null;
    actions.endSlowMotion();
    actions.endCompare();
    setView({ ...view, pin: null });
    if (run) await actions.returnTo(run);
    else if (await actions.startOther(config)) actions.play();
    store.dispatch({ type: "pin", pin: view.pin });
  }

  /** @param {Omit<Stand, "pin"> & {pin: State["pin"]}} view */
  function setView({ tab, track, ruler, rulerIsChosen, pin, folded, rate, probe }) {
    store.dispatch({ type: "tab", tab });
    store.dispatch({ type: "track", track });
    store.dispatch({ type: "ruler", ruler, chosen: rulerIsChosen });
    store.dispatch({ type: "pin", pin });
    store.dispatch({ type: "fold", folded });
    store.dispatch({ type: "probe", probe });
    store.dispatch({ type: "zoom", zoom: null });
    store.dispatch({ type: "panel", panel: null });
    store.dispatch({ type: "rate", rate });
  }

  /** What is done now; a step that was done stays done. Called once a frame, when all that belongs together has come. */
  function look() {
    if (actions.lanes().every(({ record, connection }) => record || connection.status === "lost")) allSeen();
    if (!shown) return;
    const page = { ...pageOf(store.get(), actions.lanes()), events, pinnedIn };
    for (const [index, step] of shown.steps.entries()) {
      if (done[index] || !isDone(step.done, page)) continue;
      done[index] = true;
      ticked(index);
    }
  }

  /** @param {string} event @param {string} [tensor] that was changed */
  function happened(event, tensor) {
    if (shown) events.add(event).add(eventOf(event, tensor));
  }

  /** What was done can mostly be seen by what became of it. @param {State} state @param {State} was */
  function notice(state, was) {
    if (isPlaying(state) && !isPlaying(was)) happened("play");
    if (state.pin?.t !== was.pin?.t) pinnedIn = state.record;
    if (state.pin && state.pin.t !== was.pin?.t && !state.slow) happened("pin");
    if (state.folded !== was.folded) happened(state.folded ? "fold" : "unfold");
    if (state.probe !== was.probe) happened("example");
    if (was.slow?.phase === "update" && state.slow?.phase !== "update") happened("slow");
  }

  store.watch((state) => state, notice);

  return {
    happened,
    look,
    isDone: () => done.length > 0 && done.every(Boolean),
    before: () => home.before?.config ?? null,

    /** One after the other, in the order they were asked for. @param {Setting} scene */
    enter(scene) {
      wanted = scene;
      shown = null;
      done = [];
      last = last.then(() => enter(scene));
      return last;
    },

    /** Something else shows its network now. */
    stepAside() {
      wanted = null;
      shown = null;
    },

    /** Nothing is to come back. */
    forget() {
      wanted = null;
      shown = null;
      last = last.then(() => {
        home.before = null;
      });
    },

    leave() {
      wanted = null;
      shown = null;
      last = last.then(leave);
      return last;
    },
  };
}

/** Whether this network was begun, and nothing was done with it yet. @param {State} state @param {Config} config */
function isFresh({ live, phase }, config) {
  const isSame = Object.keys(config).every((field) => live.config[field] === config[field]);
  return isSame && phase === "paused" && live.iteration === 0;
}

/** @param {State} state @returns {Stand} */
function viewOf({ tab, track, ruler, rulerIsChosen, pin, folded, rate, probe }) {
  return { tab, track, ruler, rulerIsChosen, pin, folded, rate, probe };
}

/** Slow motion pins what it comes by; that is not the reader's doing. @param {State} state */
function pinOf({ pin, slow }) {
  return pin && pin.t !== slow?.t ? pin.t : null;
}

/** @param {State} state @param {State[]} lanes none where there is one network @returns {Omit<import("./conditions.js").Page, "events" | "pinnedIn">} */
function pageOf(state, lanes) {
  const networks = lanes.length > 0 ? lanes : [state];
  return {
    lanes: networks.map(({ live: { config, iteration, record }, phase }) => ({
      config,
      phase,
      iteration,
      scalars: record ? { ...record.meta } : {},
    })),
    tab: state.tab,
    lane: networks.indexOf(state) + 1,
    pin: pinOf(state),
  };
}

/** @param {PageStore} store */
function connected(store) {
  return changes(store, ({ connection }) => connection.status === "open");
}

/** Until the state is so. @param {PageStore} store @param {(state: State) => boolean} holds @returns {Promise<void>} */
function changes(store, holds) {
  return new Promise((resolve) => {
    if (holds(store.get())) return resolve();
    const end = store.watch(
      (state) => state,
      (state) => {
        if (!holds(state)) return;
        end();
        resolve();
      },
    );
  });
}

/**
 * Up to four networks side by side: each a run of its own on a socket of its own, all learning from the same data in
 * lockstep. The page's controls and views are those of the chosen lane; playing, stepping and going back move all.
 */

import { byId } from "../lib/dom.js";
import { initialState, isPlaying, reduce } from "../run/state.js";
import { createStore } from "../lib/store.js";
import { tellLanes } from "../words/lanes.js";
import { NO_LANE } from "../words/notices.js";
import { keptPast, keptState } from "../run/snapshots.js";
import { createLockstep } from "../run/lockstep.js";
import { createLanesTable, MOST_LANES } from "./table.js";
import { createLanesView } from "./view.js";

/** @typedef {import("../run/session.js").PageStore} PageStore */
/** @typedef {import("../run/state.js").State} State */
/** @typedef {import("../wire/protocol.js").Config} Config */
/** @typedef {import("../run/active.js").Session} Session */
/** @typedef {import("../run/lockstep.js").Lane & {drawn: State["record"], end: () => void}} Lane */

/**
 * @typedef {object} Page
 * @property {ReturnType<typeof import("../lib/store.js").createSwitch<State, import("../run/state.js").Action>>} store
 * @property {ReturnType<typeof import("../run/active.js").createActiveSession>} active
 * @property {(store: PageStore, plays: boolean) => Session} openSession
 * @property {import("../run/lockstep.js").Clock} platform
 * @property {() => void} redraw
 * @property {() => void} ended there is one network again
 */

/** A lane from the seed, or one that a reload goes on with. @typedef {{config: Config, kept?: import("../run/snapshots.js").KeptLane}} Beginning */

/** @typedef {ReturnType<typeof createCompare>} Compare */

/** @param {Page} page */
export function createCompare({ store, active, openSession, platform, redraw, ended }) {
  /** @type {Lane[]} */
  let lanes = [];
  let chosen = 0;
  /** @type {string[]} */
  let watched = [];
  let busy = false;
  /** What played when a lane was asked for plays on once it is there, or once there is one network again. */
  let resumes = false;
  /** There is one network again. */
  let over = false;
  /** Another lane is chosen, or there are more or fewer: that is said at once. */
  let isOther = false;
  /** How many restarts are under way. */
  let restarting = 0;

  const lockstep = createLockstep(
    () => lanes,
    () => restarting === 0 && lanes.every((lane) => lane.store.get().connection.status === "open"),
    () => store.get().rate,
    platform,
  );
  const states = () => lanes.map((lane) => lane.store.get());
  const shared = { states, chosen: () => chosen, choose };
  const view = createLanesView(byId("stage"), { ...shared, dispatch: store.dispatch, redraw });
  const table = createLanesTable({
    ...shared,
    add: () => void add(),
    keep: () => end(),
    drop: () => drop(chosen),
  });
  document.body.dataset.lanes = "";

  // What one lane does that concerns the others.

  const endFollowing = store.watch(
    ({ past }) => past,
    (past) => {
      for (const { store: other, session } of others()) {
        other.dispatch({ type: "show", moment: past && session.past.at(past.iteration) });
      }
    },
  );

  /** @param {PageStore} laneStore @param {Session} session @returns {Lane} */
  function laneOf(laneStore, session) {
    const ends = [
      laneStore.watch((state) => state, redraw),
      laneStore.watch(
        ({ effects }) => effects,
        (effects) => {
          // All start again with the one that did, so that they go on seeing the same data.
          if (effects.restart.length > 0) void restart(lanes.filter((lane) => lane.session !== session));
        },
      ),
    ];
    return { store: laneStore, session, drawn: null, end: () => void ends.map((one) => one()) };
  }

  /** Back to the seed's weights; until all lanes are there, none takes a step. @param {Lane[]} which */
  async function restart(which) {
    restarting += 1;
    try {
      await Promise.all(which.map((lane) => lane.session.reset()));
    } finally {
      restarting -= 1;
    }
  }

  function others() {
    return lanes.filter((_, index) => index !== chosen);
  }

  /** The session of the chosen lane, with what concerns all lanes done by all. @param {Lane} lane */
  function sessionOfAll({ session }) {
    const all = (/** @type {(session: Session) => unknown} */ act) => {
      for (const lane of lanes) act(lane.session);
    };
    return {
      ...session,
      play: lockstep.start,
      pause: lockstep.stop,
      step: () => void lockstep.step(),
      keep: (/** @type {boolean} */ visible) => all((one) => one.keep(visible)),
      drawn: () => {},
      retryNow: () => all((one) => one.retryNow()),
      reset: () => restart(lanes),
      undo: async () => {
        await quiet();
        await Promise.all(lanes.map((one) => one.session.undo()));
      },
      branch: async () => {
        await quiet();
        const arrived = await Promise.all(lanes.map((one) => one.session.branch()));
        return arrived.every(Boolean);
      },
      /** @param {Config} changes */
      configure: (changes) => {
        branchOthers();
        session.configure(changes);
      },
      /** @param {string} tensor @param {number[]} index @param {number} value */
      edit: (tensor, index, value) => {
        branchOthers();
        return session.edit(tensor, index, value);
      },
      /** @param {number | null} rate */
      setRate: (rate) => {
        for (const lane of lanes) lane.store.dispatch({ type: "rate", rate });
      },
      /** @param {number} probe */
      show: async (probe) => {
        await Promise.all(lanes.map((lane) => lane.session.show(probe)));
      },
      /** @param {string[]} quantities */
      watch: (quantities) => {
        watched = quantities;
        return session.watch(quantities);
      },
    };
  }

  /** What is changed in the past of one lane begins a branch in all of them. */
  function branchOthers() {
    if (store.get().past) for (const other of others()) void other.session.branch();
  }

  /** @param {Lane} lane */
  function acknowledge(lane) {
    const { record } = lane.store.get();
    if (record && record !== lane.drawn) lane.session.drawn(record.meta.iteration);
    lane.drawn = record;
  }

  /** No round is under way. */
  async function quiet() {
    lockstep.stop();
    await lockstep.idle();
  }

  // Choosing, adding, ending.

  /** @param {number} index */
  function choose(index) {
    const lane = lanes[index];
    if (!lane) return;
    const before = store.get();
    chosen = index;
    isOther = true;
    if (lane.store !== store.chosen()) {
      lane.store.dispatch({ type: "adopt", from: before });
      store.choose(lane.store);
    }
    active.choose(sessionOfAll(lane));
    if (watched.length > 0) void lane.session.watch(watched);
    redraw();
  }

  function share() {
    for (const { session } of lanes) session.past.limit(1 / lanes.length);
  }

  /** A copy of the chosen lane as it is shown, with some changes. @param {Config} changes */
  async function add(changes = {}) {
    if (lanes.length >= MOST_LANES || busy) return;
    busy = true;
    resumes ||= lockstep.isRunning();
    await quiet();
    if (over) return;
    const from = lanes[chosen];
    if (store.get().past) await active.session.branch();
    const kept = await from.session.keepRun();
    busy = false;
    if (over) return;
    if (kept) startCopy(from, kept, changes);
    else store.dispatch({ type: "notice", notice: { text: NO_LANE, undo: false, at: platform.now() } });
    goOn();
  }

  function goOn() {
    if (resumes) lockstep.start();
    resumes = false;
  }

  /** @param {Lane} from @param {NonNullable<Awaited<ReturnType<Session["keepRun"]>>>} kept @param {Config} changes */
  function startCopy(from, kept, changes) {
    const state = from.store.get();
    const copy = { ...state, connection: { ...state.connection, status: /** @type {const} */ ("connecting") } };
    const laneStore = createStore({ ...copy, notice: null, wanted: {}, errors: {} }, reduce);
    const session = openSession(laneStore, false);
    session.past.restore(kept.saved);
    session.past.keepSnapshot(kept.bytes, state.live.iteration);
    start(laneStore, session, changes);
  }

  /** Another network on the same data. @param {Beginning} beginning */
  function begin({ config, kept }) {
    if (lanes.length >= MOST_LANES) return;
    const { schema, limits } = store.get();
    const state = initialState({ schema, limits: limits ?? undefined, config });
    const laneStore = createStore(kept ? keptState(state, kept) : state, reduce);
    const session = openSession(laneStore, false);
    if (kept) session.past.restore(keptPast(kept));
    start(laneStore, session, {});
  }

  /** @param {PageStore} laneStore @param {Session} session @param {Config} changes */
  function start(laneStore, session, changes) {
    lanes = [...lanes, laneOf(laneStore, session)];
    share();
    session.connect();
    if (Object.keys(changes).length > 0) session.configure(changes);
    choose(lanes.length - 1);
  }

  /** @param {number} index */
  function drop(index) {
    const lane = lanes[index];
    if (!lane || lanes.length < 3) return;
    choose(index === 0 ? 1 : index - 1);
    const stays = lanes[chosen];
    lane.end();
    lane.session.close();
    lanes = lanes.filter((one) => one !== lane);
    share();
    choose(lanes.indexOf(stays));
  }

  /** One network again: the chosen lane. */
  function end() {
    over = true;
    const stays = lanes[chosen];
    const plays = resumes || lockstep.isRunning();
    lockstep.stop();
    endFollowing();
    for (const lane of lanes) {
      lane.end();
      if (lane !== stays) lane.session.close();
    }
    lanes = [stays];
    share();
    active.choose(stays.session);
    store.dispatch({ type: "narrate", narration: null });
    view.remove();
    table.remove();
    delete document.body.dataset.lanes;
    ended();
    redraw();
    if (plays) void lockstep.idle().then(() => stays.session.play());
  }

  return {
    /** The page's own run becomes the first lane, and the second is its copy unless others are named. @param {Beginning[]} beginnings */
    async open(beginnings = []) {
      resumes = isPlaying(store.get());
      const first = active.current();
      first.pause();
      lanes = [laneOf(store.chosen(), first)];
      choose(0);
      for (const beginning of beginnings) begin(beginning);
      if (beginnings.length === 0) {
        await add();
        // One alone is not compared.
        if (lanes.length === 1 && !over) end();
        return;
      }
      choose(0);
      goOn();
    },
    choose,
    add,
    end,
    states,
    all: () => lanes,
    /** How many milliseconds later there is something left to draw. @param {number} now @param {boolean} reads whether it is time for other words and numbers */
    draw(now, reads) {
      if (lanes.length === 0) return Number.POSITIVE_INFINITY;
      try {
        view.draw(now);
      } finally {
        // The records of lanes that cannot be drawn are acknowledged, too: their runs go on.
        for (const lane of lanes) acknowledge(lane);
      }
      if (reads || isOther) {
        isOther = false;
        table.draw();
        const told = tellLanes(states());
        const { narration } = store.get();
        if (told.finding !== narration?.finding || told.reason !== narration?.reason) {
          store.dispatch({ type: "narrate", narration: told });
        }
      }
      return Number.POSITIVE_INFINITY;
    },
  };
}

/**
 * Moving through the past of a run: what is shown moves, the run itself stands still meanwhile. Whoever comes back to the
 * present finds it playing if it played before. A source without a present brings its own way of moving.
 */

import { isPlaying } from "./state.js";

/** @typedef {import("./history.js").Moment} Moment */
/** @typedef {import("./source.js").Travel} Travel */

/**
 * @param {import("./session.js").PageStore} store
 * @param {{past: import("./history.js").Past, travel: Travel | null, pause: () => void, play: () => void, step: () => void,
 *   reset: () => void, branch: () => Promise<unknown>, undo: () => Promise<void>}} session
 */
export function createTravel(store, session) {
  const ofRun = createRunTravel(store, session);
  const current = () => session.travel ?? ofRun;

  return {
    to: (/** @type {number} */ iteration) => current().to(iteration),
    back: () => current().back(),
    next: () => current().next(),
    now: () => current().now(),
    toggle: () => current().toggle(),
    reset: () => current().reset(),
    branch: ofRun.branch,
    undo: () => void session.undo(),
    moments: () => session.past.moments(),
  };
}

/** @param {Parameters<typeof createTravel>[0]} store @param {Parameters<typeof createTravel>[1]} session */
function createRunTravel(store, session) {
  let paused = false;

  /** @param {Moment | null} moment */
  function show(moment) {
    if (moment === null) return;
    if (store.get().past === null && isPlaying(store.get())) {
      paused = true;
      session.pause();
    }
    store.dispatch({ type: "show", moment });
  }

  /** @returns {Moment | null} the last one: what the run itself shows */
  const newest = () => session.past.moments().at(-1) ?? null;

  function toPresent() {
    store.dispatch({ type: "show", moment: null });
  }

  return {
    /** The last moment at or before an iteration; the present if there is none later. @param {number} iteration */
    to(iteration) {
      const moment = session.past.at(iteration);
      if (moment !== newest()) show(moment);
      else if (store.get().past) toPresent();
    },

    back() {
      const from = store.get().past ?? newest();
      if (from) show(session.past.before(from));
    },

    /** One record further; in the present one update. */
    next() {
      const { past } = store.get();
      const following = past && session.past.after(past);
      if (past === null) session.step();
      else if (following === null || following === newest()) toPresent();
      else show(following);
      return true;
    },

    /** Back in the present, going on as before. */
    now() {
      toPresent();
      if (paused) session.play();
      paused = false;
    },

    toggle() {
      const { past } = store.get();
      paused = false;
      if (past === null && isPlaying(store.get())) return session.pause();
      toPresent();
      session.play();
    },

    reset() {
      paused = false;
      toPresent();
      session.reset();
    },

    /** The run goes on from the shown moment, when it is told to. */
    branch() {
      paused = false;
      void session.branch();
    },
  };
}

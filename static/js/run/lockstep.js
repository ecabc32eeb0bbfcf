/**
 * Lockstep: every lane takes the same updates, and their records are shown together when all have answered. A lane that
 * fell behind, because its connection was lost, catches up first.
 */

import { mix } from "../lib/scales.js";

/** @typedef {import("./active.js").Session} Session */
/** @typedef {{store: import("./session.js").PageStore, session: Session}} Lane */

/**
 * @typedef {object} Clock
 * @property {() => number} now
 * @property {(callback: () => void, ms: number) => number} setTimer
 * @property {(callback: (now: number) => void) => unknown} requestFrame
 */

const MOST_ROUNDS_PER_SECOND = 30;
/** As fast as it goes: so long may one round take, in milliseconds. */
const SHORT_ROUND = 20;
const LONG_ROUND = 50;
const MOST_UPDATES = 1000;
/** How long to wait for lanes that are not ready before looking again, in milliseconds. */
const PATIENCE = 50;

/**
 * How many updates a round takes, and how long it should last at least.
 * @param {number | null} rate updates per second, null for as fast as possible
 * @param {number} before updates of the last round
 * @param {number} took milliseconds it lasted
 */
export function nextRound(rate, before, took) {
  if (rate !== null) {
    const updates = Math.max(1, Math.round(rate / MOST_ROUNDS_PER_SECOND));
    return { updates, period: (1000 * updates) / rate };
  }
  const factor = took < SHORT_ROUND ? 2 : took > LONG_ROUND ? 1 / 2 : 1;
  return { updates: Math.min(MOST_UPDATES, Math.max(1, Math.round(before * factor))), period: 0 };
}

/**
 * @param {() => Lane[]} lanes
 * @param {() => boolean} ready whether all lanes can take a step now
 * @param {() => number | null} rate
 * @param {Clock} platform
 */
export function createLockstep(lanes, ready, rate, platform) {
  /** Counts the marches: one that was stopped finds that it is no longer the current one. */
  let current = 0;
  let marching = false;
  /** @type {Promise<unknown>} */
  let round = Promise.resolve();

  /** A lane with a number that is not finite stays where it is; the others may go on. */
  const standing = () => lanes().filter(({ store }) => store.get().phase !== "diverged");

  /** @param {number} updates @param {number | null} pace updates per second to be told, null when the page only steps */
  async function advance(updates, pace) {
    const all = standing();
    const iterations = all.map(({ store }) => store.get().live.iteration);
    const target = Math.max(...iterations) + updates;
    for (const { session } of all) session.hold();
    await Promise.all(all.map(({ session }, index) => session.advance(target - iterations[index])));
    if (marching && pace !== null) tell(pace);
    for (const { session } of all) session.release();
  }

  /** @param {number | null} pace */
  function tell(pace) {
    for (const { store } of lanes())
      if (store.get().lockstep !== pace) store.dispatch({ type: "lockstep", lockstep: pace });
  }

  const frame = () => new Promise((resolve) => platform.requestFrame(resolve));
  const pause = (/** @type {number} */ ms) => new Promise((resolve) => platform.setTimer(() => resolve(null), ms));

  async function advanceAll() {
    const mine = current;
    let last = { updates: 1, took: SHORT_ROUND };
    let pace = 0;
    while (marching && mine === current) {
      if (standing().length === 0) return stop();
      if (!ready()) {
        await pause(PATIENCE);
        continue;
      }
      const began = platform.now();
      const { updates, period } = nextRound(rate(), last.updates, last.took);
      round = advance(updates, pace);
      await round;
      const took = platform.now() - began;
      if (took < period) await pause(period - took);
      await frame();
      last = { updates, took };
      const measured = (1000 * updates) / Math.max(1, platform.now() - began);
      pace = pace === 0 ? measured : mix(pace, measured, 0.2);
    }
  }

  function stop() {
    marching = false;
    tell(null);
  }

  return {
    start() {
      if (marching) return;
      current += 1;
      marching = true;
      tell(0);
      void round.then(advanceAll);
    },
    stop,
    /** One update, after the round that may be under way. */
    step() {
      stop();
      round = round.then(() => advance(1, null));
      return round;
    },
    /** Resolves when no round is under way. */
    idle: () => round,
    isRunning: () => marching,
  };
}

/** Records on their way to the page: kept, shown at once or together with those of other lanes, acknowledged when drawn. */

/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */

/**
 * Told every record as it came, with what held when it was made.
 * @typedef {(bytes: ArrayBuffer, iteration: number, live: import("./state.js").Live) => void} Tap
 */

/** How long the record of a step may take to follow its answer. */
const RECORD_PATIENCE = 250;

/**
 * @param {import("./session.js").PageStore} store
 * @param {import("./history.js").Past} past
 * @param {(iteration: number) => void} acknowledge
 * @param {Pick<import("../wire/connection.js").Platform, "setTimer" | "clearTimer">} platform
 */
export function createRecords(store, past, acknowledge, platform) {
  /** What waits to be shown together with the records of other lanes. @type {(() => void)[] | null} */
  let held = null;
  /** @type {(() => void)[]} */
  let waiters = [];
  /** @type {Set<Tap>} */
  const taps = new Set();

  return {
    /** While a moment of the past is shown, nothing waits for the newest record to be drawn. @param {DecodedRecord} record @param {ArrayBuffer} bytes of it */
    take(record, bytes) {
      const { live } = store.get();
      const { config, task, solvedAt } = live;
      for (const tap of taps) tap(bytes, record.meta.iteration, live);
      past.keepMoment({ record, config, task, solvedAt });
      const show = () => store.dispatch({ type: "record", record });
      if (held) held.push(show);
      else show();
      if (store.get().past) acknowledge(record.meta.iteration);
      for (const resolve of waiters) resolve();
      waiters = [];
    },

    /** @param {Tap} tap @returns {() => void} ends it */
    tap(tap) {
      taps.add(tap);
      return () => void taps.delete(tap);
    },

    /** Resolves when the next record has come, or has taken too long. @returns {Promise<void>} */
    next() {
      return new Promise((resolve) => {
        const timer = platform.setTimer(() => resolve(), RECORD_PATIENCE);
        waiters.push(() => {
          platform.clearTimer(timer);
          resolve();
        });
      });
    },

    /** Records that come from now on are shown by `release`. */
    hold() {
      held ??= [];
    },

    release() {
      const waiting = held ?? [];
      held = null;
      for (const show of waiting) show();
    },
  };
}

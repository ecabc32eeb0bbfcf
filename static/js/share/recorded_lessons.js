/**
 * Lessons in a page that is one file: each has a recorded run, and another lesson's takes the place of the one before.
 */

import { createActiveSession } from "../run/active.js";
import { createPlayback } from "../run/playback.js";

/** @typedef {import("../wire/recording.js").Recording} Recording */
/** @typedef {import("../run/session.js").PageStore} PageStore */
/** @typedef {import("../run/source.js").Source} Source */
/** @typedef {{slug: string, config: import("../wire/protocol.js").Config, from: number}} Told a lesson, and the place of its first record */

/**
 * @param {PageStore} store
 * @param {Recording} recording of all of them, one after the other
 * @param {Told[]} story
 * @param {import("../wire/connection.js").Platform} platform
 * @returns {Source}
 */
export function createStory(store, recording, story, platform) {
  /** @param {number} place @returns {Source} */
  function told(place) {
    // Opened again, a lesson's first record is a new one: whoever waits for it sees it come.
    const records = recording.records.slice(story[place].from, story[place + 1]?.from).map((one) => ({
      ...one,
      decode: () => ({ ...one.decode() }),
    }));
    return {
      ...createPlayback(store, { ...recording, records }, platform),
      // There is no run of the reader's own to come back to.
      keepRun: async () => null,
      returnTo: async () => {},
      async startOther(config) {
        const next = story.findIndex((one) => isSame(one.config, config));
        if (next < 0) return false;
        const { rate } = store.get();
        active.current().close();
        active.choose(told(next));
        store.dispatch({ type: "rate", rate });
        return true;
      },
    };
  }

  const active = createActiveSession(told(0));
  return active.session;
}

/** @param {Record<string, unknown>} a @param {Record<string, unknown>} b */
function isSame(a, b) {
  return Object.keys(b).every((name) => a[name] === b[name]);
}

/** Taking back a restart, a branch or a file: the run as it was is kept until something else can be taken back. */

import { command } from "../wire/protocol.js";

/**
 * The run as it was, with its past and its curve.
 * @typedef {object} Undoable
 * @property {ArrayBuffer} bytes
 * @property {ReturnType<import("./history.js").Past["save"]>} saved
 * @property {import("./columns.js").History} history
 * @property {boolean} plays
 */

/**
 * @param {import("./session.js").PageStore} store
 * @param {import("./history.js").Past} past
 * @param {import("./standing.js").Standing} standing
 * @param {object} run
 * @param {() => Promise<ArrayBuffer | null>} run.save
 * @param {(go: () => Promise<boolean>) => Promise<boolean>} run.travel
 * @param {(bytes: ArrayBuffer) => Promise<import("../wire/requests.js").Answer>} run.upload
 * @param {() => Promise<unknown>} run.watch
 * @param {import("../wire/requests.js").Requests["request"]} run.request
 * @param {() => number} now
 */
export function createUndo(store, past, standing, run, now) {
  /** @type {Undoable | null} */
  let undoable = null;

  /** The run as it is, to come back to; null without a connection. @returns {Promise<Undoable | null>} */
  async function keepRun() {
    const before = { saved: past.save(), history: store.get().history, plays: standing.playing };
    const bytes = await run.save();
    return bytes && { ...before, bytes };
  }

  /** @param {Undoable | null} kept */
  function offer(kept) {
    undoable = kept;
    store.dispatch({ type: "notice", notice: kept && { text: "", undo: true, at: now() } });
  }

  /** @param {Undoable} kept */
  async function returnTo({ bytes, saved, history, plays }) {
    const arrived = await run.travel(async () => {
      if ((await run.upload(bytes))?.type !== "state") return false;
      past.restore(saved);
      store.dispatch({ type: "restored", history });
      return true;
    });
    if (!arrived) return;
    standing.playing = plays;
    void run.save();
    if (plays) void run.request(command.play(store.get().rate));
    await run.watch();
  }

  return {
    keepRun,
    offer,
    returnTo,

    /** Remembers the run for the undo that a restart offers. Commands keep their order: it precedes the change. */
    remember() {
      void keepRun().then(offer);
    },

    /** What can be taken back without an offer in words: a branch has its own button. @param {Undoable | null} kept */
    set(kept) {
      undoable = kept;
    },

    /** Back to where the run was before the last restart or branch. */
    async undo() {
      if (!undoable || !standing.settled) return;
      const kept = undoable;
      undoable = null;
      store.dispatch({ type: "notice", notice: null });
      await returnTo(kept);
    },
  };
}

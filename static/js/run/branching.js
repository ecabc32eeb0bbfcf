/**
 * Going on from a moment of the past, which is reached again exactly. What is seen is what is changed: a change that is
 * asked for while the past is shown waits until the run stands there.
 */

import { NO_BRANCH } from "../words/notices.js";

/**
 * @param {import("./session.js").PageStore} store
 * @param {import("./history.js").Past} past
 * @param {import("./standing.js").Standing} standing
 * @param {object} run
 * @param {() => Promise<ArrayBuffer | null>} run.save
 * @param {(go: () => Promise<boolean>) => Promise<boolean>} run.travel
 * @param {(bytes: ArrayBuffer) => Promise<import("../wire/requests.js").Answer>} run.upload
 * @param {(changes: import("./history.js").Change[], iteration: number) => Promise<unknown>} run.replay says what of it was refused
 * @param {() => Promise<unknown>} run.watch
 * @param {(kept: import("./undo.js").Undoable) => void} run.setUndo
 * @param {(text: string) => void} run.notice
 */
export function createBranching(store, past, standing, run) {
  /** Whether the run stands at the shown moment of its past, once it is known. @type {Promise<boolean> | null} */
  let branching = null;

  async function goToPast() {
    const moment = store.get().past;
    const route = moment && past.routeTo(moment);
    if (!route || !standing.settled) return false;
    const head = { saved: past.save(), history: store.get().history, plays: false };
    const arrived = await run.travel(async () => {
      const bytes = await run.save();
      if (!bytes || (await run.upload(route.bytes))?.type !== "state") return false;
      if (await run.replay(route.changes, route.iteration)) {
        await run.upload(bytes);
        return false;
      }
      past.cut(moment);
      store.dispatch({ type: "branched", moment });
      run.setUndo({ ...head, bytes });
      return true;
    });
    if (arrived) void run.watch();
    return arrived;
  }

  /** Whoever asks meanwhile waits for the same branch. Says whether the run stands there. */
  function branch() {
    branching ??= goToPast().finally(() => {
      branching = null;
    });
    return branching;
  }

  return {
    branch,
    /** The branch on its way, if there is one. */
    current: () => branching,

    /**
     * `act` follows once the run stands where the page shows it, in the order asked; never if it cannot get there.
     * @template T @param {() => T} act @returns {Promise<Awaited<T> | null>}
     */
    async whenShown(act) {
      const goes = branching ?? (store.get().past ? branch() : null);
      if (goes === null || (await goes)) return await act();
      run.notice(NO_BRANCH);
      store.dispatch({ type: "wanted", wanted: {} });
      return null;
    },

    /** A command for the run, after a branch that has begun. @param {() => unknown} act */
    after(act) {
      if (branching) void branching.then(act);
      else act();
    },
  };
}

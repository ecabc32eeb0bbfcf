/**
 * Going on from a moment of the past, which is reached again exactly. What is seen is what is changed: a change that is
 * asked for while the past is shown waits until the run stands there.
 */

import { command } from "../wire/protocol.js";
import { NO_BRANCH } from "../words/notices.js";

/**
 * @param {import("./session.js").PageStore} store
 * @param {import("./history.js").Past} past
 * @param {import("./standing.js").Standing} standing
 * @param {object} run
 * @param {() => Promise<ArrayBuffer | null>} run.save
 * @param {(go: () => Promise<boolean>) => Promise<boolean>} run.travel
 * @param {(bytes: ArrayBuffer) => Promise<import("../wire/requests.js").Answer>} run.upload
 * @param {(bytes: ArrayBuffer) => Promise<import("../wire/requests.js").Answer>} run.uploadPatiently
 * @param {(changes: import("./history.js").Change[], iteration: number) => Promise<unknown>} run.replay says what of it was refused
 * @param {import("../wire/requests.js").Requests["request"]} run.request
 * @param {() => Promise<import("../wire/requests.js").Answer>} run.watch
 * @param {() => void} run.reconnect the run is taken up again on a connection of its own
 * @param {(kept: import("./undo.js").Undoable) => void} run.setUndo
 * @param {(text: string) => void} run.notice
 */
export function createBranching(store, past, standing, run) {
  /** Whether the run stands at the shown moment of its past, once it is known. @type {Promise<boolean> | null} */
  let branching = null;

  /** To where the run stood; says whether it stands there, on this connection. @param {ArrayBuffer} bytes @param {number} iteration */
  async function goBack(bytes, iteration) {
    const newest = past.newest();
    if (newest?.iteration !== iteration || newest.accepted !== past.accepted) past.keepSnapshot(bytes, iteration);
    const answer = await run.uploadPatiently(bytes);
    if (answer?.type === "error") run.reconnect();
    return answer?.type === "state";
  }

  async function goToPast() {
    const moment = store.get().past;
    const route = moment && past.routeTo(moment);
    if (!route || !standing.settled) return false;
    const head = { saved: past.save(), history: store.get().history, plays: false };
    return run.travel(async () => {
      const bytes = await run.save();
      if (!bytes) return false;
      const stood = store.get().live.iteration;
      // A change that was accepted while less was watched is not refused for what is watched today.
      void run.request(command.watch([]));
      const left = (await run.upload(route.bytes))?.type === "state";
      const refused = left && (await run.replay(route.changes, route.iteration));
      if (refused && !(await goBack(bytes, stood))) return false;
      const watched = run.watch();
      if (!left || refused || (await watched) === null) return false;
      past.cut(moment);
      store.dispatch({ type: "branched", moment });
      run.setUndo({ ...head, bytes });
      return true;
    });
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

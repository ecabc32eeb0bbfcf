/** Another run in this one's place: of a configuration, or from a reader's file. What was there before can come back. */

import { command } from "../wire/protocol.js";
import { FROM_A_FILE } from "../words/handin.js";
import { emptyHistory } from "./columns.js";

/** @typedef {import("../wire/protocol.js").Config} Config */
/** @typedef {import("../wire/requests.js").Answer} Answer */

/**
 * @param {import("./session.js").PageStore} store
 * @param {import("./history.js").Past} past
 * @param {import("./standing.js").Standing} standing
 * @param {object} run
 * @param {ReturnType<typeof import("./changing.js").createChanging>["change"]} run.change
 * @param {() => void} run.dropChanges forgets what was about to be changed
 * @param {(go: () => Promise<boolean>) => Promise<boolean>} run.travel
 * @param {ReturnType<typeof import("./resume.js").createResume>["upload"]} run.upload
 * @param {() => Promise<unknown>} run.save
 * @param {() => boolean} run.leavesDataOut whether the run was kept without its own data
 * @param {() => Promise<unknown>} run.watch
 * @param {ReturnType<typeof import("./undo.js").createUndo>} run.undoing
 * @param {(command: string) => void} run.onAccepted
 */
export function createReplacing(store, past, standing, run) {
  const { undoing } = run;

  /** Paused; says whether it stands there. @param {Config} config */
  async function startOther(config) {
    run.dropChanges();
    undoing.set(null);
    store.dispatch({ type: "show", moment: null });
    const arrived = await run.travel(async () => (await run.change(command.start(config)))?.type === "state");
    if (arrived) await run.watch();
    return arrived;
  }

  return {
    startOther,

    /** The same, with the offer to take that back. @param {Config} config */
    async startInstead(config) {
      const kept = await undoing.keepRun();
      const arrived = await startOther(config);
      if (arrived) undoing.offer(kept);
      return arrived;
    },

    /**
     * A reader's file: a run to go on with, weights for this one, or data to learn from. It can be undone.
     * Null: there is no connection.
     * @param {string} kind @param {ArrayBuffer} bytes @param {import("../wire/protocol.js").FileOptions} [options]
     */
    async load(kind, bytes, options = {}) {
      if (store.get().connection.status === "lost") return null;
      const before = await undoing.keepRun();
      // Where others' data take the place of those that were left out of it, there is no way back.
      const kept = kind === "weights" || !run.leavesDataOut() ? before : null;
      /** @type {Answer} */
      let answer = null;
      store.dispatch({ type: "show", moment: null });
      const arrived = await run.travel(async () => {
        answer = await run.upload(bytes, kind, true, options);
        if (answer?.type !== "state") return false;
        if (kind !== "weights" || answer.effects.restart.length > 0) {
          past.restart();
          store.dispatch({ type: "restored", history: emptyHistory() });
        }
        past.begins(["weights", "snapshot"].includes(kind) ? null : answer.config, FROM_A_FILE);
        standing.playing = answer.phase === "running";
        return true;
      });
      if (arrived) {
        run.onAccepted("load");
        undoing.offer(kept);
        void run.save();
      }
      if (standing.settled) await run.watch();
      return /** @type {Answer} */ (answer);
    },
  };
}

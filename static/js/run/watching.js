/** What records carry beside the default. A network may be too large for all that is watched, and not for the rest. */

import { command } from "../wire/protocol.js";

/** @typedef {import("../wire/requests.js").Answer} Answer */

/** What every record carries, as long as the network is not too large for it. */
export const WATCHED = ["flow", "weights", "truncation", "gates", "distributions"];

const COSTLIEST = "truncation";

/**
 * @param {import("./session.js").PageStore} store
 * @param {import("../wire/requests.js").Requests["request"]} request
 * @param {import("./standing.js").Standing} standing
 * @param {() => number} now
 */
export function createWatching(store, request, standing, now) {
  let watched = WATCHED;
  /** Whether the costliest of what is watched is left out. */
  let omitted = false;

  /** @param {boolean} whether */
  function omit(whether) {
    omitted = whether;
    if (store.get().omitted !== omitted) store.dispatch({ type: "omitted", omitted });
  }

  /** @returns {Promise<Answer>} */
  async function ask(probe = store.get().probe) {
    const isAll = !omitted;
    const quantities = isAll ? watched : watched.filter((quantity) => quantity !== COSTLIEST);
    const answer = await request(command.watch(quantities, probe), isAll);
    omit(!isAll || isTooCostly(answer));
    return isAll && omitted ? ask(probe) : answer;
  }

  return {
    ask,

    /** What records carry beside the default: the views that are open need it. @param {string[]} quantities */
    choose(quantities) {
      const before = watched;
      watched = [...new Set([...WATCHED, ...quantities])];
      if (!standing.settled) return;
      void ask().then((answer) => {
        // What is too much for the server is not asked for again, after a loss of the connection either.
        if (answer?.type !== "error") return;
        watched = before;
        omit(false);
      });
    },

    /**
     * A change of the configuration that is too costly with all that is watched is tried once more without the costliest;
     * after a change that was small enough, all of it is asked for again.
     * @param {(callerShowsErrors: boolean) => Promise<Answer>} change
     */
    async fit(change) {
      let answer = await change(!omitted);
      if (isTooCostly(answer) && !omitted) {
        omit(true);
        await ask();
        answer = await change(false);
      } else if (answer?.type === "error" && !omitted) {
        store.dispatch({ type: "server", message: answer, at: now() });
      }
      if (omitted) {
        omitted = false;
        await ask();
      }
      return answer;
    },
  };
}

/** @param {Answer} answer */
function isTooCostly(answer) {
  return answer?.type === "error" && answer.code === "too_costly";
}

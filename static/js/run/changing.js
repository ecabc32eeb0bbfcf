/** Commands that change the run: what they do to its past, and once more where the answer was lost with the connection. */

/** @typedef {import("../wire/protocol.js").Command} Command */
/** @typedef {import("../wire/requests.js").Answer} Answer */

/** Changes that go again when their answer was lost with the connection. */
const REPEATED = ["configure", "edit"];

/**
 * @param {import("./session.js").PageStore} store
 * @param {import("./history.js").Past} past
 * @param {import("./standing.js").Standing} standing
 * @param {import("../wire/requests.js").Requests["request"]} request
 */
export function createChanging(store, past, standing, request) {
  /** What was asked for and not answered when the connection was lost. @type {((stands: boolean) => void)[]} */
  let unanswered = [];

  /** After a loss: whether the run stood again before the next one. @returns {Promise<boolean>} */
  function standsAgain() {
    return new Promise((resolve) => unanswered.push(resolve));
  }

  return {
    /** @param {Command} message @param {boolean} callerShowsErrors @returns {Promise<Answer>} */
    async change(message, callerShowsErrors = false) {
      const wasOpen = store.get().connection.status === "open";
      let answer = await request(message, callerShowsErrors);
      if (answer === null && wasOpen && REPEATED.includes(message.type) && (await standsAgain())) {
        answer = await request(message, callerShowsErrors);
      }
      if (answer?.type === "state") {
        past.accept(message, answer.iteration);
        if (["reset", "start"].includes(message.type) || answer.effects.restart.length > 0) {
          past.restart();
          past.begins(answer.config);
        }
        if (answer.phase !== "running") standing.playing = false;
      }
      return answer;
    },

    /** After a loss: the run stands again, or is lost once more. A change goes again once; a second loss is told. @param {boolean} stands */
    decide(stands) {
      for (const resolve of unanswered) resolve(stands);
      unanswered = [];
    },
  };
}

/**
 * Taking a run up again: from a snapshot, on whatever server answers. Nothing that the server accepted gets lost: what is
 * newer than the snapshot is replayed at the iteration at which it was accepted. Only what the server that answers now
 * refuses is left out, with all that came after it, and told.
 */

import { backoff } from "../wire/connection.js";
import { command } from "../wire/protocol.js";
import { emptyHistory } from "./columns.js";
import { OTHER_ROUNDING, refusedChangeWords, refusedLinkWords } from "../words/notices.js";
import { refusalWords } from "../words/refusals.js";

/** @typedef {import("../wire/requests.js").Answer} Answer */
/** @typedef {{place: number, message: string}} Refused which of the changes, and why */

const LONGEST_STEP = 10_000;
/** Commands that are sent without waiting for their answers; a server takes only so many a second. */
const AT_ONCE = 100;
/** Refusals that mean: not just now. */
const PASSING = ["busy", "upload_timeout", "upload_pending"];

/**
 * What leads from one iteration to another: every change at the iteration at which it was accepted. After a restart that
 * is 0, so that nothing is trained before it.
 * @param {import("./history.js").Change[]} accepted @param {number} from @param {number} to
 */
function commandsTo(accepted, from, to) {
  /** @type {import("../wire/protocol.js").Command[]} */
  const commands = [];
  let at = from;
  /** @param {number} iteration */
  function stepTo(iteration) {
    for (; at < iteration; at += Math.min(iteration - at, LONGEST_STEP)) {
      commands.push(command.step(Math.min(iteration - at, LONGEST_STEP)));
    }
  }
  for (const one of accepted) {
    stepTo(one.iteration);
    commands.push(one.command);
    at = one.iteration;
  }
  stepTo(to);
  return commands;
}

/**
 * @param {import("./session.js").PageStore} store
 * @param {import("./history.js").Past} past
 * @param {import("../wire/requests.js").Requests} requests
 * @param {import("./standing.js").Standing} standing
 * @param {Pick<import("../wire/connection.js").Platform, "setTimer" | "random">} platform
 * @param {(text: string) => void} notice
 */
export function createResume(store, past, requests, standing, platform, notice) {
  /** @param {ArrayBuffer} bytes @param {string} [kind] @param {boolean} [callerShowsErrors] @param {import("../wire/protocol.js").FileOptions} [options] */
  async function upload(bytes, kind = "snapshot", callerShowsErrors = false, options = {}) {
    const answer = await requests.upload(bytes, kind, callerShowsErrors, options);
    if (answer?.type === "state" && !answer.same_numerics) {
      notice(OTHER_ROUNDING);
    }
    return answer;
  }

  /** A server that is busy is asked again: a run that is kept is never given up for that. @param {ArrayBuffer} bytes */
  async function uploadPatiently(bytes) {
    const { losses } = standing;
    for (let attempt = 1; ; attempt += 1) {
      const answer = await upload(bytes);
      if (answer?.type !== "error" || !PASSING.includes(answer.code)) return answer;
      const wait = Math.max((answer.retry_after ?? 0) * 1000, backoff(attempt, platform.random()));
      await new Promise((resolve) => platform.setTimer(() => resolve(null), wait));
      if (standing.losses !== losses) return null;
    }
  }

  /**
   * All at once, as the server carries commands out in order. Whoever asks tells the reader of the first change that was
   * refused: what came after it was trained on another network.
   * @param {import("./history.js").Change[]} accepted @param {number} iteration @returns {Promise<Refused | null>}
   */
  async function replay(accepted, iteration) {
    const all = commandsTo(accepted, store.get().live.iteration, iteration);
    const ask = (/** @type {import("../wire/protocol.js").Command} */ one) => requests.request(one, true);
    const answers = await Promise.all(all.slice(0, AT_ONCE).map(ask));
    for (const one of all.slice(AT_ONCE)) answers.push(await ask(one));
    for (const [place, { command: one }] of accepted.entries()) {
      const answer = answers[all.indexOf(one)];
      if (answer?.type === "error") return { place, message: refusalWords(answer) };
    }
    return null;
  }

  /**
   * From a snapshot to where the run was; where the server refuses a change, such as one beyond its own limits, to what
   * was before that. Says how the snapshot was answered.
   * @param {import("./history.js").Way} way @param {number} iteration where a paused run stood
   */
  async function takeUp({ bytes, changes, accepted }, iteration) {
    let [kept, until] = [changes, iteration];
    let message = "";
    for (;;) {
      const answer = await uploadPatiently(bytes);
      if (answer?.type !== "state") return answer;
      const refused = await replay(kept, until);
      if (!refused) {
        if (kept !== changes) leaveOut(accepted + kept.length, message);
        return answer;
      }
      message = refused.message;
      until = kept[refused.place].iteration;
      kept = kept.slice(0, refused.place);
    }
  }

  /** The run stands where it was after so many accepted changes: nothing that came later belongs to it. @param {number} kept @param {string} message why */
  function leaveOut(kept, message) {
    past.refused(kept);
    store.dispatch({ type: "restored", history: emptyHistory() });
    notice(refusedChangeWords(message));
  }

  /** @param {import("../wire/protocol.js").Config} config @returns {Promise<boolean>} */
  async function start(config) {
    const answer = await requests.request(command.start(config));
    if (answer?.type === "state") past.begins(answer.config);
    if (answer?.type !== "error") return answer?.type === "state";
    // Each field of a link may fit and all together not: then the defaults run, and what was left out is said.
    const { properties } = store.get().schema;
    const dropped = Object.keys(config).filter(
      (field) => properties[field] && config[field] !== properties[field].default,
    );
    const other = await requests.request(command.start());
    const stands = other?.type === "state";
    if (stands) past.begins(other.config);
    if (stands)
      notice(
        refusedLinkWords(
          dropped.map((field) => properties[field].title.toLowerCase()),
          answer.message,
        ),
      );
    return stands;
  }

  return {
    upload,
    uploadPatiently,
    replay,
    start,

    /** Says whether the run stands; a new one if no snapshot is taken. @param {number} iteration where a paused run stood */
    async resume(iteration) {
      for (const way of past.ways()) {
        const answer = await takeUp(way, iteration);
        if (answer === null) return false;
        if (answer.type === "state") return true;
      }
      return start(store.get().live.config);
    },
  };
}

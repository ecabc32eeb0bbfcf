/** Letting others follow a run: its link stays the same, also when another server takes the run up. */

import { command } from "../wire/protocol.js";
import { addressOfRun, leadsTo } from "../wire/reach.js";

/** @typedef {import("../wire/requests.js").Answer} Answer */

/**
 * @param {string} url
 * @param {(message: import("../wire/protocol.js").Command) => Promise<Answer>} request
 * @param {() => Promise<unknown>} move takes the run to where its address leads
 * @param {import("../wire/connection.js").Platform} platform
 */
export function createSharing(url, request, move, platform) {
  /** What proves that the link is ours. @type {string | null} */
  let key = null;
  /** @type {string | null} */
  let run = null;

  /** @returns {Promise<Answer>} */
  async function share() {
    const answer = await request(command.share(key));
    if (answer?.type === "shared") {
      key = answer.key;
      run = answer.run;
    }
    return answer;
  }

  return {
    /** Opens a socket to the server that the link leads to. @param {string} address */
    open: (address) => platform.open(run ? addressOfRun(address, run) : address),

    /** From now on others can follow, or still can. The answer names the run, and says how many do. */
    async share() {
      const isNew = run === null;
      const answer = await share();
      if (isNew && run && !(await leadsTo(addressOfRun(url, run), run, platform))) await move();
      return answer;
    },

    /** On whatever server the run stands now, it is found under the same link. */
    async again() {
      if (key) await share();
    },

    async unshare() {
      key = null;
      run = null;
      return request(command.unshare());
    },
  };
}

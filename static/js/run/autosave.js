/** Snapshots of the run, asked for about once a second while it is not where the newest one is. */

import { command } from "../wire/protocol.js";
import { CHANGE_INTERVAL } from "./changes.js";

const INTERVAL = 1000;
const BYTES_PER_INTERVAL = 64 * 1024;

/**
 * @param {import("./session.js").PageStore} store
 * @param {import("./history.js").Past} past
 * @param {import("../wire/requests.js").Requests["request"]} request
 * @param {import("./standing.js").Standing} standing
 * @param {() => number} now
 */
export function createAutosave(store, past, request, standing, now) {
  /** Whether a snapshot was asked for and has not come. */
  let asked = false;
  let due = 0;

  /** With own data in it: another server would not have them. @returns {Promise<ArrayBuffer | null>} */
  async function save() {
    asked = true;
    const answer = await request(command.snapshot(store.get().live.config.task === "own"));
    asked = false;
    if (answer?.type !== "file") return null;
    if (standing.settled) past.keepSnapshot(answer.bytes, answer.iteration);
    return answer.bytes;
  }

  return {
    save,

    /** The run stands: the next snapshot is due in a while. */
    begin() {
      due = now() + INTERVAL;
    },

    /** Called about once a second. */
    look() {
      const newest = past.newest();
      const current = newest?.iteration === store.get().live.iteration && newest.accepted === past.accepted;
      if (!standing.settled || current || asked || now() < due) return;
      const intervals = Math.max(1, (newest?.bytes.byteLength ?? 0) / BYTES_PER_INTERVAL);
      due = now() + intervals * INTERVAL - CHANGE_INTERVAL;
      void save();
    },
  };
}

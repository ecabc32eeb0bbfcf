/** Snapshots of the run, asked for about once a second while it is not where the newest one is. */

import { command } from "../wire/protocol.js";
import { TOO_LARGE, WITHOUT_ITS_DATA } from "../words/notices.js";
import { refusalWords } from "../words/refusals.js";
import { CHANGE_INTERVAL } from "./changes.js";

const INTERVAL = 1000;
const BYTES_PER_INTERVAL = 64 * 1024;

/**
 * @param {import("./session.js").PageStore} store
 * @param {import("./history.js").Past} past
 * @param {import("../wire/requests.js").Requests["request"]} request
 * @param {import("./standing.js").Standing} standing
 * @param {() => number} now
 * @param {(text: string) => void} notice
 */
export function createAutosave(store, past, request, standing, now, notice) {
  /** Whether a snapshot was asked for and has not come. */
  let asked = false;
  let due = 0;
  /** The own data that are too large for a file, by what was read of them. @type {string | null} */
  let tooLarge = null;
  /** Whether it was said that the network itself is. */
  let said = false;

  const ownData = () => {
    const { config, task } = store.get().live;
    return config.task === "own" ? JSON.stringify(task?.read) : null;
  };

  /** With own data in it, as another server would not have them; those that are too large stay where they are. */
  async function ask() {
    const data = ownData();
    if (data === null || data === tooLarge) return request(command.snapshot(), true);
    const answer = await request(command.snapshot(true), true);
    if (answer?.type !== "error") return answer;
    if (answer.code === "busy") return answer;
    if (answer.field === "dataset") {
      tooLarge = data;
      notice(WITHOUT_ITS_DATA);
    }
    return request(command.snapshot(), true);
  }

  /** Null: there is none that could be opened again. @returns {Promise<ArrayBuffer | null>} */
  async function save() {
    asked = true;
    const answer = await ask();
    asked = false;
    if (answer?.type === "error" && answer.code !== "busy") notice(refusalWords(answer));
    if (answer?.type !== "file") return null;
    if (answer.bytes.byteLength > (store.get().limits?.snapshot_bytes ?? Number.POSITIVE_INFINITY)) {
      if (!said) notice(TOO_LARGE);
      said = true;
      return null;
    }
    said = false;
    if (standing.settled) past.keepSnapshot(answer.bytes, answer.iteration);
    return answer.bytes;
  }

  return {
    save,

    /** Whether the run is kept without its own data, and goes on only where those are. */
    leavesDataOut: () => tooLarge !== null && tooLarge === ownData(),

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

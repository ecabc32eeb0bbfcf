/** Questions to the server and their answers, told apart by number; one that nobody answers any more is answered by null. */

import { command } from "./protocol.js";

/** @typedef {import("./protocol.js").Command} Command */
/** @typedef {{type: "file", bytes: ArrayBuffer}} FileAnswer */
/** @typedef {import("./protocol.js").StateMessage | import("./protocol.js").ErrorMessage | import("./protocol.js").ReadyMessage | import("./protocol.js").GradientCheckMessage | FileAnswer | null} Answer null: the connection was lost */

/**
 * @param {{send: (message: Command) => boolean, sendBytes: (bytes: ArrayBuffer) => void}} connection
 * @param {(command: string) => void} carriedOut told the type of every command that the server carried out
 */
export function createAsking(connection, carriedOut) {
  /** @type {Map<number, (answer: Answer) => void>} */
  const waiting = new Map();
  /** Whose errors are shown by who asked, beside what was handed over. @type {Set<number>} */
  const discreet = new Set();
  let lastId = 0;
  /** Between a file's announcement and its bytes nothing else may be said: it waits here. @type {(() => void)[] | null} */
  let held = null;

  /** @param {Command} message @param {boolean} isDiscreet @returns {Promise<Answer>} */
  function request(message, isDiscreet = false) {
    lastId += 1;
    const id = lastId;
    if (isDiscreet) discreet.add(id);
    /** @type {Promise<Answer>} */
    const answer = new Promise((resolve) => {
      const send = () => {
        if (connection.send({ ...message, id })) waiting.set(id, resolve);
        else resolve(null);
      };
      if (held) held.push(send);
      else send();
    });
    void answer.then((given) => given && given.type !== "error" && carriedOut(message.type));
    return answer;
  }

  function letGo() {
    const all = held ?? [];
    held = null;
    for (const send of all) send();
  }

  return {
    request,

    /** @param {ArrayBuffer} bytes @param {string} kind @param {boolean} isDiscreet @returns {Promise<Answer>} */
    async upload(bytes, kind, isDiscreet) {
      const announced = request(command.upload(kind, bytes.byteLength), isDiscreet);
      held ??= [];
      const ready = await announced;
      if (ready?.type !== "ready") {
        letGo();
        return ready;
      }
      const result = new Promise((resolve) => waiting.set(Number(ready.id), resolve));
      connection.sendBytes(bytes);
      letGo();
      return /** @type {Promise<Answer>} */ (result);
    },

    /** @param {number} id @param {Answer} answer */
    settle(id, answer) {
      const resolve = waiting.get(id);
      waiting.delete(id);
      if (answer?.type !== "ready") discreet.delete(id);
      resolve?.(answer);
    },

    /** @param {unknown} id */
    isDiscreet: (id) => discreet.has(Number(id)),

    /** Who still waits will not be answered. */
    expectNothing() {
      letGo();
      for (const resolve of waiting.values()) resolve(null);
      waiting.clear();
    },
  };
}

/** Requests to the server and their answers, told apart by number; one that nobody answers any more is answered by null. */

import { command } from "./protocol.js";

/** @typedef {import("./protocol.js").Command} Command */
/** @typedef {{type: "file", bytes: ArrayBuffer, iteration: number}} FileAnswer */
/** @typedef {import("./protocol.js").StateMessage | import("./protocol.js").ErrorMessage | import("./protocol.js").ReadyMessage | import("./protocol.js").PreviewMessage | import("./protocol.js").SharedMessage | import("./protocol.js").CountsMessage | import("./protocol.js").AnsweredMessage | import("./protocol.js").GradientCheckMessage | FileAnswer | null} Answer null: the connection was lost */

/** @typedef {ReturnType<typeof createRequests>} Requests */

/** What the server may take its time for. */
const LONG = ["check_gradients", "export", "step", "upload"];

/**
 * @param {{send: (message: Command) => boolean, sendBytes: (bytes: ArrayBuffer) => void}} connection
 * @param {(command: string, tensor?: string) => void} onAccepted told the type of every command that the server carried out, and the tensor of an edit
 * @param {() => number} now
 */
export function createRequests(connection, onAccepted, now) {
  /** @type {Map<number, {resolve: (answer: Answer) => void, type: string, at: number}>} */
  const waiting = new Map();
  /** Whose errors are shown by who asked, beside what was handed over. @type {Set<number>} */
  const shownByCaller = new Set();
  let lastId = 0;
  /** Between a file's announcement and its bytes nothing else may be said: it waits in the queue. */
  let uploading = false;
  /** `send` says whether there is a connection. @type {{type: string, send: () => boolean}[]} */
  let queue = [];

  /** @param {Command} message @param {boolean} callerShowsErrors @returns {Promise<Answer>} */
  function request(message, callerShowsErrors = false) {
    lastId += 1;
    const id = lastId;
    if (callerShowsErrors) shownByCaller.add(id);
    /** @type {Promise<Answer>} */
    const answer = new Promise((resolve) => {
      const send = () => {
        const sent = connection.send({ ...message, id });
        if (sent) waiting.set(id, { resolve, type: message.type, at: now() });
        else resolve(null);
        return sent;
      };
      queue.push({ type: message.type, send });
      sendQueued();
    });
    void answer.then((given) => given && given.type !== "error" && onAccepted(message.type, tensorOf(message)));
    return answer;
  }

  function sendQueued() {
    while (!uploading && queue.length > 0) {
      const [{ type, send }] = queue.splice(0, 1);
      // What could not be announced has no bytes to wait for.
      uploading = send() && type === "upload";
    }
  }

  function uploaded() {
    uploading = false;
    sendQueued();
  }

  return {
    request,

    /** @param {ArrayBuffer} bytes @param {string} kind @param {boolean} callerShowsErrors @param {import("./protocol.js").FileOptions} [options] @returns {Promise<Answer>} */
    async upload(bytes, kind, callerShowsErrors, options) {
      const ready = await request(command.upload(kind, bytes.byteLength, options), callerShowsErrors);
      if (ready?.type !== "ready") {
        if (ready) uploaded();
        return ready;
      }
      /** @type {Promise<Answer>} */
      const result = new Promise((resolve) => waiting.set(Number(ready.id), { resolve, type: "upload", at: now() }));
      connection.sendBytes(bytes);
      uploaded();
      return result;
    },

    /** @param {number} id @param {Answer} answer */
    settle(id, answer) {
      const asked = waiting.get(id);
      waiting.delete(id);
      if (answer?.type !== "ready") shownByCaller.delete(id);
      asked?.resolve(answer);
    },

    /** @param {unknown} id */
    callerShowsErrors: (id) => shownByCaller.has(Number(id)),

    /** Since when the oldest request waits; null while none does, never (infinity) while one may take long. @returns {number | null} */
    waitsSince() {
      const all = [...waiting.values()];
      if (all.length === 0) return null;
      if (all.some(({ type }) => LONG.includes(type))) return Number.POSITIVE_INFINITY;
      return Math.min(...all.map(({ at }) => at));
    },

    /** Who still waits will not be answered. */
    expectNothing() {
      uploading = false;
      const unsent = queue;
      queue = [];
      for (const { send } of unsent) send();
      for (const { resolve } of waiting.values()) resolve(null);
      waiting.clear();
    },
  };
}

/** What an edit changes. @param {Command} message */
function tensorOf({ tensor }) {
  return typeof tensor === "string" ? tensor : undefined;
}

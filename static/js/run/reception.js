/** What the server says: messages go to the page and to whoever asked, frames to the past and the page. */

import { ALL_SO_FAR, asRecord, command, decodeFrame, PROTOCOL } from "../wire/protocol.js";
import { failureWords, SERVER_UPDATED } from "../words/notices.js";

/** @typedef {import("../wire/protocol.js").ServerMessage} ServerMessage */

/**
 * @param {import("./session.js").PageStore} store
 * @param {object} parts of the session
 * @param {import("./standing.js").Standing} parts.standing
 * @param {import("./history.js").Past} parts.past
 * @param {ReturnType<typeof import("./records.js").createRecords>} parts.records
 * @param {import("../wire/requests.js").Requests} parts.requests
 * @param {ReturnType<typeof import("../wire/connection.js").createConnection>} parts.connection
 * @param {ReturnType<typeof import("../wire/watchdog.js").createWatchdog>} parts.watchdog
 * @param {import("../wire/connection.js").Platform} platform
 * @param {(text: string) => void} notice
 */
export function createReception(store, parts, platform, notice) {
  const { standing, past, records, requests, connection, watchdog } = parts;

  /** @param {import("../wire/protocol.js").Frame} frame @param {ArrayBuffer} bytes @param {number} iteration */
  function takeFrame(frame, bytes, iteration) {
    const { kind, id } = frame.meta;
    if (id !== undefined) {
      requests.settle(Number(id), { type: "file", bytes, iteration });
    } else if (kind === "snapshot") {
      // The last one of a server that ends.
      if (standing.settled) past.keepSnapshot(bytes, iteration);
    } else if (kind === "record" && standing.settled) {
      records.take(asRecord(frame), bytes);
    } else if (kind === "record") {
      connection.send(command.ack(iteration));
    }
  }

  return {
    /** @param {ServerMessage} message */
    message(message) {
      watchdog.heard();
      if (message.type === "error" && message.code === "server_full") {
        connection.waitAtLeast((message.retry_after ?? 5) * 1000);
      }
      if (message.type === "hello" && message.protocol !== PROTOCOL) notice(SERVER_UPDATED);
      if (!(message.type === "error" && requests.callerShowsErrors(message.id))) {
        const isStarting = standing.starting && message.type === "state" && message.phase === "paused";
        store.dispatch({
          type: "server",
          message: isStarting ? { ...message, phase: "running" } : message,
          at: platform.now(),
        });
      }
      if (message.type === "diverged") standing.playing = false;
      if (!("id" in message) || message.id === undefined) return;
      requests.settle(Number(message.id), /** @type {import("../wire/requests.js").Answer} */ (message));
    },

    /** @param {ArrayBuffer} bytes */
    frame(bytes) {
      watchdog.heard();
      let iteration = ALL_SO_FAR;
      try {
        const frame = decodeFrame(bytes);
        iteration = frame.meta.iteration ?? 0;
        takeFrame(frame, bytes, iteration);
      } catch (error) {
        // The server sends no more than two records that nobody acknowledged, whatever became of them here.
        connection.send(command.ack(iteration));
        platform.report(error);
        notice(failureWords(error));
      }
    },
  };
}

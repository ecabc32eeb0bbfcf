/**
 * A run over a connection of its own that does what it is told, and stands still in between. The run of the page goes on
 * meanwhile.
 */

import * as say from "../words/handin.js";
import { createConnection } from "../wire/connection.js";
import { command, decodeFrame } from "../wire/protocol.js";
import { createRequests } from "../wire/requests.js";

const LONGEST_STEP = 10_000;

/**
 * @param {string} url
 * @param {import("../wire/connection.js").Platform} platform
 * @param {{opened: () => void, lost: () => void}} handlers
 */
export function openRun(url, platform, { opened, lost }) {
  let iteration = 0;
  /** @type {import("../wire/protocol.js").Frame | null} */
  let newest = null;
  /** @type {import("../wire/protocol.js").StateMessage | null} */
  let state = null;
  /** Told when the next record has come. @type {(() => void) | null} */
  let waiting = null;
  const connection = createConnection(url, { opened, message, binary, lost: gone }, platform);
  const requests = createRequests(connection, () => {}, platform.now);

  function gone() {
    connection.close();
    lost();
  }

  /** @param {import("../wire/protocol.js").ServerMessage} heard */
  function message(heard) {
    if (heard.type === "state") state = heard;
    if ("id" in heard && heard.id !== undefined) {
      requests.settle(Number(heard.id), /** @type {import("../wire/requests.js").Answer} */ (heard));
    }
  }

  /** @param {ArrayBuffer} bytes */
  function binary(bytes) {
    try {
      take(decodeFrame(bytes), bytes);
    } catch (error) {
      platform.report(error);
      gone();
    }
  }

  /** @param {import("../wire/protocol.js").Frame} frame @param {ArrayBuffer} bytes */
  function take(frame, bytes) {
    const { meta } = frame;
    if (meta.id !== undefined) {
      return requests.settle(Number(meta.id), { type: "file", bytes, iteration: meta.iteration ?? 0 });
    }
    connection.send(command.ack(meta.iteration ?? 0));
    iteration = meta.iteration ?? 0;
    newest = frame;
    waiting?.();
  }

  /** The record after what was just answered, of this iteration. @param {number} wanted */
  async function shown(wanted) {
    do {
      await new Promise((resolve) => {
        waiting = () => resolve(null);
      });
    } while (iteration !== wanted);
    waiting = null;
  }

  /** Carries it out and waits for the record; the words of a refusal, or none. @param {import("../wire/protocol.js").Command} asked */
  async function change(asked) {
    const answer = await requests.request(asked, true);
    if (answer?.type === "error") return answer.message;
    if (answer?.type !== "state") return say.LOST;
    if (answer.phase === "diverged") return say.NOT_FINITE;
    if (asked.type === "configure" && answer.effects.restart.length > 0) return say.BEGINS_AGAIN;
    await shown(answer.iteration);
    return "";
  }

  return {
    connect: connection.connect,
    close: connection.close,
    /** The newest record, and its loss. */
    record: () => newest,
    loss: () => Number(/** @type {any} */ (newest?.meta)?.loss_per_timestep ?? Number.NaN),
    /** What the server said of it last. */
    state: () => state,
    change,

    /** Trains up to an iteration. @param {number} wanted */
    async to(wanted) {
      while (iteration < wanted) {
        const refusal = await change(command.step(Math.min(LONGEST_STEP, wanted - iteration)));
        if (refusal) return refusal;
      }
      return "";
    },

    /** The fingerprint of the arithmetic. */
    async numerics() {
      const file = await requests.request(command.snapshot());
      return file?.type === "file" ? /** @type {any} */ (decodeFrame(file.bytes).meta).fingerprint : null;
    },
  };
}

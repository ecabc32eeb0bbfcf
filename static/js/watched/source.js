/** Where captures come from: a published run, followed over a socket and asked for until its script is back. */

import { backoff, createConnection } from "../wire/connection.js";
import { ALL_SO_FAR, asRecord, command, decodeFrame } from "../wire/protocol.js";

/** @typedef {import("./state.js").Watched} Watched */
/** @typedef {import("./state.js").Action} Action */

const RUN = /^#run=([\w-]{1,100})$/;
const LONGEST_WAIT = 2_000;

/** The token in the page's address. @param {string} fragment */
export function runIn(fragment) {
  return RUN.exec(fragment)?.[1] ?? null;
}

/**
 * @param {string} url
 * @param {string} run
 * @param {import("../lib/store.js").Store<Watched, Action>} store
 * @param {import("../wire/connection.js").Platform} platform
 * @param {(error: unknown) => void} failed of a capture that could not be read
 */
export function createSource(url, run, store, platform, failed) {
  /** Asked for so often since the last time it was there. */
  let attempt = 0;
  let timer = 0;
  const connection = createConnection(
    url,
    {
      opened: ask,
      message,
      binary,
      lost() {
        platform.clearTimer(timer);
        store.dispatch({ type: "status", status: "lost" });
      },
    },
    platform,
  );

  function ask() {
    connection.send(command.follow(run));
  }

  function askLater() {
    attempt += 1;
    platform.clearTimer(timer);
    timer = platform.setTimer(ask, Math.min(LONGEST_WAIT, backoff(attempt, platform.random())));
  }

  /** @param {import("../wire/protocol.js").ServerMessage} said */
  function message(said) {
    if (said.type === "state") {
      const { watched } = /** @type {{watched?: {every: number}}} */ (/** @type {unknown} */ (said));
      attempt = 0;
      connection.settled();
      store.dispatch({ type: "facts", every: watched?.every ?? null });
      store.dispatch({ type: "status", status: "live" });
    } else if (said.type === "ended") {
      store.dispatch({ type: "status", status: "ended", why: said.why });
      askLater();
    } else if (said.type === "error") {
      if (Object.keys(store.get().captures).length === 0) store.dispatch({ type: "status", status: "connecting" });
      askLater();
    }
  }

  /** @param {ArrayBuffer} bytes */
  function binary(bytes) {
    let iteration = ALL_SO_FAR;
    try {
      const frame = decodeFrame(bytes);
      iteration = frame.meta.iteration ?? 0;
      store.dispatch({ type: "capture", record: asRecord(frame) });
    } catch (error) {
      failed(error);
    }
    // The server sends no more than two captures that nobody acknowledged, whatever became of them here.
    connection.send(command.ack(iteration));
  }

  return {
    connect: connection.connect,
    /** Another sequence of the batch, from the newest capture on. @param {number} sequence */
    showSequence(sequence) {
      connection.send(command.watch([], sequence));
    },
  };
}

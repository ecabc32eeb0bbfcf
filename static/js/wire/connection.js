/** One WebSocket at a time: opens it, hands on what arrives, and after a loss tries again with jittered backoff. */

import { createBlocked } from "./blocked.js";

/** @typedef {import("./protocol.js").Command} Command */
/** @typedef {import("./protocol.js").ServerMessage} ServerMessage */

/**
 * never: no socket could be opened yet; blocked: nor can one, though the server answers; silent: it stayed open, and
 * nothing came. @typedef {"never" | "blocked" | "silent" | "lost"} Loss
 */

/**
 * @typedef {object} Handlers
 * @property {() => void} opened a fresh socket: the run has to be started or resumed on it
 * @property {(message: ServerMessage) => void} message
 * @property {(bytes: ArrayBuffer) => void} binary
 * @property {(retryAt: number, attempt: number, why: Loss) => void} lost
 * @property {(why: Loss) => void} [explained] it turned out only after `lost` why no socket could be opened yet
 */

/**
 * What the connection needs of the browser; tests hand in their own.
 * @typedef {object} Platform
 * @property {(url: string) => WebSocket} open
 * @property {() => Promise<boolean>} answers whether the server lets sockets open, as it says over HTTP
 * @property {() => number} now
 * @property {(callback: () => void, ms: number) => number} setTimer
 * @property {(timer: number) => void} clearTimer
 * @property {() => number} random
 * @property {(error: unknown) => void} report where errors go that nobody caught
 */

const FIRST_WAIT = 250;
const LONGEST_WAIT = 15_000;
/** So long an attempt to open a socket may take, ms. */
const OPENING_PATIENCE = 10_000;
const OPEN = 1;

/**
 * How long to wait before attempt n (from 1): doubling up to a limit, half of it by chance so that a class does not
 * come back all at once.
 * @param {number} attempt
 * @param {number} random between 0 and 1
 */
export function backoff(attempt, random) {
  const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempt - 1));
  return wait / 2 + (wait / 2) * random;
}

/**
 * @param {string} url
 * @param {Handlers} handlers
 * @param {Platform} platform
 */
export function createConnection(url, handlers, platform) {
  /** @type {WebSocket | null} */
  let socket = null;
  let attempt = 0;
  let earliest = 0;
  let timer = 0;
  let everOpened = false;
  const blocked = createBlocked(platform.answers, (is) => handlers.explained?.(is ? "blocked" : "never"));

  function connect() {
    platform.clearTimer(timer);
    blocked.tried();
    const current = platform.open(url);
    current.binaryType = "arraybuffer";
    socket = current;
    current.onopen = () => {
      if (current !== socket) return;
      everOpened = true;
      blocked.over();
      platform.clearTimer(timer);
      handlers.opened();
    };
    current.onmessage = ({ data }) => {
      if (current !== socket) return;
      if (typeof data === "string") handlers.message(JSON.parse(data));
      else handlers.binary(data);
    };
    current.onclose = () => {
      if (current === socket) lost(ending());
    };
    timer = platform.setTimer(() => drop(ending()), OPENING_PATIENCE);
  }

  /** @returns {Loss} */
  function ending() {
    if (everOpened) return "lost";
    return blocked.is() ? "blocked" : "never";
  }

  /** The socket is given up: its own end may never be heard of. @param {Loss} why */
  function drop(why) {
    const current = socket;
    if (current === null) return;
    lost(why);
    current.close();
  }

  /** @param {Loss} why */
  function lost(why) {
    platform.clearTimer(timer);
    socket = null;
    attempt += 1;
    const now = platform.now();
    const wait = Math.max(backoff(attempt, platform.random()), earliest - now);
    handlers.lost(now + wait, attempt, why);
    timer = platform.setTimer(connect, wait);
    if (!everOpened && handlers.explained) void blocked.failed();
  }

  return {
    connect,
    /** @param {Command} command */
    send(command) {
      if (socket?.readyState !== OPEN) return false;
      socket.send(JSON.stringify(command));
      return true;
    },
    /** @param {ArrayBuffer} bytes */
    sendBytes(bytes) {
      if (socket?.readyState === OPEN) socket.send(bytes);
    },
    /** The run stands again: the next loss starts with the shortest wait. */
    settled() {
      attempt = 0;
    },
    /** @param {number} ms the server asks not to come back earlier */
    waitAtLeast(ms) {
      earliest = platform.now() + ms;
    },
    /** Nothing came for too long. */
    wasSilent: () => drop("silent"),
    /** Anew, at once: another server is to answer. */
    reconnect() {
      drop("lost");
      connect();
    },
    retryNow() {
      if (socket === null) connect();
    },
    /** For good. */
    close() {
      const current = socket;
      socket = null;
      platform.clearTimer(timer);
      blocked.over();
      current?.close();
    },
  };
}

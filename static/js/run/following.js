/**
 * A run of somebody else, as it is seen by who follows it: the same past, views and examples as of a run of one's own, and
 * nothing that would change it. When its owner leaves, what was seen stays, and the run is asked for until it is back.
 */

import { failureWords, OF_SOMEBODY_ELSE } from "../words/notices.js";
import { backoff, createConnection } from "../wire/connection.js";
import { ALL_SO_FAR, asRecord, command, decodeFrame } from "../wire/protocol.js";
import { addressOfRun } from "../wire/reach.js";
import { createRequests } from "../wire/requests.js";
import { createWatchdog } from "../wire/watchdog.js";
import { createPast } from "./history.js";
import { createRecords } from "./records.js";
import { only, readOnly } from "./source.js";
import { createStanding } from "./standing.js";
import { createWatching } from "./watching.js";

/** @typedef {import("../wire/protocol.js").Command} Command */
/** @typedef {import("../wire/protocol.js").ServerMessage} ServerMessage */
/** @typedef {import("../wire/protocol.js").StateMessage} StateMessage */
/** @typedef {import("../wire/requests.js").Answer} Answer */
/** @typedef {import("./source.js").Source} Source */

/** looking: not found yet; ended: it was followed, and its owner is gone. @typedef {"looking" | "followed" | "ended"} Status */

/** The longest wait, ms, between the first questions for a run that is not there: its owner is often back within a second. */
const SHORT_WAIT = 250;
const SHORT_WAITS = 12;
/** And between all later ones. */
const LONGEST_WAIT = 2_000;
/** Everything that changes the run is its owner's. @type {import("./source.js").Abilities} */
export const FOLLOWED = only("present", "probes", "files");

/**
 * @param {string} url
 * @param {import("./session.js").PageStore} store
 * @param {import("../wire/connection.js").Platform} platform
 * @param {string} run the token of the run
 * @param {(status: Status, why: string) => void} onStatus
 * @returns {Source & {copy: () => Promise<Answer>}}
 */
export function createFollowing(url, store, platform, run, onStatus) {
  const past = createPast();
  const standing = createStanding(false);
  /** The reader chose a sequence; before, it is the one that the owner shows. */
  let choseProbe = false;
  /** @type {StateMessage | null} */
  let lastState = null;
  /** How the run ended. */
  let why = "";

  const connection = createConnection(
    addressOfRun(url, run),
    { opened: () => void begin(), message: receive, binary: receiveFrame, lost, explained },
    platform,
  );
  const requests = createRequests(connection, () => {}, platform.now);
  const watchdog = createWatchdog(platform.now, requests.waitsSince);
  const records = createRecords(store, past, (iteration) => connection.send(command.ack(iteration)), platform);
  const watching = createWatching(store, ask, standing, platform.now);

  /** @param {Command} message @param {boolean} [callerShowsErrors] */
  function ask(message, callerShowsErrors) {
    const { probe: _, ...sent } = message;
    return requests.request(choseProbe ? message : { ...sent, type: message.type }, callerShowsErrors);
  }

  store.dispatch({ type: "can", can: FOLLOWED });

  // What the server says.

  /** @param {ServerMessage} message */
  function receive(message) {
    watchdog.heard();
    if (message.type === "error" && message.code === "server_full") {
      connection.waitAtLeast((message.retry_after ?? 5) * 1000);
    }
    if (message.type === "ended") {
      show(message);
      return ended(message.why);
    }
    if (message.type === "state") takeState(message);
    else if (!(message.type === "error" && requests.callerShowsErrors(message.id))) show(message);
    if ("id" in message && message.id !== undefined) requests.settle(Number(message.id), message);
  }

  /** @param {StateMessage} message */
  function takeState(message) {
    lastState = message;
    if (message.effects.restart.length > 0) past.restart();
    show(message);
  }

  /** @param {ServerMessage} message */
  function show(message) {
    store.dispatch({ type: "server", message, at: platform.now() });
  }

  /** @param {ArrayBuffer} bytes */
  function receiveFrame(bytes) {
    watchdog.heard();
    let iteration = ALL_SO_FAR;
    try {
      const frame = decodeFrame(bytes);
      iteration = frame.meta.iteration ?? 0;
      if (frame.meta.id !== undefined) {
        requests.settle(Number(frame.meta.id), { type: "file", bytes, iteration });
      } else if (standing.settled) {
        if (iteration < store.get().live.iteration) past.restart();
        records.take(asRecord(frame), bytes);
      } else {
        connection.send(command.ack(iteration));
      }
    } catch (error) {
      connection.send(command.ack(iteration));
      platform.report(error);
      notice(failureWords(error));
    }
  }

  /** @param {string} text */
  function notice(text) {
    store.dispatch({ type: "notice", notice: { text, undo: false, at: platform.now() } });
  }

  function refuse() {
    store.dispatch({ type: "wanted", wanted: {} });
    notice(OF_SOMEBODY_ELSE);
  }

  // Beginning, and the end.

  async function begin() {
    const { losses } = standing;
    store.dispatch({ type: "connection", connection: { status: "open", retryAt: null, attempt: 0 } });
    for (let attempt = 1; ; attempt += 1) {
      const answer = await requests.request(command.follow(run), true);
      if (answer === null || standing.losses !== losses) return;
      if (answer.type === "state") break;
      onStatus(lastState ? "ended" : "looking", why);
      const longest = attempt <= SHORT_WAITS ? SHORT_WAIT : LONGEST_WAIT;
      const wait = Math.min(longest, backoff(attempt, platform.random()));
      await new Promise((resolve) => platform.setTimer(() => resolve(null), wait));
      if (standing.losses !== losses) return;
    }
    standing.settled = true;
    watchdog.heard();
    why = "";
    connection.settled();
    onStatus("followed", why);
    await watching.ask();
  }

  /** @param {string} reason */
  function ended(reason) {
    why = reason;
    standing.settled = false;
    if (lastState) show({ ...lastState, phase: "paused", iteration: store.get().live.iteration });
    onStatus("ended", why);
    void begin();
  }

  /** @param {number} retryAt @param {number} attempt @param {import("../wire/connection.js").Loss} why */
  function lost(retryAt, attempt, why) {
    standing.settled = false;
    standing.losses += 1;
    requests.expectNothing();
    const full = store.get().connection.full;
    store.dispatch({ type: "connection", connection: { status: "lost", retryAt, attempt, full, why } });
  }

  /** @param {import("../wire/connection.js").Loss} why */
  function explained(why) {
    store.dispatch({ type: "connection", connection: { ...store.get().connection, why } });
  }

  /** The network as it is now, to go on with alone. @param {boolean} dataset @param {boolean} [callerShowsErrors] */
  const copy = (dataset, callerShowsErrors) => requests.request(command.copy(dataset), callerShowsErrors);

  return {
    ...readOnly(refuse),
    past,
    can: FOLLOWED,
    travel: null,
    connect: connection.connect,
    retryNow: connection.retryNow,
    keep(visible = true) {
      const mayBeSilent = !standing.settled || !visible || store.get().phase !== "running";
      const silence = watchdog.look(mayBeSilent, 0);
      if (silence === "ask") void watching.ask();
      if (silence === "lost") connection.wasSilent();
    },
    drawn(iteration) {
      if (!store.get().past) connection.send(command.ack(iteration));
    },
    tap: records.tap,
    hold: records.hold,
    release: records.release,
    close() {
      connection.close();
      standing.settled = false;
      standing.losses += 1;
      requests.expectNothing();
    },

    /** Only what is seen stands still: the newest moment stays in sight while others come. */
    pause() {
      store.dispatch({ type: "show", moment: past.moments().at(-1) ?? null });
    },
    play() {
      store.dispatch({ type: "show", moment: null });
    },
    async show(probe) {
      choseProbe = true;
      store.dispatch({ type: "show", moment: null });
      const answer = await watching.ask(probe);
      if (answer?.type === "state") store.dispatch({ type: "probe", probe });
    },
    setRate: () => {},
    watch: watching.choose,

    copy: () => copy(store.get().live.config.task === "own", true),
    /** A file of the run: its snapshot is a copy. */
    fetch: (message, callerShowsErrors) =>
      message.type === "snapshot"
        ? copy(Boolean(message.dataset), callerShowsErrors)
        : requests.request(message, callerShowsErrors),
  };
}

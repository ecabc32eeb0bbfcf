/**
 * The conversation about one run: start it, watch it, change it, keep its past, take it up again on whatever server
 * answers after a loss, and branch from an earlier iteration. Nothing that the server accepted gets lost: what is newer
 * than a snapshot is replayed at the iteration at which it was accepted.
 */

import { createAsking } from "../wire/requests.js";
import { CHANGE_INTERVAL, createChanges } from "./changes.js";
import { backoff, createConnection } from "../wire/connection.js";
import { failureWords } from "../lib/guard.js";
import { asRecord, command, decodeFrame, PROTOCOL } from "../wire/protocol.js";
import { emptyHistory } from "./state.js";
import { createPast } from "./history.js";
import { createWatchdog } from "../wire/watchdog.js";

/** @typedef {import("../wire/protocol.js").Command} Command */
/** @typedef {import("../wire/protocol.js").Config} Config */
/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */
/** @typedef {import("../wire/protocol.js").ServerMessage} ServerMessage */
/** @typedef {import("../lib/store.js").Store<import("./state.js").State, import("./state.js").Action>} PageStore */
/** @typedef {import("../wire/requests.js").Answer} Answer */

/**
 * What one can take back: the run as it was, its past and its curve.
 * @typedef {object} Undoable
 * @property {ArrayBuffer} bytes
 * @property {ReturnType<ReturnType<typeof createPast>["save"]>} saved
 * @property {import("./state.js").History} history
 * @property {boolean} plays
 */

/** What every record carries, as long as the network is not too large for it. */
export const WATCHED = ["flow", "weights", "truncation", "gates", "distributions"];

const DEAREST = "truncation";
const SNAPSHOT_INTERVAL = 1000;
const SNAPSHOT_BYTES_PER_INTERVAL = 64 * 1024;
const CHECKED_ENTRIES = 40;
const LONGEST_STEP = 10_000;
/** Acknowledges every record so far: for one that cannot be read. */
const ALL_SO_FAR = 10 ** 15 - 1;
/** Changes that go again when their answer was lost with the connection. */
const AGAIN = ["configure", "edit"];
/** Refusals that mean: not just now. */
const PASSING = ["busy", "upload_timeout", "upload_pending"];
/** How long the record of a step may take to follow its answer. */
const RECORD_PATIENCE = 250;

/**
 * @param {string} url
 * @param {PageStore} store
 * @param {import("../wire/connection.js").Surroundings} around
 * @param {(command: string) => void} carriedOut told the type of every command that the server carried out
 * @param {boolean} plays whether the run plays as soon as it stands
 */
export function createSession(url, store, around, carriedOut = () => {}, plays = true) {
  /** Whether a snapshot was asked for and has not come. */
  let snapshotAsked = false;
  const past = createPast();
  let snapshotDue = 0;
  let settled = false;
  let losses = 0;
  let playing = plays;
  /** A run that is taken up again, to play as before, counts as playing while the server only has it. */
  let goesOn = false;
  /** @type {(() => void)[] | null} what waits to be shown together with the records of other lanes */
  let held = null;
  /** @type {(() => void)[]} */
  let recordWaiters = [];
  let watched = WATCHED;
  /** Whether the dearest of what is watched is left out, as this network is too large for it. */
  let spared = false;
  const spare = (/** @type {boolean} */ whether) => {
    spared = whether;
    if (store.get().spared !== spared) store.dispatch({ type: "spared", spared });
  };
  /** @type {Undoable | null} */
  let undoable = null;
  /** Whether the run stands at the shown moment of its past, once it is known. @type {Promise<boolean> | null} */
  let branching = null;
  /** What was asked for and not answered when the connection was lost. @type {((stands: boolean) => void)[]} */
  let unanswered = [];

  const connection = createConnection(
    url,
    {
      opened: () => void begin(),
      message: receive,
      binary: receiveFrame,
      lost,
    },
    around,
  );

  const asking = createAsking(connection, carriedOut, around.now);
  const { request } = asking;
  const watchdog = createWatchdog(around.now, asking.waitsSince);
  const changes = createChanges(around, configureRun, (wanted) => store.dispatch({ type: "wanted", wanted }));

  // What the server says.

  /** @param {ServerMessage} message */
  function receive(message) {
    watchdog.heard();
    if (message.type === "error" && message.code === "server_full") {
      connection.waitAtLeast((message.retry_after ?? 5) * 1000);
    }
    if (message.type === "hello" && message.protocol !== PROTOCOL) {
      notice("The server has changed: reload the page to go on.");
    }
    if (!(message.type === "error" && asking.isDiscreet(message.id))) {
      const isGoingOn = goesOn && message.type === "state" && message.phase === "paused";
      store.dispatch({
        type: "server",
        message: isGoingOn ? { ...message, phase: "running" } : message,
        at: around.now(),
      });
    }
    if (message.type === "diverged") playing = false;
    if (!("id" in message) || message.id === undefined) return;
    asking.settle(Number(message.id), /** @type {Answer} */ (message));
  }

  /** @param {ArrayBuffer} bytes */
  function receiveFrame(bytes) {
    watchdog.heard();
    let iteration = ALL_SO_FAR;
    try {
      const frame = decodeFrame(bytes);
      iteration = frame.meta.iteration ?? 0;
      takeFrame(frame, bytes, iteration);
    } catch (error) {
      // The server sends no more than two records that nobody acknowledged, whatever became of them here.
      connection.send(command.ack(iteration));
      around.report(error);
      notice(failureWords(error));
    }
  }

  /** @param {import("../wire/protocol.js").Frame} frame @param {ArrayBuffer} bytes @param {number} iteration */
  function takeFrame(frame, bytes, iteration) {
    const { kind, id } = frame.meta;
    if (id !== undefined) {
      asking.settle(Number(id), { type: "file", bytes, iteration });
    } else if (kind === "snapshot") {
      // The last one of a server that ends.
      if (settled) past.keepSnapshot(bytes, iteration);
    } else if (kind === "record" && settled) {
      takeRecord(asRecord(frame));
    } else if (kind === "record") {
      connection.send(command.ack(iteration));
    }
  }

  /** While a moment of the past is shown, nothing waits for the newest record to be drawn. @param {DecodedRecord} record */
  function takeRecord(record) {
    const { config, task, solvedAt } = store.get().live;
    past.keepMoment({ record, config, task, solvedAt });
    const show = () => store.dispatch({ type: "record", record });
    if (held) held.push(show);
    else show();
    if (store.get().past) connection.send(command.ack(record.meta.iteration));
    for (const resolve of recordWaiters) resolve();
    recordWaiters = [];
  }

  /** Nobody will answer any more. */
  function expectNothing() {
    settled = false;
    losses += 1;
    asking.expectNothing();
    changes.forget();
    // A change goes again once; if it is lost a second time, that is told.
    for (const resolve of unanswered) resolve(false);
    unanswered = [];
  }

  /** @param {number} retryAt @param {number} attempt @param {import("../wire/connection.js").Loss} why */
  function lost(retryAt, attempt, why) {
    expectNothing();
    goesOn = false;
    const full = store.get().connection.full;
    store.dispatch({ type: "connection", connection: { status: "lost", retryAt, attempt, full, why } });
  }

  /** @param {string} text */
  function notice(text) {
    store.dispatch({ type: "notice", notice: { text, undo: false, at: around.now() } });
  }

  // Beginning, and beginning again.

  async function begin() {
    const { config, iteration } = store.get().live;
    const isNew = past.newest() === null;
    goesOn = playing && !isNew;
    const answers = isNew ? start(config) : resume(playing ? 0 : iteration);
    const lossesBefore = losses;
    if (!(await answers) || losses !== lossesBefore) return;
    settle();
    if (isNew) void snapshot();
    const asked = watch();
    const played = playing ? request(command.play(store.get().rate)) : Promise.resolve();
    void played.then(() => {
      goesOn = false;
    });
    store.dispatch({ type: "connection", connection: { status: "open", retryAt: null, attempt: 0 } });
    for (const resolve of unanswered) resolve(true);
    unanswered = [];
    changes.let(true);
    if ((await asked)?.type === "state") connection.settled();
  }

  /** From here on records are shown, and kept. */
  function settle() {
    settled = true;
    watchdog.heard();
    snapshotDue = around.now() + SNAPSHOT_INTERVAL;
  }

  /** A network may be too large for all that is watched, and not for the rest. @returns {Promise<Answer>} */
  async function watch(probe = store.get().probe) {
    const isAll = !spared;
    const quantities = isAll ? watched : watched.filter((quantity) => quantity !== DEAREST);
    const answer = await request(command.watch(quantities, probe), isAll);
    spare(!isAll || isTooCostly(answer));
    return isAll && spared ? watch(probe) : answer;
  }

  /** @param {Config} config */
  async function start(config) {
    const answer = await request(command.start(config));
    if (answer?.type !== "error") return answer?.type === "state";
    // Each field of a link may fit and all together not: then the defaults run, and what was wrong stands there.
    return (await request(command.start()))?.type === "state";
  }

  /** @param {number} iteration where a paused run stood */
  async function resume(iteration) {
    for (const way of past.ways()) {
      const answer = await uploadPatiently(way.bytes);
      if (answer === null) return false;
      if (answer.type !== "state") continue;
      await replay(way.changes, iteration);
      return true;
    }
    return start(store.get().live.config);
  }

  /** A server that is busy is asked again: a run that is kept is never given up for that. @param {ArrayBuffer} bytes */
  async function uploadPatiently(bytes) {
    const lossesBefore = losses;
    for (let attempt = 1; ; attempt += 1) {
      const answer = await upload(bytes);
      if (answer?.type !== "error" || !PASSING.includes(answer.code)) return answer;
      const wait = Math.max((answer.retry_after ?? 0) * 1000, backoff(attempt, around.random()));
      await new Promise((resolve) => around.setTimer(() => resolve(null), wait));
      if (losses !== lossesBefore) return null;
    }
  }

  /** @param {ArrayBuffer} bytes */
  async function upload(bytes, kind = "snapshot", isDiscreet = false) {
    const answer = await asking.upload(bytes, kind, isDiscreet);
    if (answer?.type === "state" && !answer.same_numerics) {
      notice("Restored on a server that rounds differently: last digits may differ from before.");
    }
    return answer;
  }

  /** @param {import("./history.js").Change[]} accepted @param {number} iteration */
  async function replay(accepted, iteration) {
    for (const one of accepted) {
      await stepTo(one.iteration);
      await request(one.command);
    }
    await stepTo(iteration);
  }

  /** @param {number} iteration */
  async function stepTo(iteration) {
    for (let missing = iteration - store.get().live.iteration; missing > 0; missing -= LONGEST_STEP) {
      await request(command.step(Math.min(missing, LONGEST_STEP)));
    }
  }

  // Snapshots.

  /** With own data in it: another server would not have them. @returns {Promise<ArrayBuffer | null>} */
  async function snapshot() {
    snapshotAsked = true;
    const answer = await request(command.snapshot(store.get().live.config.task === "own"));
    snapshotAsked = false;
    if (answer?.type !== "file") return null;
    if (settled) past.keepSnapshot(answer.bytes, answer.iteration);
    return answer.bytes;
  }

  /** Called about once a second: asks for a snapshot if the run is not where the newest one is. */
  function keep() {
    const newest = past.newest();
    const current = newest?.iteration === store.get().live.iteration && newest.accepted === past.accepted;
    if (!settled || current || snapshotAsked || around.now() < snapshotDue) return;
    const intervals = Math.max(1, (newest?.bytes.byteLength ?? 0) / SNAPSHOT_BYTES_PER_INTERVAL);
    snapshotDue = around.now() + intervals * SNAPSHOT_INTERVAL - CHANGE_INTERVAL;
    void snapshot();
  }

  // Changing the run.

  /** @param {Command} message @param {boolean} isDiscreet @returns {Promise<Answer>} */
  async function change(message, isDiscreet = false) {
    const wasOpen = store.get().connection.status === "open";
    let answer = await request(message, isDiscreet);
    if (answer === null && wasOpen && AGAIN.includes(message.type) && (await standsAgain())) {
      answer = await request(message, isDiscreet);
    }
    if (answer?.type === "state") {
      past.accept(message, answer.iteration);
      if (["reset", "start"].includes(message.type) || answer.effects.restart.length > 0) past.restart();
      if (answer.phase !== "running") playing = false;
    }
    return answer;
  }

  /** After a loss: whether the run stood again before the next one. @returns {Promise<boolean>} */
  function standsAgain() {
    return new Promise((resolve) => unanswered.push(resolve));
  }

  /** The run as it is, to come back to; null without a connection. @returns {Promise<Undoable | null>} */
  async function keepRun() {
    const before = { saved: past.save(), history: store.get().history, plays: playing };
    const bytes = await snapshot();
    return bytes && { ...before, bytes };
  }

  /** Remembers the run for the undo that a restart offers. Commands keep their order: it precedes the change. */
  function rememberForUndo() {
    void keepRun().then(offerUndo);
  }

  /**
   * Takes the run to another place, with nothing in between to be seen; says whether it stands there.
   * @param {() => Promise<boolean>} go
   */
  async function travel(go) {
    settled = false;
    changes.let(false);
    const lossesBefore = losses;
    const arrived = await go();
    if (losses !== lossesBefore) return false;
    settle();
    changes.let(true);
    return arrived;
  }

  /** @param {Config} wanted */
  async function configureRun(wanted) {
    const properties = store.get().schema?.properties ?? {};
    if (Object.keys(wanted).some((field) => properties[field]?.effect === "restart")) rememberForUndo();
    const asked = command.configure(wanted);
    let answer = await change(asked, !spared);
    if (isTooCostly(answer) && !spared) {
      spare(true);
      await watch();
      answer = await change(asked);
    } else if (answer?.type === "error" && !spared) {
      store.dispatch({ type: "server", message: answer, at: around.now() });
    }
    if (spared) {
      spared = false;
      await watch();
    }
    return answer;
  }

  /**
   * The run goes on from the shown moment of its past, which is reached again exactly. Whoever asks meanwhile waits for the
   * same branch. Says whether the run stands there.
   */
  function branch() {
    branching ??= goToPast().finally(() => {
      branching = null;
    });
    return branching;
  }

  /**
   * What is seen is what is changed: `act` follows once the run stands where the page shows it, in the order asked; never
   * if it cannot get there.
   * @template T @param {() => T} act @returns {Promise<Awaited<T> | null>}
   */
  async function whenShown(act) {
    const goes = branching ?? (store.get().past ? branch() : null);
    if (goes === null || (await goes)) return await act();
    notice("The run could not be taken back to the shown moment; nothing was changed.");
    store.dispatch({ type: "wanted", wanted: {} });
    return null;
  }

  /** A command for the run, after a branch that has begun. @param {() => unknown} act */
  function afterBranch(act) {
    if (branching) void branching.then(act);
    else act();
  }

  async function goToPast() {
    const moment = store.get().past;
    const route = moment && past.routeTo(moment);
    if (!route || !settled) return false;
    const head = { saved: past.save(), history: store.get().history, plays: false };
    const arrived = await travel(async () => {
      const bytes = await snapshot();
      if (!bytes || (await upload(route.bytes))?.type !== "state") return false;
      await replay(route.changes, route.iteration);
      past.cut(moment);
      store.dispatch({ type: "branched", moment });
      undoable = { ...head, bytes };
      return true;
    });
    if (arrived) void watch();
    return arrived;
  }

  /** Back to where the run was before the last restart or branch. */
  async function undo() {
    if (!undoable || !settled) return;
    const kept = undoable;
    undoable = null;
    store.dispatch({ type: "notice", notice: null });
    await returnTo(kept);
  }

  /** Another run in this one's place, paused; says whether it stands there. @param {Config} config */
  async function startOther(config) {
    changes.drop();
    undoable = null;
    store.dispatch({ type: "show", moment: null });
    const arrived = await travel(async () => (await change(command.start(config)))?.type === "state");
    if (arrived) await watch();
    return arrived;
  }

  /** @param {Undoable | null} kept */
  function offerUndo(kept) {
    undoable = kept;
    store.dispatch({ type: "notice", notice: kept && { text: "", undo: true, at: around.now() } });
  }

  /** Another run, with the offer to take that back; says whether it stands there. @param {Config} config */
  async function startInstead(config) {
    const kept = await keepRun();
    const arrived = await startOther(config);
    if (arrived) offerUndo(kept);
    return arrived;
  }

  /** @param {Undoable} kept */
  async function returnTo({ bytes, saved, history, plays }) {
    const arrived = await travel(async () => {
      if ((await upload(bytes))?.type !== "state") return false;
      past.restore(saved);
      store.dispatch({ type: "restored", history });
      return true;
    });
    if (!arrived) return;
    playing = plays;
    void snapshot();
    if (plays) void request(command.play(store.get().rate));
    await watch();
  }

  /**
   * A reader's file: a run to go on with, weights for this one, or data to learn from. It can be undone.
   * @param {string} kind @param {ArrayBuffer} bytes
   */
  async function load(kind, bytes) {
    const kept = await keepRun();
    /** @type {Answer} */
    let answer = null;
    store.dispatch({ type: "show", moment: null });
    const arrived = await travel(async () => {
      answer = await upload(bytes, kind, true);
      if (answer?.type !== "state") return false;
      if (kind !== "weights") {
        past.restart();
        store.dispatch({ type: "restored", history: emptyHistory() });
      }
      playing = answer.phase === "running";
      return true;
    });
    if (arrived) {
      carriedOut("load");
      offerUndo(kept);
      void snapshot();
    }
    if (settled) await watch();
    return /** @type {Answer} */ (answer);
  }

  return {
    past,
    connect: connection.connect,
    retryNow: connection.retryNow,
    /** Called about once a second. @param {boolean} visible whether the page is seen: nothing is sent to one that is not */
    keep(visible = true) {
      keep();
      const mayBeSilent = !settled || !visible || store.get().phase !== "running";
      const silence = watchdog.look(mayBeSilent, past.newest()?.bytes.byteLength ?? 0);
      if (silence === "ask") void watch();
      if (silence === "lost") connection.wasSilent();
    },

    /** @param {number} iteration of the record that was just drawn */
    drawn(iteration) {
      if (!store.get().past) connection.send(command.ack(iteration));
    },

    /** What is seen is what is changed: in the past, a change begins a branch. @param {Config} wanted */
    configure(wanted) {
      if (store.get().connection.status === "lost") return;
      if (!branching && !store.get().past) return changes.add(wanted);
      store.dispatch({ type: "wanted", wanted: { ...store.get().wanted, ...wanted } });
      void whenShown(() => changes.add(wanted));
    },

    play() {
      playing = true;
      afterBranch(() => request(command.play(store.get().rate)));
    },

    pause() {
      playing = false;
      goesOn = false;
      afterBranch(() => request(command.pause()));
    },

    step() {
      playing = false;
      afterBranch(() => request(command.step(1)));
    },

    /** So many updates, and the record after them. @param {number} iterations */
    async advance(iterations) {
      playing = false;
      const answer = await request(command.step(iterations));
      if (answer?.type !== "state" || answer.phase === "diverged") return;
      await new Promise((resolve) => {
        const timer = around.setTimer(() => resolve(null), RECORD_PATIENCE);
        recordWaiters.push(() => {
          around.clearTimer(timer);
          resolve(null);
        });
      });
    },

    /** Records that come from now on are shown by `release`, together with those of other lanes. */
    hold() {
      held ??= [];
    },

    release() {
      const waiting = held ?? [];
      held = null;
      for (const show of waiting) show();
    },

    /** For good: the server forgets the run. */
    close() {
      connection.close();
      expectNothing();
    },

    async reset() {
      await branching;
      rememberForUndo();
      await change(command.reset());
    },

    branch,
    undo,
    keepRun,
    startOther,
    startInstead,
    returnTo,
    load,

    /** A file of this run. @param {Command} message that is answered by one */
    fetch: request,

    /** @param {number | null} rate */
    setRate(rate) {
      store.dispatch({ type: "rate", rate });
      if (store.get().phase === "running") void request(command.play(rate));
    },

    /** @param {number} probe */
    async show(probe) {
      store.dispatch({ type: "show", moment: null });
      const answer = await watch(probe);
      if (answer?.type === "state") store.dispatch({ type: "probe", probe });
    },

    /** What records carry beside the default: the views that are open need it. @param {string[]} quantities */
    watch(quantities) {
      const before = watched;
      watched = [...new Set([...WATCHED, ...quantities])];
      if (!settled) return;
      void watch().then((answer) => {
        // What is too much for the server is not asked for again, after a loss of the connection either.
        if (answer?.type !== "error") return;
        watched = before;
        spare(false);
      });
    },

    /** Sets one weight, or one input of the shown sequence. @param {string} tensor @param {number[]} index @param {number} value */
    async edit(tensor, index, value) {
      return whenShown(() => change(command.edit(tensor, index, value)));
    },

    /** @param {string | null} bug to be switched on, for this check only */
    checkGradients(bug) {
      return request(command.check_gradients(CHECKED_ENTRIES, bug));
    },
  };
}

/** @param {Answer} answer */
function isTooCostly(answer) {
  return answer?.type === "error" && answer.code === "too_costly";
}

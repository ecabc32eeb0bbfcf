/**
 * The conversation about one run: start it, watch it, change it, keep its past, take it up again on whatever server
 * answers after a loss, and branch from an earlier iteration.
 */

import { createConnection } from "../wire/connection.js";
import { command } from "../wire/protocol.js";
import { createRequests } from "../wire/requests.js";
import { createWatchdog } from "../wire/watchdog.js";
import { createAutosave } from "./autosave.js";
import { createBranching } from "./branching.js";
import { createChanges } from "./changes.js";
import { createChanging } from "./changing.js";
import { createPast } from "./history.js";
import { createReception } from "./reception.js";
import { createRecords } from "./records.js";
import { createReplacing } from "./replacing.js";
import { createResume } from "./resume.js";
import { createSharing } from "./sharing.js";
import { EVERYTHING } from "./source.js";
import { createStanding } from "./standing.js";
import { createUndo } from "./undo.js";
import { createWatching } from "./watching.js";

/** @typedef {import("../wire/protocol.js").Command} Command */
/** @typedef {import("../wire/protocol.js").Config} Config */
/** @typedef {import("../lib/store.js").Store<import("./state.js").State, import("./state.js").Action>} PageStore */

const CHECKED_ENTRIES = 40;

/**
 * @param {string} url
 * @param {PageStore} store
 * @param {import("../wire/connection.js").Platform} platform
 * @param {(command: string, tensor?: string) => void} onAccepted told the type of every command that the server carried out, and the tensor of an edit
 * @param {boolean} plays whether the run plays as soon as it stands
 */
export function createSession(url, store, platform, onAccepted = () => {}, plays = true) {
  const past = createPast();
  const standing = createStanding(plays);

  const connection = createConnection(
    url,
    {
      opened: () => void begin(),
      message: (message) => reception.message(message),
      binary: (bytes) => reception.frame(bytes),
      lost,
      explained,
    },
    { ...platform, open: (address) => sharing.open(address) },
  );
  const sharing = createSharing(url, (message) => requests.request(message), move, platform);
  const requests = createRequests(connection, onAccepted, platform.now);
  const { request } = requests;
  const watchdog = createWatchdog(platform.now, requests.waitsSince);
  const changes = createChanges(platform, configureRun, (wanted) => store.dispatch({ type: "wanted", wanted }));
  const records = createRecords(store, past, (iteration) => connection.send(command.ack(iteration)), platform);
  const { change, decide } = createChanging(store, past, standing, request);
  const watching = createWatching(store, request, standing, platform.now);
  const autosave = createAutosave(store, past, request, standing, platform.now, noticeBesideUndo);
  const resuming = createResume(store, past, requests, standing, platform, notice);
  const { upload, uploadPatiently, replay } = resuming;
  const { save } = autosave;
  const undoing = createUndo(
    store,
    past,
    standing,
    { save, travel, upload, watch: watching.ask, request },
    platform.now,
  );
  const branching = createBranching(store, past, standing, {
    ...{ save, travel, upload, uploadPatiently, replay, request, notice },
    watch: watching.ask,
    setUndo: undoing.set,
    reconnect: connection.reconnect,
  });
  const replacing = createReplacing(store, past, standing, {
    ...{ change, travel, upload, save, undoing, onAccepted, leavesDataOut: autosave.leavesDataOut },
    dropChanges: changes.drop,
    watch: watching.ask,
  });
  const parts = { standing, past, records, requests, connection, watchdog };
  /** From where the run is on its way to another place: there it is taken up after a loss. @type {number | null} */
  let left = null;
  const reception = createReception(store, parts, platform, notice);

  store.dispatch({ type: "can", can: EVERYTHING });

  /** Nobody will answer any more. */
  function expectNothing() {
    standing.settled = false;
    standing.losses += 1;
    requests.expectNothing();
    changes.forget();
    decide(false);
  }

  /** @param {number} retryAt @param {number} attempt @param {import("../wire/connection.js").Loss} why */
  function lost(retryAt, attempt, why) {
    expectNothing();
    standing.starting = false;
    const full = store.get().connection.full;
    store.dispatch({ type: "connection", connection: { status: "lost", retryAt, attempt, full, why } });
  }

  /** @param {import("../wire/connection.js").Loss} why */
  function explained(why) {
    store.dispatch({ type: "connection", connection: { ...store.get().connection, why } });
  }

  /** @param {string} text */
  function notice(text, undo = false) {
    store.dispatch({ type: "notice", notice: { text, undo, at: platform.now() } });
  }

  /** What was just offered to be taken back still can be. @param {string} text */
  function noticeBesideUndo(text) {
    notice(text, store.get().notice?.undo);
  }

  // Beginning, and beginning again.

  async function begin() {
    const { config, iteration } = store.get().live;
    const { playing, losses } = standing;
    const isNew = past.newest() === null;
    standing.starting = playing;
    const stands = isNew ? resuming.start(config) : resuming.resume(playing ? 0 : (left ?? iteration));
    if (!(await stands) || standing.losses !== losses) return;
    settle();
    void sharing.again();
    if (isNew) void save();
    const asked = watching.ask();
    const played = standing.playing ? request(command.play(store.get().rate)) : Promise.resolve();
    void played.then(() => {
      standing.starting = false;
    });
    store.dispatch({ type: "connection", connection: { status: "open", retryAt: null, attempt: 0 } });
    decide(true);
    changes.setOpen(true);
    if ((await asked)?.type === "state") connection.settled();
  }

  /** From here on records are shown, and kept. */
  function settle() {
    standing.settled = true;
    left = null;
    watchdog.heard();
    autosave.begin();
  }

  /**
   * Takes the run to another place, with nothing in between to be seen; says whether it stands there. Without a connection
   * it stays where it is to be taken up.
   * @param {() => Promise<boolean>} go
   */
  async function travel(go) {
    if (store.get().connection.status === "lost") return false;
    standing.settled = false;
    left = store.get().live.iteration;
    changes.setOpen(false);
    const { losses } = standing;
    const arrived = await go();
    if (standing.losses !== losses) return false;
    settle();
    changes.setOpen(true);
    return arrived;
  }

  /** The run goes on on the server to which its address leads now. */
  async function move() {
    await save();
    connection.reconnect();
  }

  /** @param {Config} wanted */
  function configureRun(wanted) {
    const properties = store.get().schema?.properties ?? {};
    if (Object.keys(wanted).some((field) => properties[field]?.effect === "restart")) undoing.remember();
    return watching.fit((callerShowsErrors) => change(command.configure(wanted), callerShowsErrors));
  }

  return {
    past,
    can: EVERYTHING,
    travel: /** @type {import("./source.js").Travel | null} */ (null),
    connect: connection.connect,
    retryNow: connection.retryNow,
    /** Called about once a second. @param {boolean} visible whether the page is seen: nothing is sent to one that is not */
    keep(visible = true) {
      autosave.look();
      const mayBeSilent = !standing.settled || !visible || store.get().phase !== "running";
      const silence = watchdog.look(mayBeSilent, past.newest()?.bytes.byteLength ?? 0);
      if (silence === "ask") void watching.ask();
      if (silence === "lost") connection.wasSilent();
    },

    /** @param {number} iteration of the record that was just drawn */
    drawn(iteration) {
      if (!store.get().past) connection.send(command.ack(iteration));
    },

    /** What is seen is what is changed: in the past, a change begins a branch. @param {Config} wanted */
    configure(wanted) {
      if (store.get().connection.status === "lost") return;
      if (!branching.current() && !store.get().past) return changes.add(wanted);
      store.dispatch({ type: "wanted", wanted: { ...store.get().wanted, ...wanted } });
      void branching.whenShown(() => changes.add(wanted));
    },

    play() {
      standing.playing = true;
      branching.after(() => request(command.play(store.get().rate)));
    },

    pause() {
      standing.playing = false;
      standing.starting = false;
      branching.after(() => request(command.pause()));
    },

    step() {
      standing.playing = false;
      branching.after(() => request(command.step(1)));
    },

    /** So many updates, and the record after them. @param {number} iterations */
    async advance(iterations) {
      standing.playing = false;
      const answer = await request(command.step(iterations));
      if (answer?.type === "state" && answer.phase !== "diverged") await records.next();
    },

    tap: records.tap,
    hold: records.hold,
    release: records.release,
    share: sharing.share,
    unshare() {
      store.dispatch({ type: "unshared" });
      return sharing.unshare();
    },

    /** For good: the server forgets the run. */
    close() {
      connection.close();
      expectNothing();
    },

    async reset() {
      await branching.current();
      undoing.remember();
      await change(command.reset());
    },

    branch: branching.branch,
    undo: undoing.undo,
    keepRun: undoing.keepRun,
    returnTo: undoing.returnTo,
    startOther: replacing.startOther,
    startInstead: replacing.startInstead,
    load: replacing.load,

    /**
     * What would be read of a reader's own data; nothing is replaced.
     * @param {string} kind @param {ArrayBuffer} bytes @param {import("../wire/protocol.js").FileOptions} [options]
     */
    preview: (kind, bytes, options = {}) => requests.upload(bytes, kind, true, { ...options, preview: true }),

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
      const answer = await watching.ask(probe);
      if (answer?.type === "state") store.dispatch({ type: "probe", probe });
    },

    watch: watching.choose,

    /** Sets one weight, or one input of the shown sequence. @param {string} tensor @param {number[]} index @param {number} value */
    async edit(tensor, index, value) {
      return branching.whenShown(() => change(command.edit(tensor, index, value)));
    },

    /** @param {string | null} bug to be switched on, for this check only */
    checkGradients(bug) {
      return request(command.check_gradients(CHECKED_ENTRIES, bug));
    },
  };
}

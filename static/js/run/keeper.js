/** Keeps a tab's runs in this browser, and finds them again after a reload. A browser may refuse; then nothing is kept. */

import { answerOf, inTab, openDatabase } from "../lib/storage.js";
import { joined, keptState, restAfter, standingOf, storedOf } from "./snapshots.js";

/** @typedef {import("./snapshots.js").Kept} Kept */
/** @typedef {import("./snapshots.js").KeptLane} KeptLane */
/** @typedef {import("./snapshots.js").Stored} Stored */
/** @typedef {{store: import("./session.js").PageStore, session: {past: import("./history.js").Past}}} Lane */
/** @typedef {import("./state.js").State} State */
/** @typedef {Omit<Kept, "lanes"> & {lanes: KeptLane[], begin: (opened: State) => State}} Found begin: what the page starts from */
/** @typedef {{tab: string, kept: Kept}} Standing */

const KEY = "unroll-run";
const DATABASE = "unroll";
const TABS = "tabs";
/** Of so many tabs the runs are kept, the newest ones. */
const MOST_TABS = 8;
/** A database that failed, such as one that was slow once, is left alone for so long, ms. */
const REST_AFTER_FAILURE = 30_000;

/** What this tab kept before it was reloaded. @returns {Promise<Found | null>} */
export async function findKept() {
  try {
    const text = inTab.getItem(KEY);
    if (!text) return null;
    /** @type {Standing} */
    const { tab, kept } = JSON.parse(text);
    const entry = await inDatabase((database) => answerOf(database.transaction(TABS).objectStore(TABS).get(tab)));
    const lanes = kept.lanes.map((lane, index) => entry?.lanes[index] && joined(lane, entry.lanes[index]));
    if (lanes.length === 0 || !lanes.every(Boolean)) return null;
    const { rate, probe, playing } = kept;
    const phase = playing ? "idle" : "paused";
    return { ...kept, lanes, begin: (opened) => keptState({ ...opened, rate, probe, phase }, lanes[0]) };
  } catch {
    return null;
  }
}

/**
 * @param {() => Lane[]} lanes none while what is shown is not to be kept
 * @param {() => boolean} plays
 */
export function createKeeper(lanes, plays) {
  // A new name at every load: a duplicated tab goes on with the same run, but on its own.
  const tab = `${Date.now()} ${Math.random()}`;
  /** @type {{bytes: ArrayBuffer | undefined, since: number}[]} the newest snapshot of each lane, and what the oldest holds */
  let written = [];
  let writing = false;
  let refusedUntil = Number.NEGATIVE_INFINITY;
  let nextAt = Number.NEGATIVE_INFINITY;

  /** Where the runs stand: small, and written before the page is gone. */
  function stand() {
    const all = lanes();
    if (all.length === 0) return;
    if (written.length !== all.length) return;
    const { rate, probe } = all[0].store.get();
    const standings = all.map((lane, index) => standingOf(lane.store.get(), lane.session.past, written[index].since));
    /** @type {Standing} */
    const standing = { tab, kept: { playing: plays(), rate, probe, lanes: standings } };
    inTab.setItem(KEY, JSON.stringify(standing));
  }

  /** @param {boolean} atOnce a run that was stopped may stay as it is for long */
  async function store(atOnce) {
    if (lanes().length === 0) return;
    if (!atOnce && performance.now() < nextAt) return;
    const all = lanes();
    const newest = all.map(({ session: { past } }) => {
      return { bytes: past.newest()?.bytes, since: past.newestSnapshots()[0]?.accepted ?? 0 };
    });
    if (writing || performance.now() < refusedUntil || newest.some(({ bytes }) => !bytes)) return;
    if (newest.length === written.length && newest.every(({ bytes }, index) => bytes === written[index].bytes)) return;
    writing = true;
    try {
      const stored = all.map((lane) => storedOf(lane.store.get(), lane.session.past));
      nextAt = performance.now() + restAfter(stored);
      await write(tab, { at: Date.now(), lanes: stored });
      written = newest;
    } catch (error) {
      refusedUntil = isForbidden(error) ? Number.POSITIVE_INFINITY : performance.now() + REST_AFTER_FAILURE;
    }
    writing = false;
    stand();
  }

  function keep(atOnce = false) {
    void store(atOnce);
    stand();
  }

  window.addEventListener("pagehide", stand);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && keep(true));
  // What a reload goes on with is kept under the new name before anything of it can change.
  keep();
  return { keep };
}

/** Not now, and not later. @param {unknown} error */
function isForbidden(error) {
  return error instanceof DOMException && error.name === "SecurityError";
}

/** @param {string} tab @param {{at: number, lanes: Stored[]}} entry */
function write(tab, entry) {
  return inDatabase(async (database) => {
    const tabs = database.transaction(TABS, "readwrite").objectStore(TABS);
    tabs.put(entry, tab);
    const names = await answerOf(tabs.index("at").getAllKeys());
    for (const old of names.slice(0, -MOST_TABS)) tabs.delete(old);
  });
}

/** Closed afterwards, whatever came of it. @template T @param {(database: IDBDatabase) => Promise<T>} act @returns {Promise<T>} */
async function inDatabase(act) {
  const database = await openDatabase(DATABASE, (created) => created.createObjectStore(TABS).createIndex("at", "at"));
  try {
    return await act(database);
  } finally {
    database.close();
  }
}

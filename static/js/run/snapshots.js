/**
 * What a tab keeps of its runs so that a reload goes on with them: the newest snapshots in the browser's database, written
 * when there is a new one, and where each run stands in the tab's own storage, written at the last moment. Pure.
 */

import { trimmed, untrimmed } from "../record/spread.js";
import { emptyHistory } from "./columns.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./columns.js").History} History */
/** @typedef {import("./history.js").Past} Past */
/** @typedef {import("./history.js").Snapshot} Snapshot */
/** @typedef {import("./history.js").Change} Change */

/** @typedef {Record<"iteration" | "loss" | "gradNorm" | "clipScale" | "clippedUpdates" | "validation", Float64Array>} Columns */

/**
 * The large part of a lane.
 * @typedef {{snapshots: Omit<Snapshot, "moment">[], history: Columns,
 *   spread?: History["spread"]}} Stored
 */
/**
 * The small part, which is newer.
 * @typedef {{config: State["config"], iteration: number, solvedAt: number | null, accepted: number, run: number, changes: Change[],
 *   beginning: import("./history.js").Beginning}} Standing
 */
/** @typedef {{playing: boolean, rate: number | null, probe: number, lanes: Standing[]}} Kept */
/** @typedef {Standing & {snapshots: Snapshot[], history: History, task: State["task"]}} KeptLane */

const COLUMNS = /** @type {const} */ (["iteration", "loss", "gradNorm", "clipScale", "clippedUpdates", "validation"]);

/** A disk is written to at most this fast, bytes a second: 230 MB an hour. */
const BYTES_PER_SECOND = 64 * 1024;

/** How long a disk is left alone after this was written, ms. @param {Stored[]} lanes */
export function restAfter(lanes) {
  const bytes = lanes.reduce((sum, lane) => sum + sizeOf(lane), 0);
  return (1000 * bytes) / BYTES_PER_SECOND;
}

/** Bytes of all arrays in it. @param {unknown} value @returns {number} */
function sizeOf(value) {
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce((sum, part) => sum + sizeOf(part), 0);
}

/** @param {State} state @param {Past} past @returns {Stored} */
export function storedOf({ history }, past) {
  const columns = COLUMNS.map((name) => [name, history[name].slice(0, history.length)]);
  const snapshots = past.newestSnapshots().map(({ moment: _moment, ...snapshot }) => snapshot);
  const spread = trimmed(history.spread);
  return { snapshots, history: /** @type {Columns} */ (Object.fromEntries(columns)), spread };
}

/** @param {State} state @param {Past} past @param {number} since how many changes the oldest stored snapshot holds @returns {Standing} */
export function standingOf({ live }, past, since) {
  const { config, iteration, solvedAt } = live;
  const { accepted, run } = past;
  return { config, iteration, solvedAt, accepted, run, changes: past.changesSince(since), beginning: past.beginning() };
}

/**
 * A lane as it stood, if there is a snapshot from which the known changes lead there.
 * @param {Standing} standing @param {Stored} stored @returns {KeptLane | null}
 */
export function joined(standing, stored) {
  const first = standing.accepted - standing.changes.length;
  const snapshots = stored.snapshots
    .filter(({ accepted }) => accepted >= first && accepted <= standing.accepted)
    .map((snapshot) => ({ ...snapshot, moment: null }));
  if (snapshots.length === 0) return null;
  const history = emptyHistory();
  for (const name of COLUMNS)
    history[name].set(stored.history[name] ?? new Float64Array(stored.history.iteration.length).fill(Number.NaN));
  history.length = stored.history.iteration.length;
  history.spread = untrimmed(stored.spread);
  return { ...standing, snapshots, history, task: null };
}

/** The page of a lane before the server has answered: its numbers, and no picture yet. @param {State} state @param {KeptLane} lane @returns {State} */
export function keptState(state, { config, iteration, solvedAt, task, history }) {
  const live = { ...state.live, record: null, config, iteration, solvedAt, task, divergence: null };
  return { ...state, ...live, live, history };
}

/** What its session remembers. @param {KeptLane} lane */
export function keptPast({ snapshots, changes, accepted, run, beginning }) {
  return { recent: [], snapshots, changes, accepted, run, beginning };
}

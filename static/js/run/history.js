/**
 * What is kept of a run's past, within fixed bounds: its last records, a thinned set of snapshots over the whole run, and
 * the changes that were accepted in between. From these every kept moment can be shown at once and reached again exactly.
 */

import { FROM_A_COPY, WITHOUT_A_CHANGE, TOO_MANY_CHANGES } from "../words/handin.js";

/** @typedef {import("../wire/protocol.js").Command} Command */
/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */

/**
 * What one record showed, and where it stands: in which run since a restart, after how many accepted changes.
 * @typedef {object} Moment
 * @property {DecodedRecord} record
 * @property {import("../wire/protocol.js").Config} config
 * @property {import("../wire/protocol.js").Task | null} task
 * @property {number | null} solvedAt
 * @property {number} iteration
 * @property {number} run
 * @property {number} accepted
 * @property {number} bytes
 */
/** @typedef {Pick<Moment, "record" | "config" | "task" | "solvedAt">} Shown */

/**
 * `moment` is the first record that came after it.
 * @typedef {{bytes: ArrayBuffer, iteration: number, run: number, accepted: number, moment: Moment | null}} Snapshot
 */
/** @typedef {{command: Command, iteration: number}} Change accepted before the update of this iteration */
/** @typedef {{bytes: ArrayBuffer, changes: Change[], iteration: number}} Route */
/** @typedef {{bytes: ArrayBuffer, changes: Change[], accepted: number}} Way a snapshot, after how many accepted changes, and those since */
/**
 * How the run began and what was changed since: with them it can be computed again. `config` is null where it did not
 * begin from a seed; `why` then says how.
 * @typedef {{config: import("../wire/protocol.js").Config | null, why: string, accepted: number, changes: Change[]}} Beginning
 */

/**
 * @typedef {object} Bounds
 * @property {number} moments
 * @property {number} momentBytes
 * @property {number} snapshots
 * @property {number} snapshotBytes with the records beside them
 */

const MEGABYTE = 2 ** 20;

/** @type {Bounds} 128 MB altogether */
export const BOUNDS = { moments: 600, momentBytes: 96 * MEGABYTE, snapshots: 48, snapshotBytes: 32 * MEGABYTE };

/** A lost connection is survived by the newest two, should one of them be refused. */
const NEWEST = 2;
const MOST_CHANGES = 10_000;
/** More records than this are not kept for an undo. */
const UNDO_BYTES = 32 * MEGABYTE;

/** @typedef {ReturnType<typeof createPast>} Past */

/** @param {Bounds} bounds */
export function createPast(bounds = BOUNDS) {
  /** @type {Moment[]} the last ones, without gaps */
  let recent = [];
  /** @type {Snapshot[]} */
  let snapshots = [];
  /** @type {Change[]} the last ones of all that were accepted */
  let changes = [];
  let accepted = 0;
  let run = 0;
  let share = 1;
  /** @type {Beginning} */
  let beginning = { config: null, why: FROM_A_COPY, accepted: 0, changes: [] };

  /** @param {number} from how many had been accepted @param {number} to */
  const changesBetween = (from, to) => {
    const first = accepted - changes.length;
    return changes.slice(from - first, to - first);
  };

  function forget() {
    let bytes = sum(recent, (moment) => moment.bytes);
    let dropped = 0;
    while (
      recent.length - dropped > bounds.moments ||
      (bytes > bounds.momentBytes * share && dropped < recent.length)
    ) {
      bytes -= recent[dropped].bytes;
      dropped += 1;
    }
    if (dropped > 0) recent = recent.slice(dropped);
  }

  function thin() {
    const weigh = (/** @type {Snapshot} */ one) => one.bytes.byteLength + (one.moment?.bytes ?? 0);
    let bytes = sum(snapshots, weigh);
    while (
      snapshots.length > NEWEST &&
      (snapshots.length > bounds.snapshots ||
        bytes > bounds.snapshotBytes * share ||
        accepted - snapshots[0].accepted > MOST_CHANGES)
    ) {
      const place = accepted - snapshots[0].accepted > MOST_CHANGES ? 0 : leastMissed(snapshots, recent[0]);
      bytes -= weigh(snapshots[place]);
      snapshots = snapshots.filter((_, index) => index !== place);
    }
    const oldest = snapshots.length > 0 ? snapshots[0].accepted : accepted;
    changes = changes.slice(oldest - (accepted - changes.length));
  }

  /** Every moment that can be shown, in order: beside snapshots first, then without gaps. @returns {Moment[]} */
  function moments() {
    const from = recent.length > 0 ? recent[0].iteration : Number.POSITIVE_INFINITY;
    const sparse = snapshots.flatMap(({ moment }) =>
      moment && moment.run === run && moment.iteration < from ? [moment] : [],
    );
    return [...sparse, ...recent];
  }

  return {
    get accepted() {
      return accepted;
    },
    get run() {
      return run;
    },
    moments,

    /** The server accepted a change before this iteration's update. @param {Command} command @param {number} iteration */
    accept(command, iteration) {
      changes = [...changes, { command, iteration }];
      accepted += 1;
      const since = [...beginning.changes, { command, iteration }];
      beginning =
        since.length > MOST_CHANGES
          ? { config: null, why: TOO_MANY_CHANGES, accepted, changes: [] }
          : { ...beginning, changes: since };
    },

    /** It began from the seed of this configuration, or, as `why` says, otherwise. @param {import("../wire/protocol.js").Config | null} config @param {string} [why] */
    begins(config, why = "") {
      beginning = { config, why, accepted, changes: [] };
    },

    beginning: () => beginning,

    /** The last change made the run start again: what was before cannot be scrubbed to any more. */
    restart() {
      run += 1;
      recent = [];
    },

    /** @param {ArrayBuffer} bytes @param {number} iteration */
    keepSnapshot(bytes, iteration) {
      snapshots = [...snapshots, { bytes, iteration, run, accepted, moment: null }];
      thin();
    },

    /** A record takes the place of what was known of its iteration, and of all that came after it. @param {Shown} shown */
    keepMoment(shown) {
      const { iteration } = shown.record.meta;
      const moment = { ...shown, iteration, run, accepted, bytes: sizeOf(shown.record) };
      while (recent.length > 0 && !precedes(recent[recent.length - 1], moment)) recent.pop();
      recent.push(moment);
      forget();
      const newest = snapshots.at(-1);
      if (newest && newest.moment === null && isAtOrBefore(newest, moment)) {
        newest.moment = moment;
        thin();
      }
    },

    /** The newest snapshot, or null. */
    newest: () => snapshots.at(-1) ?? null,

    /** From which a run is taken up again, the older one first. */
    newestSnapshots: () => snapshots.slice(-NEWEST),

    /** @param {number} from how many had been accepted */
    changesSince: (from) => changesBetween(from, accepted),

    /** How the run can be taken up where it is, the best way first. @returns {Way[]} */
    ways() {
      const newest = snapshots.slice(-NEWEST).reverse();
      return newest.map(({ bytes, accepted: from }) => ({
        bytes,
        accepted: from,
        changes: changesBetween(from, accepted),
      }));
    },

    /** The run stands on another server, which refused what came after so many accepted changes. @param {number} kept */
    refused(kept) {
      changes = changesBetween(accepted - changes.length, kept);
      snapshots = snapshots.filter((one) => one.accepted <= kept);
      accepted = kept;
      beginning = { config: null, why: WITHOUT_A_CHANGE, accepted, changes: [] };
      run += 1;
      recent = [];
    },

    /** How a moment is reached exactly: from the nearest snapshot before it. @param {Moment} moment @returns {Route | null} */
    routeTo(moment) {
      const nearest = snapshots.findLast((one) => isAtOrBefore(one, moment));
      if (!nearest) return null;
      const between = changesBetween(nearest.accepted, moment.accepted);
      return { bytes: nearest.bytes, changes: between, iteration: moment.iteration };
    },

    /** The last moment at or before an iteration, else the first there is. @param {number} iteration */
    at(iteration) {
      const all = moments();
      return all.findLast((moment) => moment.iteration <= iteration) ?? all[0] ?? null;
    },

    /** @param {Moment} moment */
    before: (moment) => moments().findLast((one) => precedes(one, moment)) ?? null,

    /** @param {Moment} moment */
    after: (moment) => moments().find((one) => precedes(moment, one)) ?? null,

    /** The run goes on from this moment: what came after it is dropped. @param {Moment} moment */
    cut(moment) {
      recent = recent.filter((one) => !precedes(moment, one));
      snapshots = snapshots.filter((one) => isAtOrBefore(one, moment));
      changes = changesBetween(accepted - changes.length, moment.accepted);
      accepted = moment.accepted;
      run = moment.run;
      const kept = beginning.changes.slice(0, Math.max(0, accepted - beginning.accepted));
      beginning = { ...beginning, changes: kept };
    },

    /** All of it, to come back to after a branch or a restart. */
    save() {
      const kept = sum(recent, (moment) => moment.bytes) <= UNDO_BYTES ? recent : [];
      return { recent: [...kept], snapshots, changes, accepted, run, beginning };
    },

    /** @param {{recent: Moment[], snapshots: Snapshot[], changes: Change[], accepted: number, run: number, beginning: Beginning}} saved */
    restore(saved) {
      ({ snapshots, changes, accepted, run, beginning } = saved);
      recent = [...saved.recent];
    },

    /** Several lanes divide the memory among them. @param {number} part of it, up to 1 */
    limit(part) {
      share = part;
      forget();
      thin();
    },
  };
}

/**
 * The snapshot without which the remaining ones are spread most evenly. The newest two stay, the first one while there
 * are others, and those among the last records if possible: from there one branches most often.
 * @param {Snapshot[]} snapshots @param {Moment | undefined} oldest of the last records
 */
function leastMissed(snapshots, oldest) {
  const candidates = snapshots.slice(1, -NEWEST);
  const older = candidates.filter((one) => oldest && isAtOrBefore(one, oldest));
  let place = 0;
  let smallest = Number.POSITIVE_INFINITY;
  for (let index = 1; index <= (older.length || candidates.length); index += 1) {
    const [previous, next] = [snapshots[index - 1], snapshots[index + 1]];
    const gap = previous.run === next.run ? next.iteration - previous.iteration : 0;
    if (gap >= smallest) continue;
    smallest = gap;
    place = index;
  }
  return place;
}

/** @param {Snapshot} snapshot @param {Moment} moment */
function isAtOrBefore(snapshot, moment) {
  if (snapshot.run !== moment.run) return snapshot.run < moment.run;
  return snapshot.iteration <= moment.iteration && snapshot.accepted <= moment.accepted;
}

/** @param {Moment} a @param {Moment} b */
function precedes(a, b) {
  if (a.iteration !== b.iteration) return a.iteration < b.iteration;
  return a.accepted < b.accepted;
}

/** @param {DecodedRecord} record */
function sizeOf(record) {
  return sum(Object.values(record.tensors), ({ data }) => data.byteLength);
}

/** @template T @param {T[]} items @param {(item: T) => number} size */
function sum(items, size) {
  return items.reduce((total, item) => total + size(item), 0);
}

/**
 * A lesson's run, recorded over a connection of its own: long enough for every step that training brings about. What is
 * recorded, and how long, is the server's word: the same as for the page that its command writes.
 */

import { Fault } from "../lib/fault.js";
import { asRecord, command } from "../wire/protocol.js";
import { NOT_FINITE } from "../words/handin.js";
import { openRun } from "./quiet_run.js";

/** @typedef {import("../run/history.js").Moment} Moment */
/** @typedef {import("../lessons/conditions.js").Condition} Condition */
/** @typedef {{watch: string[], updates: number, most_updates: number, most_records: number, fewest_records: number}} HowToRecord */
/** @typedef {{slug: string, title: string, config: import("../wire/protocol.js").Config, steps: {done: Condition}[], record: HowToRecord}} Lesson */
/** @typedef {Pick<Moment, "record" | "config" | "task" | "solvedAt" | "iteration">} Recorded */
/** @typedef {{moments: Recorded[], steps: Lesson["steps"]}} LessonRun `steps`: those that are done with it */

/** Left out where the network is too large for it. */
const COSTLIEST = "truncation";

/**
 * @param {string} url
 * @param {Lesson} lesson
 * @param {import("../wire/connection.js").Platform} platform
 * @returns {Promise<LessonRun>}
 */
export function recordLesson(url, lesson, platform) {
  return new Promise((resolve, reject) => {
    const run = openRun(url, platform, {
      opened: () => void recorded(run, lesson).then(resolve, reject).finally(run.close),
      lost: () => reject(new Fault("lesson_lost")),
    });
    run.connect();
  });
}

/** @param {ReturnType<typeof openRun>} run @param {Lesson} lesson @returns {Promise<LessonRun>} */
async function recorded(run, { config, steps, record: { watch, updates, most_updates: most } }) {
  const refused = (await run.change(command.start(config))) || (await watched(run, watch));
  if (refused) throw new Error(refused);
  /** @type {Recorded[]} */
  const moments = [];
  let waiting = steps.filter(({ done }) => !holds(done, null));
  for (;;) {
    const moment = momentOf(run);
    moments.push(moment);
    waiting = waiting.filter(({ done }) => !holds(done, moment.record));
    const { length } = moments;
    if (length > most || (waiting.length === 0 && length > updates)) break;
    const refusal = await run.change(command.step(1));
    if (refusal === NOT_FINITE) break;
    if (refusal) throw new Error(refusal);
  }
  return { moments, steps: steps.filter((step) => !waiting.includes(step)) };
}

/** @param {ReturnType<typeof openRun>} run @param {string[]} watch */
async function watched(run, watch) {
  const refused = await run.change(command.watch(watch, 0));
  return (
    refused &&
    run.change(
      command.watch(
        watch.filter((name) => name !== COSTLIEST),
        0,
      ),
    )
  );
}

/** @param {ReturnType<typeof openRun>} run @returns {Recorded} */
function momentOf(run) {
  const frame = run.record();
  const state = run.state();
  if (!frame || !state) throw new Fault("lesson_lost");
  const record = asRecord(frame);
  const { config, task, solved_at: solvedAt } = state;
  return { record, config, task, solvedAt, iteration: record.meta.iteration };
}

/**
 * Whether a record brings a condition about; without one, whether it needs no training at all.
 * @param {Condition} condition @param {import("../wire/protocol.js").DecodedRecord | null} record
 * @returns {boolean}
 */
export function holds(condition, record) {
  if ("all" in condition) return condition.all.every((part) => holds(part, record));
  if ("iterations" in condition) return record !== null && record.meta.iteration >= condition.iterations;
  if (!("scalar" in condition)) return true;
  const value = /** @type {any} */ (record?.meta)?.[condition.scalar];
  const { below = Number.POSITIVE_INFINITY, above = Number.NEGATIVE_INFINITY } = /** @type {any} */ (condition);
  return typeof value === "number" && value < below && value > above;
}

/** Evenly chosen ones, the first and the last among them. @template A @param {A[]} items @param {number} most */
export function thinned(items, most) {
  if (items.length <= most) return items;
  const step = (items.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, place) => items[Math.round(place * step)]);
}

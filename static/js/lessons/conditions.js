/** When a step of a scene is done: the conditions of `docs/scenes.md`, asked of what the page shows. Pure. */

import { discRadius } from "../stage/paint/ends.js";

/** @typedef {import("../wire/protocol.js").Config} Config */
/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */

/** @typedef {{config: Config, phase: string, iteration: number, scalars: Record<string, unknown>}} Lane one network, as its newest record says */
/**
 * `events` since the scene was opened; `lane`: which one is chosen, from 1; `pinnedIn`: the record that was shown when
 * the pinned timestep was pinned.
 * @typedef {{lanes: Lane[], events: ReadonlySet<string>, tab: string, lane: number, pin: number | null, pinnedIn: DecodedRecord | null}} Page
 */

/**
 * @typedef {{field: string, is: unknown} | {field: string, atLeast: number} | {field: string, atMost: number}
 *   | {scalar: string, below: number} | {scalar: string, above: number} | {iterations: number} | {phase: string}
 *   | {event: string, tensor?: string} | {tab: string} | {lane: number} | {pin: number | {largest: string}} | {all: Condition[]}} Condition
 */

/**
 * Several conditions have to hold in one and the same lane.
 * @param {Condition} condition
 * @param {Page} page
 */
export function isDone(condition, page) {
  return page.lanes.some((lane) => holds(condition, page, lane));
}

/**
 * @param {Condition} condition
 * @param {Page} page
 * @param {Lane} lane
 * @returns {boolean}
 */
function holds(condition, page, lane) {
  if ("all" in condition) return condition.all.every((part) => holds(part, page, lane));
  if ("field" in condition) return isValue(lane.config[condition.field], condition);
  if ("scalar" in condition) return isWithin(lane.scalars[condition.scalar], condition);
  if ("iterations" in condition) return lane.iteration >= condition.iterations;
  if ("phase" in condition) return lane.phase === condition.phase;
  if ("event" in condition) return page.events.has(eventOf(condition.event, condition.tensor));
  if ("tab" in condition) return page.tab === condition.tab;
  if ("lane" in condition) return page.lane === condition.lane;
  if (typeof condition.pin === "number") return page.pin === condition.pin;
  return hasLargestDisc(page.pinnedIn, condition.pin.largest, page.pin);
}

/** What happened, and to which tensor where that is asked for. @param {string} event @param {string} [tensor] */
export function eventOf(event, tensor) {
  return tensor === undefined ? event : `${event} ${tensor}`;
}

/**
 * Whether no timestep is drawn with a larger disc than t. A loss that is no finite number has none, nor has a timestep
 * without a target, whose loss is 0.
 * @param {DecodedRecord | null} record @param {string} name of its tensor with one loss a timestep @param {number | null} t
 */
function hasLargestDisc(record, name, t) {
  const losses = record?.tensors[name]?.data;
  if (!losses || t === null || !Number.isFinite(losses[t - 1]) || losses[t - 1] === 0) return false;
  const radii = Array.from(losses).map((loss) => (Number.isFinite(loss) ? discRadius(loss, record.meta.baseline) : 0));
  return Math.max(...radii) === radii[t - 1];
}

/** @param {unknown} value @param {{is?: unknown, atLeast?: number, atMost?: number}} limit */
function isValue(value, limit) {
  if (limit.atLeast !== undefined) return Number(value) >= limit.atLeast;
  if (limit.atMost !== undefined) return Number(value) <= limit.atMost;
  return value === limit.is;
}

/** A number that is not finite is none, and within no limit. @param {unknown} value @param {{below?: number, above?: number}} limit */
function isWithin(value, { below = Number.POSITIVE_INFINITY, above = Number.NEGATIVE_INFINITY }) {
  return typeof value === "number" && value < below && value > above;
}

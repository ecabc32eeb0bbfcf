/** When a step of a scene is done: the conditions of `docs/scenes.md`, asked of what the page shows. Pure. */

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
  return isLargest(page.pinnedIn?.tensors[condition.pin.largest]?.data, page.pin);
}

/** What happened, and to which tensor where that is asked for. @param {string} event @param {string} [tensor] */
export function eventOf(event, tensor) {
  return tensor === undefined ? event : `${event} ${tensor}`;
}

/** Whether no timestep has a larger value than t. @param {ArrayLike<number> | undefined} values one a timestep @param {number | null} t */
function isLargest(values, t) {
  if (!values || t === null) return false;
  const own = values[t - 1];
  return Array.from(values).every((value) => Number.isNaN(value) || value <= own);
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

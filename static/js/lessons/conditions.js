/** When a step of a scene is done: the conditions of `docs/scenes.md`, asked of what the page shows. Pure. */

/** @typedef {import("../wire/protocol.js").Config} Config */

/** @typedef {{config: Config, phase: string, iteration: number, scalars: Record<string, unknown>}} Lane one network, as its newest record says */
/** @typedef {{lanes: Lane[], events: ReadonlySet<string>, tab: string, pin: number | null}} Page `events` since the scene was opened */

/**
 * @typedef {{field: string, is: unknown} | {field: string, atLeast: number} | {field: string, atMost: number}
 *   | {scalar: string, below: number} | {scalar: string, above: number} | {iterations: number} | {phase: string}
 *   | {event: string} | {tab: string} | {pin: number} | {all: Condition[]}} Condition
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
  if ("event" in condition) return page.events.has(condition.event);
  if ("tab" in condition) return page.tab === condition.tab;
  return page.pin === condition.pin;
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

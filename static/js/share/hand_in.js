/**
 * A hand-in: what a pupil did with a run, as one small file. It holds how the run began, what was changed at which
 * iteration, and losses; whoever gets it computes the run again and compares. Made here, and read without trust. Pure.
 */

import * as say from "../words/handin.js";

/** @typedef {import("../wire/protocol.js").Config} Config */
/** @typedef {{iteration: number, configure?: Config, edit?: {tensor: string, index: number[], value: number}}} HandedChange */
/** @typedef {{scene: string, option: number, right: number}} HandedAnswer */
/**
 * @typedef {object} HandIn
 * @property {"hand-in"} unroll
 * @property {1} version
 * @property {string} name
 * @property {string} made when, as ISO 8601
 * @property {string} program its version
 * @property {string | null} numerics the fingerprint of the arithmetic
 * @property {string | null} scene the open lesson
 * @property {string} link
 * @property {Config | null} config with which the run began; null where it cannot be computed again
 * @property {string | null} why it cannot
 * @property {HandedChange[]} changes
 * @property {number} iteration
 * @property {[number, number][]} curve iterations with their mean loss per timestep
 * @property {HandedAnswer[]} answers
 */

export const LARGEST_HAND_IN = 300_000;
export const LONGEST_NAME = 100;
const MOST_POINTS = 300;
const MOST_READ = 1_000;
const MOST_CHANGES = 10_000;
const MOST_ANSWERS = 200;

/**
 * @param {import("../run/state.js").State} state the run as it is now
 * @param {import("../run/history.js").Beginning} beginning
 * @param {Pick<HandIn, "name" | "made" | "program" | "numerics" | "link">} about
 * @returns {HandIn}
 */
export function handInOf(state, beginning, about) {
  const curve = curveOf(state.history);
  const iteration = curve.at(-1)?.[0] ?? 0;
  const { config, why } = beginning;
  const changes = beginning.changes.filter((change) => change.iteration <= iteration).flatMap(handedChange);
  const made = {
    ...{ unroll: /** @type {const} */ ("hand-in"), version: /** @type {const} */ (1), ...about },
    ...{ scene: state.lesson?.slug ?? null, config, why: config ? null : why },
    ...{ changes: config ? changes : [], iteration, curve, answers: state.answers.slice(-MOST_ANSWERS) },
  };
  if (textOf(made).length <= LARGEST_HAND_IN) return made;
  return { ...made, config: null, why: say.TOO_MANY_CHANGES, changes: [] };
}

/** @param {HandIn} handedIn */
export function textOf(handedIn) {
  return `${JSON.stringify(handedIn)}\n`;
}

/** @param {import("../run/history.js").Change} change @returns {HandedChange[]} */
function handedChange({ command, iteration }) {
  if (command.type === "configure") return [{ iteration, configure: /** @type {Config} */ (command.changes) }];
  if (command.type !== "edit") return [];
  const { tensor, index, value } = /** @type {any} */ (command);
  return [{ iteration, edit: { tensor, index, value } }];
}

/** Evenly chosen points of the curve, the last one among them. @param {import("../run/columns.js").History} history @returns {[number, number][]} */
function curveOf({ iteration, loss, length }) {
  /** @type {[number, number][]} */
  const points = [];
  for (let at = 0; at < length; at += 1) if (Number.isFinite(loss[at])) points.push([iteration[at], loss[at]]);
  if (points.length <= MOST_POINTS) return points;
  const step = (points.length - 1) / (MOST_POINTS - 1);
  return Array.from({ length: MOST_POINTS }, (_, place) => points[Math.round(place * step)]);
}

/** Whether a file says that it is one. @param {string} start of it */
export function looksLikeHandIn(start) {
  return /^\s*\{\s*"unroll"\s*:\s*"hand-in"/.test(start);
}

/**
 * A file of somebody else; what is wrong with it is thrown as a sentence.
 * @param {string} text
 * @returns {HandIn}
 */
export function readHandIn(text) {
  if (text.length > LARGEST_HAND_IN) throw new Error(say.TOO_LARGE);
  /** @type {any} */
  let found;
  try {
    found = JSON.parse(text);
  } catch {
    throw new Error(say.DAMAGED);
  }
  if (found?.version > 1) throw new Error(say.NEWER);
  const wrong = Object.keys(FIELDS).find((field) => !FIELDS[field](found?.[field]));
  if (wrong) throw new Error(say.wrongFieldWords(wrong));
  const iterations = found.changes.map((/** @type {HandedChange} */ change) => change.iteration);
  const points = found.curve.map((/** @type {[number, number]} */ [at]) => at);
  if (
    !isAscending(iterations) ||
    !isAscending(points) ||
    [...iterations, ...points].some((at) => at > found.iteration)
  ) {
    throw new Error(say.NOT_IN_ORDER);
  }
  return found;
}

const isCount = (/** @type {any} */ value) => Number.isSafeInteger(value) && value >= 0;
const isText = (/** @type {number} */ most) => (/** @type {any} */ value) =>
  typeof value === "string" && value.length <= most;
const isObject = (/** @type {any} */ value) => typeof value === "object" && value !== null && !Array.isArray(value);
const orNone = (/** @type {(value: any) => boolean} */ holds) => (/** @type {any} */ value) =>
  value === null || holds(value);
const isListOf =
  (/** @type {number} */ most, /** @type {(value: any) => boolean} */ holds) => (/** @type {any} */ value) =>
    Array.isArray(value) && value.length <= most && value.every(holds);

/** @param {any} edit */
function isEdit(edit) {
  return isObject(edit) && isText(60)(edit.tensor) && isListOf(4, isCount)(edit.index) && Number.isFinite(edit.value);
}

/** @param {any} change */
function isChange(change) {
  if (!isObject(change) || !isCount(change.iteration)) return false;
  return change.edit === undefined ? isObject(change.configure) : isEdit(change.edit) && change.configure === undefined;
}

/** @param {any} answer */
function isAnswer(answer) {
  return isObject(answer) && isText(60)(answer.scene) && isCount(answer.option) && isCount(answer.right);
}

/** @type {Record<string, (value: any) => boolean>} */
const FIELDS = {
  unroll: (value) => value === "hand-in",
  version: (value) => value === 1,
  name: (value) => isText(LONGEST_NAME)(value) && value.length > 0,
  made: isText(40),
  program: isText(40),
  numerics: orNone(isText(64)),
  scene: orNone(isText(60)),
  link: isText(8_000),
  config: orNone(isObject),
  why: orNone(isText(400)),
  changes: isListOf(MOST_CHANGES, isChange),
  iteration: isCount,
  curve: isListOf(MOST_READ, (point) => Array.isArray(point) && isCount(point[0]) && Number.isFinite(point[1])),
  answers: isListOf(MOST_ANSWERS, isAnswer),
};

/** @param {number[]} numbers */
function isAscending(numbers) {
  return numbers.every((number, place) => place === 0 || number >= numbers[place - 1]);
}

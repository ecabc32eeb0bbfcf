/** The run itself, and which moment of it is shown: what messages and records change of the state. Pure. */

import { startingRuler } from "../record/ruler.js";
import { upTo } from "../record/spread.js";
import { refusalWords } from "../words/refusals.js";
import { appendToHistory, copyHistory } from "./curve.js";
import { ghostAfter } from "./ghost.js";
import { inside } from "./view.js";

/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */
/** @typedef {import("../wire/protocol.js").ServerMessage} ServerMessage */
/** @typedef {import("../wire/protocol.js").StateMessage} StateMessage */
/** @typedef {import("../wire/protocol.js").ErrorMessage} ErrorMessage */
/** @typedef {import("../wire/protocol.js").Config} Config */
/** @typedef {import("./state.js").Moment} Moment */
/** @typedef {import("./state.js").Live} Live */
/** @typedef {import("./state.js").State} State */

/**
 * @param {State} state
 * @param {ServerMessage} message
 * @param {number} at milliseconds, from any clock that only goes forward
 * @returns {State}
 */
export function receive(state, message, at) {
  switch (message.type) {
    case "hello":
      return { ...state, limits: message.limits };
    case "state":
      return takeState(state, message, at);
    case "error":
      return takeError(state, message, at);
    case "shared":
      return state.shared ? state : { ...state, shared: true };
    case "ended":
      return { ...state, asked: null };
    case "asked":
      return { ...state, asked: message };
    case "counts":
      return { ...state, counts: message };
    case "diverged":
      return withLive(state, { divergence: message });
    default:
      return state;
  }
}

/** What is wrong with a field stands beside its control. @param {State} state @param {ErrorMessage} message @param {number} at @returns {State} */
function takeError(state, message, at) {
  if (message.code === "server_full") return { ...state, connection: { ...state.connection, full: true } };
  if (message.field && message.field in state.live.config) {
    return { ...state, errors: { ...state.errors, [message.field]: message.message } };
  }
  return { ...state, notice: { text: refusalWords(message), undo: false, at } };
}

/** @param {State} state @param {StateMessage} message @param {number} at @returns {State} */
function takeState(state, message, at) {
  const restarted = message.effects.restart.length > 0;
  const { live } = state;
  const next = withLive(state, {
    config: sameConfig(live.config, message.config) ? live.config : message.config,
    iteration: message.iteration,
    solvedAt: message.solved_at,
    task: message.task,
    divergence: message.phase === "diverged" ? live.divergence : null,
  });
  return {
    ...next,
    phase: message.phase,
    effects: message.effects,
    ghost: restarted ? null : ghostAfter(state, message, at),
    former: restarted ? null : state.former,
  };
}

/** The run has changed; so has what is shown, unless that is a moment of its past. @param {State} state @param {Partial<Live>} changes @returns {State} */
function withLive(state, changes) {
  const live = { ...state.live, ...changes };
  return state.past ? { ...state, live } : { ...state, ...changes, live };
}

/** @param {State} state @param {Moment | null} moment null for the run itself @returns {State} */
export function show(state, moment) {
  if (moment === state.past) return state;
  if (moment === null) return inside({ ...state, ...state.live, past: null }, state);
  const { record, config, task, solvedAt, iteration } = moment;
  return inside({ ...state, record, config, task, solvedAt, iteration, divergence: null, past: moment }, state);
}

/** A recording stands at one of its moments: there is no other present. @param {State} state @param {Moment} moment @param {State["phase"]} phase @returns {State} */
export function seek(state, moment, phase) {
  const { record, config, task, solvedAt, iteration } = moment;
  const live = { record, config, task, solvedAt, iteration, divergence: null };
  return inside({ ...state, ...live, live, phase }, state);
}

/** The run stands at an earlier moment; what came after it stays to be seen. @param {State} state @param {Moment} moment @returns {State} */
export function branch(state, moment) {
  const { record, config, task, solvedAt, iteration } = moment;
  const { history } = state;
  const live = { record, config, task, solvedAt, iteration, divergence: null };
  const kept = copyHistory(history, (index) => history.iteration[index] <= iteration);
  kept.spread = history.spread && upTo(history.spread, iteration);
  return { ...state, ...live, live, past: null, ghost: null, history: kept, former: { history, from: iteration } };
}

/** @param {State} state @param {DecodedRecord} record @returns {State} */
export function takeRecord(state, record) {
  const { iteration } = record.meta;
  const next = withLive(state, { record, iteration });
  const former = state.former && iteration < state.former.from ? null : state.former;
  const starts = iteration === 0 && !state.rulerIsChosen && !state.past;
  const ruler = starts ? startingRuler(record) : state.ruler;
  return inside(
    { ...next, ruler, history: appendToHistory(state.history, record.meta, record.tensors), former },
    state,
  );
}

/** @param {Config} a @param {Config} b */
function sameConfig(a, b) {
  const names = Object.keys(b);
  return names.length === Object.keys(a).length && names.every((name) => a[name] === b[name]);
}

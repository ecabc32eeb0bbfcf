/** What the page knows, and how every action changes it: pure functions, no document, no socket, no clock. */

import { beginning } from "./beginning.js";
import { takeAbilities, takeLayer, takeLesson, takePin, takeRuler, takeWeight, withAnswer } from "./choices.js";
import { appendToHistory } from "./curve.js";
import { GHOST_LIFETIME, ghostOf } from "./ghost.js";
import { withLayer } from "./layer.js";
import { branch, receive, seek, show, takeRecord } from "./live.js";
import { adopt, samePlace } from "./view.js";

/** @typedef {import("./shape.js").Action} Action */
/** @typedef {import("./shape.js").Answered} Answered */
/** @typedef {import("./shape.js").ChosenWeight} ChosenWeight */
/** @typedef {import("./shape.js").Lesson} Lesson */
/** @typedef {import("./shape.js").Live} Live */
/** @typedef {import("./shape.js").Locks} Locks */
/** @typedef {import("./shape.js").Moment} Moment */
/** @typedef {import("./shape.js").Narration} Narration */
/** @typedef {import("./shape.js").Place} Place */
/** @typedef {import("./shape.js").Reached} Reached */
/** @typedef {import("./shape.js").Ruler} Ruler */
/** @typedef {import("./shape.js").State} State */
/** @typedef {import("./shape.js").Theme} Theme */
/** @typedef {import("../wire/protocol.js").Config} Config */
/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */
/** @typedef {import("../wire/protocol.js").Limits} Limits */
/** @typedef {import("../wire/protocol.js").Phase} Phase */
/** @typedef {import("../wire/protocol.js").Task} Task */

const NOTICE_LIFETIME = 10_000;

/**
 * @param {import("./beginning.js").Bootstrap} [bootstrap]
 * @param {DecodedRecord | null} [record]
 * @returns {State}
 */
export function initialState(bootstrap, record = null) {
  const state = beginning(bootstrap);
  return record ? reduce(state, { type: "record", record }) : state;
}

/** What the first picture did without: its record on the curve of the run. @param {State} state @returns {State} */
export function takenUp(state) {
  const { record, history } = state;
  if (!record || history.length > 0) return state;
  return { ...state, history: appendToHistory(history, record.meta, record.tensors) };
}

/**
 * @param {State} state
 * @param {Action} action
 * @returns {State}
 */
export function reduce(state, action) {
  return withLayer(reduced(state, action), state);
}

/** @param {State} state @param {Action} action @returns {State} */
function reduced(state, action) {
  switch (action.type) {
    case "server":
      return receive(state, action.message, action.at);
    case "can":
      return takeAbilities(state, action.can);
    case "record":
      return takeRecord(state, action.record);
    case "show":
      return show(state, action.moment);
    case "seek":
      return seek(state, action.moment, action.phase);
    case "branched":
      return branch(state, action.moment);
    case "restored":
      return show({ ...state, history: action.history, former: null, ghost: null }, null);
    case "lockstep":
      return { ...state, lockstep: action.lockstep };
    case "omitted":
      return { ...state, omitted: action.omitted };
    case "adopt":
      return adopt(state, action.from);
    case "connection":
      return { ...state, connection: action.connection };
    case "hover":
      return samePlace(state.hover, action.hover) ? state : { ...state, hover: action.hover };
    case "pin":
      return takePin(state, action.pin);
    case "ruler":
      return takeRuler(state, action);
    case "theme":
      return { ...state, theme: action.theme, dark: action.dark };
    case "reducedMotion":
      return { ...state, reducedMotion: action.reducedMotion };
    case "tab":
      return { ...state, tab: action.tab };
    case "panel":
      return { ...state, panel: action.panel };
    case "weight":
      return takeWeight(state, action);
    case "ghost":
      return { ...state, ghost: ghostOf(state, action.label, action.label, action.at) };
    case "stacked":
      return { ...state, stacked: action.stacked };
    case "track":
      return { ...state, track: action.track };
    case "layer":
      return takeLayer(state, action);
    case "fold":
      return { ...state, folded: action.folded };
    case "zoom":
      return { ...state, zoom: action.zoom };
    case "slow":
      return { ...state, slow: action.slow };
    case "narrate":
      return { ...state, narration: action.narration };
    case "first":
      return { ...state, first: action.first };
    case "present":
      return { ...state, presents: action.presents };
    case "names":
      return { ...state, names: action.names };
    case "lesson":
      return takeLesson(state, action);
    case "question":
      return { ...state, question: action.question, lesson: action.question ? null : state.lesson };
    case "answered":
      return { ...state, answers: withAnswer(state.answers, action.answer) };
    case "unshared":
      return { ...state, shared: false, counts: null };
    case "rate":
      return { ...state, rate: action.rate };
    case "probe":
      return { ...state, probe: action.probe };
    case "notice":
      return { ...state, notice: action.notice };
    case "wanted":
      return { ...state, wanted: action.wanted, errors: withoutErrors(state.errors, Object.keys(action.wanted)) };
    case "fieldError":
      return { ...state, errors: { ...state.errors, [action.field]: action.text } };
    case "tick":
      return forget(state, action.at);
    default:
      return state;
  }
}

/** Before the first answer the run is about to play. @param {State} state */
export function isPlaying({ phase, lockstep }) {
  return phase === "running" || phase === "idle" || typeof lockstep === "number";
}

/** @param {State} state @param {number} at @returns {State} */
function forget(state, at) {
  const ghost = state.ghost && at - state.ghost.at > GHOST_LIFETIME ? null : state.ghost;
  const notice = state.notice && at - state.notice.at > NOTICE_LIFETIME ? null : state.notice;
  return ghost === state.ghost && notice === state.notice ? state : { ...state, ghost, notice };
}

/** @param {Record<string, string>} errors @param {string[]} fields @returns {Record<string, string>} */
function withoutErrors(errors, fields) {
  return Object.fromEntries(Object.entries(errors).filter(([field]) => !fields.includes(field)));
}

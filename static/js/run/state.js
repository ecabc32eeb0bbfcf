/** What the page knows, and how every action changes it: pure functions, no document, no socket, no clock. */

import { appendToSpread, upTo } from "../record/spread.js";

/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */
/** @typedef {import("../wire/protocol.js").ServerMessage} ServerMessage */
/** @typedef {import("../wire/protocol.js").StateMessage} StateMessage */
/** @typedef {import("../wire/protocol.js").ErrorMessage} ErrorMessage */
/** @typedef {import("../wire/protocol.js").DivergedMessage} DivergedMessage */
/** @typedef {import("../wire/protocol.js").Config} Config */
/** @typedef {import("../wire/protocol.js").Effects} Effects */
/** @typedef {import("../wire/protocol.js").Limits} Limits */
/** @typedef {import("../wire/protocol.js").Phase} Phase */
/** @typedef {import("../wire/protocol.js").Task} Task */

/**
 * A place in the picture. t counts from 1 to T, unit and k from 0; source is the timestep of one loss.
 * @typedef {{t: number, unit?: number, source?: number, k?: number}} Place
 */
/** @typedef {"near" | "far" | "abyss"} Ruler */
/** @typedef {"auto" | "light" | "dark"} Theme */
/** @typedef {{status: "connecting" | "open" | "lost", retryAt: number | null, attempt: number, full?: boolean, why?: import("../wire/connection.js").Loss}} ConnectionState */

/**
 * The curve before the last live change.
 * @typedef {{label: string, ln_dh_norm: Float64Array, T: number, at: number, fields: string}} Ghost
 */

/**
 * Columns over training, shared between states: a state sees the first `length` entries only, later ones are appended
 * behind its back and therefore harmless.
 * @typedef {{length: number, iteration: Float64Array, loss: Float64Array, gradNorm: Float64Array, clipScale: Float64Array,
 *   clippedUpdates: Float64Array, spread: import("../record/spread.js").Spread | null}} History
 */

/** One entry of a parameter. @typedef {{tensor: string, index: number[]}} ChosenWeight */

/** A scene by its address; locked: only what it asks to be changed can be. @typedef {{slug: string, locked: boolean}} Lesson */

/** What a link does not let its reader change, by field. @typedef {Record<string, "locked" | "hidden">} Locks */

/** One quiet line in the header, or the offer to take a restart back. @typedef {{text: string, undo: boolean, at: number}} Notice */

/** What was kept of a record. @typedef {import("./history.js").Moment} Moment */

/**
 * Where the run is. The same names in the state are what is shown: the run itself, or a moment of its past.
 * @typedef {Pick<State, "record" | "config" | "iteration" | "solvedAt" | "task" | "divergence">} Live
 */

/** What is said in place of the finding while the picture shows something else. @typedef {{finding: string, reason: string}} Telling */

/**
 * How far slow motion has come: forward and losses have reached t, backward has come back to it.
 * @typedef {{phase: "forward" | "losses" | "backward" | "update", t: number, playing: boolean}} Reached
 */

/**
 * @typedef {object} State
 * @property {ConnectionState} connection
 * @property {Limits | null} limits
 * @property {any} schema the answer of /api/schema
 * @property {Phase} phase
 * @property {Config} config
 * @property {number} iteration
 * @property {number | null} solvedAt
 * @property {Task | null} task
 * @property {Effects} effects of the last configure
 * @property {DivergedMessage | null} divergence
 * @property {DecodedRecord | null} record the shown one
 * @property {Live} live
 * @property {Moment | null} past the shown moment, null while the run itself is shown
 * @property {Ghost | null} ghost
 * @property {History} history
 * @property {{history: History, from: number} | null} former what came after this iteration before the run was branched there
 * @property {number | null} march iterations per second while the page itself steps several lanes, null while it does not
 * @property {boolean} spared whether records leave out the dearest quantity, as the network is too large for it
 * @property {number | null} rate wanted iterations per second, null as fast as it goes
 * @property {number} probe
 * @property {Place | null} hover
 * @property {Place | null} pin
 * @property {Ruler} ruler
 * @property {Theme} theme
 * @property {boolean} dark what the theme comes to
 * @property {boolean} reducedMotion
 * @property {string} tab of the right rail; "auto" until the reader chooses one
 * @property {string | null} panel what takes the whole right rail instead of inspector and views
 * @property {ChosenWeight | null} weight the entry the inspector speaks of
 * @property {boolean} stacked all views at once, below each other
 * @property {string} track the second track under the stage
 * @property {boolean} folded whether the network is closed into one cell, or on its way there
 * @property {{from: number, to: number} | null} zoom which timesteps fill the time axis, as edges from 0 to T; null for all
 * @property {Reached | null} slow null outside slow motion
 * @property {Telling | null} telling
 * @property {Locks} locks
 * @property {Lesson | null} lesson the open one
 * @property {Notice | null} notice
 * @property {Config} wanted changes on their way to the server
 * @property {Record<string, string>} errors by field
 */

/**
 * @typedef {{type: "server", message: ServerMessage, at: number}
 *   | {type: "record", record: DecodedRecord}
 *   | {type: "show", moment: Moment | null}
 *   | {type: "branched", moment: Moment}
 *   | {type: "restored", history: History}
 *   | {type: "march", march: number | null}
 *   | {type: "spared", spared: boolean}
 *   | {type: "adopt", from: State}
 *   | {type: "connection", connection: ConnectionState}
 *   | {type: "hover", hover: Place | null}
 *   | {type: "pin", pin: Place | null}
 *   | {type: "ruler", ruler: Ruler}
 *   | {type: "theme", theme: Theme, dark: boolean}
 *   | {type: "reducedMotion", reducedMotion: boolean}
 *   | {type: "tab", tab: string}
 *   | {type: "panel", panel: string | null}
 *   | {type: "weight", weight: ChosenWeight | null}
 *   | {type: "ghost", label: string, at: number}
 *   | {type: "stacked", stacked: boolean}
 *   | {type: "track", track: string}
 *   | {type: "fold", folded: boolean}
 *   | {type: "zoom", zoom: State["zoom"]}
 *   | {type: "slow", slow: Reached | null}
 *   | {type: "tell", telling: Telling | null}
 *   | {type: "lesson", lesson: Lesson | null, locks: Locks}
 *   | {type: "rate", rate: number | null}
 *   | {type: "probe", probe: number}
 *   | {type: "notice", notice: Notice | null}
 *   | {type: "wanted", wanted: Config}
 *   | {type: "fieldError", field: string, text: string}
 *   | {type: "tick", at: number}} Action
 */

export const HISTORY_CAPACITY = 8192;
const GHOST_LIFETIME = 60_000;
const GHOST_DRAG_PAUSE = 1_500;
const NOTICE_LIFETIME = 10_000;
export const DEFAULT_RATE = 30;

/** @returns {History} */
export function emptyHistory() {
  const column = () => new Float64Array(HISTORY_CAPACITY);
  return {
    length: 0,
    iteration: column(),
    loss: column(),
    gradNorm: column(),
    clipScale: column(),
    clippedUpdates: column(),
    spread: null,
  };
}

/**
 * @param {{schema?: any, config?: Config, task?: Task, limits?: Limits, phase?: Phase, iteration?: number, solved_at?: number | null}} bootstrap
 * @param {DecodedRecord | null} record
 * @returns {State}
 */
export function initialState(bootstrap = {}, record = null) {
  /** @type {Live} */
  const live = {
    record: null,
    config: bootstrap.config ?? {},
    iteration: bootstrap.iteration ?? 0,
    solvedAt: bootstrap.solved_at ?? null,
    task: bootstrap.task ?? null,
    divergence: null,
  };
  /** @type {State} */
  const state = {
    ...live,
    live,
    past: null,
    connection: { status: "connecting", retryAt: null, attempt: 0 },
    limits: bootstrap.limits ?? null,
    schema: bootstrap.schema ?? null,
    phase: bootstrap.phase ?? "idle",
    effects: { live: [], restart: [] },
    ghost: null,
    history: emptyHistory(),
    former: null,
    march: null,
    spared: false,
    rate: DEFAULT_RATE,
    probe: 0,
    hover: null,
    pin: null,
    ruler: "far",
    theme: "auto",
    dark: false,
    reducedMotion: false,
    tab: "auto",
    panel: null,
    weight: null,
    stacked: false,
    track: "dh",
    folded: false,
    zoom: null,
    slow: null,
    telling: null,
    locks: {},
    lesson: null,
    notice: null,
    wanted: {},
    errors: {},
  };
  return record ? reduce(state, { type: "record", record }) : state;
}

/**
 * @param {State} state
 * @param {Action} action
 * @returns {State}
 */
export function reduce(state, action) {
  switch (action.type) {
    case "server":
      return receive(state, action.message, action.at);
    case "record":
      return takeRecord(state, action.record);
    case "show":
      return show(state, action.moment);
    case "branched":
      return branch(state, action.moment);
    case "restored":
      return show({ ...state, history: action.history, former: null, ghost: null }, null);
    case "march":
      return { ...state, march: action.march };
    case "spared":
      return { ...state, spared: action.spared };
    case "adopt":
      return adopt(state, action.from);
    case "connection":
      return { ...state, connection: action.connection };
    case "hover":
      return samePlace(state.hover, action.hover) ? state : { ...state, hover: action.hover };
    case "pin":
      if (samePlace(state.pin, action.pin) && state.weight === null) return state;
      return { ...state, pin: action.pin, weight: null };
    case "ruler":
      return { ...state, ruler: action.ruler };
    case "theme":
      return { ...state, theme: action.theme, dark: action.dark };
    case "reducedMotion":
      return { ...state, reducedMotion: action.reducedMotion };
    case "tab":
      return { ...state, tab: action.tab };
    case "panel":
      return { ...state, panel: action.panel };
    case "weight":
      return { ...state, weight: action.weight, pin: null };
    case "ghost":
      return { ...state, ghost: ghostOf(state, action.label, action.label, action.at) };
    case "stacked":
      return { ...state, stacked: action.stacked };
    case "track":
      return { ...state, track: action.track };
    case "fold":
      return { ...state, folded: action.folded };
    case "zoom":
      return { ...state, zoom: action.zoom };
    case "slow":
      return { ...state, slow: action.slow };
    case "tell":
      return { ...state, telling: action.telling };
    case "lesson":
      return { ...state, lesson: action.lesson, locks: action.locks };
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

/**
 * @param {State} state
 * @param {ServerMessage} message
 * @param {number} at milliseconds, from any clock that only goes forward
 * @returns {State}
 */
function receive(state, message, at) {
  switch (message.type) {
    case "hello":
      return { ...state, limits: message.limits };
    case "state":
      return takeState(state, message, at);
    case "error":
      return takeError(state, message, at);
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
  return { ...state, notice: { text: message.message, undo: false, at } };
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
function show(state, moment) {
  if (moment === state.past) return state;
  if (moment === null) return inside({ ...state, ...state.live, past: null }, state);
  const { record, config, task, solvedAt, iteration } = moment;
  return inside({ ...state, record, config, task, solvedAt, iteration, divergence: null, past: moment }, state);
}

/** The run stands at an earlier moment; what came after it stays to be seen. @param {State} state @param {Moment} moment @returns {State} */
function branch(state, moment) {
  const { record, config, task, solvedAt, iteration } = moment;
  const { history } = state;
  const live = { record, config, task, solvedAt, iteration, divergence: null };
  const kept = copyHistory(history, (index) => history.iteration[index] <= iteration);
  kept.spread = history.spread && upTo(history.spread, iteration);
  return { ...state, ...live, live, past: null, ghost: null, history: kept, former: { history, from: iteration } };
}

/**
 * A drag is many changes of one field: the ghost stays what was there before its first one.
 * @param {State} state @param {StateMessage} message @param {number} at @returns {Ghost | null}
 */
function ghostAfter(state, message, at) {
  const { live } = state;
  const changed = message.effects.live.filter((field) => live.config[field] !== message.config[field]);
  const lnNorm = live.record?.tensors.ln_dh_norm;
  if (changed.length === 0 || !lnNorm) return state.ghost;
  const fields = changed.join(" ");
  if (state.ghost && state.ghost.fields === fields && at - state.ghost.at < GHOST_DRAG_PAUSE) {
    return { ...state.ghost, at };
  }
  const label = changed.map((field) => `${fieldSymbol(field)} = ${live.config[field]}`).join(", ");
  return ghostOf(state, label, fields, at);
}

/** The curve as it stands now. @param {State} state @param {string} label @param {string} fields @param {number} at @returns {Ghost | null} */
function ghostOf(state, label, fields, at) {
  const values = /** @type {Float64Array | undefined} */ (state.record?.tensors.ln_dh_norm.data);
  return values ? { label, ln_dh_norm: values, T: values.length - 1, at, fields } : state.ghost;
}

/** @param {string} field */
function fieldSymbol(field) {
  return field === "sequence_length" ? "T" : field.replaceAll("_", " ");
}

/** @param {State} state @param {DecodedRecord} record @returns {State} */
function takeRecord(state, record) {
  const { iteration } = record.meta;
  const next = withLive(state, { record, iteration });
  const former = state.former && iteration < state.former.from ? null : state.former;
  return inside({ ...next, history: appendToHistory(state.history, record.meta, record.tensors), former }, state);
}

/** Nothing outside the shown picture is chosen, and a picture of another length is seen whole. @param {State} state @param {State} before @returns {State} */
function inside(state, before) {
  if (!state.record) return state;
  const [rows, H] = state.record.tensors.h.shape;
  return {
    ...state,
    hover: insidePicture(state.hover, rows - 1, H),
    pin: insidePicture(state.pin, rows - 1, H),
    zoom: (before.record?.tensors.h.shape[0] ?? rows) === rows ? insideAxis(state.zoom, rows - 1) : null,
  };
}

/** A link may ask for more than there is. @param {State["zoom"]} zoom @param {number} T */
function insideAxis(zoom, T) {
  return zoom && zoom.to <= T ? zoom : null;
}

/** @param {Place | null} place @param {number} T @param {number} H @returns {Place | null} */
function insidePicture(place, T, H) {
  if (!place) return null;
  if (place.t > T || (place.source ?? 0) > T || (place.k ?? 0) > T) return null;
  return (place.unit ?? 0) < H ? place : { t: place.t };
}

/**
 * A record of an earlier iteration starts another branch: what came after it is dropped. A full history keeps every
 * second point of its older half; clip events are counted in clippedUpdates, so none of them is lost by that.
 * @param {History} history
 * @param {import("../wire/protocol.js").RecordMeta} meta
 * @param {DecodedRecord["tensors"]} tensors
 * @returns {History}
 */
export function appendToHistory(history, meta, tensors = {}) {
  let kept = history;
  const last = history.length - 1;
  if (last >= 0 && meta.iteration <= history.iteration[last]) {
    let length = history.length;
    while (length > 0 && history.iteration[length - 1] >= meta.iteration) length -= 1;
    kept = copyHistory(history, (index) => index < length);
  } else if (history.length === HISTORY_CAPACITY) {
    const half = HISTORY_CAPACITY / 2;
    kept = copyHistory(history, (index) => index >= half || index % 2 === 0);
  }
  const index = kept.length;
  kept.iteration[index] = meta.iteration;
  kept.loss[index] = meta.loss_per_timestep ?? Number.NaN;
  kept.gradNorm[index] = meta.grad_norm ?? Number.NaN;
  kept.clipScale[index] = meta.clip_scale ?? Number.NaN;
  kept.clippedUpdates[index] = meta.clipped_updates;
  return { ...kept, length: index + 1, spread: appendToSpread(history.spread, meta, tensors) };
}

/** @param {History} history @param {(index: number) => boolean} keep @returns {History} */
function copyHistory(history, keep) {
  const copy = emptyHistory();
  for (let index = 0; index < history.length; index += 1) {
    if (!keep(index)) continue;
    copy.iteration[copy.length] = history.iteration[index];
    copy.loss[copy.length] = history.loss[index];
    copy.gradNorm[copy.length] = history.gradNorm[index];
    copy.clipScale[copy.length] = history.clipScale[index];
    copy.clippedUpdates[copy.length] = history.clippedUpdates[index];
    copy.length += 1;
  }
  return copy;
}

/** Before the first answer the run is about to play. @param {State} state */
export function isPlaying({ phase, march }) {
  return phase === "running" || phase === "idle" || typeof march === "number";
}

/** What the reader looks at, and may do: everything but the run. */
const LOOK = /** @type {const} */ ([
  ...["rate", "ruler", "theme", "dark", "reducedMotion", "tab", "panel", "stacked", "track"],
  ...["telling", "locks", "lesson", "hover", "pin"],
]);

/** It stays the same when another lane is chosen. @param {State} state @param {State} from @returns {State} */
function adopt(state, from) {
  const look = Object.fromEntries(LOOK.map((part) => [part, from[part]]));
  return inside({ ...state, ...look }, state);
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

/** @param {Place | null} a @param {Place | null} b */
function samePlace(a, b) {
  if (a === null || b === null) return a === b;
  return a.t === b.t && a.unit === b.unit && a.source === b.source && a.k === b.k;
}

/** @param {Config} a @param {Config} b */
function sameConfig(a, b) {
  const names = Object.keys(b);
  return names.length === Object.keys(a).length && names.every((name) => a[name] === b[name]);
}

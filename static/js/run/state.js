/** What the page knows, and how every action changes it: pure functions, no document, no socket, no clock. */

import { isSame } from "../record/chosen.js";
import { emptyHistory } from "./curve.js";
import { GHOST_LIFETIME, ghostOf } from "./ghost.js";
import { startingRuler } from "../record/ruler.js";
import { withLayer } from "./layer.js";
import { branch, receive, seek, show, takeRecord } from "./live.js";
import { allLocked, EVERYTHING } from "./source.js";
import { adopt, samePlace } from "./view.js";

/** An answer to a scene's question, as places among its options from 0. @typedef {{scene: string, option: number, right: number}} Answered */
/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */
/** @typedef {import("../wire/protocol.js").ServerMessage} ServerMessage */
/** @typedef {import("../wire/protocol.js").DivergedMessage} DivergedMessage */
/** @typedef {import("../wire/protocol.js").Config} Config */
/** @typedef {import("../wire/protocol.js").Effects} Effects */
/** @typedef {import("../wire/protocol.js").Limits} Limits */
/** @typedef {import("../wire/protocol.js").Phase} Phase */
/** @typedef {import("../wire/protocol.js").Task} Task */
/** @typedef {import("./ghost.js").Ghost} Ghost */
/** @typedef {import("./curve.js").History} History */
/** @typedef {import("./source.js").Abilities} Abilities */

/**
 * A place in the picture. t counts from 1 to T, unit and k from 0; source is the timestep of one loss.
 * @typedef {{t: number, unit?: number, source?: number, k?: number}} Place
 */

/** small: the one of watched runs. @typedef {"small" | "near" | "far" | "abyss"} Ruler */

/** @typedef {"auto" | "light" | "dark"} Theme */

/** @typedef {{status: "connecting" | "open" | "lost", retryAt: number | null, attempt: number, full?: boolean, why?: import("../wire/connection.js").Loss}} ConnectionState */

/** One entry of a parameter. @typedef {{tensor: string, index: number[]}} ChosenWeight */

/** A question by its address, and the quantities its answer needs. @typedef {{id: string, watch: string[]}} Asked */
/**
 * A scene by its address; locked: only what it asks to be changed can be; order: the scenes of a lecturer's own story.
 * `changes` are what a link changes of its network, `config` is the network as the scene has it.
 * @typedef {{slug: string, locked: boolean, order?: string[], changes?: Config, config?: Config}} Lesson
 */

/** What a link does not let its reader change, by field. @typedef {Record<string, "locked" | "hidden">} Locks */

/** One quiet line in the header, or the offer to take a restart back. @typedef {{text: string, undo: boolean, at: number}} Notice */

/** What was kept of a record. @typedef {import("./history.js").Moment} Moment */

/**
 * Where the run is. The same names in the state are what is shown: the run itself, or a moment of its past.
 * @typedef {Pick<State, "record" | "config" | "iteration" | "solvedAt" | "task" | "divergence">} Live
 */

/** What is said in place of the finding while the picture shows something else. @typedef {{finding: string, reason: string}} Narration */

/**
 * How far slow motion has come: forward and losses have reached t, backward has come back to it.
 * @typedef {{phase: "forward" | "losses" | "backward" | "update", t: number, playing: boolean}} Reached
 */

/**
 * @typedef {object} State
 * @property {Abilities} can what the source of the records can do
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
 * @property {Config | null} standsFor the page's own network, where that of a link's lesson or question was begun in its place
 * @property {DecodedRecord | null} record the shown one, as the chosen layer and direction sees it
 * @property {Live} live
 * @property {Moment | null} past the shown moment, null while the run itself is shown
 * @property {Ghost | null} ghost
 * @property {History} history
 * @property {{history: History, from: number} | null} former what came after this iteration before the run was branched there
 * @property {number | null} lockstep iterations per second while the page itself steps several lanes, null while it does not
 * @property {boolean} omitted whether records leave out the costliest quantity, as the network is too large for it
 * @property {number | null} rate wanted iterations per second, null as fast as possible
 * @property {number} probe
 * @property {Place | null} hover
 * @property {Place | null} pin
 * @property {Ruler} ruler
 * @property {boolean} rulerIsChosen by the reader; else each run takes at its start the one that fits it
 * @property {Theme} theme
 * @property {boolean} dark what the theme comes to
 * @property {boolean} reducedMotion
 * @property {string} tab of the right rail; "auto" until the reader chooses one
 * @property {string | null} panel what takes the whole right rail instead of inspector and views
 * @property {ChosenWeight | null} weight the entry the inspector speaks of
 * @property {boolean} stacked all views at once, below each other
 * @property {string} track the second track under the stage
 * @property {number} layer which layer everything speaks of, as far as the network has it: 1 is the lowest
 * @property {import("../record/chosen.js").Direction} direction in which that layer reads
 * @property {boolean} folded whether the network is closed into one cell, or on its way there
 * @property {{from: number, to: number} | null} zoom which timesteps fill the time axis, as edges from 0 to T; null for all
 * @property {Reached | null} slow null outside slow motion
 * @property {Narration | null} narration
 * @property {Locks} locks
 * @property {boolean} first whether the page is as small as for somebody who comes for the first time
 * @property {boolean} presents whether the page stands in front of a class
 * @property {boolean} names whether the parts of the picture have their names written on it
 * @property {Lesson | null} lesson the open one
 * @property {Asked | null} question the one that is answered
 * @property {Answered[]} answers what was chosen before each scene’s answer was revealed
 * @property {boolean} shared whether others can follow the run
 * @property {import("../wire/protocol.js").CountsMessage | null} counts what they answered to the last question
 * @property {import("../wire/protocol.js").AskedMessage | null} asked the question of the owner of a run that is followed
 * @property {Notice | null} notice
 * @property {Config} wanted changes on their way to the server
 * @property {Record<string, string>} errors by field
 */

/**
 * @typedef {{type: "server", message: ServerMessage, at: number}
 *   | {type: "can", can: Abilities}
 *   | {type: "record", record: DecodedRecord}
 *   | {type: "show", moment: Moment | null}
 *   | {type: "seek", moment: Moment, phase: Phase}
 *   | {type: "branched", moment: Moment}
 *   | {type: "restored", history: History}
 *   | {type: "lockstep", lockstep: number | null}
 *   | {type: "omitted", omitted: boolean}
 *   | {type: "adopt", from: State}
 *   | {type: "connection", connection: ConnectionState}
 *   | {type: "hover", hover: Place | null}
 *   | {type: "pin", pin: Place | null}
 *   | {type: "ruler", ruler: Ruler | null, chosen?: boolean}
 *   | {type: "theme", theme: Theme, dark: boolean}
 *   | {type: "reducedMotion", reducedMotion: boolean}
 *   | {type: "tab", tab: string}
 *   | {type: "panel", panel: string | null}
 *   | {type: "weight", weight: ChosenWeight | null, takesRail?: boolean}
 *   | {type: "ghost", label: string, at: number}
 *   | {type: "stacked", stacked: boolean}
 *   | {type: "track", track: string}
 *   | {type: "layer", layer: number, direction: import("../record/chosen.js").Direction}
 *   | {type: "fold", folded: boolean}
 *   | {type: "zoom", zoom: State["zoom"]}
 *   | {type: "slow", slow: Reached | null}
 *   | {type: "narrate", narration: Narration | null}
 *   | {type: "first", first: boolean}
 *   | {type: "names", names: boolean}
 *   | {type: "present", presents: boolean}
 *   | {type: "lesson", lesson: Lesson | null, locks: Locks}
 *   | {type: "question", question: Asked | null}
 *   | {type: "answered", answer: Answered}
 *   | {type: "unshared"}
 *   | {type: "rate", rate: number | null}
 *   | {type: "probe", probe: number}
 *   | {type: "notice", notice: Notice | null}
 *   | {type: "wanted", wanted: Config}
 *   | {type: "fieldError", field: string, text: string}
 *   | {type: "tick", at: number}} Action
 */

/** Null leaves the choice to the start of each run, and so to this one where it stands there. @param {State} state @param {{ruler: Ruler | null, chosen?: boolean}} action @returns {State} */
function takeRuler(state, { ruler, chosen = true }) {
  if (ruler) return { ...state, ruler, rulerIsChosen: chosen };
  const { record } = state;
  const fitting = record?.meta.iteration === 0 ? startingRuler(record) : state.ruler;
  return { ...state, ruler: fitting, rulerIsChosen: false };
}

/** The panel on which a weight's gradient adds up over its uses. */
export const USES_PANEL = "uses";

const NOTICE_LIFETIME = 10_000;

export const DEFAULT_RATE = 30;

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
    can: EVERYTHING,
    past: null,
    connection: { status: "connecting", retryAt: null, attempt: 0 },
    limits: bootstrap.limits ?? null,
    schema: bootstrap.schema ?? null,
    phase: bootstrap.phase ?? "idle",
    effects: { live: [], restart: [] },
    ghost: null,
    history: emptyHistory(),
    former: null,
    lockstep: null,
    omitted: false,
    rate: DEFAULT_RATE,
    probe: 0,
    hover: null,
    pin: null,
    ruler: "far",
    rulerIsChosen: false,
    theme: "auto",
    dark: false,
    reducedMotion: false,
    tab: "auto",
    panel: null,
    weight: null,
    stacked: false,
    track: "dh",
    layer: 1,
    direction: "forward",
    folded: false,
    zoom: null,
    slow: null,
    narration: null,
    first: false,
    names: false,
    presents: false,
    locks: {},
    lesson: null,
    question: null,
    standsFor: null,
    answers: [],
    shared: false,
    counts: null,
    asked: null,
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
      if (samePlace(state.pin, action.pin) && state.weight === null) return state;
      return { ...state, pin: action.pin, weight: null, panel: state.panel === USES_PANEL ? null : state.panel };
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
      return { ...state, weight: action.weight, pin: null, panel: panelAfter(state, action) };
    case "ghost":
      return { ...state, ghost: ghostOf(state, action.label, action.label, action.at) };
    case "stacked":
      return { ...state, stacked: action.stacked };
    case "track":
      return { ...state, track: action.track };
    case "layer":
      if (isSame(state, action)) return state;
      return {
        ...state,
        ...{ layer: action.layer, direction: action.direction, weight: null, ghost: null },
        panel: panelAfter(state, { weight: null }),
      };
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
      return { ...state, lesson: action.lesson, locks: action.locks, question: action.lesson ? null : state.question };
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

/** How a chosen weight's gradient adds up takes the rail where nothing else has it. @param {State} state @param {{weight: ChosenWeight | null, takesRail?: boolean}} action */
function panelAfter({ panel, record }, { weight, takesRail }) {
  // The sums are told apart of a network of one layer only: its chain of steps is the whole way.
  if (record?.of) return panel === USES_PANEL ? null : panel;
  if (panel !== null && panel !== USES_PANEL) return panel;
  return weight && (takesRail || panel === USES_PANEL) ? USES_PANEL : null;
}

/** Where nothing can be changed, every control only shows its value. @param {State} state @param {Abilities} can @returns {State} */
function takeAbilities(state, can) {
  if (state.can === can) return state;
  return { ...state, can, locks: can.configure ? {} : allLocked(state.schema) };
}

/** The first answer to a scene counts: the next one knows the solution. @param {Answered[]} answers @param {Answered} answer */
function withAnswer(answers, answer) {
  return answers.some(({ scene }) => scene === answer.scene) ? answers : [...answers, answer];
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

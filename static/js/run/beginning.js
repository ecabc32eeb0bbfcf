/** What the page knows before anything has happened, and with the record it opens with: all that its first picture needs. Pure. */

import { startingRuler } from "../record/ruler.js";
import { emptyHistory } from "./columns.js";
import { EVERYTHING } from "./source.js";

/** @typedef {import("./shape.js").Live} Live */
/** @typedef {import("./shape.js").State} State */
/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */

/**
 * What `hello`, `state` and the schema say of a run.
 * @typedef {{schema?: any, config?: import("../wire/protocol.js").Config, task?: import("../wire/protocol.js").Task | null,
 *   limits?: import("../wire/protocol.js").Limits, phase?: import("../wire/protocol.js").Phase, iteration?: number,
 *   solved_at?: number | null}} Bootstrap
 */

const DEFAULT_RATE = 30;

/**
 * @param {Bootstrap} bootstrap
 * @returns {State}
 */
export function beginning(bootstrap = {}) {
  /** @type {Live} */
  const live = {
    record: null,
    config: bootstrap.config ?? {},
    iteration: bootstrap.iteration ?? 0,
    solvedAt: bootstrap.solved_at ?? null,
    task: bootstrap.task ?? null,
    divergence: null,
  };
  return {
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
}

/**
 * The same with its first record shown: of one layer in one direction, as the server computes it for everybody.
 * @param {State} state
 * @param {DecodedRecord | null} record
 * @returns {State}
 */
export function showing(state, record) {
  if (!record) return state;
  const { iteration } = record.meta;
  return { ...state, record, iteration, ruler: startingRuler(record), live: { ...state.live, record, iteration } };
}

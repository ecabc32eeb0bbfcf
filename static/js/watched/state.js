/** What the page of a watched run knows, and how every action changes it. Pure. */

import { factsOf, placesOf } from "./place.js";

/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */
/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("../run/state.js").Ruler} Ruler */

/** One capture of a module. @typedef {{step: number, record: DecodedRecord, bytes: number}} Capture */

/**
 * @typedef {object} Watched
 * @property {"connecting" | "live" | "ended" | "lost" | "stored"} status
 * @property {string} why the script ended
 * @property {string} failed what the page could not read or draw, since the script was last heard of
 * @property {number | null} every
 * @property {Record<string, Capture[]>} captures by module, oldest first
 * @property {string | null} module the shown one
 * @property {Place} place
 * @property {number | null} at the step that is shown; null: always the newest
 * @property {number | null} compared a step
 * @property {Ruler} ruler
 * @property {string} tab the view that is open
 * @property {boolean} names whether the parts of the picture have their names on it
 * @property {{t: number, source?: number, k?: number} | null} hover
 * @property {{t: number, source?: number, k?: number} | null} pin
 * @property {import("../run/state.js").Theme} theme
 * @property {boolean} dark
 */

/**
 * @typedef {{type: "capture", record: DecodedRecord}
 *   | {type: "facts", every: number | null}
 *   | {type: "status", status: Watched["status"], why?: string}
 *   | {type: "failed", failed: string}
 *   | {type: "module", module: string}
 *   | {type: "place", place: Place}
 *   | {type: "at", at: number | null}
 *   | {type: "compared", compared: number | null}
 *   | {type: "ruler", ruler: Ruler}
 *   | {type: "tab", tab: string}
 *   | {type: "names", names: boolean}
 *   | {type: "hover", hover: Watched["hover"]}
 *   | {type: "pin", pin: Watched["pin"]}
 *   | {type: "theme", theme: import("../run/state.js").Theme, dark: boolean}} Action
 */

/** What is kept of all modules together. */
export const BOUNDS = { captures: 400, bytes: 128 * 2 ** 20 };

/** @returns {Watched} */
export function initialWatched() {
  return {
    status: "connecting",
    why: "",
    failed: "",
    every: null,
    captures: {},
    module: null,
    place: { layer: 1, reverse: false },
    at: null,
    compared: null,
    ruler: "small",
    tab: "flow",
    names: false,
    hover: null,
    pin: null,
    theme: "auto",
    dark: false,
  };
}

/** @param {Watched} state @param {Action} action @returns {Watched} */
export function reduceWatched(state, action) {
  switch (action.type) {
    case "capture":
      return take(state, action.record);
    case "facts":
      return { ...state, every: action.every };
    case "status":
      return { ...state, status: action.status, why: action.why ?? "", failed: "" };
    case "failed":
      return { ...state, failed: action.failed };
    case "module":
      return opened({ ...state, at: null, compared: null }, action.module);
    case "place":
      return { ...state, place: action.place };
    case "at":
      return inside({ ...state, at: action.at });
    case "compared":
      return { ...state, compared: action.compared };
    case "ruler":
      return { ...state, ruler: action.ruler };
    case "tab":
      return { ...state, tab: action.tab };
    case "names":
      return { ...state, names: action.names };
    case "hover":
      return { ...state, hover: action.hover };
    case "pin":
      return { ...state, pin: action.pin };
    case "theme":
      return { ...state, theme: action.theme, dark: action.dark };
    default:
      return state;
  }
}

/** A capture takes the place of an earlier one of the same step: another sequence of it. @param {Watched} state @param {DecodedRecord} record @returns {Watched} */
function take(state, record) {
  const { module, step } = factsOf(record);
  const bytes = Object.values(record.tensors).reduce((sum, { data }) => sum + data.byteLength, 0);
  const kept = (state.captures[module] ?? []).filter((one) => one.step < step);
  const captures = thinned({ ...state.captures, [module]: [...kept, { step, record, bytes }] }, state);
  const next = { ...state, captures };
  return inside(state.module === null ? opened(next, module) : next);
}

/** @param {Watched} state @param {string} module @returns {Watched} */
function opened(state, module) {
  const newest = state.captures[module]?.at(-1);
  const place = newest ? placesOf(factsOf(newest.record))[0] : state.place;
  return inside({ ...state, module, place });
}

/** Nothing is shown, chosen or compared that is not there. @param {Watched} state @returns {Watched} */
function inside(state) {
  const all = state.module === null ? [] : (state.captures[state.module] ?? []);
  const has = (/** @type {number | null} */ step) => step !== null && all.some((one) => one.step === step);
  const next = { ...state, at: has(state.at) ? state.at : null, compared: has(state.compared) ? state.compared : null };
  const shown = shownCapture(next);
  const T = shown ? factsOf(shown.record).timesteps : 0;
  const within = (/** @type {Watched["pin"]} */ place) =>
    place && place.t <= T && (place.source ?? 0) <= T ? place : null;
  return { ...next, hover: within(state.hover), pin: within(state.pin) };
}

/** Every second of the older half goes where there are too many; what is looked at stays. @param {Record<string, Capture[]>} captures @param {Watched} state */
function thinned(captures, { at, compared, module }) {
  const all = Object.values(captures).flat();
  const bytes = all.reduce((sum, one) => sum + one.bytes, 0);
  if (all.length <= BOUNDS.captures && bytes <= BOUNDS.bytes) return captures;
  return Object.fromEntries(
    Object.entries(captures).map(([name, its]) => [
      name,
      its.filter((one, index) => {
        const looked = name === module && (one.step === at || one.step === compared);
        return index === 0 || looked || index >= its.length / 2 || index % 2 === 0;
      }),
    ]),
  );
}

/** @param {Watched} state @returns {Capture | null} */
export function shownCapture({ captures, module, at }) {
  const all = module === null ? [] : (captures[module] ?? []);
  return all.find((one) => one.step === at) ?? all.at(-1) ?? null;
}

/** @param {Watched} state @returns {Capture | null} */
export function comparedCapture({ captures, module, compared }) {
  if (module === null || compared === null) return null;
  return captures[module]?.find((one) => one.step === compared) ?? null;
}

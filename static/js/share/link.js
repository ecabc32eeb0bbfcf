/**
 * A link holds in its fragment whatever differs from the defaults: the configuration, the view, what a class may not
 * touch. read_link.js reads one, write_link.js writes it. Pure.
 *
 *     #sequence_length=60&cell=lstm&tab=loss&pin=12.3&zoom=30-60&lock=task,seed&hide=k1&lane=cell:rnn
 *     #lesson=vanishing
 *     #lesson=vanishing.locked
 *     #lessons=vanishing,clipping,gates&lesson=clipping
 *     #question=early-steps
 */

import { placeOf } from "../record/chosen.js";
import { initialState } from "../run/state.js";

/** @typedef {import("../wire/protocol.js").Config} Config */
/** @typedef {import("../run/state.js").Locks} Locks */
/** @typedef {import("../run/state.js").Place} Place */
/** @typedef {import("../run/state.js").Ruler} Ruler */
/** @typedef {import("../run/state.js").State} State */

/**
 * @typedef {object} Link
 * @property {Config} config what differs from the defaults
 * @property {number | null} rate iterations per second, null as fast as possible
 * @property {number} probe
 * @property {string} tab
 * @property {string} track
 * @property {number} layer
 * @property {import("../record/chosen.js").Direction} direction
 * @property {Ruler | null} ruler null: as fits at the start
 * @property {Place | null} pin
 * @property {State["zoom"]} zoom
 * @property {boolean} folded
 * @property {boolean} presents in presenter mode
 * @property {Locks} locks
 * @property {Config[]} lanes where each further lane differs from the configuration
 * @property {State["lesson"]} lesson an open lesson: it brings everything else with it
 * @property {State["question"]} question one that is answered: it brings everything else with it, too
 */

/** No wait between two iterations. */
export const FASTEST = "fastest";

const { rate, probe, tab, track, layer, direction } = initialState();

/** @returns {Link} the page as it opens without a link */
export function emptyLink() {
  const view = { tab, track, layer, direction, ruler: null, pin: null, zoom: null, folded: false, presents: false };
  return { config: {}, rate, probe, ...view, locks: {}, lanes: [], lesson: null, question: null };
}

/**
 * What the page shows now, as a link.
 * @param {State} state
 * @param {State[]} lanes of all networks, where several stand side by side
 * @returns {Link}
 */
export function linkOf(state, lanes = []) {
  const { rate, probe, tab, track, pin, zoom, folded, presents, locks, lesson, question } = state;
  const ruler = state.rulerIsChosen ? state.ruler : null;
  const { layer, direction } = state.record ? placeOf(state.record) : state;
  const view = { tab, track, layer, direction, ruler, pin, zoom, folded, presents };
  const [config, ...others] = (lanes.length > 0 ? lanes : [state]).map(configOf);
  const differences = others.map((other) => differenceOf(other, config));
  return { config, rate, probe, ...view, locks, lanes: differences, lesson, question };
}

/** As it will be once the server has taken what is on its way; in the past as it was then. @param {State} state @returns {Config} */
function configOf({ past, live, wanted }) {
  return { ...(past ?? live).config, ...wanted };
}

/** What is not the same. @param {Config} config @param {Config} from @returns {Config} */
export function differenceOf(config, from) {
  return Object.fromEntries(Object.entries(config).filter(([name, value]) => value !== from[name]));
}

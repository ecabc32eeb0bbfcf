/**
 * A link holds in its fragment whatever differs from the defaults: the configuration, the view, what a class may not
 * touch. It comes from strangers: every name is looked up among the known ones and every value has to fit, else both are
 * ignored and named. Pure: no document, no address bar.
 *
 *     #sequence_length=60&cell=lstm&tab=loss&pin=12.3&zoom=30-60&lock=task,seed&hide=k1&lane=cell:rnn
 *     #lesson=vanishing
 *     #lesson=vanishing.locked
 *     #lessons=vanishing,clipping,gates&lesson=clipping
 *     #question=early-steps
 */

import { placeOf } from "../record/chosen.js";
import { initialState } from "../run/state.js";
import { TOO_LONG } from "../words/notices.js";

/** @typedef {import("../wire/protocol.js").Config} Config */
/** @typedef {import("../wire/protocol.js").FieldValue} FieldValue */
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

/** What a page can show: the names that a link may use. @typedef {{schema: any, tabs: string[]}} Known */

const LONGEST = 8192;
const MOST_LANES = 3;
const MOST_LESSONS = 40;
const LARGEST_COUNT = 2 ** 31;
const FASTEST = "fastest";
const RULERS = /** @type {const} */ (["near", "far", "abyss"]);
const TRACKS = ["h", "dh", "gates", "dW_hh"];
const DIRECTIONS = /** @type {const} */ (["forward", "reverse"]);
const MOST_LAYERS = 4;

/** Fewer timesteps are never stretched over the whole axis; both edges are written to a hundredth. */
const SHORTEST_ZOOM = 6 - 0.02;

const { rate, probe, tab, track, layer, direction } = initialState();

/** @returns {Link} the page as it opens without a link */
export function emptyLink() {
  const view = { tab, track, layer, direction, ruler: null, pin: null, zoom: null, folded: false, presents: false };
  return { config: {}, rate, probe, ...view, locks: {}, lanes: [], lesson: null, question: null };
}

/**
 * How each name of the view is read; undefined where the value does not fit.
 * @type {Record<string, (text: string, known: Known) => Partial<Link> | undefined>}
 */
const READERS = {
  speed: (text) => {
    const rate = text === FASTEST ? null : readNumber(text);
    return rate === null || (rate > 0 && rate <= 1e6) ? { rate } : undefined;
  },
  probe: (text) => {
    const probe = readCount(text);
    return probe === undefined ? undefined : { probe };
  },
  tab: (tab, { tabs }) => (tabs.includes(tab) ? { tab } : undefined),
  track: (track) => (TRACKS.includes(track) ? { track } : undefined),
  layer: (text) => {
    const layer = readCount(text);
    return layer && layer <= MOST_LAYERS ? { layer } : undefined;
  },
  direction: (text) => {
    const direction = DIRECTIONS.find((one) => one === text);
    return direction && { direction };
  },
  ruler: (text) => {
    const ruler = RULERS.find((one) => one === text);
    return ruler && { ruler };
  },
  pin: (text) => {
    const [t, unit, ...more] = text.split(".").map(readCount);
    if (!t || more.length > 0 || (text.includes(".") && unit === undefined)) return undefined;
    return { pin: unit === undefined ? { t } : { t, unit } };
  },
  zoom: (text) => {
    const [from, to, ...more] = text.split("-").map(readNumber);
    if (more.length > 0 || !(from >= 0 && to < LARGEST_COUNT && to - from >= SHORTEST_ZOOM)) return undefined;
    return { zoom: { from, to } };
  },
  folded: (text) => (text === "yes" ? { folded: true } : undefined),
  present: (text) => (text === "yes" ? { presents: true } : undefined),
  lesson: (text) => {
    const [, slug, locked] = /^([a-z0-9-]{1,60})(\.locked)?$/.exec(text) ?? [];
    return slug ? { lesson: { slug, locked: locked !== undefined } } : undefined;
  },
  lessons: (text) => {
    const order = text.split(",");
    const fits = order.length <= MOST_LESSONS && order.every((slug) => /^[a-z0-9-]{1,60}$/.test(slug));
    return fits ? { lesson: { slug: order[0], locked: false, order } } : undefined;
  },
  question: (id) => (/^[a-z0-9-]{1,60}$/.test(id) ? { question: { id, watch: [] } } : undefined),
};

/**
 * @param {string} fragment with or without its #
 * @param {Known} known
 * @returns {{link: Link, ignored: string[]}} ignored: what it could not use, as it stood there
 */
export function readLink(fragment, known) {
  const link = emptyLink();
  /** @type {string[]} */
  const ignored = [];
  const text = fragment.replace(/^#/, "");
  if (text.length > LONGEST) return { link, ignored: [TOO_LONG] };
  for (const [name, value] of new URLSearchParams(text)) {
    if (!take(link, name, value, known)) ignored.push(value === "" ? name : `${name}=${value}`);
  }
  if (link.lesson) {
    const changes = changed(new URLSearchParams(text), known.schema.properties);
    if (Object.keys(changes).length > 0) link.lesson.changes = changes;
    link.config = {};
  }
  const T = link.config.sequence_length ?? known.schema.properties.sequence_length.default;
  if (link.zoom && link.zoom.to > Number(T)) {
    ignored.push(`zoom=${zoomText(link.zoom)}`);
    link.zoom = null;
  }
  return { link, ignored };
}

/** What a link changes of its lesson's network, be it to a default. @param {URLSearchParams} names @param {any} properties @returns {Config} */
function changed(names, properties) {
  const fields = [...names].filter(([name]) => Object.hasOwn(properties, name) && properties[name].page !== false);
  const values = fields.map(([name, text]) => [name, readField(properties[name], text)]);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

/** @param {Link} link @param {string} name @param {string} value @param {Known} known whether it could be used */
function take(link, name, value, known) {
  const { properties } = known.schema;
  if (Object.hasOwn(properties, name))
    return properties[name].page !== false && takeField(link.config, name, value, properties);
  if (name === "lock" || name === "hide") return takeLocks(link.locks, name, value, properties);
  if (name === "lane") return takeLane(link.lanes, value, properties);
  const part = Object.hasOwn(READERS, name) ? READERS[name](value, known) : undefined;
  if (part?.lesson && link.lesson) part.lesson = ofOneStory(link.lesson, part.lesson);
  Object.assign(link, part);
  return part !== undefined;
}

/**
 * An order of lessons, and the one that is open.
 * @param {import("../run/state.js").Lesson} one @param {import("../run/state.js").Lesson} other @returns {import("../run/state.js").Lesson}
 */
function ofOneStory(one, other) {
  const order = other.order ?? one.order;
  const open = other.order ? one : other;
  return { ...open, ...(order ? { order } : {}) };
}

/** @param {Config} config @param {string} name @param {string} text @param {any} properties */
function takeField(config, name, text, properties) {
  const value = readField(properties[name], text);
  if (value === undefined) return false;
  if (value === properties[name].default) delete config[name];
  else config[name] = value;
  return true;
}

/** @param {Locks} locks @param {"lock" | "hide"} name @param {string} value @param {any} properties */
function takeLocks(locks, name, value, properties) {
  const fields = value.split(",");
  const known = fields.filter((field) => Object.hasOwn(properties, field));
  for (const field of known) locks[field] = name === "lock" ? "locked" : "hidden";
  return known.length === fields.length;
}

/** @param {Config[]} lanes @param {string} value @param {any} properties */
function takeLane(lanes, value, properties) {
  /** @type {Config} */
  const changes = {};
  for (const pair of value === "" ? [] : value.split(",")) {
    const [name, text] = pair.split(":");
    const field = Object.hasOwn(properties, name) && text !== undefined ? readField(properties[name], text) : undefined;
    if (field === undefined) return false;
    changes[name] = field;
  }
  if (lanes.length === MOST_LANES) return false;
  lanes.push(changes);
  return true;
}

/**
 * @param {any} property of the schema
 * @param {string} text
 * @returns {FieldValue | undefined} undefined where it does not fit
 */
function readField(property, text) {
  if (property.enum) return property.enum.includes(text) ? text : undefined;
  if (property.type === "boolean") return { true: true, false: false }[text];
  const kinds = property.anyOf ?? [property];
  if (text === "none") return kinds.some((/** @type {any} */ one) => one.type === "null") ? null : undefined;
  const number = readNumber(text);
  const fits = kinds.some((/** @type {any} */ kind) => isNumberOf(kind, number));
  return fits ? number : undefined;
}

/** @param {any} kind @param {number} number */
function isNumberOf({ type, minimum, maximum, exclusiveMinimum }, number) {
  if (type === "integer" ? !Number.isInteger(number) : type !== "number" || !Number.isFinite(number)) return false;
  return (
    number >= (minimum ?? -Infinity) && number <= (maximum ?? Infinity) && number > (exclusiveMinimum ?? -Infinity)
  );
}

/** Plain decimal numbers only: what we write ourselves. @param {string} text */
function readNumber(text) {
  return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
}

/** @param {string} text */
function readCount(text) {
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return count < LARGEST_COUNT ? count : undefined;
}

/**
 * The fragment, without its #; empty where everything is as it is by default.
 * @param {Link} link
 * @param {any} schema
 */
export function writeLink(link, schema) {
  const presents = link.presents ? ["present=yes"] : [];
  if (link.lesson) {
    const changes = link.lesson.config ? fieldsOf(differenceOf(link.config, link.lesson.config), schema) : [];
    return [writeLesson(link.lesson), ...changes, ...presents].join("&");
  }
  if (link.question) return [`question=${link.question.id}`, ...presents].join("&");
  const { properties } = schema;
  const usual = emptyLink();
  /** @type {string[]} */
  const parts = [];
  const add = (/** @type {string} */ name, /** @type {string} */ value) => parts.push(`${name}=${value}`);
  for (const [name, value] of Object.entries(link.config)) {
    if (Object.hasOwn(properties, name) && value !== properties[name].default) add(name, written(value));
  }
  if (link.rate !== usual.rate) add("speed", link.rate === null ? FASTEST : String(Number(link.rate.toPrecision(3))));
  for (const name of /** @type {const} */ (["probe", "tab", "track", "layer", "direction", "ruler"])) {
    const value = link[name];
    if (value !== null && value !== usual[name]) add(name, encodeURIComponent(value));
  }
  if (link.pin) add("pin", [link.pin.t, link.pin.unit].filter((part) => part !== undefined).join("."));
  if (link.zoom) add("zoom", zoomText(link.zoom));
  if (link.folded) add("folded", "yes");
  parts.push(...presents);
  for (const [name, kind] of /** @type {const} */ ([
    ["lock", "locked"],
    ["hide", "hidden"],
  ])) {
    const fields = Object.keys(link.locks).filter((field) => link.locks[field] === kind);
    if (fields.length > 0) add(name, fields.join(","));
  }
  for (const lane of link.lanes) {
    const changes = Object.entries(lane).map(([name, value]) => `${name}:${written(value)}`);
    add("lane", changes.join(","));
  }
  return parts.join("&");
}

/** Fields with their values, those with their default too. @param {Config} config @param {any} schema @returns {string[]} */
function fieldsOf(config, { properties }) {
  const known = Object.entries(config).filter(
    ([name]) => Object.hasOwn(properties, name) && properties[name].page !== false,
  );
  return known.map(([name, value]) => `${name}=${written(value)}`);
}

/** @param {import("../run/state.js").Lesson} lesson */
function writeLesson({ slug, locked, order }) {
  const open = `lesson=${slug}${locked ? ".locked" : ""}`;
  if (!order) return open;
  const story = `lessons=${order.join(",")}`;
  return slug === order[0] && !locked ? story : `${story}&${open}`;
}

/** @param {NonNullable<Link["zoom"]>} zoom */
function zoomText({ from, to }) {
  return [from, to].map((edge) => Number(edge.toFixed(2))).join("-");
}

/** @param {FieldValue} value */
function written(value) {
  return value === null ? "none" : encodeURIComponent(String(value));
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

/** @param {Config} config @param {Config} from @returns {Config} */
function differenceOf(config, from) {
  return Object.fromEntries(Object.entries(config).filter(([name, value]) => value !== from[name]));
}

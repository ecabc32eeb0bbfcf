/**
 * A link comes from strangers: every name is looked up among the known ones and every value has to fit, else both are
 * ignored and named. Pure: no document, no address bar.
 */

import { TOO_LONG } from "../words/notices.js";
import { emptyLink, FASTEST } from "./link.js";
import { readCount, readField, readNumber, readZoom, zoomText } from "./link_values.js";

/** @typedef {import("../wire/protocol.js").Config} Config */
/** @typedef {import("../run/state.js").Locks} Locks */
/** @typedef {import("./link.js").Link} Link */

/** What a page can show: the names that a link may use. @typedef {{schema: any, tabs: string[]}} Known */

const LONGEST = 8192;
const MOST_LANES = 3;
const MOST_LESSONS = 40;
const RULERS = /** @type {const} */ (["near", "far", "abyss"]);
const TRACKS = ["h", "dh", "gates", "dW_hh"];
const DIRECTIONS = /** @type {const} */ (["forward", "reverse"]);
const MOST_LAYERS = 4;

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
    const zoom = readZoom(text);
    return zoom && { zoom };
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

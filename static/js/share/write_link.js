/** What differs from the defaults, as the fragment of an address. Pure. */

import { differenceOf, emptyLink, FASTEST } from "./link.js";
import { written, zoomText } from "./link_values.js";

/** @typedef {import("../wire/protocol.js").Config} Config */
/** @typedef {import("./link.js").Link} Link */

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

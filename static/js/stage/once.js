/** What follows from a layout alone, worked out once: from record to record the stage is laid out the same. */

/** @typedef {import("./layout.js").Layout} Layout */

/** @type {WeakMap<Layout, Map<string, unknown>>} */
const made = new WeakMap();

/**
 * @template T
 * @param {Layout} layout
 * @param {string} what names it, with all else that it follows from
 * @param {() => T} make
 * @returns {T}
 */
export function once(layout, what, make) {
  const known = made.get(layout) ?? new Map();
  made.set(layout, known);
  if (!known.has(what)) known.set(what, make());
  return known.get(what);
}

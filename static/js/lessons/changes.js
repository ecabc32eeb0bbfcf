/** What opening a scene changed of the reader's settings, in words. Their new values stand at their controls. Pure. */

import { setWords } from "../words/lessons.js";

/** @typedef {import("../wire/protocol.js").Config} Config */

/**
 * @param {Config} before
 * @param {Config} after
 * @param {any} schema
 */
export function changeWords(before, after, schema) {
  const changed = Object.keys(after).filter((field) => after[field] !== before[field]);
  if (changed.length === 0) return "";
  const names = changed.map((field) => schema?.properties?.[field]?.title.toLowerCase() ?? field);
  return setWords(names);
}

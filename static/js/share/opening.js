/** The page as a link wants it, before anything was computed for it. */

import { initialState, reduce } from "../run/state.js";
import { VIEWS } from "../views/views.js";
import { ignoredWords, LACKS_OWN_DATA } from "../words/notices.js";
import { readLink } from "./read_link.js";

/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */
/** @typedef {import("../run/state.js").State} State */

/** The names of the views that the page has. */
export const TABS = VIEWS.map(({ name }) => name);

/**
 * The server wrote the record of a run with all defaults into the page. Where the link asks for another run that record
 * is not shown: the page waits for the first one of its own.
 * @param {any} bootstrap
 * @param {DecodedRecord | null} record
 * @param {string} fragment
 * @param {number} at
 * @returns {State}
 */
export function openedState(bootstrap, record, fragment, at) {
  const { link, ignored } = readLink(fragment, { schema: bootstrap.schema, tabs: TABS });
  const { config: changes, lanes: _lanes, ruler, ...view } = link;
  const needsOwnData = changes.task === "own";
  if (needsOwnData) delete changes.task;
  const isFirst = Object.keys(changes).length === 0 && link.probe === 0;
  const facts = isFirst ? bootstrap : { ...bootstrap, config: { ...bootstrap.config, ...changes }, task: null };
  const text = needsOwnData ? LACKS_OWN_DATA : ignoredWords(ignored);
  const start = reduce(initialState(facts), { type: "ruler", ruler });
  const opened = { ...start, ...view, notice: text ? { text, undo: false, at } : null };
  return isFirst && record ? reduce(opened, { type: "record", record }) : opened;
}

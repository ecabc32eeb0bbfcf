/** What a report is told that the server does not know: the link of the run, and what was changed when. Pure. */

import { formatSetting } from "../lib/format.js";

/** @typedef {{iteration: number, what: string}} ReportedChange */

/** What fits into one message of the server's, with room for the rest of it. */
const MOST_BYTES = 12_000;
const MOST_CHANGES = 100;
const LONGEST_CHANGE = 200;

/**
 * The newest changes, as many as fit.
 * @param {string} link
 * @param {import("../run/history.js").Change[]} changes
 * @returns {{link: string, changes: ReportedChange[]}}
 */
export function reportAbout(link, changes) {
  const size = (/** @type {unknown} */ value) => new TextEncoder().encode(JSON.stringify(value)).length;
  const told = size(link) <= MOST_BYTES / 2 ? link : "";
  let reported = changes.flatMap(reportedChange).slice(-MOST_CHANGES);
  while (size({ told, reported }) > MOST_BYTES) reported = reported.slice(1);
  return { link: told, changes: reported };
}

/** @param {import("../run/history.js").Change} change @returns {ReportedChange[]} */
function reportedChange({ command, iteration }) {
  const what = words(command);
  return what ? [{ iteration, what: what.slice(0, LONGEST_CHANGE) }] : [];
}

/** @param {import("../wire/protocol.js").Command} command */
function words(command) {
  if (command.type === "configure") {
    const changes = Object.entries(/** @type {Record<string, unknown>} */ (command.changes));
    return changes.map(([field, value]) => `${field} = ${shown(value)}`).join(", ");
  }
  if (command.type !== "edit") return "";
  const { tensor, index, value } = /** @type {any} */ (command);
  return `${tensor}[${index.join(", ")}] = ${shown(value)}`;
}

/** @param {unknown} value */
function shown(value) {
  return typeof value === "number" ? formatSetting(value) : String(value);
}

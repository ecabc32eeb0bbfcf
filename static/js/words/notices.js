/** Notices in the header: what happened to the run or the page that nobody asked for. Pure. */

import { faultWords } from "./faults.js";

export const SERVER_UPDATED = "The server was updated: reload the page to continue.";

export const OTHER_ROUNDING = "Restored on a server that rounds differently: last digits may differ from before.";

export const READ_ONLY_RECORDING =
  "This is a recording: nothing of it can be changed. Close it to go on with a network of your own.";

export const OF_SOMEBODY_ELSE = "This run belongs to somebody else: copy the network to change anything.";

export const WITHOUT_ITS_DATA =
  "Your data are too large to be kept with the run: a reload, or a lost connection, ends it. Save a snapshot now and then.";

export const TOO_LARGE = "This network is too large to be kept: a reload, or a lost connection, ends it.";

export const NO_BRANCH = "The run could not return to the iteration shown; nothing was changed.";

export const NO_LANE = "No lane was added: the server gave no copy of the chosen network. Try again in a moment.";

/**
 * A network that the server refuses, such as a link's.
 * @param {string[]} dropped titles of the fields that it changes
 * @param {string} message why
 */
export function refusedLinkWords(dropped, message) {
  const which = dropped.length === 0 ? "" : ` What it changed was left out: ${dropped.join(", ")}.`;
  return `This network was refused, and the usual one runs. ${message}${which}`;
}

/** Of a change made before, when the run is taken up again: after a loss of the connection, or a reload. @param {string} message why */
export function refusedChangeWords(message) {
  return `The run was taken up again, and the server that answers now refused a change made before: ${message} The run continues from before that change.`;
}

/** Part of the page could not be drawn, or a record not be read. @param {unknown} error */
export function failureWords(error) {
  return `Part of the page could not be drawn (${faultWords(error).replace(/\.$/, "")}). Training continues; if the picture stays wrong, reload the page.`;
}

export const LACKS_OWN_DATA =
  "This link refers to someone’s own data, which is not part of a link: open their snapshot file under Share.";

/** Of a link that is not read at all. */
export const TOO_LONG = "all of it, because it is too long";

/** What the reader is told about a link that was not understood completely. @param {string[]} ignored */
export function ignoredWords(ignored) {
  if (ignored.length === 0) return "";
  const shown = ignored.slice(0, 3).map((part) => `“${part.slice(0, 40)}”`);
  const more = ignored.length > shown.length ? ` and ${ignored.length - shown.length} more` : "";
  return `Opened without the parts of the link that are not valid: ${shown.join(", ")}${more}.`;
}

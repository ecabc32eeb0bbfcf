/** What is said about recordings: while one is made, and of one that is open. Pure. */

import { formatCount } from "../lib/format.js";

export const EXPLAINS =
  "Keeps every record from now on in one file. It opens here or on any other page of Unroll: drop it there. There it plays, and every view of it opens, without the server that computed it.";
export const START = "Start recording";
export const STOP = "Stop and save";
export const NOTHING = "No record came while it was recorded: nothing was saved.";
export const IS_ONE = "What is shown here is a recording already.";
export const EXPORTED = "A recorded run.";
export const TOLD = "Recorded runs.";
export const TRAIN = "Train it in Unroll";
export const PAGE = "Save as a page";
export const PAGE_TITLE = "As a page";
export const PAGE_EXPLAINS =
  "One HTML file with what can be looked back at now: it plays by itself, from a disk or any web server, also inside another page, and asks no server for anything.";
export const PAGE_MAKING = "Making the page …";
export const NO_RECORD = "There is no record yet.";
export const CLOSE = "Close";
export const CLOSES = "Back to the network that was here before";

/** While it is made. @param {{records: number, bytes: number, full: boolean}} status */
export function statusWords({ records, bytes, full }) {
  const size = `${countWords(records)}, ${megabytes(bytes)}`;
  return full ? `${size}: no more fits into one file. Save it.` : `Recording: ${size}.`;
}

/** @param {string} name @param {number} records @param {number} bytes */
export function savedWords(name, records, bytes) {
  return `Saved ${name}: ${countWords(records)}, ${megabytes(bytes)}.`;
}

/** Of a page. @param {string} name @param {{records: number, bytes: number, from: number, to: number, all: number}} made */
export function pageWords(name, { records, bytes, from, to, all }) {
  const which = `iterations ${formatCount(from)} to ${formatCount(to)}`;
  const rest = records < all ? ` Only the last ${formatCount(records)} of ${formatCount(all)} fit into 10 MB.` : "";
  return `${savedWords(name, records, bytes).slice(0, -1)}, ${which}.${rest}`;
}

/** Of one that is open. @param {string} name @param {number} records @param {boolean} cutShort */
export function openWords(name, records, cutShort) {
  const end = cutShort ? "; the last one is cut off" : "";
  return `Recording ${name}: ${countWords(records)}${end}`;
}

/** @param {number} records */
function countWords(records) {
  return records === 1 ? "1 record" : `${formatCount(records)} records`;
}

/** @param {number} bytes */
function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

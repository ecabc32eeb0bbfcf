/** What a reader brought: the file, how it was read, and what was made of it. Pure. */

import { formatCount } from "../lib/format.js";

/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */
/** @typedef {import("../wire/protocol.js").Read} Read */

/** Whose weights these were once, where they came from a file. @param {DecodedRecord | null} record @returns {string[]} */
export function loadedWords(record) {
  const from = record?.meta.weights_from;
  return from ? [`weights of ${from.name || "a file"} loaded at iteration ${formatCount(from.iteration)}`] : [];
}

/** How large what was read is. @param {Read} read */
export function sizeWords({ rows, width, columns, characters, distinct, sequences, timesteps }) {
  if (sequences !== undefined) return `${counted(sequences, "sequence")} of ${counted(timesteps ?? 0, "timestep")}.`;
  if (rows === undefined) return `${formatCount(characters ?? 0)} characters, ${distinct} different ones.`;
  return `${counted(rows, "row")}, ${counted(width ?? columns?.length ?? 0, "column")}.`;
}

/** @param {number} count @param {string} what */
function counted(count, what) {
  return `${formatCount(count)} ${what}${count === 1 ? "" : "s"}`;
}

/** What is not in the table, each with its reason. @param {Read} read @returns {string[]} */
export function leftOutWords({ left_out = [] }) {
  return left_out.map(({ what, why }) => `Left out: ${what} (${why}).`);
}

/** What would become of the run's settings. @param {Record<string, unknown>} changes @param {(field: string) => string} titleOf */
export function changesWords(changes, titleOf) {
  const others = Object.entries(changes).filter(([field]) => field !== "task");
  const list = others.map(([field, value]) => `${titleOf(field)} becomes ${value}`).join(", ");
  return list ? `${list[0].toUpperCase()}${list.slice(1)}.` : "";
}

/** What a file was looked at as. @param {string} name @param {string} kind */
export function previewedWords(name, kind) {
  return `Read ${name} as ${kind}. The run continues unchanged until you train on it.`;
}

/** @param {string} name */
export const previewTitle = (name) => `What is read of ${name}`;

/** What a file was opened as, and how the run stands. @param {string} name @param {string} kind @param {{phase: string, iteration: number}} state */
export function openedWords(name, kind, { phase, iteration }) {
  const stands = phase === "running" ? "it is running" : "press Play to continue";
  return `Opened ${name} as ${kind}, at iteration ${formatCount(iteration)}: ${stands}.`;
}

/** What nobody can read in PyTorch's files. @param {string} kind @param {import("../wire/protocol.js").Config} config */
export function activationWords(kind, { cell, activation }) {
  if (kind !== "weights" || cell !== "rnn") return "";
  return ` PyTorch’s files do not say whether an nn.RNN had tanh or relu: it runs with ${activation}.`;
}

/** A number as it stands in the file, to six digits. @param {number} value */
export function cellWords(value) {
  return String(Number(value.toPrecision(6))).replace("-", "−");
}

export const READ_TITLE = "What was read";
export const TRAIN = "Train on this";
export const CANCEL = "Cancel";
export const READ_AGAIN = "Read the file again";
export const NO_FILE = "To read it otherwise, open the file again.";
export const COLUMNS = "Columns";
export const DECIMALS = { label: "Decimals", "": "as found", ".": "after a point", ",": "after a comma" };
export const GAPS = { label: "Gaps", "": "refused", interpolate: "straight line", previous: "number before" };

export const FIRST_AND_LAST = "First and last rows";

export const ROW = "row";

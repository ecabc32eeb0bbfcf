/** What a reader's file is, by what stands in it. Pure. */

/** @typedef {"snapshot" | "weights" | "dataset" | "text" | "series"} Kind */

/** The pickles of older programs and other binary files; a text has no such bytes. */
const NO_TEXT = /[\0\uFFFD]/;
const TABLE_NAME = /\.(csv|tsv|psv|tab|dat|prn|jsonl|ndjson|npy)$/i;
/** The first bytes of other files that are data: one NumPy array, and an archive of them. */
const ARRAY = "\x93NUMPY";
const ARCHIVE = "PK\x03\x04";
const LINES_LOOKED_AT = 20;

/**
 * @param {string} name
 * @param {ArrayBuffer} bytes
 * @returns {Kind | null} null for what this page cannot use
 */
export function kindOf(name, bytes) {
  const header = safetensorsHeader(bytes);
  if (header) return kindOfTensors(header);
  const start = String.fromCharCode(...new Uint8Array(bytes.slice(0, 200)));
  if (start.startsWith(ARRAY)) return "series";
  if (start.startsWith(ARCHIVE) && start.includes(".npy")) return kindOfArchive(bytes);
  const text = new TextDecoder().decode(bytes.slice(0, 65536));
  if (bytes.byteLength === 0 || NO_TEXT.test(text.slice(0, -3))) return null;
  return TABLE_NAME.test(name) || looksLikeTable(text) ? "series" : "text";
}

/** @param {ArrayBuffer} bytes @returns {Record<string, any> | null} */
function safetensorsHeader(bytes) {
  if (bytes.byteLength < 10) return null;
  const length = Number(new DataView(bytes).getBigUint64(0, true));
  if (length < 2 || length > bytes.byteLength - 8) return null;
  try {
    const header = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 8, length)));
    return typeof header === "object" && header !== null ? header : null;
  } catch {
    return null;
  }
}

/** Weights, unless the names at its end, or beginning, are those of a dataset. @param {ArrayBuffer} bytes @returns {Kind} */
function kindOfArchive(bytes) {
  const names =
    new TextDecoder("latin1").decode(bytes.slice(-65536)) + new TextDecoder("latin1").decode(bytes.slice(0, 200));
  return names.includes("inputs.npy") ? "dataset" : "weights";
}

/** @param {Record<string, any>} header @returns {Kind} */
function kindOfTensors(header) {
  if ("inputs" in header && "targets" in header) return isSnapshot(header) ? "snapshot" : "dataset";
  return isSnapshot(header) ? "snapshot" : "weights";
}

/** @param {Record<string, any>} header */
function isSnapshot(header) {
  try {
    return JSON.parse(header.__metadata__.unroll).kind === "snapshot";
  } catch {
    return false;
  }
}

/** What lines of numbers, dates and gaps consist of. */
const NUMBERS =
  /^(?=.*\d)([\d\s.,;:+\-−–—/'’"?*|[\]TZ%$€£¥°]|[eEdD](?=[-+]?\d)|°[CFK]|\b(NA|N\/A|NaN|nan|null|None)\b)+$/u;
/** What is drawn between the rows of a table, and an object a line. */
const DRAWN = /^[\s|+:=-]{3,}$/;
const OBJECTS = /^\s*\[?\s*\{\s*"[^"]*"\s*:\s*(-?\d|"|null|\[\s*-?\d)/;
const HEADER_LINES = 4;

/** Rows of numbers below at most a few lines of names, units or comments. @param {string} text */
function looksLikeTable(text) {
  const lines = text.split(/\r\n?|\n/).slice(0, LINES_LOOKED_AT);
  if (OBJECTS.test(text)) return true;
  const rows = lines.filter((line) => line.trim() !== "" && !line.trimStart().startsWith("#") && !DRAWN.test(line));
  const first = rows.findIndex((line) => NUMBERS.test(line));
  const numbers = rows.slice(first, -1);
  return first >= 0 && first <= HEADER_LINES && numbers.length > 0 && numbers.every((line) => NUMBERS.test(line));
}

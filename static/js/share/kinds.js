/** What a reader's file is, by what stands in it. Pure. */

/** @typedef {"snapshot" | "weights" | "dataset" | "text" | "series"} Kind */

const TABLE_NAME = /\.(csv|tsv|psv|tab|dat|prn|jsonl|ndjson|npy)$/i;
/** The first bytes of other files that are data: one NumPy array, and an archive of them. */
const ARRAY = "\x93NUMPY";
const ARCHIVE = "PK\x03\x04";
/** Others that hold weights, which are not opened. */
const HDF5 = "\x89HDF";
/** How pickles begin, by their protocols. */
const PICKLES = ["\x80\x02", "\x80\x03", "\x80\x04", "\x80\x05"];
const PICKLE_NAME = /\.(pkl|pickle)$/i;
const KERAS_NAME = /\.(h5|hdf5|keras)$/i;
const LINES_LOOKED_AT = 20;
const BYTES_LOOKED_AT = 65536;

/**
 * What cannot be used is a text or a table, too: the server says what it is, and what helps.
 * @param {string} name
 * @param {ArrayBuffer} bytes
 * @returns {Kind}
 */
export function kindOf(name, bytes) {
  const header = safetensorsHeader(bytes);
  if (header) return kindOfTensors(header);
  const start = String.fromCharCode(...new Uint8Array(bytes.slice(0, 200)));
  if (start.startsWith(ARRAY)) return "series";
  if (start.startsWith(ARCHIVE) && start.includes(".npy")) return kindOfArchive(bytes);
  if (isWeightsOfOthers(name, start)) return "weights";
  return TABLE_NAME.test(name) || looksLikeTable(textOf(bytes)) ? "series" : "text";
}

/** Of torch.save and Keras, which the server names as what they are. @param {string} name @param {string} start */
function isWeightsOfOthers(name, start) {
  if (start.startsWith(ARCHIVE)) return start.includes("data.pkl");
  return start.startsWith(HDF5)
    ? KERAS_NAME.test(name)
    : PICKLES.includes(start.slice(0, 2)) && !PICKLE_NAME.test(name);
}

/** Its beginning, in the encoding that it seems to have. @param {ArrayBuffer} bytes */
function textOf(bytes) {
  const beginning = new Uint8Array(bytes.slice(0, BYTES_LOOKED_AT));
  const text = new TextDecoder(encodingOf(beginning)).decode(beginning);
  return text.replace(/\uFFFD+$/, "");
}

/** By its byte order mark, or by zeros in every second place, as the server does. @param {Uint8Array} bytes */
function encodingOf(bytes) {
  const [first, second] = bytes;
  const zeros = (/** @type {number} */ from) => bytes.filter((byte, at) => at % 2 === from && byte === 0).length;
  if ((first === 0xff && second === 0xfe) || 4 * zeros(1) > bytes.length) return "utf-16le";
  if ((first === 0xfe && second === 0xff) || 4 * zeros(0) > bytes.length) return "utf-16be";
  return "utf-8";
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

/** Whether a file begins as our snapshots do, which may be larger than others. @param {string} start its first characters */
export const beginsAsSnapshot = (start) =>
  start.slice(0, 100).includes('{"__metadata__":{"unroll":"{\\"kind\\":\\"snapshot\\"');

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

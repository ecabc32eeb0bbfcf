/** What a reader's file is, by what stands in it. Pure. */

/** @typedef {"snapshot" | "weights" | "dataset" | "text" | "series"} Kind */

/** The pickles of older programs and other binary files; a text has no such bytes. */
const NO_TEXT = /[\0\uFFFD]/;
const TABLE_NAME = /\.(csv|tsv)$/i;
const LINES_LOOKED_AT = 20;

/**
 * @param {string} name
 * @param {ArrayBuffer} bytes
 * @returns {Kind | null} null for what this page cannot use
 */
export function kindOf(name, bytes) {
  const header = safetensorsHeader(bytes);
  if (header) return kindOfTensors(header);
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
const NUMBERS = /^(?=.*\d)([\d\s.,;:+\-−/'’"?*TZ]|[eE](?=[-+]?\d)|\b(NA|N\/A|NaN|nan|null|None)\b)+$/u;
const HEADER_LINES = 4;

/** Rows of numbers below at most a few lines of names, units or comments. @param {string} text */
function looksLikeTable(text) {
  const lines = text.split(/\r\n?|\n/).slice(0, LINES_LOOKED_AT);
  const rows = lines.filter((line) => line.trim() !== "" && !line.trimStart().startsWith("#"));
  const first = rows.findIndex((line) => NUMBERS.test(line));
  const numbers = rows.slice(first, -1);
  return first >= 0 && first <= HEADER_LINES && numbers.length > 0 && numbers.every((line) => NUMBERS.test(line));
}

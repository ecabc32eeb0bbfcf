/** The values in a link: as texts, and read without trust. Pure. */

/** @typedef {import("../wire/protocol.js").FieldValue} FieldValue */

const LARGEST_COUNT = 2 ** 31;

/** Fewer timesteps are never stretched over the whole axis; both edges are written to a hundredth. */
const SHORTEST_ZOOM = 6 - 0.02;

/**
 * @param {any} property of the schema
 * @param {string} text
 * @returns {FieldValue | undefined} undefined where it does not fit
 */
export function readField(property, text) {
  if (property.enum) return property.enum.includes(text) ? text : undefined;
  if (property.type === "boolean") return { true: true, false: false }[text];
  const kinds = property.anyOf ?? [property];
  if (text === "none") return kinds.some((/** @type {any} */ one) => one.type === "null") ? null : undefined;
  const number = readNumber(text);
  const fits = kinds.some((/** @type {any} */ kind) => isNumberOf(kind, number));
  return fits ? number : undefined;
}

/** @param {any} kind @param {number} number */
function isNumberOf({ type, minimum, maximum, exclusiveMinimum }, number) {
  if (type === "integer" ? !Number.isInteger(number) : type !== "number" || !Number.isFinite(number)) return false;
  return (
    number >= (minimum ?? -Infinity) && number <= (maximum ?? Infinity) && number > (exclusiveMinimum ?? -Infinity)
  );
}

/** Plain decimal numbers only: what we write ourselves. @param {string} text */
export function readNumber(text) {
  return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
}

/** @param {string} text */
export function readCount(text) {
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return count < LARGEST_COUNT ? count : undefined;
}

/** Edges of the time axis; undefined where they are none. @param {string} text */
export function readZoom(text) {
  const [from, to, ...more] = text.split("-").map(readNumber);
  if (more.length > 0 || !(from >= 0 && to < LARGEST_COUNT && to - from >= SHORTEST_ZOOM)) return undefined;
  return { from, to };
}

/** @param {{from: number, to: number}} zoom */
export function zoomText({ from, to }) {
  return [from, to].map((edge) => Number(edge.toFixed(2))).join("-");
}

/** @param {FieldValue} value */
export function written(value) {
  return value === null ? "none" : encodeURIComponent(String(value));
}

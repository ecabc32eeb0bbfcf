/** The numbers of an answer, computed from the record that is shown, as docs/questions.md defines them. Pure. */

import { formatCount, formatNumber, formatPercent } from "../lib/format.js";

/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */
/** @typedef {import("../wire/protocol.js").Config} Config */
/** @typedef {number | [string, ...any[]]} NumberForm */

const FORMATS = { number: formatNumber, percent: formatPercent, count: formatCount };

/**
 * @param {NumberForm} form
 * @param {DecodedRecord} record
 * @param {Config} config
 * @returns {number} NaN where the record does not hold what it takes
 */
export function compute(form, record, config) {
  if (typeof form === "number") return form;
  const [name, ...parts] = form;
  const read = READERS[name];
  if (read) return read(record, config, parts);
  const values = parts.map((part) => compute(part, record, config));
  return ARITHMETIC[name]?.(...values) ?? Number.NaN;
}

/** As it is written in an answer. @param {number} value @param {keyof typeof FORMATS} as */
export function written(value, as) {
  return FORMATS[as](value);
}

/** @type {Record<string, (record: DecodedRecord, config: Config, parts: any[]) => number>} */
const READERS = {
  tensor: ({ tensors }, _, [name, ...index]) => {
    const tensor = tensors[name];
    if (!tensor) return Number.NaN;
    const place = index.reduce((flat, one, axis) => flat * tensor.shape[axis] + one, 0);
    return Number(tensor.data[place]);
  },
  mean: ({ tensors }, _, [name, column]) =>
    meanOf(column === undefined ? all(tensors[name]) : columnOf(tensors[name], column)),
  sum: ({ tensors }, _, [name]) => all(tensors[name]).reduce((sum, value) => sum + value, 0),
  size: ({ tensors }, _, [name]) => all(tensors[name]).length,
  norm: ({ tensors }, _, [name, row]) => Math.hypot(...rowOf(tensors[name], row)),
  scalar: ({ meta }, _, [name, key]) => {
    const value = /** @type {any} */ (meta)[name];
    return Number((key === undefined ? value : value?.[key]) ?? Number.NaN);
  },
  config: (_, config, [field]) => Number(config[field]),
};

/** @type {Record<string, (...values: number[]) => number>} */
const ARITHMETIC = {
  exp: Math.exp,
  log: Math.log,
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
};

/** @typedef {import("../wire/protocol.js").Tensor | undefined} MaybeTensor */

/** @param {MaybeTensor} tensor @returns {number[]} */
function all(tensor) {
  return tensor ? Array.from(tensor.data, Number) : [];
}

/** Row `row` of the first axis. @param {MaybeTensor} tensor @param {number} row */
function rowOf(tensor, row) {
  if (!tensor) return [Number.NaN];
  const length = tensor.data.length / tensor.shape[0];
  return all(tensor).slice(row * length, (row + 1) * length);
}

/** Everything whose second index is `column`. @param {MaybeTensor} tensor @param {number} column */
function columnOf(tensor, column) {
  if (!tensor) return [];
  const inner = tensor.shape.slice(2).reduce((product, size) => product * size, 1);
  return all(tensor).filter((_, place) => Math.floor(place / inner) % tensor.shape[1] === column);
}

/** NaN left out. @param {number[]} values */
function meanOf(values) {
  const numbers = values.filter((value) => !Number.isNaN(value));
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

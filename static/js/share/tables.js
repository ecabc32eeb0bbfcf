/** A record as files that others read: one table of everything by timestep, and safetensors of everything. Pure. */

import { SCALED_COLUMNS } from "../words/share.js";

import { encodeFrame } from "../wire/frame.js";

import { choicesOf, endingOf, extentOf, wholeOf } from "../record/chosen.js";
import { toOwnWritten } from "../record/own.js";

/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */
/** @typedef {import("../wire/protocol.js").Tensor} Tensor */
/** @typedef {import("../record/own.js").Column} Column */

/** What is numbered by timestep, and whether its first row is timestep 0. */
const BY_TIMESTEP = /** @type {const} */ ({
  x: false,
  y: false,
  target: false,
  loss_t: false,
  dh_norm: true,
  ln_dh_norm: true,
  dh_norm_used: true,
  dh_carried_norm: true,
  dc_norm: true,
  ln_dc_norm: true,
  dc_norm_used: true,
  dW_hh_norm: false,
  dW_xh_norm: false,
  dW_hy_norm: false,
  slope_mean: false,
  h: true,
  c: true,
  dh: true,
  dc: true,
});

/**
 * One row a timestep from 0, one column a quantity or a unit of it (counted from 1), of every layer and direction under
 * the server's names, whichever is open; with two directions up to T+1, where the reverse one begins. What has no value
 * stays empty; lines that begin with # say what it is.
 * @param {DecodedRecord} record
 * @param {string[]} notes
 * @param {Column[] | null} [own] of a reader's table: what is read, said and wanted stands in its own numbers too
 */
export function recordAsCsv(record, notes, own = null) {
  const whole = wholeOf(record);
  const { tensors } = whole;
  const extent = extentOf(whole);
  const last = tensors.loss_t.shape[0] + (extent.directions > 1 ? 1 : 0);
  const endings = choicesOf(extent).map(endingOf);
  const columns = [...ownColumnsOf(tensors, own ?? [])];
  for (const [base, fromStart] of Object.entries(BY_TIMESTEP)) {
    for (const ending of endings.filter((one) => `${base}${one}` in tensors)) {
      const first = fromStart && !ending.endsWith("_reverse") ? 0 : 1; // that one's initial state comes last, at T+1
      columns.push(...columnsOf(`${base}${ending}`, tensors[`${base}${ending}`], first));
    }
  }
  const said = own ? [...notes, SCALED_COLUMNS] : notes;
  const lines = [["t", ...columns.map(({ title }) => title)].join(",")];
  for (let t = 0; t <= last; t += 1) lines.push([String(t), ...columns.map(({ at }) => at(t))].join(","));
  return `${[...said.map((note) => `# ${note.replaceAll(/\s+/g, " ")}`), ...lines].join("\n")}\n`;
}

/** @param {string} name @param {Tensor} tensor @param {number} first timestep @returns {{title: string, at: (t: number) => string}[]} */
function columnsOf(name, { shape, data }, first) {
  const width = shape[1] ?? 1;
  const has = (/** @type {number} */ t) => t >= first && t - first < shape[0];
  return Array.from({ length: width }, (_, unit) => ({
    title: shape.length === 1 ? name : `${name}_${unit + 1}`,
    at: (/** @type {number} */ t) => (has(t) ? written(data[(t - first) * width + unit]) : ""),
  }));
}

/** What is read, said and wanted of each column, and how far off. @param {Record<string, Tensor>} tensors @param {Column[]} own */
function ownColumnsOf({ x, y, target }, own) {
  return own.flatMap((column, index) => {
    const at = (/** @type {Tensor} */ { shape, data }) => {
      const has = (/** @type {number} */ t) => t >= 1 && t <= shape[0];
      return (/** @type {number} */ t) =>
        has(t) ? toOwnWritten(column, data[(t - 1) * shape[1] + index]) : Number.NaN;
    };
    const [read, said, wanted] = [at(x), at(y), at(target)];
    const values = {
      input: read,
      output: said,
      target: wanted,
      error: (/** @type {number} */ t) => said(t) - wanted(t),
    };
    return Object.entries(values).map(([what, value]) => ({
      title: quoted(`${column.name} ${what}`),
      at: (/** @type {number} */ t) => written(value(t)),
    }));
  });
}

/** A name as a cell. @param {string} name */
function quoted(name) {
  return /[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""').replaceAll(/[\r\n]+/g, " ")}"` : name;
}

/** Numbers as other programs read them. @param {number} value */
function written(value) {
  if (Number.isNaN(value)) return "";
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? "inf" : "-inf";
}

/**
 * The same layout in which the server sends it.
 * @param {DecodedRecord} record
 * @param {Record<string, unknown>} more facts beside the record's own
 */
export function recordAsSafetensors(record, more) {
  const { tensors } = wholeOf(record); // of all layers, whichever is open
  return new Blob([encodeFrame({ ...record.meta, ...more }, tensors)]);
}

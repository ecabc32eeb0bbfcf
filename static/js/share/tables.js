/** A record as files that others read: one table of everything by timestep, and safetensors of everything. Pure. */

/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */
/** @typedef {import("../wire/protocol.js").Tensor} Tensor */

/** What is numbered by timestep, and whether its first row is timestep 0. */
const BY_TIMESTEP = /** @type {const} */ ({
  x: false,
  y: false,
  target: false,
  loss_t: false,
  dh_norm: true,
  ln_dh_norm: true,
  dh_norm_used: true,
  dc_norm: true,
  ln_dc_norm: true,
  dW_hh_norm: false,
  slope_mean: false,
  h: true,
  c: true,
  dh: true,
  dc: true,
});

/**
 * One row a timestep from 0, one column a quantity or a unit of it (counted from 1). What has no value stays empty; lines
 * that begin with # say what it is.
 * @param {DecodedRecord} record
 * @param {string[]} notes
 */
export function recordAsCsv(record, notes) {
  const { tensors } = record;
  const T = tensors.loss_t.shape[0];
  const names = Object.keys(BY_TIMESTEP).filter((name) => name in tensors);
  const columns = names.flatMap((name) => columnsOf(name, tensors[name]));
  const lines = [["t", ...columns.map(({ title }) => title)].join(",")];
  for (let t = 0; t <= T; t += 1) lines.push([String(t), ...columns.map(({ at }) => at(t))].join(","));
  return `${[...notes.map((note) => `# ${note.replaceAll(/\s+/g, " ")}`), ...lines].join("\n")}\n`;
}

/** @param {string} name @param {Tensor} tensor @returns {{title: string, at: (t: number) => string}[]} */
function columnsOf(name, { shape, data }) {
  const width = shape[1] ?? 1;
  const first = BY_TIMESTEP[/** @type {keyof typeof BY_TIMESTEP} */ (name)] ? 0 : 1;
  return Array.from({ length: width }, (_, unit) => ({
    title: shape.length === 1 ? name : `${name}_${unit + 1}`,
    at: (/** @type {number} */ t) => (t < first ? "" : written(data[(t - first) * width + unit])),
  }));
}

/** Numbers as other programs read them. @param {number} value */
function written(value) {
  if (Number.isNaN(value)) return "";
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? "inf" : "-inf";
}

const DTYPES = /** @type {const} */ ({ Float64Array: "F64", Float32Array: "F32", Int32Array: "I32", Uint8Array: "U8" });

/**
 * The same layout in which the server sends it.
 * @param {DecodedRecord} record
 * @param {Record<string, unknown>} more facts beside the record's own
 * @returns {Blob}
 */
export function recordAsSafetensors(record, more) {
  const names = Object.keys(record.tensors).sort(
    (a, b) => size(record.tensors[b]) - size(record.tensors[a]) || (a < b ? -1 : 1),
  );
  /** @type {Record<string, unknown>} */
  const header = { __metadata__: { unroll: JSON.stringify({ ...record.meta, ...more }) } };
  let from = 0;
  for (const name of names) {
    const { shape, data } = record.tensors[name];
    const dtype = DTYPES[/** @type {keyof typeof DTYPES} */ (data.constructor.name)];
    header[name] = { dtype, shape, data_offsets: [from, from + data.byteLength] };
    from += data.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const padding = new Uint8Array((8 - (text.length % 8)) % 8).fill(0x20);
  const length = new DataView(new ArrayBuffer(8));
  length.setBigUint64(0, BigInt(text.length + padding.length), true);
  const data = names.map((name) => /** @type {BlobPart} */ (record.tensors[name].data));
  return new Blob([length, text, padding, ...data]);
}

/** Bytes of one number: the widest come first, so that all are aligned. @param {Tensor} tensor */
function size({ data }) {
  return data.BYTES_PER_ELEMENT;
}

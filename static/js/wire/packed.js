/**
 * Many records in little room, bit for bit: what has one name, type and shape in all of them stands together, one entry
 * after the other over training. An entry changes little and evenly, so what is kept is how its bits, read as a whole
 * number, differ from a straight line through the two before; then the bytes of equal weight, together. Pure.
 */

/** @typedef {import("./protocol.js").DecodedRecord} DecodedRecord */
/** @typedef {import("./protocol.js").Numbers} Numbers */
/** @typedef {{name: string, type: keyof typeof TYPES, shape: number[], records: number[]}} Column of which records, by place */

const TYPES = { Float64Array, Float32Array, Int32Array, Uint8Array };
const BYTES = { Float64Array: 8, Float32Array: 4, Int32Array: 4, Uint8Array: 1 };

/**
 * @param {DecodedRecord[]} records
 * @param {Record<string, unknown>} more that belongs to them, as JSON
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function pack(records, more) {
  /** @type {Map<string, Column>} */
  const columns = new Map();
  for (const [place, { tensors }] of records.entries()) {
    for (const [name, { shape, data }] of Object.entries(tensors)) {
      const type = /** @type {keyof typeof TYPES} */ (data.constructor.name);
      const key = `${name} ${type} ${shape}`;
      const column = columns.get(key) ?? { name, type, shape, records: [] };
      column.records.push(place);
      columns.set(key, column);
    }
  }
  const parts = [...columns.values()].map((column) => packColumn(column, records));
  const about = { ...more, metas: records.map(({ meta }) => meta), columns: [...columns.values()] };
  const text = new TextEncoder().encode(JSON.stringify(about));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, text.length, true);
  return joined([length, text, ...parts]);
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes as `pack` made them
 * @returns {{records: DecodedRecord[], more: Record<string, any>}}
 */
export function unpack(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const { metas, columns, ...more } = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  /** @type {DecodedRecord[]} */
  const records = metas.map((/** @type {any} */ meta) => ({ meta, tensors: {} }));
  let at = 4 + length;
  for (const column of /** @type {Column[]} */ (columns)) {
    const size = sizeOf(column) * column.records.length;
    unpackColumn(column, bytes.subarray(at, at + size), records);
    at += size;
  }
  return { records, more };
}

/** Bytes of one record's tensor. @param {Column} column */
function sizeOf({ type, shape }) {
  return shape.reduce((product, size) => product * size, 1) * BYTES[type];
}

/** @param {Column} column @param {DecodedRecord[]} records */
function packColumn({ name, type, records: places }, records) {
  const rows = places.map((place) => wholeNumbers(records[place].tensors[name].data));
  const planes = new Uint8Array(rows[0].length * rows.length * BYTES[type]);
  for (let entry = 0; entry < rows[0].length; entry += 1) {
    if (BYTES[type] === 8) packLong(/** @type {BigInt64Array[]} */ (rows), entry, planes);
    else packShort(/** @type {Int32Array[]} */ (rows), entry, planes, BYTES[type]);
  }
  return planes;
}

/** @param {Column} column @param {Uint8Array} planes @param {DecodedRecord[]} records */
function unpackColumn({ name, type, shape, records: places }, planes, records) {
  const entries = shape.reduce((product, size) => product * size, 1);
  const made = places.map(() => new TYPES[type](entries));
  const rows = made.map(wholeNumbers);
  for (let entry = 0; entry < entries; entry += 1) {
    if (BYTES[type] === 8) unpackLong(/** @type {BigInt64Array[]} */ (rows), entry, planes);
    else unpackShort(/** @type {Int32Array[]} */ (rows), entry, planes, BYTES[type]);
  }
  for (const [index, place] of places.entries()) records[place].tensors[name] = { shape, data: made[index] };
}

/** The same bits, read as whole numbers. @param {Numbers} data */
function wholeNumbers({ buffer, byteOffset, length, BYTES_PER_ELEMENT: width }) {
  if (width === 8) return new BigInt64Array(buffer, byteOffset, length);
  return width === 4 ? new Int32Array(buffer, byteOffset, length) : new Uint8Array(buffer, byteOffset, length);
}

/** One entry over all records. Small numbers of either sign become small numbers. @param {Int32Array[]} rows @param {number} entry @param {Uint8Array} planes @param {number} width */
function packShort(rows, entry, planes, width) {
  const unused = 32 - 8 * width;
  const step = planes.length / width;
  let [before, last] = [0, 0];
  for (let row = 0; row < rows.length; row += 1) {
    const value = rows[row][entry];
    const difference = ((value - 2 * last + before) << unused) >> unused;
    const folded = (difference << 1) ^ (difference >> 31);
    for (let byte = 0; byte < width; byte += 1) planes[byte * step + entry * rows.length + row] = folded >>> (8 * byte);
    before = row === 0 ? value : last;
    last = value;
  }
}

/** @param {Int32Array[]} rows @param {number} entry @param {Uint8Array} planes @param {number} width */
function unpackShort(rows, entry, planes, width) {
  const step = planes.length / width;
  let [before, last] = [0, 0];
  for (let row = 0; row < rows.length; row += 1) {
    let folded = 0;
    for (let byte = 0; byte < width; byte += 1) folded |= planes[byte * step + entry * rows.length + row] << (8 * byte);
    rows[row][entry] = ((folded >>> 1) ^ -(folded & 1)) + 2 * last - before;
    before = row === 0 ? rows[row][entry] : last;
    last = rows[row][entry];
  }
}

/** @param {BigInt64Array[]} rows @param {number} entry @param {Uint8Array} planes */
function packLong(rows, entry, planes) {
  const step = planes.length / 8;
  let [before, last] = [0n, 0n];
  for (let row = 0; row < rows.length; row += 1) {
    const value = rows[row][entry];
    const difference = BigInt.asIntN(64, value - 2n * last + before);
    const folded = BigInt.asUintN(64, (difference << 1n) ^ (difference >> 63n));
    const halves = [Number(folded & 0xffffffffn), Number(folded >> 32n)];
    for (let byte = 0; byte < 8; byte += 1) {
      planes[byte * step + entry * rows.length + row] = halves[byte >> 2] >>> (8 * (byte & 3));
    }
    before = row === 0 ? value : last;
    last = value;
  }
}

/** @param {BigInt64Array[]} rows @param {number} entry @param {Uint8Array} planes */
function unpackLong(rows, entry, planes) {
  const step = planes.length / 8;
  let [before, last] = [0n, 0n];
  for (let row = 0; row < rows.length; row += 1) {
    const halves = [0, 0];
    for (let byte = 0; byte < 8; byte += 1) {
      halves[byte >> 2] |= planes[byte * step + entry * rows.length + row] << (8 * (byte & 3));
    }
    const folded = (BigInt(halves[1] >>> 0) << 32n) | BigInt(halves[0] >>> 0);
    const value = BigInt.asIntN(64, ((folded >> 1n) ^ -(folded & 1n)) + 2n * last - before);
    rows[row][entry] = value;
    before = row === 0 ? value : last;
    last = value;
  }
}

/** @param {Uint8Array[]} parts @returns {Uint8Array<ArrayBuffer>} */
function joined(parts) {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

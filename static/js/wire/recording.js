/**
 * A recording: the bytes `UNROLL1` and a line feed, then frames, each with its length in front. The first says what was
 * recorded, all others are records, or a state: what holds from there on. It may come from anybody: sizes are looked at
 * first, and everything before it is used; what is wrong is a fault. Pure.
 */

import { Fault } from "../lib/fault.js";
import { encodeFrame } from "./frame.js";
import { decodeRecord } from "./protocol.js";

/** @typedef {import("./protocol.js").Config} Config */
/** @typedef {import("./protocol.js").DecodedRecord} DecodedRecord */
/** @typedef {import("./protocol.js").Task} Task */

/**
 * Where one record lies, and what held when it was made.
 * @typedef {{iteration: number, config: Config, task: Task, decode: () => DecodedRecord}} Recorded
 */
/** @typedef {{facts: Record<string, any>, records: Recorded[], cutShort: boolean}} Recording */
/** @typedef {{dtype: string, shape: number[], data_offsets: number[]}} Entry */

const MAGIC = "UNROLL1\n";
const LENGTH_BYTES = 8;
/** As large as a page keeps one. */
export const LARGEST_RECORDING = 256 * 2 ** 20;
const LARGEST_HEADER = 2 ** 20;
const BYTES = /** @type {Record<string, number>} */ ({ F64: 8, F32: 4, I64: 8, I32: 4, U8: 1 });

/** @param {ArrayBuffer} bytes of which the first ones are enough */
export function isRecording(bytes) {
  const start = new Uint8Array(bytes, 0, Math.min(MAGIC.length, bytes.byteLength));
  return String.fromCharCode(...start) === MAGIC;
}

/** @param {Record<string, unknown>} facts how a recording begins */
export function recordingStart(facts) {
  return [new TextEncoder().encode(MAGIC), ...framed(encodeFrame({ kind: "recording", facts }, {}))];
}

/** What holds for the records from there on. @param {Record<string, unknown>} state */
export function recordedState(state) {
  return framed(encodeFrame({ kind: "state", state }, {}));
}

/** @param {Uint8Array<ArrayBuffer>} frame */
export function framed(frame) {
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setBigUint64(0, BigInt(frame.byteLength), true);
  return [length, frame];
}

/**
 * @param {ArrayBuffer} bytes
 * @returns {Recording}
 * @throws {Fault} why it cannot be shown
 */
export function readRecording(bytes) {
  /** @type {Record<string, any> | null} */
  let facts = null;
  /** @type {{config: any, task: any}} */
  let state = { config: null, task: null };
  /** @type {Recorded[]} */
  const records = [];
  const { parts, cutShort } = partsOf(bytes);
  for (const { meta, decode } of parts) {
    if (facts === null) {
      facts = checkedFacts(meta);
      state = checkedState({ ...state, ...facts });
    } else if (meta.kind === "state" && isObject(meta.state)) {
      state = checkedState({ ...state, ...meta.state });
    } else {
      const { config, task } = state;
      const iteration = checkedRecord(meta, records.length);
      records.push({ iteration, config, task, decode });
    }
  }
  if (facts === null) throw new Fault("no_part");
  if (records.length === 0) throw new Fault("no_record_yet");
  return { facts, records, cutShort };
}

/**
 * Of a model that `unroll.watch` watched: facts, and the captures in their order.
 * @param {ArrayBuffer} bytes
 * @returns {{facts: Record<string, any>, captures: DecodedRecord[]}}
 * @throws {Fault} why it cannot be shown
 */
export function readCaptures(bytes) {
  const [first, ...others] = partsOf(bytes).parts;
  if (!first) throw new Fault("no_part");
  const facts = checkedFacts(first.meta);
  const captures = others.map(({ meta, decode }) => {
    if (meta.kind !== "record" || typeof meta.module !== "string" || !isCount(meta.step)) {
      throw new Fault("not_watched");
    }
    return decode();
  });
  if (captures.length === 0) throw new Fault("no_record_yet");
  return { facts, captures };
}

/** What a recording is made of; a last part that is not whole is left out. @param {ArrayBuffer} bytes */
function partsOf(bytes) {
  if (!isRecording(bytes)) throw new Fault("first_bytes");
  /** @type {{meta: Record<string, any>, decode: () => DecodedRecord}[]} */
  const parts = [];
  let at = MAGIC.length;
  while (at < bytes.byteLength) {
    const size = at + LENGTH_BYTES > bytes.byteLength ? null : sizeAt(bytes, at);
    at += LENGTH_BYTES;
    if (size === null || at + size > bytes.byteLength) return { parts, cutShort: true };
    const [from, to] = [at, at + size];
    parts.push({ meta: checkedFrame(bytes, from, size), decode: () => decodeRecord(bytes.slice(from, to)) });
    at = to;
  }
  return { parts, cutShort: false };
}

/** @param {Record<string, any>} meta @returns {Record<string, any>} */
function checkedFacts(meta) {
  if (meta.kind !== "recording" || !isObject(meta.facts)) throw new Fault("no_facts");
  return meta.facts;
}

/** @param {ArrayBuffer} bytes @param {number} at */
function sizeAt(bytes, at) {
  const size = Number(new DataView(bytes).getBigUint64(at, true));
  if (size < LENGTH_BYTES || size > LARGEST_RECORDING) throw new Fault("part_size", { size });
  return size;
}

/** The metadata of a frame whose tensors are where it says. @param {ArrayBuffer} bytes @param {number} from @param {number} size @returns {Record<string, any>} */
function checkedFrame(bytes, from, size) {
  const length = Number(new DataView(bytes).getBigUint64(from, true));
  if (length < 2 || length > Math.min(LARGEST_HEADER, size - LENGTH_BYTES)) {
    throw new Fault("header_size", { size, length });
  }
  const { __metadata__: metadata, ...entries } = parsed(new Uint8Array(bytes, from + LENGTH_BYTES, length));
  checkEntries(entries, size - LENGTH_BYTES - length);
  const meta = parsed(new TextEncoder().encode(String(metadata?.unroll)));
  if (meta.kind === "record") checkPicture(entries);
  return meta;
}

/** @param {Uint8Array} text @returns {Record<string, any>} */
function parsed(text) {
  let value = null;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(text));
  } catch {
    throw new Fault("no_json");
  }
  if (!isObject(value)) throw new Fault("no_object");
  return value;
}

/** Tensors follow each other without gap, and fill what is left. @param {Record<string, any>} entries @param {number} size */
function checkEntries(entries, size) {
  const all = Object.entries(entries);
  for (const [name, entry] of all) {
    const bytes = BYTES[entry?.dtype];
    const sizes = Array.isArray(entry?.shape) && entry.shape.every(isCount) ? entry.shape : null;
    const [from, to] = Array.isArray(entry?.data_offsets) ? entry.data_offsets : [];
    const count = sizes?.reduce((/** @type {number} */ product, /** @type {number} */ one) => product * one, 1);
    if (!bytes || !isCount(from) || !isCount(to) || to - from !== count * bytes) {
      throw new Fault("tensor_place", { name: name.slice(0, 40) });
    }
  }
  let end = 0;
  for (const [, entry] of all.sort(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0])) {
    if (entry.data_offsets[0] !== end) throw new Fault("tensor_gap");
    [, end] = entry.data_offsets;
  }
  if (end !== size) throw new Fault("tensors_size", { size, end });
}

/** Without these nothing can be drawn. @param {Record<string, Entry>} entries */
function checkPicture({ h, dh, ln_dh_norm: norm, x }) {
  const [rows, units] = h?.shape ?? [];
  const fits =
    h?.shape.length === 2 &&
    rows >= 2 &&
    units >= 1 &&
    dh?.shape.join() === h.shape.join() &&
    norm?.shape.join() === String(rows) &&
    x?.shape.length === 2 &&
    x.shape[0] === rows - 1;
  if (!fits) throw new Fault("no_picture");
}

/** @param {Record<string, any>} meta @param {number} place */
function checkedRecord({ kind, iteration, finding }, place) {
  if (kind !== "record") throw new Fault("other_kind", { kind: String(kind).slice(0, 40) });
  if (!isCount(iteration)) throw new Fault("no_iteration", { place: place + 1 });
  const isFinding = isObject(finding) && typeof finding.code === "string" && isObject(finding.values);
  if (!isFinding || !Array.isArray(finding.remedies)) {
    throw new Fault("no_finding", { place: place + 1 });
  }
  return iteration;
}

/** @param {{config: any, task: any}} state */
function checkedState({ config, task }) {
  if (!isObject(config) || !isObject(task)) throw new Fault("no_config");
  if (
    !Object.values(config).every((value) => value === null || ["string", "number", "boolean"].includes(typeof value))
  ) {
    throw new Fault("config_kind");
  }
  const texts = ["name", "title", "description", "loss", "baseline", "solved"];
  const lists = ["inputs", "outputs"];
  const fits =
    texts.every((name) => typeof task[name] === "string") &&
    lists.every((name) => isTexts(task[name])) &&
    (task.classes === null || isTexts(task.classes));
  if (!fits) throw new Fault("task_kind", { fields: [...texts, ...lists, "classes"] });
  return { config, task };
}

/** @param {unknown} value */
function isTexts(value) {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

/** @param {unknown} value */
function isCount(value) {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** @param {unknown} value @returns {value is Record<string, any>} */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The mirror of the server's protocol: names and shapes of all messages as types, builders for the commands, and the
 * decoding of binary frames. The only module of the page that knows the wire.
 */

import { Fault } from "../lib/fault.js";

/** @typedef {Float32Array | Float64Array | Int32Array | Uint8Array} Numbers */
/** @typedef {{shape: number[], data: Numbers}} Tensor */

/**
 * @typedef {object} RecordMeta
 * @property {"record"} kind
 * @property {number} iteration
 * @property {number | null} loss
 * @property {number | null} loss_per_timestep
 * @property {number | null} accuracy
 * @property {number | null} baseline
 * @property {number | null} [persistence] what can be reached from the same timestep alone
 * @property {number | null} [validation_loss] of what is never trained on
 * @property {number | null} [validation_as_of] the iteration at which it was measured
 * @property {{name: string, iteration: number} | null} [weights_from] the file whose weights were loaded last, and when
 * @property {number | null} grad_norm
 * @property {number | null} clip_scale
 * @property {number | null} clip_angle
 * @property {number} clipped_updates
 * @property {Record<string, number | null>} grad_norms
 * @property {number} [loss_before] with `loss_after`, of the batch a `step` learned from
 * @property {number | null} [loss_after]
 * @property {number | null} iterations_per_second
 * @property {number | null} flow_residual
 * @property {number | null} horizon
 * @property {number | null} as_of the iteration at which the horizon and the tensors of `truncation` were measured
 * @property {number | null} dW_hh_sum_norm
 * @property {Record<string, number | null> | null} [dW_hh_sum_norms] of each layer and direction, by parameter
 * @property {number | null} needed_lag
 * @property {Finding} finding
 */

/** @typedef {{label: string, changes: Config}} Advice what would help: changes ready for `configure` */
/** @typedef {{code: string, cause: string | null, values: Record<string, any>, remedies: Advice[], skipped: string[]}} Finding */
/** @typedef {{meta: RecordMeta, tensors: Record<string, Tensor>, of?: import("../record/chosen.js").Chosen}} DecodedRecord of: where it shows one of several layers */
/** @typedef {{meta: {kind: string, iteration?: number} & Record<string, unknown>, tensors: Record<string, Tensor>}} Frame */

/** @typedef {"idle" | "running" | "paused" | "diverged"} Phase */
/** @typedef {string | number | boolean | null} FieldValue */
/** @typedef {Record<string, FieldValue>} Config */
/** @typedef {{live: string[], restart: string[]}} Effects */

/**
 * What was read of a series, of a text, or of sequences.
 * @typedef {object} Read
 * @property {number} [rows]
 * @property {number} [width] how many columns are kept
 * @property {string[]} [columns] that are kept; the first of them, where names are many and long
 * @property {{what: string, why: string}[]} [left_out]
 * @property {string[]} [others] columns that are left out
 * @property {number[][]} [first] rows, in the file's own numbers
 * @property {number[][]} [last]
 * @property {{mean: number, deviation: number, unit?: number}[]} [scale] of the first columns: own number = mean + unit × scaled
 * @property {number} [characters] of a text
 * @property {number} [distinct]
 * @property {number} [sequences] of a dataset
 * @property {number} [timesteps]
 * @property {string[]} notes
 */

/**
 * @typedef {object} Task
 * @property {string} name
 * @property {string} title
 * @property {string} description
 * @property {"cross_entropy" | "squared_error"} loss
 * @property {string[]} inputs
 * @property {string[]} outputs names of the classes, or of the values to predict
 * @property {string[] | null} classes
 * @property {string[]} [vocabulary]
 * @property {string} baseline who the baseline is, in words
 * @property {number} baseline_loss
 * @property {boolean} stream whether the data are one long sequence, whose state can be carried on
 * @property {string | null} [persistence] who answers from the same timestep alone, in words
 * @property {Read} [read] of own data: what was read of the file
 * @property {number | null} needed_lag
 * @property {Finding} finding
 * @property {string} solved what solving it means, in words
 * @property {number} min_length
 */

/** @typedef {{message_bytes: number, upload_bytes: number, snapshot_bytes: number, frames_per_second: number, records_per_second: number, max_cost: number, breaks: string[]}} Limits */

/** @typedef {{type: "hello", protocol: number, limits: Limits}} HelloMessage */
/** @typedef {{type: "state", id?: string | number, phase: Phase, config: Config, iteration: number, solved_at: number | null, same_numerics: boolean, task: Task, effects: Effects}} StateMessage */
/** One way to read a file after all: in words, and as options of `upload`; `kind`: as what. @typedef {{label: string, options: FileOptions & {kind?: string}}} Choice */
/** @typedef {{adopt?: boolean, name?: string, preview?: boolean, decimal?: string, fill?: string, keep?: string[], drop?: string[], missing?: string[], remove?: string, separator?: string, encoding?: string, first_line?: number, last_line?: number, header?: boolean, transpose?: boolean, characters?: number, time_first?: boolean, changes?: Config}} FileOptions */
/** @typedef {{type: "error", id?: string | number, code: string, field?: string, message: string, retry_after?: number, choices?: Choice[]}} ErrorMessage */
/** @typedef {{type: "diverged", iteration: number, quantity: string, timestep: number | null, unit: number | null, cause: string}} DivergedMessage */
/** @typedef {{type: "ready", id?: string | number, kind: string}} ReadyMessage */
/** What would be read of own data, and which fields would become others. @typedef {{type: "preview", id?: string | number, kind: string, read: Read, changes: Config}} PreviewMessage */
/** @typedef {{type: "gradient_check", id?: string | number, per_tensor: Record<string, {max_rel_error: number | null, samples: number, at_kink?: number, zero?: number}>, passed: boolean}} GradientCheckMessage */
/** @typedef {{type: "shared", id?: string | number, run: string, key: string, followers: number}} SharedMessage */
/** @typedef {{type: "ended", run: string, why: string}} EndedMessage */
/** A question of the owner of a followed run. @typedef {{type: "asked", scene: string, options: number, revealed: boolean}} AskedMessage */
/** How many chose each of its options. @typedef {{type: "counts", id?: string | number, scene: string, counts: number[], followers: number, revealed: boolean}} CountsMessage */
/** @typedef {{type: "answered", id?: string | number, scene: string, option: number}} AnsweredMessage */
/** @typedef {AskedMessage | CountsMessage | AnsweredMessage | SharedMessage | EndedMessage | GradientCheckMessage | HelloMessage | StateMessage | ErrorMessage | DivergedMessage | ReadyMessage | PreviewMessage} ServerMessage */

/** @typedef {{type: string, id?: string | number} & Record<string, unknown>} Command */

/** What is added to a report: `library`: with the library for charts inside. @typedef {{library?: boolean, link?: string, changes?: {iteration: number, what: string}[]}} ReportAbout */

export const PROTOCOL = 1;

/** Acknowledges every record so far: for one that cannot be read. */
export const ALL_SO_FAR = 10 ** 15 - 1;

/** @type {{
 *   start: (config?: Config) => Command, configure: (changes: Config) => Command, play: (rate?: number | null) => Command,
 *   pause: () => Command, step: (iterations?: number) => Command, reset: () => Command, ack: (iteration: number) => Command,
 *   watch: (quantities: string[], probe?: number) => Command, edit: (tensor: string, index: number[], value: number) => Command,
 *   check_gradients: (samples: number, bug: string | null) => Command, snapshot: (dataset?: boolean) => Command, export: (format: "pytorch" | "report", about?: ReportAbout) => Command,
 *   upload: (kind: string, bytes: number, options?: FileOptions) => Command, share: (key?: string | null) => Command, unshare: () => Command,
 *   follow: (run: string) => Command, copy: (dataset?: boolean) => Command,
 *   ask: (scene: string, options: number) => Command, reveal: () => Command, answer: (scene: string, option: number) => Command
 * }} */
export const command = {
  start: (config) => (config ? { type: "start", config } : { type: "start" }),
  configure: (changes) => ({ type: "configure", changes }),
  play: (rate) => (rate ? { type: "play", rate } : { type: "play" }),
  pause: () => ({ type: "pause" }),
  step: (iterations = 1) => ({ type: "step", iterations }),
  reset: () => ({ type: "reset" }),
  ack: (iteration) => ({ type: "ack", iteration }),
  watch: (quantities, probe) =>
    probe === undefined ? { type: "watch", quantities } : { type: "watch", quantities, probe },
  edit: (tensor, index, value) => ({ type: "edit", tensor, index, value }),
  check_gradients: (samples, bug) => ({ type: "check_gradients", samples, ...(bug ? { break: bug } : {}) }),
  snapshot: (dataset) => (dataset ? { type: "snapshot", dataset } : { type: "snapshot" }),
  export: (format, about = {}) => ({ type: "export", format, ...about }),
  upload: (kind, bytes, options = {}) => ({ type: "upload", kind, bytes, ...options }),
  share: (key) => (key ? { type: "share", key } : { type: "share" }),
  unshare: () => ({ type: "unshare" }),
  follow: (run) => ({ type: "follow", run }),
  copy: (dataset) => (dataset ? { type: "copy", dataset } : { type: "copy" }),
  ask: (scene, options) => ({ type: "ask", scene, options }),
  reveal: () => ({ type: "reveal" }),
  answer: (scene, option) => ({ type: "answer", scene, option }),
};

const HEADER_LENGTH_BYTES = 8;

/** How each safetensors dtype is read. */
const ARRAYS = /** @type {const} */ ({
  F64: Float64Array,
  F32: Float32Array,
  I64: BigInt64Array,
  I32: Int32Array,
  U8: Uint8Array,
});

const TEXT = new TextDecoder();

/**
 * A binary frame: one safetensors file whose single metadata key `unroll` holds a JSON object. Its tensors are parts of
 * the file itself: nothing is copied that lies where its type may lie.
 * @param {ArrayBuffer} buffer
 * @returns {Frame}
 */
export function decodeFrame(buffer) {
  const headerLength = Number(new DataView(buffer).getBigUint64(0, true));
  const start = HEADER_LENGTH_BYTES + headerLength;
  const header = JSON.parse(TEXT.decode(new Uint8Array(buffer, HEADER_LENGTH_BYTES, headerLength)));
  /** @type {Record<string, Tensor>} */
  const tensors = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const [from, to] = entry.data_offsets;
    const type = ARRAYS[/** @type {keyof typeof ARRAYS} */ (entry.dtype)];
    if (!type) throw new Fault("unknown_dtype", { name, dtype: entry.dtype });
    tensors[name] = { shape: entry.shape, data: numbersAt(buffer, type, start + from, start + to) };
  }
  return { meta: JSON.parse(header.__metadata__.unroll), tensors };
}

/**
 * 64-bit integers become doubles, exact for every index the server sends.
 * @param {ArrayBuffer} buffer
 * @param {typeof ARRAYS[keyof typeof ARRAYS]} type
 * @param {number} from
 * @param {number} to
 * @returns {Numbers}
 */
function numbersAt(buffer, type, from, to) {
  const width = type.BYTES_PER_ELEMENT;
  const fits = from % width === 0 && (to - from) % width === 0 && from <= to && to <= buffer.byteLength;
  const found = fits ? new type(buffer, from, (to - from) / width) : new type(buffer.slice(from, to));
  return found instanceof BigInt64Array ? Float64Array.from(found, Number) : found;
}

/**
 * The same frame, known to be a record.
 * @param {Frame} frame
 * @returns {DecodedRecord}
 */
export function asRecord(frame) {
  if (frame.meta.kind !== "record") throw new Fault("no_record", { kind: frame.meta.kind });
  return /** @type {DecodedRecord} */ (/** @type {unknown} */ (frame));
}

/** @param {ArrayBuffer} buffer */
export function decodeRecord(buffer) {
  return asRecord(decodeFrame(buffer));
}

/** @param {string} base64 @returns {ArrayBuffer} */
export function bytesFromBase64(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes.buffer;
}

/** Writing binary frames, in the layout in which the server sends them. Pure. */

/** @typedef {import("./protocol.js").Tensor} Tensor */

const DTYPES = /** @type {const} */ ({ Float64Array: "F64", Float32Array: "F32", Int32Array: "I32", Uint8Array: "U8" });

/**
 * One safetensors file: the widest numbers come first, so that all are aligned.
 * @param {Record<string, unknown>} meta
 * @param {Record<string, Tensor>} tensors
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function encodeFrame(meta, tensors) {
  const names = Object.keys(tensors).sort((a, b) => size(tensors[b]) - size(tensors[a]) || (a < b ? -1 : 1));
  /** @type {Record<string, unknown>} */
  const header = { __metadata__: { unroll: JSON.stringify(meta) } };
  let from = 0;
  for (const name of names) {
    const { shape, data } = tensors[name];
    const dtype = DTYPES[/** @type {keyof typeof DTYPES} */ (data.constructor.name)];
    header[name] = { dtype, shape, data_offsets: [from, from + data.byteLength] };
    from += data.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = 8 + Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(start + from).fill(0x20, 0, start);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true);
  bytes.set(text, 8);
  let at = start;
  for (const name of names) {
    const { data } = tensors[name];
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/** Bytes of one number. @param {Tensor} tensor */
function size({ data }) {
  return data.BYTES_PER_ELEMENT;
}

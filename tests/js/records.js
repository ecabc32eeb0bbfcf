/** Small made-up records for the tests of this folder. */

const META = {
  kind: "record",
  iteration: 412,
  loss: 0.4,
  loss_per_timestep: 0.016,
  accuracy: null,
  baseline: 1,
  grad_norm: 3.316,
  clip_scale: 1 / 3.316,
  clip_angle: 0,
  clipped_updates: 412,
  grad_norms: {},
  iterations_per_second: 389,
  flow_residual: 6.7e-16,
  horizon: null,
  as_of: null,
  needed_lag: null,
  finding: {
    code: "learning",
    cause: null,
    values: {
      loss: 0.4,
      baseline: 1,
      needed_lag: null,
      state: "h",
      loss_timestep: 4,
      timestep: 1,
      ln_start: 0,
      ln_there: -3,
    },
    remedies: [],
    skipped: [],
  },
};

/**
 * Every timestep has a target unless `targets` says otherwise; `lnFlow(t, k)` gives ln‖∂E_t/∂h_k‖ and `lnNorm(t)` the
 * logarithm of the whole.
 */
export function makeRecord({
  T = 4,
  H = 2,
  meta = {},
  lnNorm = () => 0,
  lnFlow = (t, k) => k - t,
  targets = null,
} = {}) {
  const rows = Array.from({ length: T }, (_, index) => index + 1);
  const columns = Array.from({ length: T + 1 }, (_, index) => index);
  const flow = rows.flatMap((t) => columns.map((k) => (k > t ? Number.NaN : lnFlow(t, k))));
  return {
    meta: { ...META, ...meta },
    tensors: {
      x: { shape: [T, 1], data: Float32Array.from(rows) },
      y: { shape: [T, 1], data: new Float32Array(T) },
      target: {
        shape: [T, 1],
        data: Float32Array.from(rows, (t) => (targets && !targets.includes(t) ? Number.NaN : 0)),
      },
      h: { shape: [T + 1, H], data: new Float32Array((T + 1) * H).fill(0.5) },
      dh: { shape: [T + 1, H], data: new Float32Array((T + 1) * H).fill(0.25) },
      ln_dh_norm: { shape: [T + 1], data: Float64Array.from(columns, lnNorm) },
      ln_flow: { shape: [T, T + 1], data: Float64Array.from(flow) },
      ln_flow_a: { shape: [T, T + 1], data: Float64Array.from(flow, (ln) => ln - 0.25) },
      share: { shape: [T, T + 1], data: new Float32Array(T * (T + 1)).fill(0.125) },
      W_xh: { shape: [1, H], data: Float64Array.from({ length: H }, (_, unit) => unit + 1) },
      W_hh: { shape: [H, H], data: Float64Array.from({ length: H * H }, (_, index) => index) },
      b_h: { shape: [H], data: new Float64Array(H).fill(0.1) },
    },
  };
}

/** A small record as the server sends it. */
export function recordBytes(meta) {
  return safetensors(
    { ...META, kind: "record", ...meta },
    { h: { dtype: "F32", shape: [5, 2], data: new Float32Array(10) } },
  );
}

/** The bytes of a safetensors file, as the server writes them. */
export function safetensors(meta, tensors) {
  const header = { __metadata__: { unroll: JSON.stringify(meta) } };
  let offset = 0;
  for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype, shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = JSON.stringify(header);
  const text = new TextEncoder().encode(json.padEnd(json.length + ((8 - (new Blob([json]).size % 8)) % 8)));
  const bytes = new Uint8Array(8 + text.length + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  let at = 8 + text.length;
  for (const { data } of Object.values(tensors)) {
    bytes.set(new Uint8Array(data.buffer), at);
    at += data.byteLength;
  }
  return bytes.buffer;
}

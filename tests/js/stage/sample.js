/** Records for tests: every ∂E_t/∂h_k is a made-up vector, and dh, norms, flow and shares are computed from them. */

/** A small generator of numbers in −1…1 that is the same on every machine. */
export function numbers(seed = 1) {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return (state / 2147483648) * 2 - 1;
  };
}

/**
 * @param {object} options
 * @param {number} [options.T]
 * @param {number} [options.H]
 * @param {number} [options.I]
 * @param {(t: number) => boolean} [options.hasLoss]
 * @param {(lag: number) => number} [options.decay] factor of a gradient that travelled so many timesteps
 * @param {object} [options.meta]
 * @param {object} [options.tensors] replace or add
 */
export function sampleRecord({
  T = 6,
  H = 4,
  I = 1,
  hasLoss = () => true,
  decay = () => 1,
  meta = {},
  tensors = {},
} = {}) {
  const next = numbers(T * 31 + H);
  const row = T + 1;
  const fill = (length) => Float32Array.from({ length }, next);
  const dh = new Float64Array(row * H);
  const parts = new Map();
  for (let t = 1; t <= T; t++) {
    if (!hasLoss(t)) continue;
    for (let k = 1; k <= t; k++) {
      const part = Float64Array.from({ length: H }, () => next() * decay(t - k));
      parts.set(t * row + k, part);
      for (let j = 0; j < H; j++) dh[k * H + j] += part[j];
    }
  }
  const flow = new Float32Array(T * row).fill(Number.NaN);
  const share = new Float32Array(T * row).fill(Number.NaN);
  const norm = new Float64Array(row);
  for (let k = 1; k <= T; k++) {
    const whole = dh.subarray(k * H, (k + 1) * H);
    norm[k] = Math.hypot(...whole);
    for (let t = k; t <= T; t++) {
      const part = parts.get(t * row + k);
      flow[(t - 1) * row + k] = part ? Math.log(Math.hypot(...part)) : Number.NEGATIVE_INFINITY;
      const along = part ? part.reduce((sum, value, j) => sum + value * whole[j], 0) : 0;
      if (norm[k] > 0) share[(t - 1) * row + k] = along / norm[k] ** 2;
    }
  }
  const target = Float32Array.from({ length: T }, (_, i) => (hasLoss(i + 1) ? Math.sign(next()) : Number.NaN));
  const vector = (data) => ({ shape: [data.length], data });
  const matrix = (rows, columns, data = fill(rows * columns)) => ({ shape: [rows, columns], data });
  return {
    meta: { kind: "record", iteration: 3, baseline: 1, clip_scale: 1, needed_lag: 2, ...meta },
    tensors: {
      x: matrix(T, I),
      y: matrix(T, 1),
      target: matrix(T, 1, target),
      h: matrix(
        row,
        H,
        Float32Array.from({ length: row * H }, (_, i) => (i < H ? 0 : next())),
      ),
      dh: matrix(row, H, Float32Array.from(dh)),
      loss_t: vector(Float64Array.from({ length: T }, (_, i) => (hasLoss(i + 1) ? 0.5 + 0.4 * next() : 0))),
      dh_norm: vector(norm),
      dh_norm_used: vector(norm.slice()),
      ln_dh_norm: vector(Float64Array.from(norm, Math.log)),
      ln_flow: matrix(T, row, flow),
      share: matrix(T, row, share),
      W_xh: matrix(I, H, Float64Array.from({ length: I * H }, next)),
      W_hy: matrix(H, 1, Float64Array.from({ length: H }, next)),
      W_hh: matrix(H, H, Float64Array.from({ length: H * H }, next)),
      ...tensors,
    },
  };
}

/** A record whose river has these norms at t = 1, 2, … (natural logarithms), one loss at the end. */
export function recordWithLogNorms(lnNorms) {
  const T = lnNorms.length;
  const ln = Float64Array.from([Number.NEGATIVE_INFINITY, ...lnNorms]);
  const norm = ln.map(Math.exp);
  return sampleRecord({
    T,
    hasLoss: (t) => t === T,
    tensors: {
      ln_dh_norm: { shape: [T + 1], data: ln },
      dh_norm: { shape: [T + 1], data: norm },
      dh_norm_used: { shape: [T + 1], data: norm.slice() },
    },
  });
}

/** What a record has where h_{t−1} does not reach h_t: every loss reaches its own timestep alone. @param {number} T */
export function nothingCarried(T) {
  const row = T + 1;
  const flow = Float32Array.from({ length: T * row }, (_, at) => {
    const [t, k] = [Math.floor(at / row) + 1, at % row];
    return k > t ? Number.NaN : k === t ? 0 : Number.NEGATIVE_INFINITY;
  });
  return {
    ln_flow: { shape: [T, row], data: flow },
    dh_carried_norm: { shape: [row], data: new Float64Array(row) },
  };
}

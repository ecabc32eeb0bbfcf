/** A capture of a watched module, as it is sent. */

import { nameAt, placesOf } from "../../../static/js/watched/place.js";

const { NaN: NO, NEGATIVE_INFINITY: NOTHING } = Number;

/** Turned round where a direction reads from the end. @param {{shape: number[], data: ArrayLike<number>}} tensor @param {boolean} pairs */
function turned({ shape, data }, pairs) {
  const all = Array.from(data);
  if (pairs) return { shape, data: Float32Array.from(all.reverse()) };
  const width = all.length / shape[0];
  const rows = Array.from({ length: shape[0] }, (_, row) => all.slice(row * width, (row + 1) * width));
  return { shape, data: Float64Array.from(rows.reverse().flat()) };
}

/**
 * @param {{T?: number, H?: number, cell?: string, layers?: number, both?: boolean, proj?: number, inputs?: number,
 *   restarts?: number[], flow?: boolean, handed?: (t: number) => boolean, scale?: number}} [options] `flow`: whether timesteps
 *   are told apart; `restarts`: of a cell; `scale`: of all gradients
 */
export function watchedRecord({
  T = 6,
  H = 4,
  cell = "rnn",
  layers = 1,
  both = false,
  proj = 0,
  inputs = 2,
  restarts = [],
  flow = true,
  handed = () => true,
  scale = 0.1,
} = {}) {
  const size = proj || H;
  const tensors = {
    x: { shape: [T, inputs], data: Float32Array.from({ length: T * inputs }, (_, i) => Math.sin(i + 1)) },
  };
  const runOf = (t) => restarts.filter((end) => t > end).length;
  for (const place of placesOf({ num_layers: layers, bidirectional: both })) {
    const { layer, reverse } = place;
    const everyPair = both && layer < layers;
    const ln_flow = new Float32Array(T * (T + 1)).fill(NO);
    const share = new Float32Array(T * (T + 1)).fill(NO);
    const total = new Float64Array(T + 1);
    for (let t = 1; t <= T; t += 1) {
      for (let k = 1; k <= T; k += 1) {
        if (runOf(t) !== runOf(k) || (k > t && !everyPair)) continue;
        const norm = handed(t) ? scale * (1 + 0.1 * t + 0.05 * layer) * 0.5 ** Math.abs(t - k) : 0;
        ln_flow[(t - 1) * (T + 1) + k] = norm > 0 ? Math.log(norm) : NOTHING;
        total[k] += norm;
      }
    }
    const carried = new Float64Array(T + 1);
    for (let k = 1; k <= T; k += 1) {
      for (let t = 1; t <= T; t += 1) {
        const norm = Math.exp(ln_flow[(t - 1) * (T + 1) + k]);
        if (Number.isNaN(norm)) continue;
        if (t > k) carried[k] += norm;
        share[(t - 1) * (T + 1) + k] = norm / total[k];
      }
    }
    const states = (width, of) => ({ shape: [T + 1, width], data: Float64Array.from({ length: (T + 1) * width }, of) });
    const found = {
      h: states(size, (_, i) => (i < size ? 0 : Math.cos(i))),
      dh: states(size, (_, i) => 0.1 * Math.sin(i)),
      ln_dh_norm: { shape: [T + 1], data: total.map(Math.log) },
      dh_carried_norm: { shape: [T + 1], data: carried },
    };
    if (cell === "lstm") found.ln_dc_norm = { shape: [T + 1], data: total.map((norm) => Math.log(norm / 2)) };
    const pairs = flow ? { ln_flow, share, carried_share: share } : {};
    for (const [name, data] of Object.entries(pairs)) {
      const tensor = { shape: [T, T + 1], data };
      tensors[nameAt(name, place)] = reverse ? turned(tensor, true) : tensor;
    }
    for (const [name, tensor] of Object.entries(found)) {
      tensors[nameAt(name, place)] = reverse ? turned(tensor, false) : tensor;
    }
    const width = { rnn: 1, gru: 3, lstm: 4 }[cell] * H;
    const weights = Float32Array.from({ length: size * width }, (_, i) => Math.sin(3 * i));
    tensors[nameAt("W_hh", place)] = { shape: [size, width], data: weights };
  }
  const meta = { kind: "record", module: "encoder", step: 0, cell, activation: "tanh", sequence: 0, sequences: 4 };
  return {
    meta: { ...meta, num_layers: layers, bidirectional: both, proj_size: proj, timesteps: T, restarts, notes: [] },
    tensors,
  };
}

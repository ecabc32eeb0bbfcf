/** What a check of the gradients says about each tensor: whether backpropagation and differences agree. Pure. */

import { cellOf, statesMeetBy } from "./cells.js";

/** @typedef {import("../wire/protocol.js").Config} Config */

/**
 * at_kink: entries that cannot be compared; zero: of those compared, how many are exactly 0 on both sides.
 * @typedef {Record<string, {max_rel_error: number | null, samples: number, at_kink?: number, zero?: number}>} PerTensor
 */

export const READOUT = ["W_hy", "b_y"];

export const LIMIT = -5;

/** @param {PerTensor} tensors */
export function failing(tensors) {
  return Object.keys(tensors).filter(
    (name) => tensors[name].samples > 0 && !(Number(tensors[name].max_rel_error ?? Number.NaN) < 10 ** LIMIT),
  );
}

/** What a network must have for a bug to exist in it; the server refuses the others. @type {Record<string, (config: Config) => boolean>} */
const NEEDS = {
  stale_h: (config) => statesMeetBy(config) !== null,
  transpose_W_hh: (config) => statesMeetBy(config) === "W_hh",
  wrong_slope: ({ activation }) => activation === "tanh",
  state_kept: ({ train_h0 }) => !train_h0,
  forget_gate_dropped: (config) => cellOf(config).direct === "c",
};

/** Whether a bug can be in this network. @param {string} bug @param {Config} config */
export function bugFits(bug, config) {
  return NEEDS[bug]?.(config) ?? true;
}

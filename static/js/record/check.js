/** What a check of the gradients says about each tensor: whether backpropagation and differences agree. Pure. */

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

/** Of which losses a river consists: shares of its width at every timestep, one on the other. Pure. */

/** @typedef {import("../../wire/protocol.js").Numbers} Numbers */

/** So many timesteps are added up together. */
const AT_ONCE = 16;

/**
 * Cumulative |share| at each timestep k, from the latest loss at the bottom up to k's own on top. Where shares are not
 * finite the strata of the timestep after it go on.
 * @param {Numbers} share (T, T+1)
 * @param {number} T
 * @param {Uint8Array} [lacking] told which timesteps those are
 * @param {Numbers | null} [carriedShare] of what is carried, for as many rows more
 * @param {boolean} [all] whether earlier losses reach a timestep as well: they lie on top of its own
 */
export function strataOf(share, T, lacking, carriedShare = null, all = false) {
  const row = T + 1;
  const strata = new Float32Array((carriedShare ? 2 : 1) * row * row);
  const sums = new Float64Array(row);
  // `share` lies loss by loss and `strata` timestep by timestep: a few timesteps at once keep both near.
  for (let start = 1; start <= T; start += AT_ONCE) {
    const end = Math.min(T, start + AT_ONCE - 1);
    for (let t = T; t >= (all ? 1 : start); t--) {
      for (let k = start; k <= (all ? end : Math.min(end, t)); k++) {
        sums[k] += Math.abs(share[(t - 1) * row + k]);
        strata[k * row + t] = sums[k];
      }
    }
  }
  for (let k = T; k >= 1; k--) {
    const sum = sums[k];
    const lowest = all ? 1 : k;
    if (sum > 0 && sum < Number.POSITIVE_INFINITY) {
      const whole = 1 / sum;
      for (let t = T; t >= lowest; t--) strata[k * row + t] *= whole;
    } else {
      if (lacking) lacking[k] = 1;
      if (k < T) strata.copyWithin(k * row + lowest, (k + 1) * row + lowest, (k + 2) * row);
      else strata[k * row + lowest] = 1;
    }
    strata[k * row + lowest - 1] = 1;
  }
  if (carriedShare) addCarriedStrata(strata, carriedShare, T);
  return strata;
}

/** The same of what k+1 sends back to k, which no loss up to k is part of. @param {Float32Array} strata @param {Numbers} share @param {number} T */
function addCarriedStrata(strata, share, T) {
  const row = T + 1;
  for (let k = 0; k < T; k++) {
    const here = (row + k) * row;
    let sum = 0;
    for (let t = T; t > k; t--) {
      sum += Math.abs(share[(t - 1) * row + k]);
      strata[here + t] = sum;
    }
    if (sum > 0 && sum < Number.POSITIVE_INFINITY) for (let t = T; t > k; t--) strata[here + t] /= sum;
    else strata.copyWithin(here + k + 1, (k + 1) * row + k + 1, (k + 2) * row);
    strata[here + k] = 1;
    if (k > 0) strata[here + k - 1] = 1;
  }
}

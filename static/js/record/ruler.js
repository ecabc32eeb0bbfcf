/** Which ruler a run's river is measured by at its start. Pure. */

import { decades } from "../lib/scales.js";

/** small: the one of watched runs. @typedef {"small" | "near" | "far" | "abyss"} RulerName */

/** Powers of ten that each ruler reaches from and to. @type {Record<RulerName, {low: number, high: number}>} */
export const REACH = {
  small: { low: -6, high: 0 },
  near: { low: -4, high: 2 },
  far: { low: -12, high: 6 },
  abyss: { low: -300, high: 300 },
};

/** Of the states' gradients: all of it, and what truncation and clipping leave. */
const MEASURED = /^(ln_d[hc]_norm|d[hc]_norm_used)/;

/**
 * The near one where every gradient of the record fits it, so that a decay of one decade is seen; else the far one.
 * @param {import("../wire/protocol.js").DecodedRecord} record
 * @returns {RulerName}
 */
export function startingRuler({ tensors }) {
  const { low, high } = REACH.near;
  for (const [name, { data }] of Object.entries(tensors)) {
    if (!MEASURED.test(name)) continue;
    for (let t = 1; t < data.length; t++) {
      const size = decades(name.startsWith("ln_") ? data[t] : Math.log(data[t]));
      if (size !== Number.NEGATIVE_INFINITY && !(size >= low && size <= high)) return "far";
    }
  }
  return "near";
}

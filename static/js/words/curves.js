/** What the lines of the norm chart under the network are called. Pure. */

import { subscript } from "../lib/format.js";

const OF_ALL = "all losses";

/** @type {Record<string, (curve: import("../record/norms.js").Curve) => string>} */
const CURVES = {
  all: ({ loss }) => (loss === undefined ? OF_ALL : `the one loss, E${subscript(loss)}`),
  used: () => "what the update uses",
  cell: () => "‖∂E/∂c‖",
  last: ({ loss }) => `only E${subscript(loss ?? 0)}`,
  bound: ({ loss }) => `(γσ)ⁿ, bound for E${subscript(loss ?? 0)}`,
  threshold: () => "threshold",
  ghost: ({ change }) => `before: ${change}`,
};

/** What a line of it is called. @param {import("../record/norms.js").Curve} curve @param {boolean} [short] where there is little room */
export function curveName(curve, short = false) {
  return ((short && curve.short) || curve.label) ?? CURVES[curve.id](curve);
}

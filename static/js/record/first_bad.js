/** Where the first number stands that is not finite, in the order in which they are computed. Pure. */

/** @typedef {import("../wire/protocol.js").Numbers} Numbers */
/** @typedef {{of: "h" | "y" | "loss" | "dh", t: number, unit: number, value: number}} Bad unit counts from 0 */

/**
 * Forward t = 1…T: h_t, y_t, E_t; then back from the last timestep: ∂E/∂h_t. As the server names it in `diverged`.
 * @param {{T: number, H: number, O: number, h: Numbers, y: Numbers, loss: Numbers, dh: Numbers}} picture
 * @returns {Bad | null}
 */
export function firstBad({ T, H, O, h, y, loss, dh }) {
  for (let t = 1; t <= T; t++) {
    const bad = inRow("h", h, t, t, H) ?? inRow("y", y, t, t - 1, O) ?? inRow("loss", loss, t, t - 1, 1);
    if (bad) return bad;
  }
  for (let t = T; t >= 0; t--) {
    const bad = inRow("dh", dh, t, t, H);
    if (bad) return bad;
  }
  return null;
}

/** @param {Bad["of"]} of @param {Numbers} values @param {number} t @param {number} row @param {number} width @returns {Bad | null} */
function inRow(of, values, t, row, width) {
  for (let unit = 0; unit < width; unit++) {
    const value = values[row * width + unit];
    if (!Number.isFinite(value)) return { of, t, unit, value };
  }
  return null;
}

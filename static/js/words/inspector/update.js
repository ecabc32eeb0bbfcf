/** What the inspector says of the next update. Pure. */

import { formatNumber } from "../../lib/format.js";

/** @typedef {import("../../run/state.js").State} State */
/** @typedef {import("../../wire/protocol.js").DecodedRecord} DecodedRecord */

/** Less than this is no turn worth naming, in degrees. */
const TURN = 0.05;

/** Before and after, by which factor and angle; without clipping, what it would do. @param {State} state @param {DecodedRecord} record */
export function clipWords({ config }, { meta }) {
  const { grad_norm: norm, clip_scale: scale, clip_angle: angle } = meta;
  if (norm === null) return "Its gradient is not finite.";
  if (norm === 0) return "Its gradient is exactly 0: no weight changes.";
  const before = `‖g‖ ${formatNumber(norm)}`;
  const turned = angle !== null && angle >= TURN ? `turned by ${formatNumber(angle)}°` : "in the same direction";
  const isWhole = scale === null || (scale === 1 && !angle);
  if (config.clip === "timestep") {
    if (isWhole) return `${before}. No ‖∂E/∂h_t‖ is above ${config.clip_threshold}: nothing is clipped.`;
    const after = `${formatNumber(norm * scale)} with each ‖∂E/∂h_t‖ clipped to ${config.clip_threshold}`;
    return `${before} before clipping, ${after}: × ${formatNumber(scale)}, ${turned}.`;
  }
  if (config.clip === "none") {
    if (norm <= 1) return `${before}, not clipped. Clipping its norm at 1 would change nothing.`;
    return `${before}, not clipped. Clipping its norm at 1 would leave × ${formatNumber(1 / norm)}, in the same direction.`;
  }
  if (config.clip === "value" && isWhole)
    return `${before}. No entry is above ${config.clip_threshold}: nothing is clipped.`;
  if (scale === null || scale >= 1)
    return `${before}, below the threshold ${config.clip_threshold}: nothing is clipped.`;
  return `${before} before clipping, ${formatNumber(norm * scale)} after: × ${formatNumber(scale)}, ${turned}.`;
}

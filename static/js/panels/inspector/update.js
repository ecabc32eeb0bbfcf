/** The next update, before and after clipping: two arrows with the angle between them, and what they mean in words. */

import { element, svg } from "../../lib/dom.js";
import { formatNumber } from "../../lib/format.js";
import { createLine } from "./parts.js";

/** @typedef {import("../../run/state.js").State} State */
/** @typedef {import("../../wire/protocol.js").DecodedRecord} DecodedRecord */

const SIZE = { width: 268, length: 250, edge: 6 };
/** Clipping the norm turns nothing; the other kinds need room for an angle. */
const HEIGHT = { straight: 16, turned: 50 };
const TURNING = ["value", "timestep"];
/** Less than this is no turn worth naming, in degrees. */
const TURN = 0.05;

export function createUpdateFace() {
  const title = element("p", { class: "bars-title" }, "The next update");
  const before = svg("path", { class: "arrow-before" });
  const after = svg("path", { class: "arrow-after" });
  const picture = svg("svg", { class: "arrows", "aria-hidden": "true" }, before, after);
  const words = createLine("update-words");
  return {
    node: element("div", { class: "update" }, title, picture, words.node),
    /** @param {State} state @param {DecodedRecord} record */
    show(state, record) {
      const { clip_scale: scale, clip_angle: angle } = record.meta;
      words.show(clipWords(state, record));
      const cut = scale !== null && (scale !== 1 || Boolean(angle));
      const height = TURNING.includes(String(state.config.clip)) ? HEIGHT.turned : HEIGHT.straight;
      const [whole, left] = arrowsIn(height, cut ? scale : 0, angle ?? 0);
      picture.setAttribute("viewBox", `0 0 ${SIZE.width} ${height}`);
      before.setAttribute("d", pathOf(whole));
      after.setAttribute("d", cut ? pathOf(left) : "");
      picture.toggleAttribute("hidden", record.meta.grad_norm === null);
    },
  };
}

/**
 * Where both arrows run, true to each other in length, and as long as the box allows: the first level, the second turned
 * upwards from where that one begins.
 * @param {number} height of the box
 * @param {number} scale of the second
 * @param {number} degrees between them
 * @returns {[Arrow, Arrow]}
 * @typedef {{x: number, y: number, length: number, turn: number}} Arrow turn in radians
 */
export function arrowsIn(height, scale, degrees) {
  const turn = (degrees * Math.PI) / 180;
  const across = Math.max(1, scale * Math.cos(turn)) - Math.min(0, scale * Math.cos(turn));
  const up = scale * Math.sin(turn);
  const length = Math.min(SIZE.length / across, up > 0 ? (height - 2 * SIZE.edge) / up : Number.POSITIVE_INFINITY);
  const x = SIZE.edge - Math.min(0, length * scale * Math.cos(turn));
  const y = height - SIZE.edge;
  return [
    { x, y, length, turn: 0 },
    { x, y, length: length * scale, turn },
  ];
}

/** @param {Arrow} arrow */
function pathOf({ x: x0, y: y0, length, turn }) {
  const at = (/** @type {number} */ along, /** @type {number} */ aside) => {
    const x = x0 + along * Math.cos(turn) - aside * Math.sin(turn);
    const y = y0 - along * Math.sin(turn) - aside * Math.cos(turn);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  };
  const head = Math.min(8, length);
  return `M${at(0, 0)}L${at(length, 0)}M${at(length - head, head / 2)}L${at(length, 0)}L${at(length - head, -head / 2)}`;
}

/** Before and after, by which factor and angle; without clipping, what it would do. @param {State} state @param {DecodedRecord} record */
export function clipWords({ config }, { meta }) {
  const { grad_norm: norm, clip_scale: scale, clip_angle: angle } = meta;
  if (norm === null) return "Its gradient is no finite number.";
  if (norm === 0) return "Its gradient is exactly 0: nothing moves.";
  const before = `‖g‖ ${formatNumber(norm)}`;
  const turned = angle !== null && angle >= TURN ? `turned by ${formatNumber(angle)}°` : "in the same direction";
  const isWhole = scale === null || (scale === 1 && !angle);
  if (config.clip === "timestep") {
    if (isWhole) return `${before}. No ‖∂E/∂h_t‖ is above ${config.clip_threshold}: nothing is cut.`;
    const after = `${formatNumber(norm * scale)} with each ‖∂E/∂h_t‖ cut to ${config.clip_threshold}`;
    return `${before} before clipping, ${after}: × ${formatNumber(scale)}, ${turned}.`;
  }
  if (config.clip === "none") {
    if (norm <= 1) return `${before}, not clipped. Clipping its norm at 1 would change nothing.`;
    return `${before}, not clipped. Clipping its norm at 1 would leave × ${formatNumber(1 / norm)}, in the same direction.`;
  }
  if (config.clip === "value" && isWhole)
    return `${before}. No entry is above ${config.clip_threshold}: nothing is cut.`;
  if (scale === null || scale >= 1) return `${before}, below the threshold ${config.clip_threshold}: nothing is cut.`;
  return `${before} before clipping, ${formatNumber(norm * scale)} after: × ${formatNumber(scale)}, ${turned}.`;
}

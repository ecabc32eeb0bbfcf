/** The next update, before and after clipping: two arrows with the angle between them, and what they mean in words. */

import { element, svg } from "../dom.js";
import { formatNumber } from "../format.js";
import { createLine } from "./parts.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../protocol.js").DecodedRecord} DecodedRecord */

const SIZE = { width: 268, height: 48, length: 250 };
/** Less than this is no turn worth naming, in degrees. */
const TURN = 0.05;

export function createUpdateFace() {
  const title = element("p", { class: "bars-title" }, "The next update");
  const before = svg("path", { class: "arrow-before" });
  const after = svg("path", { class: "arrow-after" });
  const picture = svg(
    "svg",
    { class: "arrows", viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, "aria-hidden": "true" },
    before,
    after,
  );
  const words = createLine("update-words");
  return {
    node: element("div", { class: "update" }, title, picture, words.node),
    /** @param {State} state @param {DecodedRecord} record */
    show(state, record) {
      const { clip_scale: scale, clip_angle: angle } = record.meta;
      words.show(clipWords(state, record));
      const cut = scale !== null && scale < 1;
      before.setAttribute("d", arrow(SIZE.length, 0));
      after.setAttribute("d", cut ? arrow(SIZE.length * scale, angle ?? 0) : "");
      picture.toggleAttribute("hidden", record.meta.grad_norm === null);
    },
  };
}

/** From the left, turned upwards. @param {number} length @param {number} degrees */
function arrow(length, degrees) {
  const turn = (degrees * Math.PI) / 180;
  const [x0, y0] = [6, SIZE.height - 10];
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
  if (config.clip === "timestep")
    return `${before}. Each ‖∂E/∂h_t‖ above ${config.clip_threshold} was cut on the way back.`;
  if (config.clip === "none") {
    const factor = norm > 1 ? `to × ${formatNumber(1 / norm)}` : "to nothing less";
    return `${before}, not clipped. Clipping its norm at 1 would cut it ${factor}, in the same direction.`;
  }
  if (scale === null || scale >= 1) return `${before}, below the threshold ${config.clip_threshold}: nothing is cut.`;
  const turned = angle !== null && angle >= TURN ? `turned by ${formatNumber(angle)}°` : "in the same direction";
  return `${before} before clipping, ${formatNumber(norm * scale)} after: × ${formatNumber(scale)}, ${turned}.`;
}

/** The next update, before and after clipping: two arrows with the angle between them, and what they mean in words. */

import { element, svg } from "../../lib/dom.js";
import { clipWords } from "../../words/inspector/update.js";
import { createLine } from "./parts.js";
import * as say from "../../words/panels.js";

/** @typedef {import("../../run/state.js").State} State */
/** @typedef {import("../../wire/protocol.js").DecodedRecord} DecodedRecord */

const SIZE = { width: 268, length: 250, edge: 6 };

/** Clipping the norm turns nothing; the other kinds need room for an angle. */
const HEIGHT = { straight: 16, turned: 50 };

const TURNING = ["value", "timestep"];

export function createUpdateFace() {
  const title = element("p", { class: "bars-title" }, say.NEXT_UPDATE);
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

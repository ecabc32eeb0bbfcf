/** The first bad number: its equation, the sizes that led there against the largest double, and what would help. */

import { byId, element, svg } from "./dom.js";
import { backwardMath, CELLS, cellStateMath, lossMath, readoutMath, weightMath } from "./equations.js";
import { formatNumber, formatPower, printPowers } from "./format.js";
import { at, isClassified, length, PARAMETERS, units } from "./readings.js";
import { remediesFor } from "./remedies.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./protocol.js").DecodedRecord} DecodedRecord */
/** @typedef {import("./remedies.js").Remedy} Remedy */

/** log₁₀ of about the largest state a record can hold: its states are single precision. */
const LARGEST = 38;
const CHART = { width: 260, height: 170, left: 38, right: 8, top: 22, bottom: 22 };

/**
 * @param {import("./session.js").PageStore} store
 * @param {(remedy: Remedy) => void} apply
 */
export function createDivergence(store, apply) {
  const node = byId("divergence");
  /** @type {State["divergence"]} */
  let shown = null;

  return {
    draw() {
      const state = store.get();
      if (state.divergence === shown) return;
      shown = state.divergence;
      node.hidden = shown === null;
      node.replaceChildren(...(shown ? contents(state, shown, apply) : []));
    },
  };
}

/** @param {State} state @param {import("./protocol.js").DivergedMessage} divergence @param {(remedy: Remedy) => void} apply */
function contents(state, divergence, apply) {
  const { config, record, task } = state;
  const stands =
    divergence.iteration === state.iteration
      ? "The weights stand as they were."
      : `The run stands at iteration ${state.iteration}, where all was finite.`;
  const equation = element("div", { class: "equation bad" }, equationOf(state, divergence.quantity));
  const sizes = record ? stateSizes(record) : [];
  const buttons = remediesFor(divergence, config, task?.min_length ?? 1).map((remedy) => {
    const button = element("button", { class: "outline-button", type: "button" }, remedy.label);
    button.addEventListener("click", () => apply(remedy));
    return button;
  });
  return [
    element("h2", {}, "The first bad number"),
    equation,
    element("p", {}, `${printPowers(divergence.cause)} ${stands}`),
    element("p", { class: "quiet" }, "largest |h| at each timestep"),
    sizeChart(sizes, divergence.timestep),
    element("h3", {}, "What would do"),
    element("div", { class: "remedies" }, ...buttons),
  ];
}

/** The equation that made the bad number. @param {State} state @param {string} quantity */
function equationOf({ config, record }, quantity) {
  if (quantity === "y") return readoutMath();
  if (quantity === "loss" || quantity === "loss_t") return lossMath(record !== null && isClassified(record));
  if (quantity === "dh") return backwardMath();
  if (quantity === "dc") return cellStateMath();
  const parameter = quantity.replace("grad.", "");
  if (PARAMETERS.includes(parameter)) return weightMath(parameter);
  return (CELLS[String(config.cell)] ?? CELLS.rnn).forward(String(config.activation).replaceAll("_", " "));
}

/** The largest |h_t|, t = 1…T; infinity where one is beyond the axis or not finite. @param {DecodedRecord} record */
export function stateSizes(record) {
  return Array.from({ length: length(record) }, (_, index) => {
    let largest = 0;
    for (let unit = 0; unit < units(record); unit += 1) {
      const size = Math.abs(at(record, "h", index + 1, unit));
      largest = size < 10 ** LARGEST ? Math.max(largest, size) : Number.POSITIVE_INFINITY;
    }
    return largest;
  });
}

/**
 * Dots on a log axis; triangles where a state is beyond the axis, a cross where the first bad number stands.
 * @param {number[]} sizes @param {number | null} bad timestep
 */
function sizeChart(sizes, bad) {
  const { width, height, left, right, top, bottom } = CHART;
  const x = (/** @type {number} */ index) => left + ((width - left - right) * (index + 0.5)) / sizes.length;
  const y = (/** @type {number} */ log10) => height - bottom - ((height - top - bottom) * Math.max(0, log10)) / LARGEST;
  const label = (/** @type {number} */ exponent) =>
    svg("text", { x: String(left - 6), y: String(y(exponent) + 4), "text-anchor": "end" }, formatPower(exponent));
  const timestep = (/** @type {number} */ index) =>
    svg("text", { x: String(x(index)), y: String(height - 6), "text-anchor": "middle" }, String(index + 1));
  const limit = y(LARGEST);
  const words = `largest finite state ${formatNumber(Math.max(0, ...sizes.filter(Number.isFinite)))}`;
  return svg(
    "svg",
    { class: "sizes", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": words },
    svg("rect", { class: "beyond", x: String(left), width: String(width - left - right), height: String(limit) }),
    svg("path", { class: "limit", d: `M${left} ${limit}H${width - right}` }),
    ...[0, 10, 20, 30, LARGEST].map(label),
    ...sizes.map((size, index) => mark(x(index), size, y, index + 1 === bad)),
    ...[...new Set([0, (bad ?? sizes.length) - 1, sizes.length - 1])].map(timestep),
  );
}

/** @param {number} x @param {number} size @param {(log10: number) => number} y @param {boolean} bad */
function mark(x, size, y, bad) {
  const above = y(LARGEST) / 2;
  if (bad) return svg("path", { class: "cross", d: `M${x - 4} ${above - 4}l8 8m0-8l-8 8` });
  if (!Number.isFinite(size)) return svg("path", { class: "dot", d: `M${x - 3} ${above + 3}h6l-3 -6z` });
  return svg("circle", { class: "dot", cx: String(x), cy: String(y(Math.log10(size))), r: "2.2" });
}

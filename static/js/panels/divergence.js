/** The first bad number: its equation, the sizes that led there against the largest number there is, and what would help. */

import { byId, element, setSentence, svg } from "../lib/dom.js";
import { equationsOf } from "./equations/cells.js";
import { backwardMath, cellStateMath } from "./equations/gradients.js";
import { lossMath, readoutMath } from "./equations/loss.js";
import { wayOf } from "./equations/way.js";
import { weightMath } from "./equations/weights.js";
import { formatPower, printPowers } from "../lib/format.js";
import { addStyle } from "../lib/styles.js";
import { growthTo } from "../record/overflow.js";
import { baseOf, chosenRecord, PARAMETERS, placeNamed } from "../record/chosen.js";
import { isClassified } from "../record/readings.js";
import { remediesFor } from "./remedies.js";
import { inputWords } from "../words/layers.js";
import * as say from "../words/divergence.js";

/** @typedef {import("../run/state.js").State} State */
/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */
/** @typedef {import("./remedies.js").Remedy} Remedy */

const CHART = { width: 260, height: 170, left: 38, right: 8, top: 22, bottom: 22 };

/**
 * @param {import("../run/session.js").PageStore} store
 * @param {(remedy: Remedy) => void} apply
 */
export async function createDivergence(store, apply) {
  await addStyle("divergence.css");
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

/** @param {State} state @param {import("../wire/protocol.js").DivergedMessage} divergence @param {(remedy: Remedy) => void} apply */
function contents(state, divergence, apply) {
  const { config, record, task } = state;
  const stands = divergence.iteration === state.iteration ? say.UNCHANGED : say.runIsAt(state.iteration);
  const { quantity } = divergence;
  const at = record && chosenRecord(record, placeNamed(quantity));
  const equation = element("div", { class: "equation bad" }, equationOf(config, at, quantity));
  const meaning = at && baseOf(quantity) === "h" ? inputWords(at) : "";
  const growth = at && growthTo(at, baseOf(quantity), String(config.precision));
  const remedies = state.can.configure ? remediesFor(divergence, config, task?.min_length ?? 1) : [];
  const buttons = remedies.map((remedy) => {
    const button = element("button", { class: "outline-button", type: "button" }, remedy.label);
    button.addEventListener("click", () => apply(remedy));
    return button;
  });
  return [
    element("h2", {}, say.TITLE),
    equation,
    ...(meaning ? [sentence(meaning)] : []),
    element("p", {}, `${printPowers(divergence.cause)} ${stands}`),
    ...(growth ? [captionOf(growth), growthChart(growth, divergence.timestep)] : []),
    ...(buttons.length > 0 ? [element("h3", {}, say.HELP), element("div", { class: "remedies" }, ...buttons)] : []),
  ];
}

/** The equation that made the bad number, as its layer and direction reads. @param {State["config"]} config @param {DecodedRecord | null} record of that layer @param {string} quantity */
function equationOf(config, record, quantity) {
  const way = record ? wayOf(record) : undefined;
  if (quantity === "y") return readoutMath();
  if (quantity === "loss" || quantity === "loss_t") return lossMath(record !== null && isClassified(record));
  const base = baseOf(quantity);
  if (base === "dh") return backwardMath(way);
  if (base === "dc") return cellStateMath(way?.after);
  const parameter = quantity.replace("grad.", "");
  if (PARAMETERS.includes(baseOf(parameter))) return weightMath(parameter);
  return equationsOf(String(config.cell ?? "rnn")).forward(String(config.activation).replaceAll("_", " "), way?.before);
}

/** @param {string} words */
function sentence(words) {
  const node = element("p", { class: "quiet" });
  setSentence(node, words);
  return node;
}

/** @param {import("../record/overflow.js").Growth} growth */
function captionOf(growth) {
  return sentence(say.captionOf(growth));
}

/**
 * Dots on a log axis; triangles where the value is beyond the axis, a cross where the first bad number stands.
 * @param {import("../record/overflow.js").Growth} growth @param {number | null} bad timestep
 */
function growthChart(growth, bad) {
  const { log10, largest } = growth;
  const { width, height, left, right, top, bottom } = CHART;
  const low = Math.min(0, ...log10.filter(Number.isFinite));
  const x = (/** @type {number} */ index) => left + ((width - left - right) * (index + 0.5)) / log10.length;
  const y = (/** @type {number} */ value) =>
    height - bottom - ((height - top - bottom) * (value - low)) / (largest - low);
  const label = (/** @type {number} */ exponent) =>
    svg("text", { x: String(left - 6), y: String(y(exponent) + 4), "text-anchor": "end" }, formatPower(exponent));
  const timestep = (/** @type {number} */ index) =>
    svg("text", { x: String(x(index)), y: String(height - 6), "text-anchor": "middle" }, String(index + 1));
  const limit = y(largest);
  const step = largest > 100 ? 100 : 10;
  const ticks = Array.from({ length: Math.floor(largest / step) + 1 }, (_, index) => index * step);
  return svg(
    "svg",
    {
      class: "sizes",
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-label": say.captionOf(growth).replaceAll("_", " "),
    },
    svg("rect", { class: "beyond", x: String(left), width: String(width - left - right), height: String(limit) }),
    svg("path", { class: "limit", d: `M${left} ${limit}H${width - right}` }),
    ...ticks.map(label),
    ...log10.flatMap((value, index) => mark(x(index), value, { y, limit, largest }, index + 1 === bad)),
    ...[...new Set([0, (bad ?? log10.length) - 1, log10.length - 1])].map(timestep),
  );
}

/** @param {number} x @param {number} value @param {{y: (log10: number) => number, limit: number, largest: number}} axis @param {boolean} bad */
function mark(x, value, { y, limit, largest }, bad) {
  const above = limit / 2;
  if (bad) return [svg("path", { class: "cross", d: `M${x - 4} ${above - 4}l8 8m0-8l-8 8` })];
  if (Number.isNaN(value)) return [];
  if (value >= largest) return [svg("path", { class: "dot", d: `M${x - 3} ${above + 3}h6l-3 -6z` })];
  return [svg("circle", { class: "dot", cx: String(x), cy: String(y(value)), r: "2.2" })];
}

/** How one weight's gradient adds up: a part for each timestep that uses it, and of one loss the textbook's terms. */

import { palette } from "../../kit/colour.js";
import { element, setSentence, setText } from "../../lib/dom.js";
import { sizeOf } from "../../lib/sizes.js";
import { addStyle } from "../../lib/styles.js";
import { length } from "../../record/readings.js";
import { entriesOf, entryOf, extentOf, hasUses, normOf, normOfSum, useOf } from "../../record/uses.js";
import * as say from "../../words/uses.js";
import { usesMath } from "../equations/weights.js";
import { createEquation, createLine } from "../inspector/parts.js";
import { printParts } from "./printed.js";
import { createSeries } from "./series.js";
import { createTerms } from "./terms.js";
import { createTile } from "./tile.js";

/** @typedef {import("../../run/state.js").State} State */
/** @typedef {import("../../run/state.js").ChosenWeight} ChosenWeight */
/** @typedef {import("../../wire/protocol.js").DecodedRecord} DecodedRecord */
/** @typedef {import("../../record/uses.js").Use} Use */

/** More parts than these are drawn as one row of bars instead of tiles. */
const MOST_TILES = 24;
/** While training runs, as often as numbers can be read, ms. */
const INTERVAL = 250;

const MOVES = /** @type {Record<string, [number, number]>} */ ({
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
});

/** @param {HTMLElement} node @param {import("../../run/session.js").PageStore} store */
export function createUses(node, store) {
  void addStyle("uses.css");
  const heading = element("h2");
  const unpin = element("button", { class: "text-button", type: "button" }, say.UNPIN);
  const equation = createEquation("backward");
  const waiting = createLine("quiet");
  const grid = element("div", { class: "uses-grid" });
  const series = createSeries();
  const framed = createLine("quiet");
  const terms = createTerms(store);
  const sum = createPart({ tabindex: "0", role: "img" });
  /** @type {ReturnType<typeof createPart>[]} */
  let parts = [];
  node.append(
    element("div", { class: "panel-title" }, heading, element("span", { class: "quiet" }, say.PINNED, unpin)),
    equation.node,
    waiting.node,
    grid,
    series.node,
    framed.node,
    terms.node,
  );
  unpin.addEventListener("click", () => store.dispatch({ type: "pin", pin: null }));

  /** @param {{row: number, column: number}} place */
  function frame({ row, column }) {
    const { weight, record } = store.get();
    const shape = weight && record?.tensors[weight.tensor]?.shape;
    if (!weight || !shape) return;
    const inside = (/** @type {number} */ at, /** @type {number} */ size) => Math.min(size - 1, Math.max(0, at));
    const index = [inside(row, shape[0]), ...(shape.length > 1 ? [inside(column, shape[1])] : [])];
    store.dispatch({ type: "weight", weight: { tensor: weight.tensor, index } });
  }
  sum.tile.node.addEventListener("click", (event) => {
    const { width, height } = sum.tile.node.getBoundingClientRect();
    frame(sum.tile.entryAt(event.offsetX / width, event.offsetY / height));
  });
  sum.tile.node.addEventListener("keydown", (event) => {
    const { weight } = store.get();
    const move = MOVES[event.key];
    if (!move || !weight) return;
    event.preventDefault();
    frame({ row: weight.index[0] + move[0], column: (weight.index[1] ?? 0) + move[1] });
  });

  /** @type {unknown[]} */
  let shown = [];
  let shownAt = Number.NEGATIVE_INFINITY;

  return {
    /** How many milliseconds later there is something left to show. @param {number} now */
    draw(now) {
      const { record, weight, dark, config } = store.get();
      const widths = [node, sum.tile.node, series.node].map((part) => sizeOf(part).width);
      const seen = [record, weight, dark, config, terms.chosen(), window.devicePixelRatio, ...widths];
      if (!record || !weight || seen.every((part, i) => part === shown[i])) return Number.POSITIVE_INFINITY;
      const isOnlyNewer = seen.slice(1).every((part, i) => part === shown[i + 1]);
      if (isOnlyNewer && now - shownAt < INTERVAL) return shownAt + INTERVAL - now;
      shown = seen;
      shownAt = now;
      show(record, weight, dark ? "dark" : "light");
      return Number.POSITIVE_INFINITY;
    },
  };

  /** @param {DecodedRecord} record @param {ChosenWeight} weight @param {"light" | "dark"} theme */
  function show(record, weight, theme) {
    const { tensor, index } = weight;
    setSentence(heading, say.titleOf(tensor));
    equation.show(tensor, () => usesMath(tensor), "");
    const known = hasUses(record, tensor);
    waiting.show(known ? "" : say.WAITING);
    for (const part of [grid, series.node, framed.node, terms.node]) part.hidden = !known;
    if (!known) return;
    const T = length(record);
    const uses = Array.from({ length: T }, (_, i) => useOf(record, tensor, i + 1));
    const printed = printParts(uses.map((use) => entryOf(use, index)));
    const colours = palette(theme);
    const asTiles = T <= MOST_TILES;
    grid.hidden = !asTiles;
    series.node.hidden = asTiles;
    if (asTiles) showTiles(weight, uses, printed, colours);
    else
      series.show(
        uses.map((use) => entryOf(use, index)),
        say.seriesWords(tensor, T, say.valueWords(printed.total, printed.power)),
        colours,
      );
    framed.show(say.framedWords(tensor, index, printed.power));
    terms.show(record, weight, colours);
  }

  /** @param {ChosenWeight} weight @param {Use[]} uses @param {ReturnType<typeof printParts>} printed @param {import("../../kit/colour.js").Palette} colours */
  function showTiles({ tensor, index }, uses, printed, colours) {
    if (parts.length !== uses.length) {
      parts = uses.map(() => createPart({ role: "img" }));
      grid.replaceChildren(...parts.map((part) => part.node), sum.node);
    }
    for (const [i, use] of uses.entries()) {
      const label = say.useWords(i + 1, tensor, index, say.valueWords(printed.parts[i], printed.power));
      parts[i].show(`t = ${i + 1}`, printed.parts[i], normOf(use), label, {
        ...extentOf(use),
        at: entriesOf([use]),
        framed: placeOf(index),
        colours,
      });
    }
    const label = `${say.SUM}: ${say.valueWords(printed.total, printed.power)}`;
    sum.show(say.SUM, printed.total, normOfSum(uses), label, {
      ...extentOf(uses[0]),
      at: entriesOf(uses),
      framed: placeOf(index),
      colours,
    });
  }
}

/** One part of the sum: its picture, its framed entry, its norm. @param {Record<string, string>} attributes */
function createPart(attributes) {
  const name = element("span", { class: "quiet" });
  const tile = createTile(attributes);
  const entry = element("b");
  const norm = element("span", { class: "quiet" });
  const node = element("div", { class: "use" }, name, tile.node, entry, norm);
  return {
    node,
    tile,
    /** @param {string} called @param {string} value @param {number} size @param {string} label @param {import("./tile.js").Shown} picture */
    show(called, value, size, label, picture) {
      setText(name, called);
      setText(entry, value);
      setText(norm, say.normWords(size));
      tile.node.setAttribute("aria-label", label);
      tile.show(picture);
    },
  };
}

/** @param {number[]} index */
function placeOf([row, column = 0]) {
  return { row, column };
}

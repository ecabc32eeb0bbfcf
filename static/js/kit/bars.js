/** One line of a bar chart: a label, a bar from its origin, a value. */

import { element, setSentence, setText, svg } from "../lib/dom.js";

const WIDTH = 100;
const HEIGHT = 10;
const STRIPES = 20;

/** A bar that grows to the right from the left edge; what pulls against keeps its length and is striped. */
export function createShareBar() {
  const { parts, show } = createBar();
  return {
    parts,
    /** @param {string} label @param {string} value @param {number} share of 1 @param {string} colour */
    show(label, value, share, colour) {
      const size = Number.isFinite(share) ? Math.min(1, Math.abs(share)) : 0;
      show(label, value, { from: 0, size, colour, striped: share < 0 });
    },
  };
}

/** A bar from the middle: to the right what grows, to the left what shrinks. */
export function createSignedBar() {
  const { parts, show } = createBar();
  return {
    parts,
    /** @param {string} label @param {string} value @param {number} share of half the width @param {string} colour */
    show(label, value, share, colour) {
      const size = Number.isFinite(share) ? Math.min(1, Math.abs(share)) / 2 : 0;
      show(label, value, { from: share < 0 ? 0.5 - size : 0.5, size, colour, striped: false });
    },
  };
}

function createBar() {
  const label = element("span");
  const value = element("span", { class: "bar-value" });
  const ground = svg("rect", { class: "bar-ground", width: String(WIDTH), height: String(HEIGHT) });
  const fill = svg("rect", { height: String(HEIGHT) });
  const stripes = svg("path", { class: "bar-stripes", d: stripePath() });
  const shape = { class: "bar", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" };
  const picture = svg("svg", shape, ground, fill, stripes);
  return {
    parts: [label, picture, value],
    /** @param {string} name @param {string} text @param {{from: number, size: number, colour: string, striped: boolean}} bar */
    show(name, text, { from, size, colour, striped }) {
      setSentence(label, name);
      setText(value, text);
      fill.setAttribute("x", String(from * WIDTH));
      fill.setAttribute("width", String(size * WIDTH));
      /** @type {SVGElement} */ (fill).style.fill = colour;
      stripes.setAttribute("visibility", striped ? "visible" : "hidden");
      stripes.setAttribute("transform", `scale(${size} 1)`);
    },
  };
}

function stripePath() {
  const step = WIDTH / STRIPES;
  return Array.from({ length: STRIPES }, (_, index) => `M${index * step} ${HEIGHT}L${(index + 1) * step} 0`).join("");
}

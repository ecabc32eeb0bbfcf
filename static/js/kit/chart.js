/** A view that is one chart, and what all charts of the page have in common: type, colours, axes, lines, labels. */

import { palette } from "./colour.js";
import { element, setText } from "../lib/dom.js";
import { sizeOf } from "../lib/sizes.js";
import { createPlot } from "./plot.js";
import { faultWords } from "../words/faults.js";

/** @typedef {import("../run/state.js").State} State */
/** @typedef {import("./colour.js").Palette} Palette */
/** @typedef {{width: number, height: number, unit: number, colours: Palette}} Sheet unit: pixels per design pixel */
/** @typedef {{traces: object[], layout: object}} Figure */

/**
 * @typedef {object} Chart
 * @property {string} label for those who do not see it
 * @property {(state: State) => unknown[]} inputs what the figure is made from; compared one by one
 * @property {(state: State, sheet: Sheet) => Figure} figure
 */

/** Ten times a second is as often as a chart can be read. */
const REDRAW_INTERVAL = 100;

/**
 * @param {HTMLElement} node
 * @param {import("../run/session.js").PageStore} store
 * @param {string} name
 * @param {Chart} chart
 */
export function createChart(node, store, name, { label, inputs, figure }) {
  const box = element("div", {
    class: "plot",
    id: `${name}-plot`,
    role: "img",
    "aria-label": label,
    "aria-describedby": `${name}-words`,
  });
  node.append(box);
  const plot = createPlot(box);
  plot.load((error) => setText(box, faultWords(error)));
  let drawnAt = Number.NEGATIVE_INFINITY;
  /** @type {unknown[]} */
  let drawn = [];

  return {
    /** Draws what has changed; how many milliseconds later there is something left to draw. @param {number} now @param {number} unit */
    draw(now, unit) {
      const state = store.get();
      const { width, height } = sizeOf(box);
      const seen = [...inputs(state), state.dark, width, height];
      if (
        !state.record ||
        width === 0 ||
        height === 0 ||
        seen.every((value, index) => Object.is(value, drawn[index]))
      ) {
        return Number.POSITIVE_INFINITY;
      }
      if (now - drawnAt < REDRAW_INTERVAL) return drawnAt + REDRAW_INTERVAL - now;
      drawn = seen;
      drawnAt = now;
      const sheet = { width, height, unit, colours: palette(state.dark ? "dark" : "light") };
      const { traces, layout } = figure(state, sheet);
      plot.show(traces, { ...baseLayout(sheet), ...layout });
      return Number.POSITIVE_INFINITY;
    },
  };
}

/** @param {Sheet} sheet */
function baseLayout({ width, height, unit, colours }) {
  return {
    width,
    height,
    margin: { l: 46 * unit, r: 16 * unit, t: 22 * unit, b: 34 * unit },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: "Inter, system-ui, sans-serif", size: 11 * unit, color: colours.ink3 },
    showlegend: false,
    dragmode: false,
    bargap: 0.12,
    hoverlabel: { bgcolor: colours.raised, bordercolor: colours.border, font: { color: colours.ink } },
  };
}

/** @param {Sheet} sheet @param {object} more */
export function axis({ colours }, more) {
  return { gridcolor: colours.hairline, zeroline: false, tickfont: { color: colours.ink3 }, fixedrange: true, ...more };
}

/** The name of the horizontal axis. @param {Sheet} sheet @param {string} text */
export function axisTitle({ colours, unit }, text) {
  return { text, standoff: 4 * unit, font: { color: colours.ink3, size: 11 * unit } };
}

/**
 * A straight line across the chart, at a value of one axis.
 * @param {"x" | "y" | "y2"} at @param {number} value @param {{color: string, dash?: string, width?: number}} line
 */
export function lineAt(at, value, { color, dash = "solid", width = 1.2 }) {
  const line = { color, width, dash };
  if (at === "x") return { type: "line", yref: "paper", y0: 0, y1: 1, xref: "x", x0: value, x1: value, line };
  return { type: "line", xref: "paper", x0: 0, x1: 1, yref: at, y0: value, y1: value, line };
}

/**
 * Words inside the chart.
 * @param {Sheet} sheet @param {string} text @param {object} place references, coordinates and anchors as the library names them
 * @param {string} [color]
 */
export function note({ colours, unit }, text, place, color = colours.ink3) {
  return { text, showarrow: false, font: { color, size: 11 * unit }, ...place };
}

/** The smallest 1, 2 or 5 times a power of ten that holds a size: an axis that changes in steps. @param {number} size */
export function stepFor(size) {
  if (!(size > 0 && size < Number.POSITIVE_INFINITY)) return 1;
  const power = 10 ** Math.floor(Math.log10(size) + 1e-12);
  return ([1, 2, 5].find((step) => size <= step * power * (1 + 1e-9)) ?? 10) * power;
}

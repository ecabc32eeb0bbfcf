/** One entry of the flow: how much of one loss arrives at one timestep, and where on the way the rest went. */

import { createShareBar } from "../../kit/bars.js";
import { palette, sourceIndex } from "../../kit/colour.js";
import { element, svg } from "../../lib/dom.js";
import { formatExp, formatPercent } from "../../lib/format.js";
import { isTop } from "../../record/chosen.js";
import { at, isReverse, length, lnFlow, shownShare } from "../../record/readings.js";
import { accountWords, pairNumbers } from "../../words/inspector/pair.js";
import { pairMath } from "../equations/gradients.js";
import { wayOf } from "../equations/way.js";
import { createEquation, createLine } from "./parts.js";
import * as say from "../../words/panels.js";

/** @typedef {import("../../run/state.js").State} State */
/** @typedef {import("../../wire/protocol.js").DecodedRecord} DecodedRecord */

const CHART = { width: 268, height: 116, left: 34, top: 6, bottom: 16 };

export function createPairFace() {
  const equation = createEquation("backward");
  const share = createShareBar();
  const account = createLine("bars-title");
  const chart = createWaterfall();
  return {
    node: element(
      "div",
      {},
      equation.node,
      element("div", { class: "bars" }, ...share.parts),
      account.node,
      chart.node,
    ),
    /** @param {State} state @param {DecodedRecord} record @param {{t: number, k: number}} place */
    show({ dark }, record, { t, k }) {
      equation.show(`pair/${wayOf(record).key}`, () => pairMath(wayOf(record)), pairNumbers(record, t, k));
      const part = at(record, shownShare(record), t - 1, k);
      const colour = palette(dark ? "dark" : "light").source.css[sourceIndex(t, length(record), false)];
      share.show(say.shareOf(k), formatPercent(part), part, colour);
      account.show(accountWords(record, t, k));
      chart.show(record, t, k);
    },
  };
}

/**
 * The way back as ln‖∂E_t/∂h_s‖ for s = t…k, between them what is left after φ′ alone; gated cells have no such halfway.
 * @param {DecodedRecord} record @param {number} t @param {number} k
 */
export function wayBack(record, t, k) {
  const sizes = [];
  const halfway = [];
  const back = isReverse(record) ? 1 : -1;
  for (let s = t; (k - s) * back >= 0; s += back) {
    sizes.push(lnFlow(record, t, s));
    if (s !== k) halfway.push(at(record, "ln_flow_a", t - 1, s));
  }
  return { sizes, halfway };
}

/** The decimal logarithms between which all sizes lie, in steps of 1, 2 and 5. @param {number[]} lns natural logarithms */
export function rangeOf(lns) {
  const steps = [0, Math.log10(2), Math.log10(5), 1];
  const up = (/** @type {number} */ log10) => {
    const whole = Math.floor(log10);
    return whole + Number(steps.find((step) => log10 <= whole + step));
  };
  const down = (/** @type {number} */ log10) => {
    const whole = Math.floor(log10);
    return whole + Number(steps.findLast((step) => log10 >= whole + step));
  };
  const [low, high] = [down(Math.min(...lns) / Math.LN10), up(Math.max(...lns) / Math.LN10)];
  return high > low ? { low, high } : { low, high: low + 1 };
}

/** Every step back as two falls or rises: what φ′ takes, then what W_hh takes or gives. */
function createWaterfall() {
  const { width, height, left, bottom } = CHART;
  const saturation = svg("path", { class: "fall-saturation" });
  const weights = svg("path", { class: "fall-weights" });
  const line = svg("path", { class: "fall-line" });
  const texts = Array.from({ length: 4 }, () => svg("text"));
  const picture = svg(
    "svg",
    {
      class: "waterfall",
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-label": say.STEP_BY_STEP,
    },
    line,
    saturation,
    weights,
    ...texts,
  );
  const key = element(
    "p",
    { class: "fall-key" },
    element("span", { class: "key-saturation" }, say.SATURATION),
    element("span", { class: "key-weights" }, say.RECURRENT_WEIGHTS),
  );

  /** @param {Element} text @param {string} words @param {number} x @param {number} y @param {string} anchor */
  function write(text, words, x, y, anchor) {
    text.textContent = words;
    text.setAttribute("x", String(x));
    text.setAttribute("y", String(y));
    text.setAttribute("text-anchor", anchor);
  }

  return {
    node: element("div", {}, picture, key),
    /** @param {DecodedRecord} record @param {number} t @param {number} k */
    show(record, t, k) {
      const { sizes, halfway } = wayBack(record, t, k);
      const all = [...sizes, ...halfway].filter(Number.isFinite);
      const drawn = t !== k && isTop(record) && all.length > 1 && sizes.every(Number.isFinite);
      picture.toggleAttribute("hidden", !drawn);
      const gated = !halfway.every(Number.isFinite);
      key.hidden = !drawn || gated;
      if (!drawn) return;
      const { low, high } = rangeOf(all);
      const y = (/** @type {number} */ ln) =>
        CHART.top + ((high - ln / Math.LN10) / (high - low)) * (height - CHART.top - bottom);
      const pitch = (width - left) / sizes.length;
      const x = (/** @type {number} */ step) => left + (step + 0.5) * pitch;
      line.setAttribute("d", sizes.map((ln, step) => `${step === 0 ? "M" : "L"}${x(step)} ${y(ln)}`).join(""));
      const bar = (/** @type {number} */ at, /** @type {number} */ from, /** @type {number} */ to) =>
        `M${at} ${y(from)}h${pitch * 0.4}V${y(to)}h${-pitch * 0.4}z`;
      saturation.setAttribute(
        "d",
        gated ? "" : halfway.map((middle, step) => bar(x(step) + pitch * 0.1, sizes[step], middle)).join(""),
      );
      weights.setAttribute(
        "d",
        gated ? "" : halfway.map((middle, step) => bar(x(step) + pitch * 0.5, middle, sizes[step + 1])).join(""),
      );
      write(texts[0], formatExp(high * Math.LN10, 1), left - 6, CHART.top + 8, "end");
      write(texts[1], formatExp(low * Math.LN10, 1), left - 6, height - bottom, "end");
      write(texts[2], `h${t}`, x(0), height - 3, "middle");
      write(texts[3], `h${k}`, x(sizes.length - 1), height - 3, "middle");
    },
  };
}

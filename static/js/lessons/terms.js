/**
 * The derivation of one loss's gradient, term by term: for each timestep k the norm of what its use of W_hh and of W_xh adds.
 * To point at a term is to point at its timestep in the picture; to choose it pins it.
 */

import { element, setSentence, setText, typeset } from "../lib/dom.js";
import { formatNumber } from "../lib/format.js";
import { addStyle } from "../lib/styles.js";
import { lastLoss, length, lossCount } from "../record/readings.js";
import { EXPLICIT, IMPLICIT, KEY, termsLabel, termsTitle, termWords } from "../words/terms.js";

/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */
/** @typedef {import("../words/terms.js").Term} Term */

/** More groups have no room for their numbers. */
const MOST_NUMBERED = 5;

/** @param {DecodedRecord} record @returns {Term[]} */
export function termsOf({ tensors }) {
  const { dW_hh_norm: hh, dW_xh_norm: xh } = tensors;
  return Array.from(hh.data, (norm, index) => ({ k: index + 1, hh: norm, xh: xh.data[index] }));
}

/** The timestep of the only loss; null where there are several, or it is not the last. @param {DecodedRecord} record */
export function onlyLoss(record) {
  const T = length(record);
  return lossCount(record) === 1 && lastLoss(record) === T ? T : null;
}

/**
 * @param {HTMLElement} node
 * @param {import("../run/session.js").PageStore} store
 */
export function createTerms(node, store) {
  void addStyle("terms.css");
  const title = element("h3", { class: "terms-title" });
  const chart = element("div", { class: "terms-chart", role: "group" });
  const key = element("p", { class: "terms-key", "aria-hidden": "true" }, mark("hh"), mark("xh"));
  const panel = element("div", { class: "terms" }, title, key, chart);
  /** @type {ReturnType<typeof createGroup>[]} */
  let groups = [];
  let end = () => {};

  function draw() {
    const { record } = store.get();
    if (!record) return;
    const terms = termsOf(record);
    const only = onlyLoss(record);
    const top = Math.max(...terms.flatMap(({ hh, xh }) => [hh, xh]).filter(Number.isFinite), Number.MIN_VALUE);
    if (groups.length !== terms.length) {
      groups = terms.map(({ k }) => createGroup(k, store));
      chart.replaceChildren(...groups.map(({ button }) => button));
    }
    setSentence(title, termsTitle(only));
    chart.setAttribute("aria-label", termsLabel(only));
    chart.dataset.numbered = String(terms.length <= MOST_NUMBERED);
    for (const [index, term] of terms.entries()) groups[index].show(term, only, top);
  }

  return {
    show() {
      node.append(panel);
      draw();
      end = store.watch((state) => state.record, draw);
    },
    hide() {
      end();
      panel.remove();
      store.dispatch({ type: "hover", hover: null });
    },
  };
}

/** @param {"hh" | "xh"} of */
function mark(of) {
  return element("span", {}, element("span", { class: `terms-mark ${of}` }), ...typeset(KEY[of]));
}

/** One timestep's two bars. @param {number} k @param {import("../run/session.js").PageStore} store */
function createGroup(k, store) {
  const bars = { hh: createBar("hh"), xh: createBar("xh") };
  const name = element("span", { class: "terms-k" }, `k = ${k}`);
  const kind = element("span", { class: "terms-kind" });
  const columns = element("span", { class: "terms-bars" }, bars.hh.node, bars.xh.node);
  const button = element("button", { class: "terms-group", type: "button" }, columns, name, kind);
  const hover = (/** @type {boolean} */ on) => store.dispatch({ type: "hover", hover: on ? { t: k } : null });
  for (const enter of ["pointerenter", "focus"]) button.addEventListener(enter, () => hover(true));
  for (const leave of ["pointerleave", "blur"]) button.addEventListener(leave, () => hover(false));
  button.addEventListener("click", () => store.dispatch({ type: "pin", pin: { t: k } }));

  return {
    button,
    /** @param {Term} term @param {number | null} only the timestep of the only loss @param {number} top */
    show(term, only, top) {
      bars.hh.show(term.hh, top);
      bars.xh.show(term.xh, top);
      setText(kind, only === null ? "" : k === only ? EXPLICIT : IMPLICIT);
      button.setAttribute("aria-label", termWords(term, only));
    },
  };
}

/** @param {"hh" | "xh"} of */
function createBar(of) {
  const value = element("span", { class: "terms-value" });
  const bar = element("span", { class: `terms-bar ${of}` });
  const node = element("span", { class: "terms-column" }, value, bar);
  return {
    node,
    /** @param {number} norm @param {number} top */
    show(norm, top) {
      setText(value, norm === 0 ? "0" : formatNumber(norm));
      bar.style.setProperty("--size", String(Number.isFinite(norm) ? norm / top : 1));
    },
  };
}

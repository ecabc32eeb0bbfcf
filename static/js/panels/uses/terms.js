/** The gradient of one loss by one matrix, term by term: explicit and implicit, each with its norm and its path. */

import { element, setSentence, setText } from "../../lib/dom.js";
import { formatNumber } from "../../lib/format.js";
import { startsAtZero } from "../../record/picture.js";
import { hasTarget, length } from "../../record/readings.js";
import { cosineWith, entriesOf, extentOf, normOf, normOfSum, termOf, termsOf } from "../../record/uses.js";
import * as say from "../../words/uses.js";
import { termMath } from "../equations/weights.js";
import { createTile } from "./tile.js";

/** @typedef {import("../../wire/protocol.js").DecodedRecord} DecodedRecord */
/** @typedef {import("../../run/state.js").ChosenWeight} ChosenWeight */

/** @param {import("../../run/session.js").PageStore} store */
export function createTerms(store) {
  const choice = element("div", { class: "uses-losses", role: "group", "aria-label": say.CHOOSE });
  const rows = element("ol", { class: "uses-terms" });
  const state = element("p", { class: "quiet" });
  const node = element(
    "section",
    {},
    element("h3", {}, say.ONE_LOSS),
    choice,
    rows,
    state,
    element("p", { class: "quiet" }, say.POINT),
  );
  /** The loss that the reader chose; 0 for the last one. */
  let chosen = 0;
  let built = "";
  /** @type {ReturnType<typeof createTerm>[]} */
  let terms = [];
  const together = createTerm();
  together.node.classList.add("together");

  /** @param {number} t @param {number} k */
  function point(t, k) {
    store.dispatch({ type: "hover", hover: { t: k, source: t, k } });
  }

  return {
    node,
    chosen: () => chosen,

    /** @param {DecodedRecord} record @param {ChosenWeight} weight @param {import("../../kit/colour.js").Palette} colours */
    show(record, { tensor }, colours) {
      const losses = Array.from({ length: length(record) }, (_, i) => i + 1).filter((t) => hasTarget(record, t));
      const t = losses.includes(chosen) ? chosen : (losses.at(-1) ?? 0);
      const ks = isShort(record) && t > 0 ? termsOf(record, tensor, t) : [];
      node.hidden = ks.length === 0;
      if (node.hidden) return;
      build(losses, t, tensor, ks, "c" in record.tensors);
      const fromZeros = startsAtZero({ H: record.tensors.h.shape[1], h: record.tensors.h.data });
      const uses = ks.map((k) => termOf(record, tensor, t, k));
      for (const [i, use] of uses.entries()) {
        const size = normOf(use);
        terms[i].show(say.termWords(tensor, t, ks[i], fromZeros), size, [use], colours);
      }
      together.show(say.togetherWords(ks.length, cosineWith(uses[0], uses)), normOfSum(uses), uses, colours);
    },
  };

  /** @param {number[]} losses @param {number} t @param {string} tensor @param {number[]} ks @param {boolean} hasCellState */
  function build(losses, t, tensor, ks, hasCellState) {
    const key = [losses.join(), t, tensor, ks.length, hasCellState].join(" ");
    if (key === built) return;
    built = key;
    choice.hidden = losses.length < 2;
    choice.replaceChildren(
      ...losses.map((loss) => {
        const button = element("button", { class: "text-button", type: "button", "aria-pressed": String(loss === t) });
        setSentence(button, `E_${loss}`);
        button.addEventListener("click", () => {
          chosen = loss;
          const { weight } = store.get();
          if (weight) store.dispatch({ type: "weight", weight: { ...weight } });
          requestAnimationFrame(() => choice.querySelector("[aria-pressed=true]")?.closest("button")?.focus());
        });
        return button;
      }),
    );
    terms = ks.map((k) => {
      const term = createTerm();
      term.formula.replaceChildren(termMath(tensor, hasCellState ? "s" : "h", t, k));
      const leave = () => store.dispatch({ type: "hover", hover: null });
      term.node.addEventListener("pointerenter", () => point(t, k));
      term.node.addEventListener("pointerleave", leave);
      term.node.addEventListener("focus", () => point(t, k));
      term.node.addEventListener("blur", leave);
      term.node.tabIndex = 0;
      return term;
    });
    rows.replaceChildren(...terms.map((term) => term.node), together.node);
    setSentence(state, say.stateWords(hasCellState && tensor !== "W_hy"));
  }
}

/** Only short sequences are written out, of W_hy too. @param {DecodedRecord} record */
function isShort(record) {
  return "pair_da_x" in record.tensors;
}

function createTerm() {
  const tile = createTile({ "aria-hidden": "true" });
  const formula = element("div", { class: "use-formula" });
  const note = element("p", { class: "quiet" });
  const size = element("b");
  const node = element("li", { class: "use-term" }, tile.node, element("div", {}, formula, note), size);
  return {
    node,
    formula,
    /** @param {string} words @param {number} norm @param {import("../../record/uses.js").Use[]} uses @param {import("../../kit/colour.js").Palette} colours */
    show(words, norm, uses, colours) {
      setSentence(note, words);
      setText(size, formatNumber(norm));
      tile.show({ ...extentOf(uses[0]), at: entriesOf(uses), framed: null, colours });
    },
  };
}

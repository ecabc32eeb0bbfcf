/** A scene's question: options to choose from; the right one and why it is stand there once they are asked for. */

import { element, setText, typeset } from "../lib/dom.js";
import { answeredWords, PREDICT, PREDICTED, RIGHT, RIGHTLY_PREDICTED } from "../words/class.js";
import { textNodes } from "./text.js";

/** @typedef {import("./text.js").Span} Span */
/** @typedef {import("./text.js").Pointing} Pointing */
/** @typedef {{text: Span[], options: Span[][], answer: number, because: Span[]}} Question */
/** @typedef {{counts: number[], followers: number}} Counts */

/**
 * @param {HTMLElement} node
 * @param {object} handlers
 * @param {Pointing | null} handlers.pointing null where nothing can be pointed at
 * @param {(option: number) => void} [handlers.chosen] told every choice as it is made
 * @param {(option: number | null) => void} [handlers.revealed] told which option was chosen before
 */
export function createQuestion(node, { pointing, chosen = () => {}, revealed = () => {} }) {
  let isRevealed = false;
  /** @type {Question | null} */
  let asked = null;
  /** @type {HTMLLabelElement[]} */
  let labels = [];
  const answered = element("p", { class: "quiet answered", role: "status" });

  /** @param {Span[]} spans */
  const nodes = (spans) => (pointing ? textNodes(spans, pointing) : spans.flatMap(({ text }) => typeset(text)));

  return {
    isRevealed: () => isRevealed,

    /** @param {Question} question */
    ask(question) {
      asked = question;
      isRevealed = false;
      delete node.dataset.revealed;
      labels = question.options.map((option, index) => {
        const input = element("input", { type: "radio", name: node.id || "prediction", value: String(index) });
        input.addEventListener("change", () => chosen(index));
        return element("label", { class: "option" }, input, element("span", {}, ...nodes(option)));
      });
      setText(answered, "");
      node.replaceChildren(
        element("p", { class: "quiet" }, PREDICT),
        element("fieldset", {}, element("legend", {}, ...nodes(question.text)), ...labels),
        answered,
        element("p", { class: "because", role: "status" }),
      );
    },

    /** What a class answers, as it comes; null where nobody is asked. @param {Counts | null} given */
    showCounts(given) {
      for (const [index, label] of labels.entries()) {
        label.querySelector(".option-count")?.remove();
        if (given) label.append(element("span", { class: "option-count" }, String(given.counts[index] ?? 0)));
      }
      setText(answered, given ? answeredWords(given) : "");
    },

    reveal() {
      if (!asked || isRevealed) return;
      isRevealed = true;
      /** @type {number | null} */
      let option = null;
      node.dataset.revealed = "true";
      const { answer, because } = asked;
      for (const [index, label] of labels.entries()) {
        const input = /** @type {HTMLInputElement} */ (label.querySelector("input"));
        const isRight = index === answer;
        input.disabled = true;
        if (input.checked) option = index;
        label.dataset.right = String(isRight);
        if (isRight)
          label.append(element("span", { class: "option-verdict" }, input.checked ? RIGHTLY_PREDICTED : RIGHT));
        else if (input.checked) label.append(element("span", { class: "option-verdict" }, PREDICTED));
      }
      node.querySelector(".because")?.replaceChildren(...nodes(because));
      revealed(option);
    },
  };
}

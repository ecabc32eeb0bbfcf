/** What the inspector's faces are made of: equations with a bar in their family's colour, and lines of numbers. */

import { element, setSentence } from "../../lib/dom.js";

/** @param {"forward" | "backward"} family */
export function createEquation(family) {
  const formula = element("div");
  const numbers = element("p");
  const node = element("div", { class: `equation ${family}` }, formula, numbers);
  let shown = "";
  return {
    node,
    /**
     * @param {string} key of the formula: the same key, the same formula
     * @param {() => Element} make
     * @param {string} text the same with numbers; empty without
     */
    show(key, make, text) {
      if (key !== shown) formula.replaceChildren(make());
      shown = key;
      setSentence(numbers, text);
      numbers.hidden = text === "";
    },
  };
}

/** A line that disappears when it has nothing to say. @param {string} kind a class */
export function createLine(kind) {
  const node = element("p", { class: kind });
  return {
    node,
    /** @param {string} text */
    show(text) {
      setSentence(node, text);
      node.hidden = text === "";
    },
  };
}

/** The row of truncation: k1 and k2 together, as a few usual pairs or the reader's own numbers. */

import { element } from "../../lib/dom.js";
import { TRUNCATIONS } from "./fields.js";
import { frame } from "./rows.js";
import { numberInput } from "./widgets.js";
import * as say from "../../words/controls.js";

/** @typedef {import("./rows.js").Row} Row */
/** @typedef {import("./controls.js").Change} Change */

/** k1 and k2 in one row: a few usual pairs, and numbers to type. @param {any} properties @param {Change} change @returns {Row} */
export function truncationRow(properties, change) {
  const choice = element("select", { class: "select", id: "field-k1", "aria-describedby": "error-k1" });
  choice.append(...TRUNCATIONS.map(({ label }, index) => element("option", { value: String(index) }, label)));
  choice.append(element("option", { value: "own" }, say.CUSTOM));
  const refuse = () => {};
  const k1 = numberInput(
    "number-k1",
    "k1",
    false,
    (value) => type({ k1: Number(value), k2: Math.max(Number(value), last.k2) }),
    refuse,
  );
  const k2 = numberInput("number-k2", "k1", false, (value) => type({ k1: last.k1 || 1, k2: Number(value) }), refuse);
  k1.node.setAttribute("aria-label", properties.k1.title);
  k2.node.setAttribute("aria-label", properties.k2.title);
  const own = element("div", { class: "own-truncation", hidden: true }, say.EVERY, k1.node, say.BACK, k2.node);
  let last = { k1: 0, k2: 0 };
  let typed = last;
  let wantsOwn = false;

  /** @param {Pair} pair */
  function type(pair) {
    typed = pair;
    change(pair);
  }

  choice.addEventListener("change", () => {
    wantsOwn = choice.value === "own";
    if (!wantsOwn) {
      const { k1, k2 } = TRUNCATIONS[Number(choice.value)];
      change({ k1, k2 });
    }
    own.hidden = !wantsOwn;
    if (wantsOwn) k1.node.focus();
  });
  const row = frame(
    ["k1", "k2"],
    { ...properties.k1, title: say.TRUNCATE },
    element("div", { class: "row-value" }, choice),
  );
  row.node.append(own);
  return {
    ...row,
    show(state, config) {
      row.show(state, config);
      const pair = { k1: Number(config.k1), k2: Number(config.k2) };
      const index = TRUNCATIONS.findIndex((one) => isSame(one, pair));
      if (index < 0) wantsOwn = true;
      // A lesson or a link that sets a usual pair takes the place of what the reader typed.
      else if (!isSame(pair, last) && !isSame(pair, typed)) wantsOwn = false;
      last = pair;
      choice.value = wantsOwn ? "own" : String(index);
      own.hidden = !wantsOwn;
      k1.show(last.k1);
      k2.show(last.k2);
    },
  };
}

/** @typedef {{k1: number, k2: number}} Pair */
/** @param {Pair} a @param {Pair} b */
function isSame(a, b) {
  return a.k1 === b.k1 && a.k2 === b.k2;
}

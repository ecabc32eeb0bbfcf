/** What stands under a lesson's text, so that both are seen together: views or inspector, lent by the right rail, or a chart of the lesson's own. */

import { byId, element } from "../lib/dom.js";
import { addressOf } from "../lib/address.js";
import { OPEN_STORED, STORED_IS } from "../words/lessons.js";
import { createTerms } from "./terms.js";

/** @typedef {"views" | "inspector" | "terms" | "watched"} Kind */

/**
 * @param {HTMLElement} node
 * @param {import("../run/session.js").PageStore} store
 * @param {() => void} openedStored the reader went to the stored training
 */
export function createUnder(node, store, openedStored) {
  const side = byId("side");
  const inspector = byId("inspector");
  const views = byId("views");
  /** @type {Kind | null} */
  let shown = null;
  /** @type {ReturnType<typeof createTerms> | null} */
  let terms = null;
  const watched = wayToStored(openedStored);

  /** Each in its place: the inspector first, the views after it. What is moved loses how far it was scrolled. */
  function giveBack() {
    if ([inspector, views].some(({ parentElement }) => parentElement !== side)) side.prepend(inspector, views);
    terms?.hide();
    watched.remove();
  }

  return {
    kind: () => shown,
    /** @param {Kind | null} kind null for nothing */
    show(kind) {
      if (kind === shown) return;
      shown = kind;
      giveBack();
      node.hidden = kind === null;
      node.dataset.kind = kind ?? "";
      if (kind === "terms") {
        terms ??= createTerms(node, store);
        terms.show();
      } else if (kind !== null) node.append({ views, inspector, watched }[kind]);
    },
  };
}

/** @param {() => void} opened */
function wayToStored(opened) {
  const link = element("a", { class: "outline-button", id: "lesson-watched", target: "_blank" }, OPEN_STORED);
  link.setAttribute("href", addressOf("watched#example"));
  link.addEventListener("click", opened);
  return element("div", { class: "lesson-stored" }, link, element("p", { class: "quiet" }, STORED_IS));
}

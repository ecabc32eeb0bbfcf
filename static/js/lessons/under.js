/** What stands under a lesson's text, so that both are seen together: views or inspector, lent by the right rail, or a chart of the lesson's own. */

import { byId } from "../lib/dom.js";
import { createTerms } from "./terms.js";

/** @typedef {"views" | "inspector" | "terms"} Kind */

/**
 * @param {HTMLElement} node
 * @param {import("../run/session.js").PageStore} store
 */
export function createUnder(node, store) {
  const side = byId("side");
  const inspector = byId("inspector");
  const views = byId("views");
  /** @type {Kind | null} */
  let shown = null;
  /** @type {ReturnType<typeof createTerms> | null} */
  let terms = null;

  /** Each in its place: the inspector first, the views after it. */
  function giveBack() {
    side.prepend(inspector, views);
    terms?.hide();
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
      } else if (kind !== null) node.append({ views, inspector }[kind]);
    },
  };
}

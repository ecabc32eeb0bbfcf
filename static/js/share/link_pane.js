/** A link to what is seen: to copy, and to embed. */

import { element } from "../lib/dom.js";
import { copyButton } from "./copy_button.js";
import { linkOf } from "./link.js";
import { writeLink } from "./write_link.js";
import * as say from "../words/share.js";

/** @typedef {import("../run/session.js").PageStore} PageStore */

/** What is followed while the link is in sight; anything else is caught up with when it is copied. */
const LINKED = /** @type {const} */ ([
  "config",
  "wanted",
  "rate",
  "probe",
  "tab",
  "track",
  "layer",
  "direction",
  "ruler",
  "pin",
  "zoom",
  "folded",
]);

/**
 * @param {PageStore} store
 * @param {() => import("../run/state.js").State[]} lanes
 * @returns {import("./panel.js").Pane}
 */
export function createLinkPane(store, lanes) {
  const link = element("input", { class: "share-text", id: "share-address", readonly: true });
  const embed = element("input", { type: "checkbox", id: "share-embed" });
  const code = element("textarea", { class: "share-text", rows: "3", readonly: true, "aria-label": say.EMBED_CODE });
  const embedding = element("div", { hidden: true }, code, element("p", { class: "quiet" }, say.EMBED_NEEDS));
  const facts = element("p", { class: "quiet" });

  function show() {
    const state = store.get();
    const fragment = writeLink(linkOf(state, lanes()), state.schema);
    const page = location.origin + location.pathname + (embed.checked ? "?embed" : "");
    link.value = fragment ? `${page}#${fragment}` : page;
    code.value = `<iframe src="${link.value.replaceAll("&", "&amp;")}" width="960" height="600" title="Unroll"></iframe>`;
    embedding.hidden = !embed.checked;
    facts.textContent = state.config.task === "own" ? say.OWN_DATA_STAYS : say.linkWords(state.config.seed);
  }

  embed.addEventListener("change", show);
  for (const part of LINKED) {
    store.watch(
      (state) => state[part],
      () => link.checkVisibility() && show(),
    );
  }
  return {
    node: element(
      "div",
      {},
      element("label", { class: "share-title", for: "share-address" }, say.LINK_TITLE),
      element("div", { class: "share-line" }, link, copyButton(link, say.COPY_LINK, show)),
      facts,
      element("label", { class: "share-check" }, embed, say.EMBED),
      embedding,
    ),
    show,
  };
}

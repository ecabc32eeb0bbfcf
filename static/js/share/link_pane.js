/** A link to what is seen: to copy, to embed, and for a class with controls that are locked or left out. */

import { LABELS, ORDER } from "../panels/controls/fields.js";
import { element } from "../lib/dom.js";
import { copyButton } from "./copy_button.js";
import { linkOf, writeLink } from "./link.js";

/** @typedef {import("../run/session.js").PageStore} PageStore */
/** @typedef {import("../run/state.js").Locks} Locks */

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
const STATES = /** @type {const} */ ({ free: "free", locked: "locked", hidden: "hidden" });

/**
 * @param {PageStore} store
 * @param {() => import("../run/state.js").State[]} lanes
 * @returns {import("./panel.js").Pane}
 */
export function createLinkPane(store, lanes) {
  /** @type {Locks} */
  const locks = { ...store.get().locks };
  const link = element("input", { class: "share-text", id: "share-address", readonly: true });
  const embed = element("input", { type: "checkbox", id: "share-embed" });
  const code = element("textarea", { class: "share-text", rows: "3", readonly: true, "aria-label": "HTML to embed" });
  const embedding = element(
    "div",
    { hidden: true },
    code,
    element("p", { class: "quiet" }, "The server must allow the page that embeds it: UNROLL_FRAME_ANCESTORS."),
  );
  const facts = element("p", { class: "quiet" });

  function show() {
    const state = store.get();
    const fragment = writeLink({ ...linkOf(state, lanes()), locks }, state.schema);
    const page = location.origin + location.pathname + (embed.checked ? "?embed" : "");
    link.value = fragment ? `${page}#${fragment}` : page;
    code.value = `<iframe src="${link.value.replaceAll("&", "&amp;")}" width="960" height="600" title="Unroll"></iframe>`;
    embedding.hidden = !embed.checked;
    facts.textContent =
      state.config.task === "own"
        ? "Your own data is not part of a link: save a snapshot and send that file."
        : `Opens with this configuration, seed ${state.config.seed} and view. To send what the network has learned, save a snapshot: see Save.`;
  }

  const rows = lockRows(store.get().schema.properties, locks, show);
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
      element("label", { class: "share-title", for: "share-address" }, "Link to exactly this"),
      element("div", { class: "share-line" }, link, copyButton(link, "Copy link", show)),
      facts,
      element("label", { class: "share-check" }, embed, "for embedding: the picture and its essential controls"),
      embedding,
      element("h2", { class: "share-title" }, "For a class"),
      element(
        "p",
        { class: "quiet" },
        "In this link, a locked control only shows its value; a hidden one is not shown.",
      ),
      rows,
    ),
    show,
  };
}

/** @param {any} properties @param {Locks} locks @param {() => void} changed */
function lockRows(properties, locks, changed) {
  const others = Object.keys(properties).filter(
    (name) => name !== "k2" && !ORDER.includes(name) && properties[name].page !== false,
  );
  const names = [...ORDER, ...others];
  /** @type {(() => void)[]} */
  const shows = [];
  const rows = names.map((name) => {
    const options = Object.entries(STATES).map(([value, text]) => {
      const input = element("input", { type: "radio", name: `lock-${name}`, value });
      input.addEventListener("change", () => set(name, /** @type {keyof typeof STATES} */ (value)));
      shows.push(() => {
        input.checked = (locks[name] ?? "free") === value;
      });
      return element("label", { class: "segment" }, input, element("span", {}, text));
    });
    const title = name === "k1" ? "truncate" : (LABELS[name] ?? properties[name].title.toLowerCase());
    const choice = element("div", { class: "segments", role: "radiogroup", "aria-label": title }, ...options);
    return element("div", { class: "lock-row" }, element("span", {}, title), choice);
  });

  /** @param {string} name @param {keyof typeof STATES} value */
  function set(name, value) {
    if (value === "free") delete locks[name];
    else locks[name] = value;
    changed();
  }

  /** @param {string} text @param {keyof typeof STATES} value */
  function all(text, value) {
    const button = element("button", { class: "text-button", type: "button" }, text);
    button.addEventListener("click", () => {
      for (const name of names) set(name, value);
      for (const show of shows) show();
    });
    return button;
  }

  for (const show of shows) show();
  const everything = element("div", { class: "share-line" }, all("Lock all", "locked"), all("Unlock all", "free"));
  return element("div", {}, everything, element("div", { class: "lock-rows" }, ...rows));
}

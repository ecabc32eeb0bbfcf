/** For teachers: a link for a class, in which each control is free, shows its value only, or is not there. */

import { ORDER } from "../panels/controls/fields.js";
import { LABELS, TRUNCATE } from "../words/controls.js";
import { element } from "../lib/dom.js";
import { copyButton } from "./copy_button.js";
import { linkOf } from "./link.js";
import { writeLink } from "./write_link.js";
import { createStoryPane } from "./story_pane.js";
import * as say from "../words/share.js";

/** @typedef {import("../run/session.js").PageStore} PageStore */
/** @typedef {import("../run/state.js").Locks} Locks */

/**
 * @param {PageStore} store
 * @param {() => import("../run/state.js").State[]} lanes
 * @returns {import("./panel.js").Pane}
 */
export function createTeachersPane(store, lanes) {
  /** @type {Locks} */
  const locks = {};
  const link = element("input", { class: "share-text", id: "share-class", readonly: true });
  const story = createStoryPane(store.get().schema);

  function show() {
    const state = store.get();
    const isLocked = Object.keys(state.locks).length > 0;
    made.hidden = isLocked;
    closed.hidden = !isLocked;
    const fragment = writeLink({ ...linkOf(state, lanes()), locks }, state.schema);
    const page = location.origin + location.pathname;
    link.value = fragment ? `${page}#${fragment}` : page;
  }

  const made = element(
    "div",
    {},
    element("label", { class: "share-title", for: "share-class" }, say.CLASS_LINK),
    element("div", { class: "share-line" }, link, copyButton(link, say.COPY_CLASS_LINK, show)),
    element("p", { class: "quiet" }, say.CLASS_LINK_IS),
    lockRows(store.get().schema.properties, locks, show),
  );
  const closed = element("p", { class: "quiet", hidden: true }, say.MADE_BY_ANOTHER);
  return {
    node: element("div", {}, closed, made, story.node),
    show() {
      show();
      story.show();
    },
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
    const options = Object.entries(say.LOCK_STATES).map(([value, text]) => {
      const input = element("input", { type: "radio", name: `lock-${name}`, value });
      input.addEventListener("change", () => set(name, /** @type {keyof typeof say.LOCK_STATES} */ (value)));
      shows.push(() => {
        input.checked = (locks[name] ?? "free") === value;
      });
      return element("label", { class: "segment" }, input, element("span", {}, text));
    });
    const title = name === "k1" ? TRUNCATE : (LABELS[name] ?? properties[name].title.toLowerCase());
    const choice = element("div", { class: "segments", role: "radiogroup", "aria-label": title }, ...options);
    return element("div", { class: "lock-row" }, element("span", {}, title), choice);
  });

  /** @param {string} name @param {keyof typeof say.LOCK_STATES} value */
  function set(name, value) {
    if (value === "free") delete locks[name];
    else locks[name] = value;
    changed();
  }

  /** @param {string} text @param {keyof typeof say.LOCK_STATES} value */
  function all(text, value) {
    const button = element("button", { class: "text-button", type: "button" }, text);
    button.addEventListener("click", () => {
      for (const name of names) set(name, value);
      for (const show of shows) show();
    });
    return button;
  }

  for (const show of shows) show();
  const everything = element("div", { class: "share-line" }, all(say.LOCK_ALL, "locked"), all(say.UNLOCK_ALL, "free"));
  return element("div", {}, everything, element("div", { class: "lock-rows" }, ...rows));
}

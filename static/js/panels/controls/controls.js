/**
 * The left rail: one row a field of the server's schema, grouped as the schema says. A row shows the value on its way
 * to the server, else the one that runs; what is wrong with it stands right under it.
 */

import { element, setText } from "../../lib/dom.js";
import { GROUPS, ORDER, WITHOUT_ROW } from "./fields.js";
import { fieldRow } from "./rows.js";
import { truncationRow } from "./truncation.js";
import * as say from "../../words/controls.js";

/** @typedef {import("../../run/state.js").State} State */
/** @typedef {import("../../wire/protocol.js").Config} Config */
/** @typedef {import("./rows.js").Row} Row */

/**
 * @param {HTMLFormElement} form
 * @param {import("../../run/session.js").PageStore} store
 * @param {Change} change
 */
export function createControls(form, store, change) {
  const rows = build(form, store, change);
  const note = element("p", { class: "controls-note" });
  form.append(note);
  form.addEventListener("submit", (event) => event.preventDefault());
  /** @type {State | null} */
  let shown = null;

  return {
    draw() {
      const state = store.get();
      const same =
        shown?.config === state.config &&
        shown.wanted === state.wanted &&
        shown.errors === state.errors &&
        shown.task === state.task &&
        shown.locks === state.locks &&
        shown.connection === state.connection;
      if (same) return;
      shown = state;
      const config = { ...state.config, ...state.wanted };
      const lost = state.connection.status === "lost";
      for (const row of rows) {
        row.show(state, config);
        for (const input of row.node.querySelectorAll("input, select")) {
          /** @type {HTMLInputElement} */ (input).disabled = lost;
        }
      }
      setText(note, lost ? say.DISABLED : say.EFFECTS);
    },
  };
}

/** @param {HTMLFormElement} form @param {import("../../run/session.js").PageStore} store @param {Change} change @returns {Row[]} */
function build(form, store, change) {
  const properties = store.get().schema?.properties ?? {};
  const others = Object.keys(properties).filter((name) => !ORDER.includes(name) && !WITHOUT_ROW.includes(name));
  const names = [...ORDER.filter((name) => name in properties), ...others];
  /** @type {Row[]} */
  const rows = [];
  /** @type {HTMLElement[]} */
  const advanced = [];
  for (const group of GROUPS) {
    const section = element("div", { class: "group", role: "group", "aria-label": group });
    section.append(element("h2", { class: "group-title" }, group));
    for (const name of names.filter((name) => properties[name].group === group)) {
      const row = name === "k1" ? truncationRow(properties, change) : fieldRow(name, properties[name], store, change);
      rows.push(row);
      if (properties[name].advanced) advanced.push(row.node);
      else section.append(row.node);
    }
    form.append(section);
  }
  if (advanced.length > 0)
    form.append(element("details", { class: "more" }, element("summary", {}, say.MORE), ...advanced));
  return rows;
}

/** @typedef {(changes: Config) => void} Change */

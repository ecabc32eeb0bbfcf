/** A row of the left rail: label, widget, mark of a restart, lock, and room for an error. */

import { element, setText, svg } from "../../lib/dom.js";
import { ABSENT, ESSENTIAL, IDLE, SYMBOLS, TRUNCATIONS } from "./fields.js";
import { widgetFor } from "./widgets.js";
import * as say from "../../words/controls.js";

/** @typedef {import("../../run/state.js").State} State */
/** @typedef {import("../../wire/protocol.js").Config} Config */
/** @typedef {import("../../wire/protocol.js").FieldValue} FieldValue */
/** @typedef {import("./controls.js").Change} Change */

/** @typedef {{fields: string[], node: HTMLElement, show: (state: State, config: Config) => void}} Row */

/** @param {string} name @param {any} property @param {import("../../run/session.js").PageStore} store @param {Change} change @returns {Row} */
export function fieldRow(name, property, store, change) {
  /** @param {FieldValue} value */
  const set = (value) => {
    if (value !== store.get().config[name] || name in store.get().wanted || name in store.get().errors) {
      change({ [name]: value });
    }
  };
  /** @param {string} text */
  const refuse = (text) => {
    const error = say.notANumber(property.title, text.slice(0, 20));
    store.dispatch({ type: "fieldError", field: name, text: error });
  };
  const widget = widgetFor(name, property, set, refuse);
  const row = frame([name], property, widget.node);
  const words = element("span", { class: "row-words", hidden: true });
  widget.node.prepend(words);
  if (name === "sequence_length") row.node.classList.add("hero");
  row.node.dataset.essential = "";
  if (!ESSENTIAL.includes(name)) delete row.node.dataset.essential;
  return {
    ...row,
    show(state, config) {
      row.show(state, config);
      if (ABSENT[name]?.(config)) row.node.hidden = true;
      const idle = IDLE[name]?.(config, state.task) ?? null;
      words.hidden = idle === null;
      setText(words, idle ?? "");
      widget.show(config[name], config);
    },
  };
}

/**
 * Label, widget, mark of a restart, and room for an error.
 * @param {string[]} fields @param {any} property @param {HTMLElement} value @returns {Row}
 */
export function frame(fields, property, value) {
  const [name] = fields;
  const restart = property.effect === "restart";
  const tooltip = say.tooltip(property.description, restart);
  const label = element("label", { class: "row-label", for: `field-${name}`, title: tooltip });
  label.append(say.LABELS[name] ?? property.title.toLowerCase());
  if (SYMBOLS.includes(name)) label.append(" ", element("i", {}, property.symbol));
  const mark = element("span", { class: "row-mark" });
  if (restart) {
    mark.title = tooltip;
    mark.append(restartIcon(), element("span", { class: "visually-hidden" }, say.RESTARTS));
  }
  const error = element("p", { class: "row-error", id: `error-${name}`, role: "alert", hidden: true });
  const node = element("div", { class: "row", "data-field": name }, label, value, mark, error);
  const plain = element("span", {});
  value.append(element("span", { class: "row-locked", title: say.LOCKED }, lockIcon(), plain));
  return {
    fields,
    node,
    show(state, config) {
      const lock = fields.map((one) => state.locks[one]).find(Boolean);
      node.hidden = lock === "hidden";
      node.dataset.lock = lock ?? "";
      if (lock === "locked") setText(plain, lockedWords(fields, config));
      const field = fields.find((one) => one in state.errors);
      node.dataset.error = String(field !== undefined);
      error.hidden = field === undefined;
      if (field) setText(error, errorWords(state, field));
    },
  };
}

/** What the server said, with the field's title for its name, and what runs meanwhile. @param {State} state @param {string} field */
function errorWords(state, field) {
  const title = state.schema.properties[field].title;
  const message = state.errors[field].replace(new RegExp(`^${field}\\b`), title);
  return say.refused(message, say.shownValue(state.config[field]));
}

/** @param {string[]} fields @param {Config} config */
function lockedWords(fields, config) {
  if (!fields.includes("k1")) return say.shownValue(config[fields[0]]);
  const usual = TRUNCATIONS.find(({ k1, k2 }) => k1 === config.k1 && k2 === config.k2);
  return usual?.label ?? say.truncation(config.k1, config.k2);
}

function lockIcon() {
  const shackle = svg("path", { class: "stroke", d: "M5 7.5V5.2a3 3 0 0 1 6 0v2.3" });
  const body = svg("rect", { class: "fill", x: "3.4", y: "7.2", width: "9.2", height: "6.6", rx: "1.2" });
  return svg("svg", { viewBox: "0 0 16 16", role: "img", "aria-label": say.LOCK }, shackle, body);
}

function restartIcon() {
  const arrow = svg("path", { class: "stroke", d: "M3.2 6A5.4 5.4 0 1 1 2.7 9.2M3.2 2.6V6h3.4" });
  return svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, arrow);
}

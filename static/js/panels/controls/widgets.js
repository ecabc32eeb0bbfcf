/** Widgets of the left rail: an element of the document, and what shows a value in it. */

import { nextValue, positionOf, valueAt } from "../../kit/slider.js";
import { element } from "../../lib/dom.js";
import { parseNumber } from "../../lib/format.js";
import { NAMED_VALUES, SEGMENTED, TRACKS } from "./fields.js";
import * as say from "../../words/controls.js";

/** @typedef {import("../../wire/protocol.js").Config} Config */
/** @typedef {import("../../wire/protocol.js").FieldValue} FieldValue */
/** @typedef {import("../../kit/slider.js").Track} Track */

/** @typedef {{node: HTMLElement, show: (value: FieldValue, config: Config) => void}} Widget */

const POSITIONS = 1000;
/** More choices than this do not fit beside each other. */
const MOST_SEGMENTS = 3;

/**
 * @param {string} name @param {any} property @param {(value: FieldValue) => void} set @param {(text: string) => void} refuse
 * @returns {Widget}
 */
export function widgetFor(name, property, set, refuse) {
  if (NAMED_VALUES[name]) return segments(name, NAMED_VALUES[name], set);
  if (property.enum?.length <= MOST_SEGMENTS && SEGMENTED.includes(name)) {
    const options = property.enum.map((/** @type {string} */ value) => ({ value, text: value }));
    return segments(name, options, set);
  }
  if (property.enum) return select(name, property.enum, set);
  const nullable = property.anyOf?.some((/** @type {any} */ one) => one.type === "null") ?? false;
  const track = TRACKS[name];
  return track ? slider(name, track, nullable, set, refuse) : numberOnly(name, set, refuse);
}

/** @param {string} name @param {string[]} options @param {(value: string) => void} set @returns {Widget} */
function select(name, options, set) {
  const node = element("select", { class: "select", id: `field-${name}`, "aria-describedby": `error-${name}` });
  node.append(...options.map((option) => element("option", { value: option }, option.replaceAll("_", " "))));
  node.addEventListener("change", () => set(node.value));
  return {
    node: element("div", { class: "row-value" }, node),
    show(value) {
      node.value = String(value);
    },
  };
}

/** @param {string} name @param {{value: FieldValue, text: string}[]} options @param {(value: FieldValue) => void} set @returns {Widget} */
function segments(name, options, set) {
  const node = element("div", { class: "segments", role: "radiogroup", "aria-label": say.LABELS[name] ?? name });
  /** @type {HTMLInputElement[]} */
  const inputs = options.map(({ value, text }, index) => {
    const id = index === 0 ? `field-${name}` : `field-${name}-${value}`;
    const input = element("input", { type: "radio", name, value: String(value), id });
    input.addEventListener("change", () => set(value));
    node.append(element("label", { class: "segment" }, input, element("span", {}, text)));
    return input;
  });
  return {
    node: element("div", { class: "row-value" }, node),
    show(value) {
      for (const input of inputs) input.checked = input.value === String(value);
    },
  };
}

/** @param {string} name @param {(value: FieldValue) => void} set @param {(text: string) => void} refuse @returns {Widget} */
function numberOnly(name, set, refuse) {
  const number = numberInput(`field-${name}`, name, false, set, refuse);
  number.node.classList.add("boxed");
  return { node: element("div", { class: "row-value" }, number.node), show: number.show };
}

/** A longer number is set smaller, so that it is read whole. */
const MOST_FIGURES = 6;

/**
 * A number that looks like text until it is touched; Enter or leaving it sets it, Esc gives the old one back.
 * @param {string} id @param {string} name @param {boolean} nullable @param {(value: FieldValue) => void} set
 * @param {(text: string) => void} refuse
 */
export function numberInput(id, name, nullable, set, refuse) {
  const node = element("input", { class: "number", id, inputmode: "decimal", "aria-describedby": `error-${name}` });
  /** @type {FieldValue} */
  let current = null;
  let editing = false;
  const write = () => {
    node.value = say.shownValue(current);
    node.toggleAttribute("data-long", node.value.length > MOST_FIGURES);
  };
  const commit = () => {
    if (!editing) return;
    editing = false;
    const text = node.value.trim();
    const value = nullable && (text === "" || text === say.NONE) ? null : parseNumber(text);
    write();
    if (Number.isNaN(value)) refuse(text);
    else set(value);
  };
  node.addEventListener("focus", () => node.select());
  node.addEventListener("input", () => {
    editing = true;
  });
  node.addEventListener("change", commit);
  node.addEventListener("blur", commit);
  node.addEventListener("keydown", (event) => {
    if (event.key === "Enter") commit();
    if (event.key !== "Escape") return;
    editing = false;
    write();
  });
  return {
    node,
    /** @param {FieldValue} value */
    show(value) {
      current = value;
      if (!editing) write();
    },
  };
}

/**
 * @param {string} name @param {Track} track @param {boolean} nullable @param {(value: FieldValue) => void} set
 * @param {(text: string) => void} refuse
 * @returns {Widget}
 */
function slider(name, track, nullable, set, refuse) {
  const range = element("input", {
    class: "track",
    type: "range",
    id: `field-${name}`,
    min: "0",
    max: String(POSITIONS),
  });
  range.setAttribute("aria-describedby", `error-${name}`);
  const number = numberInput(`number-${name}`, name, nullable, set, refuse);
  number.node.setAttribute("aria-label", say.typed(say.LABELS[name] ?? name));
  /** @type {number} */
  let current = track.from;
  /** @param {FieldValue} value */
  const show = (value) => {
    current = Number(value ?? track.from);
    const position = positionOf(track, current);
    range.value = String(Math.round(position * POSITIONS));
    range.style.setProperty("--fill", `${position * 100}%`);
    range.setAttribute("aria-valuetext", say.shownValue(value));
    number.show(value);
  };
  range.addEventListener("input", () => {
    const value = valueAt(track, Number(range.value) / POSITIONS);
    if (value !== current) set(value);
  });
  range.addEventListener("keydown", (event) => {
    const direction = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (!direction) return;
    event.preventDefault();
    const value = nextValue(track, current, /** @type {1 | -1} */ (direction));
    show(value); // at once, as the next press counts from here and may come before the next frame
    set(value);
  });
  return { node: element("div", { class: "row-value" }, range, number.node), show };
}

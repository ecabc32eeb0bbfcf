/**
 * The left rail: one row a field of the server's schema, grouped as the schema says. A row shows the value on its way
 * to the server, else the one that runs; what is wrong with it stands right under it.
 */

import { element, setText, svg } from "../lib/dom.js";
import { formatSetting, parseNumber } from "../lib/format.js";
import { nextValue, positionOf, valueAt } from "../kit/slider.js";

/** @typedef {import("../run/state.js").State} State */
/** @typedef {import("../wire/protocol.js").Config} Config */
/** @typedef {import("../wire/protocol.js").FieldValue} FieldValue */
/** @typedef {import("../kit/slider.js").Track} Track */
/** @typedef {{node: HTMLElement, show: (value: FieldValue, config: Config) => void}} Widget */
/** @typedef {{fields: string[], node: HTMLElement, show: (state: State, config: Config) => void}} Row */
/** @typedef {(changes: Config) => void} Change */

const GROUPS = ["Sequence", "Network", "Training", "Gradient"];
/** The order within the groups; fields that are not named here follow. */
export const ORDER = [
  "sequence_length",
  "task",
  "lag",
  "cell",
  "activation",
  "hidden_size",
  "init",
  "gain",
  "forget_bias",
  "optimizer",
  "learning_rate",
  "batch_size",
  "clip",
  "clip_threshold",
  "k1",
  "seed",
];
const ESSENTIAL = ["sequence_length", "cell", "activation"];
const SEGMENTED = ["cell", "precision"];
const POSITIONS = 1000;

/** What a row is called where the schema's title is too long for it. @type {Record<string, string>} */
export const LABELS = {
  sequence_length: "length",
  hidden_size: "units",
  init: "start",
  forget_bias: "forget bias",
  input_std: "input std",
  readout_std: "readout std",
  learning_rate: "rate",
  batch_size: "batch",
  weight_decay: "decay",
  loss_reduction: "reduction",
  clip_threshold: "threshold",
};
/** k2 shares a row with k1. */
const WITHOUT_ROW = ["k2"];
const SYMBOLS = ["sequence_length", "hidden_size"];

/** The useful part of each range; by typing, everything the server allows. @type {Record<string, Track>} */
const TRACKS = {
  sequence_length: { from: 2, to: 500, log: true, integer: true },
  lag: { from: 0, to: 60, integer: true },
  hidden_size: { from: 1, to: 256, log: true, powersOfTwo: true },
  batch_size: { from: 1, to: 256, log: true, powersOfTwo: true },
  gain: { from: 0.1, to: 10, log: true },
  forget_bias: { from: -2, to: 6 },
  input_std: { from: 1e-3, to: 1, log: true },
  readout_std: { from: 1e-3, to: 1, log: true },
  learning_rate: { from: 1e-5, to: 10, log: true, zero: true },
  clip_threshold: { from: 1e-2, to: 1e3, log: true },
  weight_decay: { from: 1e-6, to: 1, log: true, zero: true },
};

/** Fields that mean nothing at the moment say so instead. @type {Record<string, (config: Config) => string | null>} */
const IDLE = {
  lag: ({ task }) => (task === "echo" ? null : "used by echo"),
  clip_threshold: ({ clip }) => (clip === "none" ? "no clipping" : null),
};

/** Rows of things that the chosen network does not have. @type {Record<string, (config: Config) => boolean>} */
const ABSENT = {
  forget_bias: ({ cell }) => cell === "rnn",
};

const TRUNCATIONS = [
  { label: "never (full)", k1: 0, k2: 0 },
  { label: "every 8", k1: 8, k2: 8 },
  { label: "every 8 back 16", k1: 8, k2: 16 },
];

/**
 * @param {HTMLFormElement} form
 * @param {import("../run/session.js").PageStore} store
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
      setText(
        note,
        lost
          ? "No connection: controls rest until it is back."
          : "↺ starts again. All others act on the living network: weights kept.",
      );
    },
  };
}

/** @param {HTMLFormElement} form @param {import("../run/session.js").PageStore} store @param {Change} change @returns {Row[]} */
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
    form.append(element("details", { class: "more" }, element("summary", {}, "more"), ...advanced));
  return rows;
}

/** @param {string} name @param {any} property @param {import("../run/session.js").PageStore} store @param {Change} change @returns {Row} */
function fieldRow(name, property, store, change) {
  /** @param {FieldValue} value */
  const set = (value) => {
    if (value !== store.get().config[name] || name in store.get().wanted || name in store.get().errors) {
      change({ [name]: value });
    }
  };
  /** @param {string} text */
  const refuse = (text) => {
    const error = `${property.title} must be a number; got “${text.slice(0, 20)}”.`;
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
      const idle = IDLE[name]?.(config) ?? null;
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
function frame(fields, property, value) {
  const [name] = fields;
  const restart = property.effect === "restart";
  const tooltip = `${property.description} ${restart ? "Starts again with new weights." : "Acts on the living network: the weights stay."}`;
  const label = element("label", { class: "row-label", for: `field-${name}`, title: tooltip });
  label.append(LABELS[name] ?? property.title.toLowerCase());
  if (SYMBOLS.includes(name)) label.append(" ", element("i", {}, property.symbol));
  const mark = element("span", { class: "row-mark" });
  if (restart) {
    mark.title = tooltip;
    mark.append(restartIcon(), element("span", { class: "visually-hidden" }, "starts again"));
  }
  const error = element("p", { class: "row-error", id: `error-${name}`, role: "alert", hidden: true });
  const node = element("div", { class: "row", "data-field": name }, label, value, mark, error);
  const plain = element("span", {});
  value.append(
    element("span", { class: "row-locked", title: "Locked by the link this page was opened with." }, lockIcon(), plain),
  );
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
  return `${message} The run goes on with ${shownValue(state.config[field])}.`;
}

/** @param {string[]} fields @param {Config} config */
function lockedWords(fields, config) {
  if (!fields.includes("k1")) return shownValue(config[fields[0]]);
  const usual = TRUNCATIONS.find(({ k1, k2 }) => k1 === config.k1 && k2 === config.k2);
  return usual?.label ?? `every ${config.k1} back ${config.k2}`;
}

function lockIcon() {
  const shackle = svg("path", { class: "stroke", d: "M5 7.5V5.2a3 3 0 0 1 6 0v2.3" });
  const body = svg("rect", { class: "fill", x: "3.4", y: "7.2", width: "9.2", height: "6.6", rx: "1.2" });
  return svg("svg", { viewBox: "0 0 16 16", role: "img", "aria-label": "locked" }, shackle, body);
}

function restartIcon() {
  const arrow = svg("path", { class: "stroke", d: "M3.2 6A5.4 5.4 0 1 1 2.7 9.2M3.2 2.6V6h3.4" });
  return svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, arrow);
}

/** @param {FieldValue} value */
function shownValue(value) {
  if (value === null) return "none";
  return typeof value === "number" ? formatSetting(value) : value;
}

// Widgets: an element of the document, and what shows a value in it.

/**
 * @param {string} name @param {any} property @param {(value: FieldValue) => void} set @param {(text: string) => void} refuse
 * @returns {Widget}
 */
function widgetFor(name, property, set, refuse) {
  if (property.enum && SEGMENTED.includes(name)) return segments(name, property.enum, set);
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

/** @param {string} name @param {string[]} options @param {(value: string) => void} set @returns {Widget} */
function segments(name, options, set) {
  const node = element("div", { class: "segments", role: "radiogroup", "aria-label": name });
  /** @type {HTMLInputElement[]} */
  const inputs = options.map((value, index) => {
    const id = index === 0 ? `field-${name}` : `field-${name}-${value}`;
    const input = element("input", { type: "radio", name, value, id });
    input.addEventListener("change", () => set(value));
    node.append(element("label", { class: "segment" }, input, element("span", {}, value)));
    return input;
  });
  return {
    node: element("div", { class: "row-value" }, node),
    show(value) {
      for (const input of inputs) input.checked = input.value === value;
    },
  };
}

/** @param {string} name @param {(value: FieldValue) => void} set @param {(text: string) => void} refuse @returns {Widget} */
function numberOnly(name, set, refuse) {
  const number = numberInput(`field-${name}`, name, false, set, refuse);
  number.node.classList.add("boxed");
  return { node: element("div", { class: "row-value" }, number.node), show: number.show };
}

/**
 * A number that looks like text until it is touched; Enter or leaving it sets it, Esc gives the old one back.
 * @param {string} id @param {string} name @param {boolean} nullable @param {(value: FieldValue) => void} set
 * @param {(text: string) => void} refuse
 */
function numberInput(id, name, nullable, set, refuse) {
  const node = element("input", { class: "number", id, inputmode: "decimal", "aria-describedby": `error-${name}` });
  /** @type {FieldValue} */
  let current = null;
  let editing = false;
  const write = () => {
    node.value = shownValue(current);
  };
  const commit = () => {
    if (!editing) return;
    editing = false;
    const text = node.value.trim();
    const value = nullable && (text === "" || text === "none") ? null : parseNumber(text);
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
  number.node.setAttribute("aria-label", `${LABELS[name] ?? name}, typed`);
  /** @type {number} */
  let current = track.from;
  /** @param {FieldValue} value */
  const show = (value) => {
    current = Number(value ?? track.from);
    const position = positionOf(track, current);
    range.value = String(Math.round(position * POSITIONS));
    range.style.setProperty("--fill", `${position * 100}%`);
    range.setAttribute("aria-valuetext", shownValue(value));
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

/** k1 and k2 in one row: a few usual pairs, and own numbers. @param {any} properties @param {Change} change @returns {Row} */
function truncationRow(properties, change) {
  const choice = element("select", { class: "select", id: "field-k1", "aria-describedby": "error-k1" });
  choice.append(...TRUNCATIONS.map(({ label }, index) => element("option", { value: String(index) }, label)));
  choice.append(element("option", { value: "own" }, "own …"));
  const refuse = () => {};
  const k1 = numberInput(
    "number-k1",
    "k1",
    false,
    (value) => change({ k1: value, k2: Math.max(Number(value), last.k2) }),
    refuse,
  );
  const k2 = numberInput("number-k2", "k1", false, (value) => change({ k1: last.k1 || 1, k2: value }), refuse);
  k1.node.setAttribute("aria-label", properties.k1.title);
  k2.node.setAttribute("aria-label", properties.k2.title);
  const own = element("div", { class: "own-truncation", hidden: true }, "every", k1.node, "back", k2.node);
  const last = { k1: 0, k2: 0 };
  let wantsOwn = false;
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
    { ...properties.k1, title: "truncate" },
    element("div", { class: "row-value" }, choice),
  );
  row.node.append(own);
  return {
    ...row,
    show(state, config) {
      row.show(state, config);
      last.k1 = Number(config.k1);
      last.k2 = Number(config.k2);
      const index = TRUNCATIONS.findIndex((one) => one.k1 === last.k1 && one.k2 === last.k2);
      if (index < 0) wantsOwn = true;
      choice.value = wantsOwn ? "own" : String(index);
      own.hidden = !wantsOwn;
      k1.show(last.k1);
      k2.show(last.k2);
    },
  };
}

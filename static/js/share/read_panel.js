/**
 * What is read of a reader's own file: its size, its first and last rows, what is left out and why; and how else. Before it
 * replaces anything there are two buttons more: to train on it, and to leave it.
 */

import { element } from "../lib/dom.js";
import * as say from "../words/brought.js";

/** @typedef {import("../wire/protocol.js").Read} Read */
/** @typedef {import("../wire/protocol.js").FileOptions} FileOptions */

/**
 * What would be learned from: whose it is, and what becomes of the settings.
 * @typedef {{title: string, changes: string}} Proposed
 */

/**
 * @param {{again: (options: FileOptions) => void, train: () => void, cancel: () => void}} actions again: read the same file otherwise
 */
export function createReadPanel({ again, train, cancel }) {
  const node = element("section", { class: "read", id: "share-read", hidden: true, "aria-label": say.READ_TITLE });

  return {
    node,
    /**
     * @param {Read | undefined} read
     * @param {FileOptions | null} options with which it was read; null where the file is not at hand
     * @param {Proposed | null} [proposed] where the run does not learn from it yet
     */
    show(read, options, proposed = null) {
      node.hidden = read === undefined;
      if (!read) return;
      const title = proposed?.title ?? say.READ_TITLE;
      node.setAttribute("aria-label", title);
      const words = [...say.leftOutWords(read), ...read.notes, ...(proposed?.changes ? [proposed.changes] : [])];
      node.replaceChildren(
        element("h2", { class: "share-title" }, title),
        element("p", {}, say.sizeWords(read)),
        ...(read.first && read.last ? [tableOf(read)] : []),
        ...words.map((sentence) => element("p", { class: "quiet" }, sentence)),
        ...(proposed
          ? [
              element(
                "div",
                { class: "share-line" },
                button(say.TRAIN, train, "primary-button"),
                button(say.CANCEL, cancel),
              ),
            ]
          : []),
        ...(read.columns === undefined
          ? []
          : [options ? choicesOf(read, options, again) : element("p", { class: "quiet" }, say.NO_FILE)]),
      );
    },
  };
}

/** @param {string} label @param {() => void} press @param {string} [kind] */
function button(label, press, kind = "outline-button") {
  const node = element("button", { class: kind, type: "button" }, label);
  node.addEventListener("click", press);
  return node;
}

/** The first and the last rows, in the file's own numbers. @param {Read} read */
function tableOf({ columns = [], first = [], last = [], rows = 0 }) {
  const shown = first[0]?.length ?? 0;
  const row = (/** @type {number} */ number, /** @type {number[]} */ values) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, String(number)),
      ...values.map((value) => element("td", {}, say.cellWords(value))),
    );
  const overlap = Math.max(0, first.length + last.length - rows);
  const rest = last.slice(overlap);
  return element(
    "div",
    { class: "read-table", tabindex: "0", role: "region", "aria-label": say.FIRST_AND_LAST },
    element(
      "table",
      {},
      element(
        "thead",
        {},
        element(
          "tr",
          {},
          element("th", { scope: "col" }, say.ROW),
          ...columns.slice(0, shown).map((name) => element("th", { scope: "col" }, name)),
        ),
      ),
      element(
        "tbody",
        {},
        ...first.map((values, index) => row(index + 1, values)),
        ...(rows > first.length + rest.length
          ? [element("tr", { class: "read-gap" }, element("td", { colspan: String(shown + 1) }, "⋮"))]
          : []),
        ...rest.map((values, index) => row(rows - rest.length + index + 1, values)),
      ),
    ),
  );
}

/** Which columns, what begins decimals, what fills gaps. @param {Read} read @param {FileOptions} options @param {(options: FileOptions) => void} again */
function choicesOf(read, options, again) {
  const kept = read.columns ?? [];
  const names = [...kept, ...(read.others ?? [])];
  const boxes = names.map((name) => element("input", { type: "checkbox", checked: kept.includes(name), value: name }));
  const decimal = selectOf(say.DECIMALS, options.decimal);
  const fill = selectOf(say.GAPS, options.fill);
  const readAgain = button(say.READ_AGAIN, () => {
    const keep = boxes.filter(({ checked }) => checked).map(({ value }) => value);
    const others = keep.length !== kept.length || keep.some((name) => !kept.includes(name));
    const { decimal: _decimal, fill: _fill, keep: _keep, drop: _drop, ...rest } = options;
    again({
      ...rest,
      ...(decimal.value ? { decimal: decimal.value } : {}),
      ...(fill.value ? { fill: fill.value } : {}),
      ...(others || options.keep ? { keep } : {}),
      ...(!others && !options.keep && options.drop ? { drop: options.drop } : {}),
    });
  });
  return element(
    "div",
    { class: "read-choices" },
    element(
      "fieldset",
      { class: "read-columns" },
      element("legend", {}, say.COLUMNS),
      ...names.map((name, index) => element("label", { class: "share-check" }, boxes[index], name)),
    ),
    element(
      "div",
      { class: "share-line" },
      element("label", {}, `${say.DECIMALS.label} `, decimal),
      element("label", {}, `${say.GAPS.label} `, fill),
      readAgain,
    ),
  );
}

/** @param {Record<string, string>} choices by value, with the label beside them @param {string} [chosen] */
function selectOf({ label: _label, ...choices }, chosen = "") {
  const options = Object.entries(choices).map(([value, words]) =>
    element("option", { value, selected: value === chosen }, words),
  );
  return element("select", { class: "select" }, ...options);
}

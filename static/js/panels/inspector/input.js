/** The input of one timestep of the shown sequence, to be changed: what if the network had heard something else? */

import { element, setSentence } from "../../lib/dom.js";
import { formatSetting, parseNumber, visibleSymbol } from "../../lib/format.js";
import { fromOwn, ownColumns, toOwn } from "../../record/own.js";
import { at } from "../../record/readings.js";
import * as say from "../../words/panels.js";
import { formatOwn, shortName } from "../../words/own.js";

/** @typedef {import("../../wire/protocol.js").DecodedRecord} DecodedRecord */
/** @typedef {import("../../run/state.js").State} State */

/** Fewer inputs are numbers even where they happen to be 0 and 1. */
const FEWEST_SYMBOLS = 3;

/** Which of the inputs is 1 where all others are 0; null where the input is no such symbol. @param {DecodedRecord} record @param {number} t */
export function symbolIndex(record, t) {
  const I = record.tensors.x.shape[1];
  if (I < FEWEST_SYMBOLS) return null;
  let found = null;
  for (let i = 0; i < I; i += 1) {
    const value = at(record, "x", t - 1, i);
    if (value === 1 && found === null) found = i;
    else if (value !== 0) return null;
  }
  return found;
}

/** @param {import("../../views/views.js").ViewActions} actions */
export function createInputField({ edit }) {
  const label = element("label", { for: "input-value" });
  const which = element("select", { class: "select", "aria-label": say.WHICH_INPUT });
  const number = element("input", {
    class: "number boxed",
    id: "input-value",
    inputmode: "decimal",
    autocomplete: "off",
  });
  const symbol = element("select", { class: "select", "aria-label": say.INPUT_SYMBOL });
  const title = say.INPUT_CHANGES;
  const node = element("div", { class: "input-row", title }, label, which, number, symbol);
  /** @type {{record: DecodedRecord, t: number, own: import("../../record/own.js").Column[] | null} | null} */
  let shown = null;

  /** One input as it is read and typed: of a reader's own table in the table's numbers. @param {number} input */
  function written(input) {
    if (!shown) return "";
    const value = at(shown.record, "x", shown.t - 1, input);
    const column = shown.own?.[input];
    return column ? formatOwn(column, toOwn(column, value)) : formatSetting(value);
  }

  number.addEventListener("change", () => {
    const value = parseNumber(number.value);
    const input = Number(which.value || 0);
    if (shown && Number.isFinite(value)) {
      const column = shown.own?.[input];
      edit(
        "x",
        [shown.t - 1, input],
        column ? fromOwn(column, value) : value,
        at(shown.record, "x", shown.t - 1, input),
      );
    } else number.value = written(input);
  });
  which.addEventListener("change", () => {
    number.value = written(Number(which.value));
  });
  symbol.addEventListener("change", () => {
    const before = shown && symbolIndex(shown.record, shown.t);
    if (!shown || before === null) return;
    edit("x", [shown.t - 1, before], 0, 1);
    edit("x", [shown.t - 1, Number(symbol.value)], 1, 0);
  });

  /** @param {HTMLSelectElement} select @param {string[]} names */
  function offer(select, names) {
    const key = names.join("\u0000");
    if (select.dataset.names === key) return;
    select.dataset.names = key;
    select.replaceChildren(...names.map((name, index) => element("option", { value: String(index) }, name)));
  }

  return {
    node,
    /** @param {DecodedRecord} record @param {State["task"]} task @param {number} t @param {boolean} editable */
    show(record, task, t, editable) {
      shown = { record, t, own: ownColumns(task) };
      node.hidden = !editable;
      if (!editable) return;
      const I = record.tensors.x.shape[1];
      const names = Array.from({ length: I }, (_, i) => task?.inputs?.[i] ?? say.inputNumber(i + 1));
      const chosen = symbolIndex(record, t);
      setSentence(label, say.inputName(t, shown.own && I === 1 ? shortName(shown.own[0]) : null));
      symbol.hidden = chosen === null;
      number.hidden = chosen !== null;
      which.hidden = chosen !== null || I === 1;
      if (chosen !== null) {
        offer(symbol, names.map(visibleSymbol));
        if (document.activeElement !== symbol) symbol.value = String(chosen);
        return;
      }
      offer(which, names);
      if (document.activeElement !== number) number.value = written(Number(which.value || 0));
    },
  };
}

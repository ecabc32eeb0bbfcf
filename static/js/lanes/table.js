/** What lanes differ in and what came of it, in the place of the inspector, and what can be done with lanes. */

import { element, setSentence, setText } from "../lib/dom.js";
import { shortNames, tableOf, titleOf } from "../words/lanes.js";
import * as say from "../words/lanes.js";

/** @typedef {import("../run/state.js").State} State */

/** Of networks side by side. */
export const MOST_LANES = 4;

/**
 * @param {{states: () => State[], chosen: () => number, choose: (index: number) => void, add: () => void,
 *   keep: () => void, drop: () => void}} lanes
 */
export function createLanesTable(lanes) {
  const title = element("h2", { class: "lanes-title" }, say.NAME);
  const head = element("tr", {});
  const body = element("tbody", {});
  const scroller = element("div", { class: "lanes-scroller" }, element("table", {}, element("thead", {}, head), body));
  const add = button("outline-button", say.ADD, lanes.add);
  const keep = button("text-button plain", say.keepWords(1), lanes.keep);
  const drop = button("text-button plain", say.closeWords(1), lanes.drop);
  add.title = say.ADDS;
  const actions = element("div", { class: "lanes-actions" }, add, keep, drop);
  const node = element("section", { class: "lanes-table", "aria-label": say.NAME }, title, scroller, actions);
  const inspector = document.getElementById("inspector");
  inspector?.before(node);
  let shape = "";

  return {
    /** Called when it is time for other numbers. */
    draw() {
      const states = lanes.states();
      const configs = states.map(({ config }) => config);
      const names = shortNames(configs, states[0].schema);
      const rows = tableOf(states);
      const cells = rows.map(cellsOf);
      const next = JSON.stringify([names, lanes.chosen(), rows.map(({ label }, row) => [label, cells[row].length])]);
      setText(title, titleOf(configs));
      scroller.classList.toggle("many", states.length >= say.MANY);
      if (next !== shape) build(names, rows, cells);
      shape = next;
      for (const [row, { bold }] of rows.entries()) {
        for (const [index, value] of cells[row].entries()) {
          const cell = body.rows[row].cells[index + 1];
          setText(cell, value);
          cell.classList.toggle("differs", bold);
        }
      }
    },
    remove: () => node.remove(),
  };

  /** @param {string[]} names @param {import("../words/lanes.js").Row[]} rows @param {string[][]} cells */
  function build(names, rows, cells) {
    const chosen = lanes.chosen();
    const heads = names.map((name, index) => {
      const one = button("lane-choice", `${index + 1} ${name}`, () => lanes.choose(index));
      one.setAttribute("aria-pressed", String(index === chosen));
      one.setAttribute("aria-keyshortcuts", String(index + 1));
      return element("th", { scope: "col" }, one);
    });
    head.replaceChildren(element("td", {}), ...heads);
    body.replaceChildren(
      ...rows.map(({ label, values }, row) => {
        const name = element("th", { scope: "row" });
        setSentence(name, label);
        const colspan = String(values.length / cells[row].length);
        return element("tr", {}, name, ...cells[row].map(() => element("td", { colspan })));
      }),
    );
    setText(keep, say.keepWords(chosen + 1));
    keep.title = say.KEEPS;
    setText(drop, say.closeWords(chosen + 1));
    drop.hidden = names.length < 3;
    add.hidden = names.length >= MOST_LANES;
  }
}

/** What a row's cells say: of many lanes that are all alike one cell says it. @param {import("../words/lanes.js").Row} row */
function cellsOf({ values }) {
  const alike = values.length >= say.MANY && values.every((value) => value === values[0]);
  return (alike ? [say.inAll(values[0])] : values).map(say.breakable);
}

/** @param {string} kind @param {string} text @param {() => void} act */
function button(kind, text, act) {
  const node = element("button", { class: kind, type: "button" }, text);
  node.addEventListener("click", act);
  return node;
}

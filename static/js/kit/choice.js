/** A choice between a few, as buttons in a row. */

import { element } from "../lib/dom.js";

/**
 * @param {string} label
 * @param {{value: string, text: string}[]} choices
 * @param {(value: string) => void} choose
 */
export function createChoice(label, choices, choose) {
  const name = `choice-${label.replaceAll(" ", "-")}`;
  const inputs = choices.map(({ value }) => element("input", { type: "radio", name, value }));
  const node = element(
    "fieldset",
    { class: "segments", "aria-label": label },
    ...choices.map(({ text }, index) => element("label", { class: "segment" }, inputs[index], text)),
  );
  for (const input of inputs) input.addEventListener("change", () => choose(input.value));
  return {
    node,
    /** @param {string} value */
    show(value) {
      for (const input of inputs) if (input.checked !== (input.value === value)) input.checked = !input.checked;
    },
  };
}

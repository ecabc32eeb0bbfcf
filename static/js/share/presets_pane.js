/** A short list of configurations that show something; a test holds each to its word. */

import { element } from "../lib/dom.js";

/** @typedef {{name: string, title: string, text: string, link: string}} Preset */

/** @param {(link: string) => void} open @returns {import("./panel.js").Pane} */
export function createPresetsPane(open) {
  const list = element("ul", { class: "presets" });
  let asked = false;

  async function load() {
    const answer = await fetch(new URL("./presets.json", import.meta.url));
    const presets = /** @type {Preset[]} */ (await answer.json());
    list.append(...presets.map(entry));
  }

  /** @param {Preset} preset */
  function entry({ title, text, link }) {
    const anchor = element("a", { href: `#${link}` }, title);
    anchor.addEventListener("click", (event) => {
      event.preventDefault();
      open(link);
    });
    return element("li", {}, anchor, element("p", { class: "quiet" }, text));
  }

  return {
    node: element(
      "div",
      {},
      element("p", { class: "quiet" }, "Each starts a new run; Undo in the header brings yours back."),
      list,
    ),
    show() {
      if (asked) return;
      asked = true;
      void load();
    },
  };
}

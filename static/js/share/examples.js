/** Examples as cards beside the lessons: each with the river of its network, and one for a text of one's own. */

import { element, typeset } from "../lib/dom.js";
import { fileAddress } from "../lib/files.js";
import { EXAMPLES_CLOSED } from "../words/examples.js";
import { drawSmallRiver } from "./preset_picture.js";
import * as say from "../words/examples.js";

/** @typedef {{name: string, card: string, title: string, text: string, link: string}} Preset card: its name among the cards, empty for the others */

const WIDTH = 264;
const HEIGHT = 84;

/** @param {string} name */
async function fetched(name) {
  return (await fetch(fileAddress(`js/share/${name}.json`))).json();
}

/**
 * @param {HTMLElement} node the popover
 * @param {import("../run/session.js").PageStore} store
 * @param {{open: (link: string) => void, paste: () => void}} actions
 */
export async function createExamples(node, store, actions) {
  /** @type {[Preset[], Record<string, number[]>]} */
  const [presets, rivers] = await Promise.all([fetched("presets"), fetched("preset_pictures")]);
  const cards = element("div", { class: "example-cards" });
  const others = element("ul", { class: "presets" });
  const closed = element("p", { class: "quiet", hidden: true }, EXAMPLES_CLOSED);
  /** @type {(() => void)[]} */
  const drawings = [];

  /** @param {string} href @param {() => void} act @param {...(Node | string)} parts */
  function way(href, act, ...parts) {
    const anchor = element("a", { href, class: "example" }, ...parts);
    anchor.addEventListener("click", (event) => {
      event.preventDefault();
      node.hidePopover();
      act();
    });
    return anchor;
  }

  for (const { name, card, title, text, link } of presets) {
    const open = () => actions.open(link);
    if (!card) {
      others.append(
        element("li", {}, way(`#${link}`, open, title), element("p", { class: "quiet" }, ...typeset(text))),
      );
      continue;
    }
    const canvas = element("canvas", { width: String(WIDTH), height: String(HEIGHT), "aria-hidden": "true" });
    drawings.push(() => drawSmallRiver(canvas, rivers[name], store.get().dark));
    cards.append(
      way(`#${link}`, open, canvas, element("b", {}, card), element("span", { class: "quiet" }, ...typeset(text))),
    );
  }
  const own = element("span", { class: "example-own", "aria-hidden": "true" }, say.OWN_SAMPLE);
  const text = element("span", { class: "quiet" }, say.OWN_IS);
  cards.append(way("#", actions.paste, own, element("b", {}, say.OWN), text));
  const more = element("details", {}, element("summary", {}, say.MORE), others);
  const note = element("p", { class: "quiet" }, say.STARTS_NEW);
  node.replaceChildren(closed, cards, note, more);

  return {
    /** As it is when it opens. */
    show() {
      const isLocked = Object.keys(store.get().locks).length > 0;
      closed.hidden = !isLocked;
      for (const part of [cards, note, more]) part.hidden = isLocked;
      for (const draw of drawings) draw();
    },
  };
}

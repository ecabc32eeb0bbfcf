/**
 * A tooltip: shown on pointing, on keyboard focus and on a long press. It lies above everything and takes no pointer
 * events; screen readers read it as the description of its element.
 */

import { byId, element, setSentence } from "../lib/dom.js";

const AWAY = 8;
const MARGIN = 6;

export function createTooltip(id = "tooltip") {
  const node = element("div", { class: "tooltip", id, role: "tooltip", popover: "manual" });
  /** @type {Element | null} */
  let described = null;

  function hide() {
    if (!described) return;
    if (described.getAttribute("aria-describedby") === id) described.removeAttribute("aria-describedby");
    described = null;
    node.hidePopover();
  }

  return {
    node,
    /** The thing it speaks of. */
    of: () => described,
    /** @param {Element} thing @param {string} words */
    show(thing, words) {
      if (!node.isConnected) byId("stage").append(node);
      setSentence(node, words);
      if (described !== thing) {
        hide();
        described = thing;
        if (!thing.hasAttribute("aria-describedby")) thing.setAttribute("aria-describedby", id);
        node.showPopover();
      }
      stand(node, thing.getBoundingClientRect());
    },
    hide,
  };
}

/** Below the thing, or above it where there is no room. @param {HTMLElement} node @param {DOMRect} box */
function stand(node, box) {
  const { offsetWidth: width, offsetHeight: height } = node;
  const left = Math.max(MARGIN, Math.min(box.left + box.width / 2 - width / 2, window.innerWidth - width - MARGIN));
  const below = box.bottom + AWAY;
  const top = below + height + MARGIN <= window.innerHeight ? below : Math.max(MARGIN, box.top - AWAY - height);
  node.style.left = `${left}px`;
  node.style.top = `${top}px`;
}

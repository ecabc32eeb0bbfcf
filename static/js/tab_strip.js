/** One row of tabs, however many: where they are wider than their place they slide, and arrows say which way there is more. */

import { element } from "./dom.js";

/** How much of what is seen one press of an arrow moves. */
const STRIDE = 0.7;

/** @param {HTMLElement} tabs the list, whose children are the tabs */
export function createTabStrip(tabs) {
  const before = createArrow("‹", "tab-arrow before", -1);
  const after = createArrow("›", "tab-arrow after", 1);
  const node = element("div", { class: "tab-strip" }, tabs, before, after);

  /** For the mouse alone: the keyboard's arrows walk over all tabs, and a finger pushes them. @param {string} sign @param {string} kind @param {number} direction */
  function createArrow(sign, kind, direction) {
    const properties = { class: kind, type: "button", tabindex: "-1", "aria-hidden": "true", title: "More views" };
    const arrow = element("button", properties, sign);
    arrow.addEventListener("click", () => tabs.scrollBy({ left: direction * STRIDE * tabs.clientWidth }));
    return arrow;
  }

  function measure() {
    const more = tabs.scrollWidth - tabs.clientWidth - tabs.scrollLeft;
    before.hidden = tabs.scrollLeft < 1;
    after.hidden = more < 1;
  }

  tabs.addEventListener("scroll", measure, { passive: true });
  new ResizeObserver(measure).observe(tabs);

  return {
    node,
    /** Brings a tab into sight, clear of the arrows. @param {HTMLElement} tab */
    reveal(tab) {
      const room = after.offsetWidth || before.offsetWidth;
      const [left, right] = [tab.offsetLeft - room, tab.offsetLeft + tab.offsetWidth + room];
      if (left < tabs.scrollLeft) tabs.scrollLeft = left;
      else if (right > tabs.scrollLeft + tabs.clientWidth) tabs.scrollLeft = right - tabs.clientWidth;
      measure();
    },
  };
}

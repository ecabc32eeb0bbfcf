/** One row of tabs, however many: where they are wider than their place they slide, and arrows say which way there is more. */

import { element } from "../lib/dom.js";

/** How much of what is seen one press of an arrow moves. */
const STRIDE = 0.7;

/** @param {HTMLElement} tabs the list, whose children are the tabs @param {string} more what the arrows are called */
export function createTabStrip(tabs, more) {
  const before = createArrow("‹", "tab-arrow before", -1);
  const after = createArrow("›", "tab-arrow after", 1);
  const node = element("div", { class: "tab-strip" }, tabs, before, after);
  /** @type {HTMLElement | null} the tab that is to be in sight */
  let chosen = null;

  /** For the mouse alone: the keyboard's arrows walk over all tabs, and a finger pushes them. @param {string} sign @param {string} kind @param {number} direction */
  function createArrow(sign, kind, direction) {
    const properties = { class: kind, type: "button", tabindex: "-1", "aria-hidden": "true", title: more };
    const arrow = element("button", properties, sign);
    arrow.addEventListener("click", () => tabs.scrollBy({ left: direction * STRIDE * tabs.clientWidth }));
    return arrow;
  }

  function measure() {
    const more = tabs.scrollWidth - tabs.clientWidth - tabs.scrollLeft;
    before.hidden = tabs.scrollLeft < 1;
    after.hidden = more < 1;
  }

  /** Scrolls at once: a slide on its way would be cut short by whatever changes the strip next. */
  function showChosen() {
    if (chosen) {
      after.hidden = false;
      const room = after.offsetWidth;
      const [left, right] = [chosen.offsetLeft - room, chosen.offsetLeft + chosen.offsetWidth + room];
      const to = left < tabs.scrollLeft ? left : Math.max(tabs.scrollLeft, right - tabs.clientWidth);
      if (to !== tabs.scrollLeft) tabs.scrollTo({ left: to, behavior: "instant" });
    }
    measure();
  }

  tabs.addEventListener("scroll", measure, { passive: true });
  // Tabs come and go, and get their size when their style has arrived.
  const sizes = new ResizeObserver(showChosen);
  for (const one of [tabs, ...tabs.children]) sizes.observe(one);

  return {
    node,
    /** Brings a tab into sight, clear of the arrows, and keeps it there when the strip changes. @param {HTMLElement} tab */
    reveal(tab) {
      chosen = tab;
      showChosen();
    },
  };
}

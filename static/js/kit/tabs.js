/**
 * Tabs of which one is chosen: Tab stops at the chosen one, the arrows walk over those that are shown and open each, Home
 * and End go to the first and the last.
 */

/**
 * @param {HTMLElement[]} tabs in their order, each with role="tab"
 * @param {(index: number) => void} open
 */
export function createTabs(tabs, open) {
  /** @param {KeyboardEvent} event */
  function walk(event) {
    const seen = tabs.filter((tab) => tab.checkVisibility());
    const here = seen.indexOf(/** @type {HTMLElement} */ (event.currentTarget));
    const there = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: -1 }[event.key];
    if (there === undefined) return;
    event.preventDefault();
    const next = seen[(there + seen.length) % seen.length];
    open(tabs.indexOf(next));
    next.focus();
  }

  for (const [index, tab] of tabs.entries()) {
    tab.addEventListener("click", () => open(index));
    tab.addEventListener("keydown", walk);
  }
  return {
    /** @param {number} chosen */
    show(chosen) {
      for (const [index, tab] of tabs.entries()) {
        tab.setAttribute("aria-selected", String(index === chosen));
        tab.tabIndex = index === chosen ? 0 : -1;
      }
    },
  };
}

/** The menu behind the dots. */

import { byId } from "../lib/dom.js";

export function openMore() {
  const more = byId("more");
  more.addEventListener("click", (event) => {
    more.hidePopover();
    // In a narrow window the menu stands in for buttons of the header that have no room there.
    const of = /** @type {HTMLElement} */ (event.target).dataset.for;
    if (of) byId(of).click();
  });
}

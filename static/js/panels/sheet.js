/** The sheet of all controls on small screens. */

import { byId } from "../lib/dom.js";
import * as say from "../words/controls.js";

/** On small screens all controls come as a sheet over the lower half. */
export function createSheet() {
  const button = byId("all-controls");
  const controls = byId("controls");
  const open = (/** @type {boolean} */ isOpen) => {
    controls.dataset.open = String(isOpen);
    button.setAttribute("aria-expanded", String(isOpen));
    button.textContent = isOpen ? say.CLOSE_ALL : say.ALL;
  };
  button.addEventListener("click", () => open(controls.dataset.open !== "true"));
  controls.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || controls.dataset.open !== "true") return;
    open(false);
    button.focus();
  });
}

/** A button that copies a text. */

import { element } from "../lib/dom.js";
import * as say from "../words/share.js";

/**
 * Copies, or where the browser does not let us (pages that came over plain http) selects what is to be copied.
 * @param {HTMLInputElement | HTMLTextAreaElement} source
 * @param {string} name
 * @param {() => void} show brings the source up to date
 */
export function copyButton(source, name, show) {
  const button = element("button", { class: "outline-button", type: "button" }, name);
  button.addEventListener("click", async () => {
    show();
    button.textContent = (await copied(source)) ? say.COPIED_BUTTON : say.PRESS_COPY;
    window.setTimeout(() => {
      button.textContent = name;
    }, 2000);
  });
  return button;
}

/** @param {HTMLInputElement | HTMLTextAreaElement} source */
async function copied(source) {
  source.select();
  try {
    await navigator.clipboard.writeText(source.value);
    return true;
  } catch {
    return false;
  }
}

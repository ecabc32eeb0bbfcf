/** In front of a class: larger type, the essential controls only, and a ring around the pointer. */

import { byId, element } from "../lib/dom.js";
import { addStyle, holdEverywhere } from "../lib/styles.js";

export function createPresenter() {
  const button = byId("presenter");
  const spot = element("div", { class: "spot", hidden: true, "aria-hidden": "true" });
  /** @type {Promise<unknown> | null} */
  let dressed = null;

  /** @param {PointerEvent} event */
  function follow({ clientX, clientY }) {
    spot.hidden = false;
    spot.style.left = `${clientX}px`;
    spot.style.top = `${clientY}px`;
  }

  async function toggle() {
    dressed ??= addStyle("essential.css");
    await dressed;
    const presents = document.body.toggleAttribute("data-presenter");
    const isEmbedded = document.body.hasAttribute("data-embed");
    void holdEverywhere(/** @type {HTMLLinkElement} */ (byId("compact-style")), presents || isEmbedded);
    button.setAttribute("aria-pressed", String(presents));
    if (presents) {
      document.body.append(spot);
      document.addEventListener("pointermove", follow);
    } else {
      spot.remove();
      document.removeEventListener("pointermove", follow);
    }
  }

  button.addEventListener("click", () => void toggle());
}

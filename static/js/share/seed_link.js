/** Beside the seed: a link to exactly what is seen, as this number is what makes it the same for everybody. */

import { byId, element } from "../lib/dom.js";
import { linkOf, writeLink } from "./link.js";

const SAID_FOR = 2000;
const COPY = "copy link";

/**
 * @param {import("../run/session.js").PageStore} store
 * @param {() => import("../run/state.js").State[]} lanes
 */
export function createSeedLink(store, lanes) {
  const button = element("button", { class: "text-button copy-link", type: "button" }, COPY);
  button.title = "Copy the link to exactly this: configuration, seed and view";
  byId("field-seed").after(button);

  button.addEventListener("click", async () => {
    const state = store.get();
    const fragment = writeLink(linkOf(state, lanes()), state.schema);
    const page = location.origin + location.pathname;
    try {
      await navigator.clipboard.writeText(fragment ? `${page}#${fragment}` : page);
      button.textContent = "copied";
      window.setTimeout(() => {
        button.textContent = COPY;
      }, SAID_FOR);
    } catch {
      // Pages that came over plain http may not copy.
      const text = "This browser does not allow copying here: the same link is in the address bar.";
      store.dispatch({ type: "notice", notice: { text, undo: false, at: performance.now() } });
    }
  });
}

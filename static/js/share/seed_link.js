/** Beside the seed: a link to exactly what is seen, as this number is what makes it the same for everybody. */

import { byId, element } from "../lib/dom.js";
import { linkOf } from "./link.js";
import { writeLink } from "./write_link.js";
import * as say from "../words/share.js";

const SAID_FOR = 2000;
const COPY = say.COPY_SHORT;

/**
 * @param {import("../run/session.js").PageStore} store
 * @param {() => import("../run/state.js").State[]} lanes
 */
export function createSeedLink(store, lanes) {
  const button = element("button", { class: "text-button copy-link", type: "button" }, COPY);
  button.title = say.COPY_EXACTLY;
  byId("field-seed").after(button);

  button.addEventListener("click", async () => {
    const state = store.get();
    const fragment = writeLink(linkOf(state, lanes()), state.schema);
    const page = location.origin + location.pathname;
    try {
      await navigator.clipboard.writeText(fragment ? `${page}#${fragment}` : page);
      button.textContent = say.COPIED;
      window.setTimeout(() => {
        button.textContent = COPY;
      }, SAID_FOR);
    } catch {
      // Pages that came over plain http may not copy.
      const text = say.NO_COPYING;
      store.dispatch({ type: "notice", notice: { text, undo: false, at: performance.now() } });
    }
  });
}

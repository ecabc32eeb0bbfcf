/** What a text points at is brought to hand: a view opens, a timestep is pinned, a control has the focus. */

import { selectorOf } from "./places.js";

/**
 * @param {import("./places.js").Reference} ref to anything but a lane
 * @param {import("../run/session.js").PageStore} store
 * @param {() => void} [showViews] where something stands in front of the right rail
 */
export function lead(ref, store, showViews = () => {}) {
  if (ref.kind === "tab" || ref.of === "flow") {
    store.dispatch({ type: "tab", tab: String(ref.of) });
    return showViews();
  }
  if (ref.kind === "timestep" || ref.kind === "loss") {
    return store.dispatch({ type: "pin", pin: { t: Number(ref.of) } });
  }
  const selector = selectorOf(ref);
  const found = selector ? /** @type {HTMLElement | null} */ (document.querySelector(selector)) : null;
  if (!found) return;
  if (found.closest("#side")) showViews();
  if (found.closest("#inspector") && !store.get().pin) store.dispatch({ type: "pin", pin: { t: 1 } });
  const details = found.closest("details");
  if (details) details.open = true;
  /** @type {HTMLElement} */ (found.querySelector("input, select, button") ?? found).focus();
}

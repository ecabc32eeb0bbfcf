/** What a text points at is brought to hand: a view opens, a timestep is pinned, a button is pressed, a control has the focus. */

import { isPlaying } from "../run/state.js";
import { selectorOf } from "./places.js";

/** @typedef {import("../run/state.js").State} State */

/** A button that does two things in turn is left alone where what the text says is so already. @type {Record<string, (state: State) => boolean>} */
const ALREADY = {
  play: isPlaying,
  fold: ({ folded }) => folded,
  unfold: ({ folded }) => !folded,
  slow: ({ slow }) => slow !== null,
};

/**
 * @param {import("./places.js").Reference} ref to anything but a lane
 * @param {import("../run/session.js").PageStore} store
 * @param {(part: "views" | "inspector") => void} [show] that part of the right rail, where something stands in front of it
 */
export function lead(ref, store, show = () => {}) {
  if (ref.kind === "tab" || ref.of === "flow") {
    store.dispatch({ type: "tab", tab: String(ref.of) });
    return show("views");
  }
  if (ref.kind === "timestep" || ref.kind === "loss") {
    return store.dispatch({ type: "pin", pin: { t: Number(ref.of) } });
  }
  const selector = selectorOf(ref);
  const found = selector ? /** @type {HTMLElement | null} */ (document.querySelector(selector)) : null;
  if (!found) return;
  if (ref.kind === "button") {
    if (!ALREADY[ref.of]?.(store.get())) found.click();
    return;
  }
  const inspects = found.closest("#inspector") !== null;
  if (inspects || found.closest("#side")) show(inspects ? "inspector" : "views");
  if (inspects && !store.get().pin) store.dispatch({ type: "pin", pin: { t: 1 } });
  const details = found.closest("details");
  if (details) details.open = true;
  /** @type {HTMLElement} */ (found.querySelector("input, select, button") ?? found).focus();
}

/** Keeps the address bar's fragment what the page shows: at most twice a second, and without entries in its history. */

import { linkOf } from "./link.js";
import { writeLink } from "./write_link.js";

const INTERVAL = 500;

/**
 * @typedef {object} Browser
 * @property {Location} location
 * @property {History} history
 * @property {(callback: () => void, ms: number) => number} setTimer
 */

/**
 * @param {import("../run/session.js").PageStore} store
 * @param {() => import("../run/state.js").State[]} lanes
 * @param {Browser} browser
 */
export function keepAddress(store, lanes, { location, history, setTimer }) {
  let waiting = false;

  function write() {
    waiting = false;
    const state = store.get();
    // What cannot be opened by a link is not in one.
    if (!state.can.replace) return;
    const fragment = writeLink(linkOf(state, lanes()), state.schema);
    if (fragment === location.hash.replace(/^#/, "")) return;
    history.replaceState(history.state, "", fragment ? `#${fragment}` : location.pathname + location.search);
  }

  function changed() {
    if (waiting) return;
    waiting = true;
    setTimer(write, INTERVAL);
  }

  store.watch((state) => state, changed);
  changed();
}

/** A recording that is opened takes the place of what was there, which waits and comes back when it is closed. */

import { element } from "../lib/dom.js";
import { createStore } from "../lib/store.js";
import { createPlayback } from "../run/playback.js";
import { initialState, isPlaying, reduce } from "../run/state.js";
import * as say from "../words/recording.js";
import { createSourceBar } from "./source_bar.js";

/** @typedef {import("../run/state.js").State} State */
/** @typedef {import("../wire/recording.js").Recording} Recording */

/**
 * @param {object} page
 * @param {import("../lanes/entry.js").PageSwitch} page.store
 * @param {ReturnType<typeof import("../run/active.js").createActiveSession>} page.active
 * @param {() => void} page.endLanes
 * @param {import("../wire/connection.js").Platform} page.platform
 */
export function createPlayer({ store, active, endLanes, platform }) {
  /** @type {{source: import("../run/source.js").Source, store: import("../run/session.js").PageStore, plays: boolean} | null} */
  let before = null;
  /** @type {HTMLElement | null} */
  let bar = null;

  /** What was there stands still meanwhile. */
  function leave() {
    endLanes();
    const { lesson, locks } = store.get();
    store.dispatch({ type: "lesson", lesson: null, locks: lesson ? {} : locks });
    store.dispatch({ type: "question", question: null });
    store.dispatch({ type: "fold", folded: false });
    store.dispatch({ type: "slow", slow: null });
    const waits = { source: active.current(), store: store.chosen(), plays: isPlaying(store.get()) };
    if (waits.plays) waits.source.pause();
    return waits;
  }

  function close() {
    if (!before) return;
    active.current().close();
    bar?.remove();
    const { source, store: own, plays } = before;
    const { locks, rate, lesson, question } = own.get();
    own.dispatch({ type: "adopt", from: { ...store.get(), locks, rate, lesson, question } });
    before = null;
    active.choose(source);
    store.choose(own);
    if (plays) source.play();
  }

  /** @param {Recording} recording @param {string} name of its file */
  function open(recording, name) {
    if (before) active.current().close();
    before ??= leave();
    const own = before.store.get();
    const played = createStore(initialState({ schema: own.schema, limits: own.limits ?? undefined }), reduce);
    played.dispatch({ type: "adopt", from: store.get() });
    const source = createPlayback(played, recording, platform);
    active.choose(source);
    store.choose(played);
    bar?.remove();
    const button = element("button", { class: "outline-button", type: "button", title: say.CLOSES }, say.CLOSE);
    button.addEventListener("click", close);
    const words = say.openWords(name, recording.records.length, recording.cutShort);
    bar = createSourceBar(true, element("span", { role: "status" }, words), button);
    source.play();
  }

  return { open };
}

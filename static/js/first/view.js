/** The first view: what the run does in one line, and two ways on. It ends for good. */

import { setText } from "../lib/dom.js";
import { echoWords, paceWords, progressWords } from "../words/first.js";
import { showWhole } from "./visit.js";

/** @typedef {import("../run/session.js").PageStore} PageStore */

/**
 * @param {PageStore} store
 * @param {() => void} openLessons
 */
export function createFirstView(store, openLessons) {
  const part = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
  const [pace, progress, echoed] = [part("first-rate"), part("first-numbers"), part("first-echoed")];

  function end() {
    if (!store.get().first) return;
    showWhole();
    store.dispatch({ type: "first", first: false });
    store.dispatch({ type: "names", names: false });
  }

  if (!store.get().first) return { end, takeUpChoice() {}, draw() {} };
  part("first-whole").addEventListener("click", () => {
    end();
    part("play").focus();
  });
  part("first-lessons").addEventListener("click", () => {
    end();
    openLessons();
  });
  // Whatever brings a lesson, a question or a panel needs the whole page.
  store.watch(
    ({ lesson, question, panel, divergence }) => Boolean(lesson || question || panel || divergence),
    (isWanted) => isWanted && end(),
  );

  return {
    end,
    /** What was chosen before anything here listened. */
    takeUpChoice() {
      const { chosen } = part("first-card").dataset;
      if (chosen) part(chosen).click();
    },
    /** Called when it is time for other numbers. */
    draw() {
      const state = store.get();
      if (!state.first) return;
      setText(pace, paceWords(state));
      setText(progress, progressWords(state));
      const lag = state.record?.meta.needed_lag;
      if (typeof lag === "number") setText(echoed, echoWords(lag));
    },
  };
}

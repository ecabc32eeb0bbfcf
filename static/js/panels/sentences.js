/** Puts the words into the page: at most twice a second, and for a screen reader every few seconds. */

import { createBeat, FIRST_READING, READING } from "../lib/beat.js";
import { byId, element, setSentence, setText } from "../lib/dom.js";
import { plainWords } from "../words/first.js";
import { describe, spokenWords } from "../words/sentences.js";

const SPOKEN_INTERVAL = 5000;
const FADE = 120;

/**
 * @param {import("../run/session.js").PageStore} store
 * @param {(changes: import("../wire/protocol.js").Config) => void} apply a remedy
 */
export function createSentences(store, apply) {
  const finding = byId("finding");
  const reason = byId("reason");
  const showAdvice = createAdvice(byId("advice"), apply);
  const writing = createBeat(READING);
  const first = createBeat(FIRST_READING);
  let spokenAt = Number.NEGATIVE_INFINITY;
  let rule = "";
  /** @type {import("../run/state.js").State | null} */
  let shown = null;

  return {
    /** How many milliseconds later there is something left to write; infinity if there is nothing. @param {number} now */
    draw(now) {
      const state = store.get();
      const retold = shown?.narration !== state.narration;
      const same =
        shown?.record === state.record &&
        shown?.first === state.first &&
        shown?.pin === state.pin &&
        shown?.divergence === state.divergence;
      if (same && !retold) return Number.POSITIVE_INFINITY;
      const beat = state.first ? first : writing;
      const wait = retold ? 0 : beat.wait(now);
      if (wait > 0) return wait;
      beat.take(now);
      shown = state;
      const said = state.narration
        ? { rule: "told", ...state.narration }
        : state.first
          ? plainWords(state)
          : describe(state);
      setSentence(finding, said.finding);
      setSentence(reason, said.reason);
      for (const one of [finding, reason]) one.style.setProperty("--letters", String(one.textContent?.length));
      showAdvice(
        state.narration || state.divergence || !state.can.configure ? [] : (state.record?.meta.finding.remedies ?? []),
      );
      if (said.rule !== rule && rule !== "" && !state.reducedMotion) fadeIn(finding, reason);
      rule = said.rule;
      if (now - spokenAt >= SPOKEN_INTERVAL) {
        spokenAt = now;
        setText(byId("spoken"), spokenWords(state));
      }
      return Number.POSITIVE_INFINITY;
    },
  };
}

/**
 * Buttons for what would help, made anew only when other things would.
 * @param {HTMLElement} node @param {(changes: import("../wire/protocol.js").Config) => void} apply
 */
function createAdvice(node, apply) {
  let shown = "[]";
  return (/** @type {import("../wire/protocol.js").Advice[]} */ advice) => {
    const wanted = JSON.stringify(advice);
    if (wanted === shown) return;
    shown = wanted;
    node.hidden = advice.length === 0;
    node.replaceChildren(
      ...advice.map(({ label, changes }) => {
        const button = element("button", { class: "text-button", type: "button" }, label);
        button.addEventListener("click", () => apply(changes));
        return button;
      }),
    );
  };
}

/** @param {...HTMLElement} nodes */
function fadeIn(...nodes) {
  for (const node of nodes) node.animate([{ opacity: 0 }, { opacity: 1 }], { duration: FADE, easing: "ease-out" });
}

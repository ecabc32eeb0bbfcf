/** The way to the questions: their button, their key, a link. What is behind it is fetched when somebody first asks. */

import { byId } from "../lib/dom.js";
import { createLate } from "../lib/late.js";
import { addStyle } from "../lib/styles.js";
import { fetchQuestions } from "./list.js";
import { fetchStory } from "../lessons/story.js";
import { LOCKED, UNREACHABLE } from "../words/questions.js";

/** @typedef {ReturnType<typeof import("./ask.js").createAsk>} Ask */
/** @typedef {Parameters<typeof import("./ask.js").createAsk>[3]} Actions */

/**
 * @param {import("../run/session.js").PageStore} store
 * @param {Actions} actions
 * @param {import("../lessons/visit.js").Home} home
 */
export function createQuestionsEntry(store, actions, home) {
  /** @type {Ask | null} */
  let bar = null;
  const enter = createLate(load, () => say(UNREACHABLE));

  async function load() {
    const [{ createAsk }, questions, story] = await Promise.all([
      import("./ask.js"),
      fetchQuestions(),
      fetchStory(),
      addStyle("questions.css"),
    ]);
    bar = createAsk(questions, story, store, actions, home);
    return bar;
  }

  /** @param {string} text */
  function say(text) {
    store.dispatch({ type: "notice", notice: { text, undo: false, at: performance.now() } });
  }

  function ask() {
    if (Object.keys(store.get().locks).length > 0) return say(LOCKED);
    if (bar?.isOpen()) return bar.close();
    void enter((one) => one.search());
  }

  /** A link asks a question, or for something else. @param {import("../run/state.js").State["question"]} question */
  function follow(question) {
    if (question && question.id !== bar?.id()) void enter((one) => one.answer(question.id));
    else if (!question) bar?.dismiss();
  }

  byId("ask").addEventListener("click", ask);
  store.watch(({ question }) => question, follow);
  follow(store.get().question);

  return { ask };
}

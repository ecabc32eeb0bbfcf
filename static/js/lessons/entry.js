/** The way into the lessons: their button, their keys, a link. What is behind it is fetched when somebody first comes. */

import { NOT_LOADED } from "../words/lessons.js";
import { byId } from "../lib/dom.js";
import { createLate } from "../lib/late.js";
import { addStyle } from "../lib/styles.js";
import { fetchStory } from "./story.js";

/** @typedef {ReturnType<typeof import("./lessons.js").createLessons>} Lessons */
/** @typedef {Parameters<typeof import("./lessons.js").createLessons>[2]} Actions */

/** What a step may ask for, by the command that does it. @type {Record<string, string>} */
const EVENTS = { check_gradients: "check", own_text: "load", own_series: "load" };

/**
 * @param {import("../run/session.js").PageStore} store
 * @param {Actions} actions
 * @param {import("./visit.js").Home} home
 * @param {any[] | null} [told] the lessons that a page without a server brings with it
 */
export function createLessonsEntry(store, actions, home, told = null) {
  const button = byId("lessons");
  /** @type {Lessons | null} */
  let lessons = null;
  const enter = createLate(load, () => {
    const text = NOT_LOADED;
    store.dispatch({ type: "notice", notice: { text, undo: false, at: performance.now() } });
  });

  async function load() {
    const [{ createLessons }, story] = await Promise.all([
      import("./lessons.js"),
      told ?? fetchStory(),
      addStyle("lesson.css"),
      addStyle("lesson_under.css"),
      addStyle("question.css"),
    ]);
    lessons = createLessons(story, store, actions, home);
    return lessons;
  }

  function toggle() {
    if (lessons?.slug()) lessons.close();
    else void enter((one) => one.openWhereLeft());
  }

  /** A link asks for a lesson, or for something else. @param {import("../run/state.js").State["lesson"]} lesson */
  function follow(lesson) {
    button.setAttribute("aria-pressed", String(lesson !== null));
    if (lesson) void enter((one) => one.follow(lesson));
    else if (!lesson) lessons?.dismiss();
  }

  button.addEventListener("click", toggle);
  store.watch(({ lesson }) => lesson, follow);
  follow(store.get().lesson);

  return {
    toggle,
    next: () => lessons?.slug() && lessons.next(),
    back: () => lessons?.slug() && lessons.back(),
    /** Called once a frame. */
    look: () => lessons?.look(),
    /** The reader did something that no picture tells. @param {string} command that was carried out @param {string} [tensor] that it changed */
    onAccepted: (command, tensor) => lessons?.happened(EVENTS[command] ?? command, tensor),
  };
}

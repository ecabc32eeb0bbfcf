/** A lecturer's own story: lessons in an order of their own, in one link. */

import { element, setText, typeset } from "../lib/dom.js";
import { BROWSER } from "../lib/platform.js";
import { Fault } from "../lib/fault.js";
import { fetchedOnce } from "../lib/fetched.js";
import { copyButton } from "./copy_button.js";
import { download } from "./download.js";
import { emptyLink } from "./link.js";
import { writeLink } from "./write_link.js";
import { moved, orderOf } from "./story.js";
import { faultWords } from "../words/faults.js";
import * as say from "../words/lessons.js";

/** @typedef {import("./story.js").Chosen} Chosen */

/** @type {() => Promise<{slug: string, title: string}[]>} */
const fetchTitles = fetchedOnce("api/scenes", (status) => new Fault("no_lessons", { status }));

/** @param {any} schema @returns {import("./panel.js").Pane} */
export function createStoryPane(schema) {
  const link = element("input", { class: "share-text", id: "share-story", readonly: true });
  const locked = element("input", { type: "checkbox" });
  const list = element("ol", { class: "story-rows", "aria-label": say.IN_ORDER });
  const problem = element("p", { class: "quiet", role: "status" });
  const save = element("button", { class: "outline-button", id: "story-page", type: "button" }, say.AS_A_PAGE);
  const saved = element("p", { class: "share-said", role: "status" });
  /** @type {Chosen[]} */
  let lessons = [];
  let asked = false;
  locked.addEventListener("change", write);

  function write() {
    const order = orderOf(lessons);
    setText(problem, order.length === 0 ? say.NONE_CHOSEN : "");
    save.disabled = order.length === 0;
    const page = location.origin + location.pathname;
    const lesson = order.length === 0 ? null : { slug: order[0], locked: locked.checked, order };
    link.value = lesson ? `${page}#${writeLink({ ...emptyLink(), lesson }, schema)}` : "";
  }

  save.addEventListener("click", async () => {
    save.disabled = true;
    try {
      setText(saved, await savePage());
    } catch (error) {
      setText(saved, faultWords(error));
    }
    save.disabled = orderOf(lessons).length === 0;
  });

  /** @returns {Promise<string>} what became of it */
  async function savePage() {
    const { lessonsPage } = await import("./lessons_page.js");
    const about = { schema, link: link.value, platform: BROWSER };
    const { file, told, left } = await lessonsPage(orderOf(lessons), about, (words) => setText(saved, words));
    const name = `unroll-${told.length === 1 ? told[0].slug : "lessons"}.html`;
    download(file, name);
    const titles = lessons.filter(({ slug }) => left.includes(slug)).map(({ title }) => title);
    return say.storySavedWords(name, told.length, file.size, titles);
  }

  function draw() {
    list.replaceChildren(...lessons.map(row));
    write();
  }

  /** @param {Chosen} lesson @param {number} index */
  function row(lesson, index) {
    const box = element("input", { type: "checkbox" });
    box.checked = lesson.chosen;
    box.addEventListener("change", () => {
      lesson.chosen = box.checked;
      write();
    });
    const name = element("label", {}, box, " ", ...typeset(lesson.title));
    return element("li", { class: "story-row" }, name, mover(lesson, index, -1), mover(lesson, index, 1));
  }

  /** @param {Chosen} lesson @param {number} index @param {1 | -1} by */
  function mover({ title }, index, by) {
    const button = element(
      "button",
      { class: "icon-button", type: "button", "aria-label": say.move(title, by) },
      by < 0 ? "↑" : "↓",
    );
    button.disabled = index + by < 0 || index + by >= lessons.length;
    button.addEventListener("click", () => {
      lessons = moved(lessons, index, by);
      draw();
      const buttons = list.children[index + by].querySelectorAll("button");
      const same = buttons[by < 0 ? 0 : 1];
      (same.disabled ? buttons[by < 0 ? 1 : 0] : same).focus();
    });
    return button;
  }

  async function load() {
    lessons = (await fetchTitles()).map(({ slug, title }) => ({ slug, title, chosen: false }));
    draw();
  }

  return {
    node: element(
      "section",
      { class: "story" },
      element("label", { class: "share-title", for: "share-story" }, say.STORY),
      element("p", { class: "quiet" }, say.STORY_IS),
      element("div", { class: "share-line" }, link, copyButton(link, say.COPY_STORY, write)),
      element("label", { class: "share-line" }, locked, ` ${say.LOCK_REST}`),
      problem,
      list,
      element("p", { class: "quiet" }, say.PAGE_IS),
      element("div", { class: "share-line" }, save),
      saved,
    ),
    show() {
      if (asked) return;
      asked = true;
      load().catch(() => {
        asked = false;
        setText(problem, say.UNREACHABLE);
      });
    },
  };
}

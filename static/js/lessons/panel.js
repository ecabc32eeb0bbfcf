/** The lesson beside the picture: text with steps that tick off, a question to predict, or the views behind it. */

import * as say from "../words/lessons.js";
import { createTabs } from "../kit/tabs.js";
import { byId, element, setText, svg, typeset } from "../lib/dom.js";
import { createAsking } from "./asking.js";
import { createQuestion } from "./question.js";
import { textNodes } from "./text.js";
import { createUnder } from "./under.js";

/** @typedef {import("./text.js").Span} Span */
/** @typedef {import("./text.js").Pointing} Pointing */
/** @typedef {import("./conditions.js").Condition} Condition */
/** @typedef {import("./question.js").Question} Question */
/** @typedef {{slug: string, number: number, title: string, claim: string, paragraphs: Span[][], steps: {text: Span[], done: Condition}[], question: Question, controls: string[], view: {under: import("./under.js").Kind | null}}} Told what of a scene is to be read */
/** @typedef {"text" | "question" | "views"} Face */

/**
 * @typedef {object} Ways
 * @property {() => void} back
 * @property {() => void} next
 * @property {(slug: string) => void} open
 * @property {() => void} close
 * @property {() => void} copyLink
 * @property {() => void} openedStored the reader went to the stored training
 * @property {(message: import("../wire/protocol.js").Command) => Promise<unknown>} request of those who follow the run
 */

const FACES = /** @type {const} */ (["text", "question", "views"]);
/** Where views and text stand side by side, there is nothing to turn over. */
const WIDE = "(width >= 100em)";

/**
 * @param {{slug: string, number: number, title: string}[]} story
 * @param {import("../run/session.js").PageStore} store
 * @param {Pointing} pointing
 * @param {Ways} ways
 */
export function createPanel(story, store, pointing, ways) {
  const node = byId("lesson");
  const side = byId("side");
  const next = byId("lesson-next");
  const wide = window.matchMedia(WIDE);
  const faces = FACES.map((face) => byId(`face-${face}`));
  /** @type {HTMLElement[]} */
  let dots = [];
  let scenes = story;
  const choice = /** @type {HTMLSelectElement} */ (byId("lesson-scene"));
  const question = createQuestion(byId("lesson-question"), { pointing, revealed });
  const asking = createAsking(store, ways.request, question.showCounts);
  const under = createUnder(byId("lesson-under"), store, ways.openedStored);

  /** @type {HTMLLIElement[]} */
  let steps = [];
  /** @type {Told | null} */
  let told = null;
  /** @type {Face} */
  let face = "text";

  /** @param {number | null} option that was chosen before */
  function revealed(option) {
    asking.reveal();
    if (told && option !== null) {
      const answer = { scene: told.slug, option, right: told.question.answer };
      store.dispatch({ type: "answered", answer });
    }
    showNext();
  }

  arrange(story);
  choice.addEventListener("change", () => ways.open(choice.value));
  byId("lesson-back").addEventListener("click", ways.back);
  next.addEventListener("click", ways.next);
  byId("lesson-close").addEventListener("click", ways.close);
  byId("lesson-link").addEventListener("click", ways.copyLink);
  wide.addEventListener("change", () => turn(face));
  const row = createTabs(faces, (index) => turn(FACES[index]));

  /** The scenes that are told, in their order. @param {{slug: string, number: number, title: string}[]} told */
  function arrange(told) {
    scenes = told;
    dots = told.map(() => element("span", { class: "dot" }));
    byId("lesson-dots").replaceChildren(...dots);
    choice.replaceChildren(
      ...told.map(({ slug, number, title }) => element("option", { value: slug }, `${number}. ${title}`)),
    );
  }

  /** @param {Face} wanted */
  function turn(wanted) {
    face = wanted === "views" && wide.matches ? "text" : wanted;
    node.dataset.face = face;
    row.show(FACES.indexOf(face));
    byId("lesson-text").hidden = face !== "text";
    byId("lesson-question").hidden = face !== "question";
    byId("lesson-now").hidden = face !== "views";
    side.hidden = !node.hidden && face !== "views" && !wide.matches;
    showUnder();
    showNext();
    if (face === "question" && told) asking.open(told.slug, told.question.options.length);
  }

  /** Where the right rail stands beside the text, what it holds stays there. */
  function showUnder() {
    const kind = told?.view.under ?? null;
    const isLent = kind === "views" || kind === "inspector";
    under.show(node.hidden || face !== "text" || (isLent && wide.matches) ? null : kind);
  }

  /** The page of the lesson that is seen. */
  function page() {
    return byId(face === "question" ? "lesson-question" : "lesson-text");
  }

  function showNext() {
    const isLast = told?.slug === scenes.at(-1)?.slug;
    const hidesAnswer = face === "question" && !question.isRevealed();
    setText(next, hidesAnswer ? say.REVEAL : isLast && face === "question" ? say.CLOSE : say.NEXT);
  }

  return {
    node,
    face: () => face,
    turn,
    arrange,
    /** What a text spoke of stands under it, or behind it. @param {"views" | "inspector"} part of the right rail */
    showPart(part) {
      if (under.kind() !== part) turn("views");
    },

    /** Whether there was more to read. @param {1 | -1} direction */
    scroll(direction) {
      const { scrollTop, scrollHeight, clientHeight } = page();
      const rest = direction > 0 ? scrollHeight - clientHeight - scrollTop : scrollTop;
      if (rest <= 1) return false;
      page().scrollBy({ top: direction * Math.max(40, clientHeight - 40) });
      return true;
    },

    isRevealed: question.isRevealed,
    reveal: question.reveal,

    /** @param {Told} scene @param {(slug: string) => boolean} isDone */
    tell(scene, isDone) {
      told = scene;
      setText(byId("lesson-number"), say.numberWords(scene.number, scenes.length));
      byId("lesson-title").replaceChildren(...typeset(scene.title));
      byId("lesson-paragraphs").replaceChildren(
        ...scene.paragraphs.map((spans) => element("p", {}, ...textNodes(spans, pointing))),
      );
      steps = scene.steps.map(({ text }) =>
        element("li", {}, mark(), element("span", {}, ...textNodes(text, pointing)), hiddenWord()),
      );
      byId("lesson-steps").replaceChildren(...steps);
      asking.close();
      question.ask(scene.question);
      setText(byId("lesson-link"), say.COPY_LOCKED);
      choice.value = scene.slug;
      /** @type {HTMLButtonElement} */ (byId("lesson-back")).disabled = scene.number === 1;
      node.hidden = false;
      document.body.dataset.lesson = scene.slug;
      markControls(scene.controls);
      turn("text");
      page().scrollTop = 0;
      node.scrollIntoView({ block: "nearest" });
      this.showDots(isDone);
      this.showNow();
    },

    /** @param {(slug: string) => boolean} isDone */
    showDots(isDone) {
      for (const [index, { slug }] of scenes.entries()) {
        dots[index].dataset.done = String(isDone(slug));
        dots[index].dataset.current = String(slug === told?.slug);
      }
    },

    /** What became of the link that was asked for. @param {string} words */
    showLink(words) {
      setText(byId("lesson-link"), words);
    },

    /** The scene's network is the one that is shown. @param {string} slug @param {string} changes what it changed, in words */
    showReady(slug, changes) {
      node.dataset.ready = slug;
      setText(byId("lesson-changes"), changes);
    },

    /** @param {number} index of a step that is done now */
    tick(index) {
      const step = steps[index];
      step.dataset.done = "true";
      setText(/** @type {Element} */ (step.querySelector(".visually-hidden")), say.DONE);
      setText(byId("lesson-said"), say.stepDone(index + 1));
      this.showNow();
    },

    /** The next thing to do, also where the text is not seen. */
    showNow() {
      const now = steps.find((step) => step.dataset.done !== "true");
      const words = now?.querySelector("span")?.textContent;
      setText(byId("lesson-now"), say.toDo(words));
    },

    hide() {
      node.hidden = true;
      showUnder();
      side.hidden = false;
      markControls([]);
      delete document.body.dataset.lesson;
    },
  };
}

/** What a scene asks to be changed is at hand also where only the essential controls are. @param {string[]} fields */
function markControls(fields) {
  for (const row of document.querySelectorAll("#controls [data-field]")) {
    row.toggleAttribute("data-asked", fields.includes(/** @type {HTMLElement} */ (row).dataset.field ?? ""));
  }
}

/** A ring to do; ticked when done. */
function mark() {
  return svg(
    "svg",
    { class: "step-mark", viewBox: "0 0 16 16", "aria-hidden": "true" },
    svg("circle", { class: "step-ring", cx: "8", cy: "8", r: "6.2" }),
    svg("path", { class: "step-tick", d: "M4.9 8.3l2.2 2.3 4.1-4.7" }),
  );
}

function hiddenWord() {
  return element("span", { class: "visually-hidden" });
}

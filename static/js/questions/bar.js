/** The bar itself: a field with a list that can be walked by arrow keys, or a question with its answer. */

import { element, setText, typeset } from "../lib/dom.js";
import { textNodes } from "../lessons/text.js";
import { search as found } from "./search.js";
import * as say from "../words/questions.js";

/** @typedef {import("./search.js").Entry & {kind: string, choose: () => void}} Choice */
/** @typedef {{text: string, ref?: import("../lessons/places.js").Reference} | {number: string}} Said a piece of an answer, its number written */

/**
 * @typedef {object} BarActions
 * @property {() => void} close
 * @property {() => void} next
 * @property {() => Promise<void>} copyLink
 * @property {import("../lessons/text.js").Pointing} pointing
 */

const MOST = 7;

/** @param {HTMLElement} stage @param {Choice[]} choices @param {BarActions} actions */
export function createBar(stage, choices, actions) {
  const input = element("input", {
    id: "ask-field",
    type: "search",
    role: "combobox",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: say.FIELD,
    "aria-label": say.NAME,
    "aria-controls": "ask-list",
    "aria-expanded": "true",
  });
  const list = element("ul", { id: "ask-list", role: "listbox", "aria-label": say.FOUND });
  const count = element("p", { class: "ask-note", role: "status" });
  const title = element("h2", { class: "ask-question", id: "ask-question", tabindex: "-1" });
  const answer = element("p", { class: "ask-answer", role: "status" });
  const source = element("p", { class: "ask-note" });
  const copy = textButton(say.COPY, () => void copyLink());
  const other = textButton(say.OTHER, () => search(""));
  const ways = element(
    "div",
    { class: "ask-ways" },
    textButton(say.NEXT, actions.next),
    other,
    copy,
    textButton(say.CLOSE, actions.close),
  );
  const asking = element("div", { class: "ask-search" }, input, list, count);
  const answering = element(
    "div",
    { class: "ask-answered" },
    element("div", { class: "ask-head" }, title, ways),
    answer,
    source,
  );
  const node = element(
    "section",
    { class: "ask", id: "ask-bar", "aria-label": say.NAME, hidden: true },
    asking,
    answering,
  );
  stage.append(node);
  // The picture begins below an answer, however many lines it has.
  new ResizeObserver(() => stage.style.setProperty("--ask-height", `${node.offsetHeight}px`)).observe(node);

  /** @type {Choice[]} */
  let shown = [];
  let active = 0;

  function listFound() {
    const all = found(choices, input.value);
    shown = all.slice(0, MOST);
    active = 0;
    list.replaceChildren(...shown.map(option));
    const more = all.length - shown.length;
    setText(count, say.foundWords(all.length, more));
    mark();
  }

  /** @param {Choice} choice @param {number} index */
  function option(choice, index) {
    const kind = choice.kind === "question" ? "" : element("span", { class: "ask-kind" }, choice.kind);
    const one = element(
      "li",
      { role: "option", id: `ask-option-${index}` },
      element("span", {}, ...typeset(choice.title)),
      kind,
    );
    one.addEventListener("pointerdown", (event) => event.preventDefault());
    one.addEventListener("click", choice.choose);
    return one;
  }

  function mark() {
    for (const [index, one] of [...list.children].entries())
      one.setAttribute("aria-selected", String(index === active));
    if (shown.length > 0) input.setAttribute("aria-activedescendant", `ask-option-${active}`);
    else input.removeAttribute("aria-activedescendant");
    list.children[active]?.scrollIntoView({ block: "nearest" });
  }

  input.addEventListener("input", listFound);
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && shown.length > 0) {
      event.preventDefault();
      active = (active + step + shown.length) % shown.length;
      mark();
    } else if (event.key === "Enter" && shown[active]) {
      event.preventDefault();
      shown[active].choose();
    }
  });
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    actions.close();
  });

  async function copyLink() {
    try {
      await actions.copyLink();
      setText(copy, say.COPIED);
    } catch {
      setText(copy, say.NOT_COPIED);
    }
  }

  /** @param {"search" | "answer"} face */
  function show(face) {
    node.hidden = false;
    asking.hidden = face !== "search";
    answering.hidden = face !== "answer";
    stage.dataset.ask = face;
    document.getElementById("ask")?.setAttribute("aria-expanded", "true");
  }

  /** @param {string} note */
  function search(note) {
    show("search");
    input.value = "";
    listFound();
    if (note) setText(count, note);
    input.focus();
  }

  return {
    search,
    isOpen: () => !node.hidden,

    /** A question whose numbers are still being computed. @param {string} question @param {string} from where it can be read up */
    ask(question, from) {
      show("answer");
      setText(copy, say.COPY);
      title.replaceChildren(...typeset(question));
      setText(answer, say.COMPUTING);
      setText(source, say.sourceWords(from));
      title.focus();
    },

    /** @param {Said[]} pieces */
    tell(pieces) {
      const nodes = pieces.flatMap((piece) =>
        "number" in piece ? [element("strong", {}, piece.number)] : textNodes([piece], actions.pointing),
      );
      answer.replaceChildren(...nodes);
    },

    hide() {
      node.hidden = true;
      delete stage.dataset.ask;
      document.getElementById("ask")?.setAttribute("aria-expanded", "false");
    },
  };
}

/** @param {string} words @param {() => void} act */
function textButton(words, act) {
  const button = element("button", { type: "button", class: "text-button" }, words);
  button.addEventListener("click", act);
  return button;
}

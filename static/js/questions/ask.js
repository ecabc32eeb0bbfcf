/**
 * The bar in place of the headline: a field to search questions, lessons, controls and views by the words people use, and the
 * answer to a question, on a network that was started for it. Fetched when somebody first asks.
 */

import { byId } from "../lib/dom.js";
import { lead } from "../lessons/lead.js";
import { createRings } from "../lessons/rings.js";
import { createVisit } from "../lessons/visit.js";
import { wholeOf } from "../record/chosen.js";
import { VIEWS } from "../views/views.js";
import { createBar } from "./bar.js";
import { compute, written } from "./numbers.js";
import { KINDS, NAMES_TITLE, NAMES_WORDS, unknownWords, VIEW_WORDS } from "../words/questions.js";

/** @typedef {import("../lessons/places.js").Reference} Reference */
/** @typedef {import("../lessons/visit.js").View} View */
/** @typedef {import("../wire/protocol.js").Config} Config */
/** @typedef {{text: string, ref?: Reference} | {number: import("./numbers.js").NumberForm, as: "number" | "percent" | "count"}} Piece */
/** @typedef {{id: string, question: string, link: string, source: string, words: string, config: Config, watch: string[], view: View, at: Reference, answer: Piece[]}} Question */
/** @typedef {import("../lessons/visit.js").Actions & import("../lessons/rings.js").Stage & {copy: (text: string) => Promise<void>}} Actions */

/** @typedef {import("../lessons/lessons.js").Scene} Scene */

/**
 * @param {Question[]} questions
 * @param {Scene[]} story the lessons
 * @param {import("../run/session.js").PageStore} store
 * @param {Actions} actions
 * @param {import("../lessons/visit.js").Home} home
 */
export function createAsk(questions, story, store, actions, home) {
  const rings = createRings(store, actions);
  const visit = createVisit(store, actions, home, () => {});
  const bar = createBar(byId("stage"), [...questions.map(asked), ...story.map(told), ...places()], {
    close,
    next,
    copyLink: () => actions.copy(`${location.origin}${location.pathname}${location.search}${answered?.link ?? ""}`),
    pointing: { ring: (ref) => rings.show(ref ?? answered?.at ?? null), go: (ref) => lead(ref, store) },
  });
  /** @type {Question | null} */
  let answered = null;

  /** @param {Question} question @returns {import("./bar.js").Choice} */
  function asked(question) {
    const text = question.answer.map((piece) => ("text" in piece ? piece.text : "")).join("");
    return {
      kind: "question",
      title: question.question,
      words: question.words,
      text,
      choose: () => answer(question.id),
    };
  }

  /** @param {Scene} scene @returns {import("./bar.js").Choice} */
  function told({ slug, title, claim, paragraphs }) {
    const text = [claim, ...paragraphs.map((spans) => spans.map((span) => span.text).join(""))].join(" ");
    return { kind: KINDS.lesson, title, words: slug, text, choose: () => openLesson(slug) };
  }

  /** Controls, views and the names on the picture by what they are called. @returns {import("./bar.js").Choice[]} */
  function places() {
    const { properties } = store.get().schema;
    const controls = Object.entries(/** @type {Record<string, any>} */ (properties)).map(([field, about]) => ({
      kind: KINDS.control,
      title: about.title,
      words: field,
      text: about.description,
      choose: () => leave({ kind: "control", of: field }),
    }));
    const views = VIEWS.map(({ name, title }) => ({
      kind: KINDS.view,
      title,
      words: `${name} ${VIEW_WORDS[name]}`,
      choose: () => leave({ kind: "tab", of: name }),
    }));
    const names = { kind: KINDS.names, title: NAMES_TITLE, words: NAMES_WORDS, choose: showNames };
    return [...controls, ...views, names];
  }

  function showNames() {
    close();
    store.dispatch({ type: "names", names: true });
  }

  /** In the place of what is asked. @param {string} slug */
  function openLesson(slug) {
    if (!answered) hide();
    byId("lessons").focus();
    store.dispatch({ type: "lesson", lesson: { slug, locked: false }, locks: {} });
  }

  /** @param {Reference} ref */
  function leave(ref) {
    close();
    lead(ref, store);
  }

  /** @param {string} id */
  function answer(id) {
    const question = questions.find((one) => one.id === id);
    if (!question) return bar.search(unknownWords(id));
    answered = question;
    rings.show(null);
    bar.ask(question.question, question.source);
    store.dispatch({ type: "question", question: { id, watch: question.watch } });
    void visit.enter({ ...question, lanes: [], steps: [], controls: [] }).then(() => fill(question));
  }

  /** The numbers come with the first record that holds them all. @param {Question} question */
  function fill(question) {
    if (answered !== question) return;
    const { record, config } = store.get();
    const pieces = record ? question.answer.map((piece) => spoken(piece, wholeOf(record), config)) : [];
    if (pieces.length > 0 && pieces.every((piece) => piece !== null)) {
      bar.tell(/** @type {import("./bar.js").Said[]} */ (pieces));
      return rings.show(question.at);
    }
    const end = store.watch(
      (state) => state.record,
      () => {
        end();
        fill(question);
      },
    );
  }

  /** @param {Piece} piece @param {import("../wire/protocol.js").DecodedRecord} record @param {Config} config @returns {import("./bar.js").Said | null} */
  function spoken(piece, record, config) {
    if ("text" in piece) return piece;
    const value = compute(piece.number, record, config);
    return Number.isNaN(value) ? null : { number: written(value, piece.as) };
  }

  function next() {
    const place = questions.findIndex((one) => one.id === answered?.id);
    answer(questions[(place + 1) % questions.length].id);
  }

  function hide() {
    answered = null;
    rings.show(null);
    bar.hide();
    byId("ask").focus();
  }

  function close() {
    const hadAnswer = answered !== null;
    hide();
    if (!hadAnswer) return;
    store.dispatch({ type: "question", question: null });
    void visit.leave();
  }

  /** Something else takes the question's place: a link for good, a lesson for a while. */
  function dismiss() {
    if (!answered) return;
    hide();
    if (store.get().lesson) visit.stepAside();
    else visit.forget();
  }

  return {
    answer,
    close,
    dismiss,
    search: () => bar.search(""),
    isOpen: bar.isOpen,
    id: () => answered?.id ?? null,
  };
}

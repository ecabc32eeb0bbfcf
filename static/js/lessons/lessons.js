/**
 * The lessons: the story that the server tells, one scene after the other, beside the picture and about it. Fetched when
 * somebody first asks for them.
 */

import { byId } from "../lib/dom.js";
import { changeWords } from "./changes.js";
import { lead } from "./lead.js";
import { createPanel } from "./panel.js";
import { addressOf } from "../lib/address.js";
import { createProgress } from "./progress.js";
import { createRings } from "./rings.js";
import { inBrowser } from "../lib/storage.js";
import { createVisit } from "./visit.js";

/** @typedef {import("./places.js").Reference} Reference */
/** @typedef {import("./panel.js").Told & import("./visit.js").Setting} Scene */

/** @returns {Promise<Scene[]>} */
export async function fetchStory() {
  const answer = await fetch(addressOf("api/scenes"));
  if (!answer.ok) throw new Error(`the server has no lessons: ${answer.status}`);
  return answer.json();
}

/**
 * @param {Scene[]} story
 * @param {import("../run/session.js").PageStore} store
 * @param {import("./visit.js").Actions & import("./rings.js").Stage & {chooseLane: (index: number) => void, copy: (text: string) => Promise<void>}} actions
 * @param {import("./visit.js").Home} home
 */
export function createLessons(story, store, actions, home) {
  const progress = createProgress(inBrowser);
  const rings = createRings(store, actions);
  const visit = createVisit(store, actions, home, ticked);
  const panel = createPanel(
    story,
    { ring: rings.show, go },
    { back, next, open, close, copyLink: () => void copyLink() },
  );
  /** @type {Scene | null} */
  let scene = null;

  /** @param {string} slug */
  function open(slug) {
    const found = story.find((one) => one.slug === slug) ?? story[0];
    const isFirst = scene === null;
    scene = found;
    rings.show(null);
    progress.opened(found.slug);
    store.dispatch({ type: "lesson", lesson: { slug: found.slug, locked: isLocked() }, locks: locksOf(found) });
    panel.tell(found, progress.isDone);
    panel.showReady("", "");
    if (!isFirst || document.activeElement === byId("lessons")) byId("lesson-title").focus();
    void visit.enter(found).then(() => {
      if (scene !== found) return;
      const before = visit.before() ?? found.config;
      panel.showReady(found.slug, changeWords(before, found.config, store.get().schema));
    });
  }

  function close() {
    hide();
    store.dispatch({ type: "lesson", lesson: null, locks: {} });
    byId("lessons").focus();
    void visit.leave();
  }

  function hide() {
    scene = null;
    rings.show(null);
    panel.hide();
  }

  /** Something else takes the lesson's place: a link for good, a question for a while. */
  function dismiss() {
    if (!scene) return;
    hide();
    if (store.get().question) visit.stepAside();
    else visit.forget();
  }

  /** The story page by page: text, question, answer, next scene. */
  function next() {
    if (panel.face() !== "question") return panel.turn("question");
    if (!panel.isRevealed()) return panel.reveal();
    const following = scene && story[scene.number];
    if (following) open(following.slug);
    else close();
  }

  function back() {
    if (panel.face() !== "text") return panel.turn("text");
    if (scene && scene.number > 1) open(story[scene.number - 2].slug);
  }

  /** @param {number} index */
  function ticked(index) {
    panel.tick(index);
    if (!scene || !visit.isDone()) return;
    progress.done(scene.slug);
    panel.showDots(progress.isDone);
  }

  function isLocked() {
    return store.get().lesson?.locked ?? false;
  }

  /** A teacher's link leaves open what the scene asks to be changed. @param {Scene} of @returns {import("../run/state.js").Locks} */
  function locksOf({ config, controls }) {
    if (!isLocked()) return {};
    const others = Object.keys(config).filter((field) => !controls.includes(field));
    return Object.fromEntries(others.map((field) => [field, /** @type {const} */ ("locked")]));
  }

  /** For a class: this scene, where nothing can be changed but what it asks for. */
  async function copyLink() {
    if (!scene) return;
    const link = `${location.origin}${location.pathname}${location.search}#lesson=${scene.slug}.locked`;
    try {
      await actions.copy(link);
      panel.showLink("Link copied");
    } catch {
      // Where the browser lets nobody copy, the link can be read.
      panel.showLink(link);
    }
  }

  /** @param {Reference} ref */
  function go(ref) {
    if (ref.kind === "lane") return actions.chooseLane(Number(ref.of) - 1);
    lead(ref, store, () => panel.turn("views"));
  }

  return {
    open,
    close,
    next,
    back,
    happened: visit.happened,
    look: visit.look,
    dismiss,
    slug: () => scene?.slug ?? null,
    openWhereLeft: () => open(progress.last() ?? story[0].slug),
  };
}

/**
 * The lessons: the story that the server tells, one scene after the other, beside the picture and about it. Fetched when
 * somebody first asks for them.
 */

import { byId } from "../lib/dom.js";
import { changeWords } from "./changes.js";
import { lead } from "./lead.js";
import { storyOf } from "./order.js";
import { createPanel } from "./panel.js";
import { createProgress } from "./progress.js";
import { createRings } from "./rings.js";
import { inBrowser } from "../lib/storage.js";
import { createVisit } from "./visit.js";
import { unknownLessonsWords } from "../words/lessons.js";

/** @typedef {import("./places.js").Reference} Reference */
/** @typedef {import("./panel.js").Told & import("./visit.js").Setting} Scene */

/**
 * @param {Scene[]} story
 * @param {import("../run/session.js").PageStore} store
 * @param {import("./visit.js").Actions & import("./rings.js").Stage & {chooseLane: (index: number) => void, copy: (text: string) => Promise<void>, request: (message: import("../wire/protocol.js").Command) => Promise<unknown>}} actions
 * @param {import("./visit.js").Home} home
 */
export function createLessons(story, store, actions, home) {
  const progress = createProgress(inBrowser);
  const rings = createRings(store, actions);
  const visit = createVisit(store, actions, home, ticked);
  const panel = createPanel(
    story,
    store,
    { ring: rings.show, go },
    {
      ...{ back, next, open, close, copyLink: () => void copyLink(), request: actions.request },
      openedStored,
    },
  );
  /** @type {Scene | null} */
  let scene = null;
  /** What is told: all scenes, or those of a lecturer's own story in its order. */
  let told = story;
  /** @type {string[] | undefined} */
  let order;

  /** Nothing of this page changes when the stored training opens: so what is done is looked at here. */
  function openedStored() {
    visit.happened("watched");
    visit.look();
  }

  /** Another story, or the same in another order. @param {string[] | undefined} wanted */
  function arrange(wanted) {
    const { told: scenes, unknown } = storyOf(story, wanted);
    told = scenes;
    order = scenes === story ? undefined : scenes.map(({ slug }) => slug);
    panel.arrange(told);
    if (unknown.length > 0) sayUnknown(unknown);
  }

  /** @param {string[]} unknown */
  function sayUnknown(unknown) {
    const text = unknownLessonsWords(unknown);
    store.dispatch({ type: "notice", notice: { text, undo: false, at: performance.now() } });
  }

  /** @param {string} slug */
  function open(slug) {
    const found = told.find((one) => one.slug === slug) ?? told[0];
    const isFirst = scene === null;
    const changes = changesFor(found);
    scene = found;
    rings.show(null);
    progress.opened(found.slug);
    const lesson = { slug: found.slug, locked: isLocked(), ...(order ? { order } : {}) };
    store.dispatch({ type: "lesson", lesson, locks: locksOf(found) });
    panel.tell(found, progress.isDone);
    panel.showReady("", "");
    if (!isFirst || document.activeElement === byId("lessons")) byId("lesson-title").focus();
    void visit.enter(changes ? { ...found, config: { ...found.config, ...changes } } : found).then(() => {
      if (scene !== found) return;
      // From here on the link says what is changed of the scene's network; several side by side are the scene's own.
      if (found.lanes.length === 0) {
        store.dispatch({ type: "lesson", lesson: { ...lesson, config: found.config }, locks: locksOf(found) });
      }
      const before = visit.before() ?? found.config;
      panel.showReady(found.slug, changeWords(before, found.config, store.get().schema));
    });
  }

  /** What a link changes of the network of the scene that it opens. @param {Scene} of */
  function changesFor({ slug, lanes }) {
    const { lesson } = store.get();
    return lesson?.slug === slug && lanes.length === 0 ? lesson.changes : undefined;
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
    const following = scene && told[scene.number];
    if (following) open(following.slug);
    else close();
  }

  function back() {
    if (panel.face() !== "text") return panel.turn("text");
    if (scene && scene.number > 1) open(told[scene.number - 2].slug);
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
    const own = order ? `lessons=${order.join(",")}&` : "";
    const link = `${location.origin}${location.pathname}${location.search}#${own}lesson=${scene.slug}.locked`;
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
    lead(ref, store, panel.showPart);
  }

  return {
    open,
    close,
    /** By its key: a page that is longer than its place is read to its end first. */
    next: () => panel.scroll(1) || next(),
    back: () => panel.scroll(-1) || back(),
    happened: visit.happened,
    look: visit.look,
    dismiss,
    slug: () => scene?.slug ?? null,
    /** As a link asks for it. @param {import("../run/state.js").Lesson} lesson */
    follow(lesson) {
      if (lesson.slug === scene?.slug && lesson.order?.join() === order?.join()) return;
      if (lesson.order?.join() !== order?.join()) arrange(lesson.order);
      else if (!told.some(({ slug }) => slug === lesson.slug)) sayUnknown([lesson.slug]);
      open(lesson.slug);
    },
    openWhereLeft() {
      if (order) arrange(undefined);
      open(progress.last() ?? story[0].slug);
    },
  };
}

/**
 * The page on paper: in light colours, whatever the theme, with a line that says which network this is, and the stage's
 * sheets as one picture, since browsers print what is transparent on them as white.
 */

import { actPainters, painters } from "../lib/canvas/painters.js";
import { byId, element, setText } from "../lib/dom.js";
import { captionOf } from "./caption.js";

/** @typedef {import("../run/state.js").State} State */

/** Dots of the picture a px: paper shows more of them than a screen. */
const SCALE = 2;

/**
 * @param {import("../run/session.js").PageStore} store
 * @param {() => State[]} lanes
 * @param {() => void} drawNow all of the page as it stands, before the browser takes its picture
 */
export function createPaper(store, lanes, drawNow) {
  const stage = /** @type {HTMLCanvasElement} */ (byId("network"));
  const caption = element("p", { class: "print-caption" });
  const picture = element("canvas", { class: "print-picture" });
  const ctx = /** @type {CanvasRenderingContext2D} */ (picture.getContext("2d", { alpha: false }));
  byId("stage").before(caption);
  stage.parentElement?.after(picture);
  let wasDark = false;

  /** @param {boolean} dark */
  function colour(dark) {
    const { theme } = store.get();
    document.documentElement.dataset.theme = dark ? theme : "light";
    store.dispatch({ type: "theme", theme, dark });
  }

  function paint() {
    picture.width = SCALE * stage.clientWidth;
    picture.height = SCALE * stage.clientHeight;
    ctx.setTransform(SCALE, 0, 0, SCALE, 0, 0);
    (actPainters.get(stage) ?? painters.get(stage))?.(ctx, SCALE);
  }

  window.addEventListener("beforeprint", () => {
    const { title, settings, iteration, link } = captionOf(store.get(), location.origin + location.pathname, lanes());
    // Where a file lies is nobody else's business.
    const address = location.protocol === "file:" ? [] : [link];
    setText(caption, [title, iteration, settings, ...address].join(" · "));
    wasDark = store.get().dark;
    if (wasDark) colour(false);
    drawNow();
    if (stage.clientWidth > 0) paint();
  });
  window.addEventListener("afterprint", () => {
    picture.width = 0;
    if (wasDark) colour(true);
  });
}

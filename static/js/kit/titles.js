/**
 * What stands in a `title` is shown as words beside the thing: to a pointer that rests on it, to the keyboard's focus, to a
 * finger that stays. The browser's own box would come to a pointer only.
 */

import { createTooltip } from "./tooltip.js";

const REST_MS = 350;
const HOLD_MS = 500;

/**
 * @param {Document} page
 * @param {{setTimer: (callback: () => void, ms: number) => number, clearTimer: (timer: number) => void}} clock
 */
export function showTitles(page, { setTimer, clearTimer }) {
  const tip = createTooltip();
  /** While its words are shown a thing has no title: the browser would show it a second time. @type {{thing: HTMLElement, title: string} | null} */
  let taken = null;
  let timer = 0;

  function put() {
    clearTimer(timer);
    tip.hide();
    if (taken && taken.thing.title === "") taken.thing.title = taken.title;
    taken = null;
  }

  /** @param {Element | null} at @param {number} ms */
  function later(at, ms) {
    if (taken?.thing.contains(at)) return;
    const thing = titled(at);
    put();
    if (!thing) return;
    const { title } = thing;
    taken = { thing, title };
    thing.title = "";
    timer = setTimer(() => thing.isConnected && tip.show(anchor(thing), title), ms);
  }

  page.addEventListener("pointerover", ({ target, pointerType }) => {
    if (pointerType === "mouse") later(/** @type {Element} */ (target), REST_MS);
  });
  page.addEventListener("pointerdown", ({ target, pointerType }) => {
    // Whoever clicks a thing knows it: its words come again once the pointer has been elsewhere.
    if (pointerType === "mouse" && taken?.thing.contains(/** @type {Element} */ (target))) {
      clearTimer(timer);
      return tip.hide();
    }
    put();
    if (pointerType !== "mouse") later(/** @type {Element} */ (target), HOLD_MS);
  });
  for (const end of ["pointerup", "pointercancel", "scroll"]) {
    const ended = (/** @type {Event} */ event) => {
      const isMouse = "pointerType" in event && event.pointerType === "mouse";
      if (!isMouse && tip.of() === null) put();
    };
    page.addEventListener(end, ended, { capture: true });
  }
  page.addEventListener("pointerleave", put);
  page.addEventListener("focusin", ({ target }) => {
    const thing = /** @type {Element} */ (target);
    if (thing.matches(":focus-visible")) later(thing, REST_MS);
  });
  page.addEventListener("focusout", put);
  page.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Escape") put();
    },
    { capture: true },
  );
  return tip;
}

/** The thing itself, what it lies in, or what labels it. @param {Element | null} at @returns {HTMLElement | null} */
function titled(at) {
  const own = at?.closest("[title]:not([title=''])");
  if (own) return /** @type {HTMLElement} */ (own);
  const { id } = at ?? {};
  return id
    ? /** @type {HTMLElement | null} */ (at?.ownerDocument.querySelector(`label[for="${id}"][title]:not([title=''])`))
    : null;
}

/** What has no box of its own stands where its first part does. @param {HTMLElement} thing */
function anchor(thing) {
  return thing.getClientRects().length > 0 ? thing : (thing.firstElementChild ?? thing);
}

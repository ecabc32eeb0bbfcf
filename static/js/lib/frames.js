/**
 * When to draw: in the next frame after a change, in every frame while something slides to its place, and now and then
 * while only the river drifts. Frames that nobody needs are not asked for: each costs the browser a pass over the page.
 */

const LONGEST_SLIDE = 500;
const DRIFT_INTERVAL = 45;

/**
 * @typedef {object} Browser
 * @property {(callback: (now: number) => void) => unknown} requestFrame
 * @property {(callback: () => void, ms: number) => number} setTimer
 * @property {(timer: number) => void} clearTimer
 */

/**
 * @param {Browser} browser
 * @param {(now: number) => number} draw how many milliseconds later it wants to be called again; infinity for not at all
 * @param {() => boolean} drifts
 */
export function createFrames(browser, draw, drifts) {
  let asked = false;
  let slideBegins = false;
  let slidesUntil = Number.NEGATIVE_INFINITY;
  let timer = 0;

  function ask() {
    if (asked) return;
    asked = true;
    browser.clearTimer(timer);
    browser.requestFrame(frame);
  }

  /** @param {number} now */
  function frame(now) {
    asked = false;
    if (slideBegins) slidesUntil = now + LONGEST_SLIDE;
    slideBegins = false;
    const wait = Math.min(draw(now), drifts() ? DRIFT_INTERVAL : Number.POSITIVE_INFINITY);
    if (now < slidesUntil) ask();
    else if (Number.isFinite(wait)) timer = browser.setTimer(ask, wait);
  }

  return {
    changed: ask,
    slides() {
      slideBegins = true;
      ask();
    },
  };
}

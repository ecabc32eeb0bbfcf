/** The page's unit of length, by which everything on it scales: a hundredth of the root's size of type (base.css). */

let unit = 0;

/** In CSS pixels, as it is now: it grows with the window, in front of a class, and with the reader's own size of type. */
export function measureUnit() {
  unit = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 100;
  return unit;
}

/** As it was when boxes last changed: who asks in a frame does not make the browser compute styles in its midst. */
export function pageUnit() {
  return unit || measureUnit();
}

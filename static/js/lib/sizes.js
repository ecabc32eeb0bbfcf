/**
 * How large boxes are, as the browser last laid them out. Who asks here in a frame, after other parts of the page were
 * written, does not make the browser lay the page out in its midst.
 */

/** @typedef {{width: number, height: number}} Size in px, as clientWidth and clientHeight */

/** @type {WeakMap<Element, Size>} */
const sizes = new WeakMap();
let changed = () => {};

/** Made at first use: tests without a page have none. @type {ResizeObserver | null} */
let observer = null;

/** @param {ResizeObserverEntry[]} entries */
function take(entries) {
  for (const { target } of entries) sizes.set(target, measured(target));
  changed();
}

/** @param {Element} box @returns {Size} */
function measured({ clientWidth, clientHeight }) {
  return { width: clientWidth, height: clientHeight };
}

/** The size of a box, which is followed from the first time on. @param {Element} box @returns {Size} */
export function sizeOf(box) {
  const known = sizes.get(box);
  if (known) return known;
  const size = measured(box);
  sizes.set(box, size);
  observer ??= new ResizeObserver(take);
  observer.observe(box);
  return size;
}

/** Calls after boxes have got other sizes. @param {() => void} callback */
export function onSizes(callback) {
  changed = callback;
}

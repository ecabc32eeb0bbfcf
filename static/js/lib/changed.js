/** What a view was last drawn from, so that it is drawn again only when something of it is another. */

export function createChangeDetector() {
  /** @type {unknown[]} */
  let before = [];
  return {
    /** Whether any of these is another than when last asked. @param {unknown[]} values */
    changed(values) {
      const changed = !isSame(values, before);
      before = values;
      return changed;
    },
    /** The same without remembering them. @param {unknown[]} values */
    holds: (values) => isSame(values, before),
    /** Next time counts as a change. */
    forget() {
      before = [];
    },
  };
}

/** @param {unknown[]} values @param {unknown[]} before */
function isSame(values, before) {
  return values.length === before.length && values.every((value, i) => Object.is(value, before[i]));
}

/** What a view was last drawn from, so that it is drawn again only when something of it is another. */

export function createChangeDetector() {
  /** @type {unknown[]} */
  let before = [];
  return {
    /** Whether any of these is another than when last asked. @param {unknown[]} values */
    changed(values) {
      const same = values.length === before.length && values.every((value, i) => Object.is(value, before[i]));
      before = values;
      return !same;
    },
    /** Next time counts as a change. */
    forget() {
      before = [];
    },
  };
}

/**
 * When words and numbers change that follow a run: on beats which all of the page counts alike, so that they change in the
 * same frames. A frame in which any words change makes the browser work out styles, lay out and paint.
 */

/** While training runs, numbers and sentences change at most this often, ms, and together: all are of one record. */
export const READING = 500;

/** In the first view, whose two updates a second can all be read. */
export const FIRST_READING = 100;

/** @param {number} ms from one beat to the next */
export function createBeat(ms) {
  let taken = Number.NEGATIVE_INFINITY;
  return {
    /** In how many ms it is time to change something again; 0 for now. @param {number} now */
    wait: (now) => (Math.floor(now / ms) > taken ? 0 : (taken + 1) * ms - now),
    /** Something changed. @param {number} now */
    take(now) {
      taken = Math.floor(now / ms);
    },
  };
}

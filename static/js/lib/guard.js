/**
 * One part of the page that cannot be drawn does not stop the others, or the run: the error goes to the browser's console,
 * and the page says what happened.
 */

/** Before the reader is told again, ms. */
const TOLD_INTERVAL = 5000;

/**
 * @param {{now: () => number, report: (error: unknown) => void}} platform `report`: where errors go that nobody caught
 * @param {(error: unknown) => void} tell the reader, at most every few seconds
 */
export function createGuard(platform, tell) {
  let toldAt = Number.NEGATIVE_INFINITY;

  /** @param {unknown} error */
  function failed(error) {
    platform.report(error);
    if (platform.now() - toldAt < TOLD_INTERVAL) return;
    toldAt = platform.now();
    tell(error);
  }

  return {
    failed,
    /** @template T @param {() => T} act @param {T} otherwise @returns {T} */
    run(act, otherwise) {
      try {
        return act();
      } catch (error) {
        failed(error);
        return otherwise;
      }
    },
  };
}

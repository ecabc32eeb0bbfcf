/** Tells a connection that stands open, and over which nothing comes any more, from a run that has nothing to say. */

const ASK_AFTER = 1000;
const LOST_AFTER = 3000;
/** A snapshot on its way holds up what follows it: a slow line has a second for so many bytes. */
const BYTES_PER_SECOND = 64 * 1024;

/**
 * @param {() => number} now
 * @param {() => number | null} waitsSince since when a request that is answered at once waits
 */
export function createWatchdog(now, waitsSince) {
  let heardAt = now();

  return {
    /** Something came. */
    heard() {
      heardAt = now();
    },

    /**
     * What to do about the silence. Only a request without an answer proves a loss.
     * @param {boolean} mayBeSilent @param {number} snapshotBytes
     * @returns {"nothing" | "ask" | "lost"}
     */
    look(mayBeSilent, snapshotBytes) {
      if (mayBeSilent) {
        heardAt = now();
        return "nothing";
      }
      const waiting = waitsSince();
      const silence = now() - heardAt;
      if (waiting === null) return silence >= ASK_AFTER ? "ask" : "nothing";
      const patience = LOST_AFTER + (1000 * snapshotBytes) / BYTES_PER_SECOND;
      return Math.min(silence, now() - waiting) >= patience ? "lost" : "nothing";
    },
  };
}

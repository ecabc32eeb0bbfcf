/** What is fetched when somebody first needs it; after a failure it is fetched anew the next time. */

/**
 * @template T
 * @param {() => Promise<T>} load
 * @param {() => void} failed it could not be fetched
 * @returns {(then: (found: T) => void) => Promise<void>} does something with it, once it is there
 */
export function createLate(load, failed) {
  /** @type {Promise<T> | null} */
  let coming = null;

  return async (then) => {
    coming ??= load();
    /** @type {T} */
    let found;
    try {
      found = await coming;
    } catch {
      coming = null;
      return failed();
    }
    then(found);
  };
}

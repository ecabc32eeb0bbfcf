/** What the server has for every page: fetched once, by whoever needs it first, and again where that failed. */

import { addressOf } from "./address.js";
import { Fault } from "./fault.js";

/**
 * @template T
 * @param {string} path
 * @param {(status: number) => Fault} refused
 * @returns {() => Promise<T>}
 */
export function fetchedOnce(path, refused) {
  /** @type {Promise<T> | null} */
  let coming = null;

  async function ask() {
    try {
      const answer = await fetch(addressOf(path));
      if (!answer.ok) throw refused(answer.status);
      return await answer.json();
    } catch (error) {
      coming = null;
      throw error;
    }
  }

  return () => {
    coming ??= ask();
    return coming;
  };
}

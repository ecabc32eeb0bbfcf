/**
 * Everything the page keeps in the browser goes through here. A browser may refuse (in a frame of another site the very
 * access throws) or never answer; then what is kept lasts as long as the page, and the page does not wait for it.
 */

import { Fault } from "./fault.js";

/** @typedef {Pick<Storage, "getItem" | "setItem">} KeyStore */

/** So long a database may take to answer, ms. */
const PATIENCE = 1000;

/**
 * @param {() => Storage} access that may throw
 * @returns {KeyStore} which never throws, and remembers for this page what the browser refuses to
 */
export function createKeyStore(access) {
  /** @type {Map<string, string>} */
  const here = new Map();
  return {
    getItem(key) {
      const kept = here.get(key);
      if (kept !== undefined) return kept;
      try {
        return access().getItem(key);
      } catch {
        return null;
      }
    },
    setItem(key, value) {
      try {
        access().setItem(key, value);
        here.delete(key);
      } catch {
        here.set(key, value);
      }
    },
  };
}

export const inBrowser = createKeyStore(() => localStorage);
export const inTab = createKeyStore(() => sessionStorage);

/**
 * The answer of a database, or an error in its place if none comes in time.
 * @template T @param {Promise<T>} answer @param {number} ms @returns {Promise<T>}
 */
export function inTime(answer, ms = PATIENCE) {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Fault("slow_database", { ms }));
    const timer = setTimeout(late, ms);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/**
 * @param {string} name @param {(database: IDBDatabase) => void} create what a new database holds
 * @param {() => IDBFactory} access that may throw
 * @returns {Promise<IDBDatabase>}
 */
export async function openDatabase(name, create, access = () => indexedDB) {
  const request = access().open(name, 1);
  request.onupgradeneeded = () => create(request.result);
  try {
    return await answerOf(request);
  } catch (error) {
    // Should it open after all, it does not stand in the way of others.
    request.onsuccess = () => request.result.close();
    throw error;
  }
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
export function answerOf(request) {
  return inTime(
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    }),
  );
}

/** How far the reader has come, kept in this browser: which scenes are done, and where the story was left. */

const KEY = "unroll-lessons";

/** @typedef {{done: string[], last: string | null}} Kept */

/**
 * @param {Pick<Storage, "getItem" | "setItem">} storage
 */
export function createProgress(storage) {
  const kept = read(storage);

  const keep = () => storage.setItem(KEY, JSON.stringify(kept));

  return {
    /** @param {string} slug */
    isDone: (slug) => kept.done.includes(slug),
    last: () => kept.last,

    /** @param {string} slug */
    opened(slug) {
      kept.last = slug;
      keep();
    },

    /** @param {string} slug */
    done(slug) {
      if (kept.done.includes(slug)) return;
      kept.done.push(slug);
      keep();
    },
  };
}

/** @param {Pick<Storage, "getItem">} storage @returns {Kept} */
function read(storage) {
  try {
    const { done, last } = JSON.parse(storage.getItem(KEY) ?? "{}");
    return { done: Array.isArray(done) ? done.filter(isText) : [], last: isText(last) ? last : null };
  } catch {
    return { done: [], last: null };
  }
}

/** @param {unknown} value @returns {value is string} */
function isText(value) {
  return typeof value === "string";
}

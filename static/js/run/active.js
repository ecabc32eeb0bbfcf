/** The session the page talks to, whichever run it stands for at the moment. */

/** @typedef {import("./source.js").Source} Session */

/** @param {Session} first */
export function createActiveSession(first) {
  let current = first;
  // It stands on nothing: a run that ended is not kept alive by what the page was made with.
  const session = new Proxy(/** @type {Session} */ ({}), {
    get(_, name) {
      const part = Reflect.get(current, name);
      if (typeof part !== "function") return part;
      return (/** @type {unknown[]} */ ...given) => Reflect.get(current, name)(...given);
    },
  });
  return {
    session,
    current: () => current,
    /** @param {Session} other */
    choose(other) {
      current = other;
    },
  };
}

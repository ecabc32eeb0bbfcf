/** The session the page talks to, whichever run it stands for at the moment. */

/** @typedef {ReturnType<typeof import("./session.js").createSession>} Session */

/** @param {Session} first */
export function createCrew(first) {
  let leader = first;
  // It stands on nothing: a run that ended is not kept alive by what the page was made with.
  const session = new Proxy(/** @type {Session} */ ({}), {
    get(_, name) {
      const part = Reflect.get(leader, name);
      if (typeof part !== "function") return part;
      return (/** @type {unknown[]} */ ...given) => Reflect.get(leader, name)(...given);
    },
  });
  return {
    session,
    leader: () => leader,
    /** @param {Session} other */
    follow(other) {
      leader = other;
    },
  };
}

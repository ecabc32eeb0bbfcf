/** Links to a run that somebody shares, as long as they do. */

const FOLLOW = /^#follow=([\w-]{1,100})$/;

/** The token in such a link; null where it is another kind of link. @param {string} fragment */
export function followedRun(fragment) {
  return FOLLOW.exec(fragment)?.[1] ?? null;
}

/** @param {string} run @param {Pick<Location, "origin" | "pathname">} page */
export function followLink(run, { origin, pathname }) {
  return `${origin}${pathname}#follow=${run}`;
}

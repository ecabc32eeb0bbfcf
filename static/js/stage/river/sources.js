/** Which loss, and which timestep, a point of a river belongs to. Pure. */

/** @typedef {import("./river.js").Ribbon} Ribbon */

/**
 * Which loss the river shows at a point, or null where there is no river.
 * @param {Ribbon} ribbon
 * @param {number} T
 * @param {number} t nearest timestep
 * @param {number} above px above the midline
 * @param {{x: number, left: number} | null} [at] px; without it, at the column itself
 */
export function sourceAt(ribbon, T, t, above, at = null) {
  const half = at ? (ribbon.profile[Math.round(at.x - at.left)] ?? 0) : ribbon.half[t];
  if (!ribbon.strata || half === 0 || Math.abs(above) > half) return null;
  const carriedTo = at ? carriedAt(ribbon, T, at.x) : null;
  const k = inFlow(ribbon, T, carriedTo ?? t);
  const row = carriedTo === null ? k : T + 1 + k;
  const first = carriedTo === null ? k : k + 1;
  const level = (above + half) / (2 * half);
  for (let source = T; source >= (ribbon.all ? 1 : first); source--) {
    if (ribbon.strata[row * (T + 1) + source] >= level) return inFlow(ribbon, T, source);
  }
  return inFlow(ribbon, T, first);
}

/** The timestep to which the river at x is carried; null at a column, and where the two are not told apart. @param {Ribbon} ribbon @param {number} T @param {number} x px */
export function carriedAt(ribbon, T, x) {
  const here = ribbon.mirrored ? ribbon.about - x : x;
  for (const { x: knots, column } of ribbon.runs) {
    const end = knots.findIndex((knot) => knot > here);
    if (end < 1) continue;
    const middle = (knots[end - 1] + knots[end]) / 2;
    const row = column[here < middle ? end - 1 : end];
    return row > T ? inFlow(ribbon, T, row - T - 1) : null;
  }
  return null;
}

/** A timestep in the time of the strata, and back. @param {Pick<Ribbon, "mirrored">} ribbon @param {number} T @param {number} t */
export function inFlow({ mirrored }, T, t) {
  return mirrored ? T + 1 - t : t;
}

/** How thick loss t's own stratum is at t: the width of its tributary. */
export function ownThickness(/** @type {Ribbon} */ ribbon, /** @type {number} */ T, /** @type {number} */ t) {
  if (!ribbon.strata) return 0;
  const k = inFlow(ribbon, T, t);
  const at = k * (T + 1) + k;
  return 2 * ribbon.half[t] * (ribbon.strata[at] - (k < T ? ribbon.strata[at + 1] : 0));
}

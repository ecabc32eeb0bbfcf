/** What the inspector speaks of: what was chosen last, else what is under the pointer. Pure. */

/** @typedef {import("../../run/state.js").State} State */

/**
 * @typedef {{kind: "nothing"}
 *   | {kind: "timestep", t: number, unit: number, pinned: boolean}
 *   | {kind: "loss", t: number, pinned: boolean}
 *   | {kind: "pair", t: number, k: number, pinned: boolean}
 *   | {kind: "weight", tensor: string, index: number[], pinned: true}} Subject t counts from 1, units and indices from 0
 */

/** @param {State} state @returns {Subject} */
export function subjectOf({ record, weight, pin, hover }) {
  if (!record) return { kind: "nothing" };
  if (weight && !hover) return { kind: "weight", ...weight, pinned: true };
  const place = pin ?? hover;
  if (!place) return { kind: "nothing" };
  const pinned = pin !== null;
  const { t, unit = 0, source, k } = place;
  if (k !== undefined && source !== undefined) return { kind: "pair", t: source, k, pinned };
  if (pinned && source === t) return { kind: "loss", t, pinned };
  return { kind: "timestep", t, unit, pinned };
}

/** What is said while the network folds and while it is folded. Pure. */

import { formatPercent } from "../lib/format.js";
import { everywhere } from "./used.js";

/**
 * @param {number} share 0 open, 1 folded
 * @param {boolean} closing
 * @param {number} T
 * @param {number} t the timestep the cell shows
 * @param {string} recurrent the parameter meant by W_hh
 * @param {string} where which layer is folded, where there are several
 * @returns {import("../run/state.js").Narration | null}
 */
export function foldWords(share, closing, T, t, recurrent, where = "") {
  const columns = T === 1 ? "one column was" : `${T} columns were`;
  if (share === 1) {
    return {
      finding: `One cell, one ${recurrent}, ${everywhere(T)}.`,
      reason: `Scrub below: the cell shows ${where && `${where}, `}timestep ${t}. Unfold to see all of them at once.`,
    };
  }
  if (!closing)
    return share === 0
      ? null
      : { finding: `Unfolding: one cell becomes ${T} columns.`, reason: `Every column uses the same ${recurrent}.` };
  return {
    finding: `Folding: ${columns} always one cell.`,
    reason: `Each use of ${recurrent} adds its part of the gradient to one accumulator.`,
  };
}

export const FORWARD = "forward: thin line";

export const BACKWARD = "backward:";

export const DIRECTLY = "directly, through f:";

export const OVER_TIME = "over time";

/** What the accumulator is made of. @param {number} T */
export const partsWords = (T) => (T === 1 ? "norm of its one part" : `norms of its ${T} parts`);

export const STACKED = "norms stacked:";

export const SUM = "norm of their sum:";

export const NOT_FINITE = "not finite";

/** The parameter meant by W_hh, where no subscript can be set. @type {Record<string, string>} */
const PLAIN = { W_hh: "Wₕₕ", u_hh: "uₕₕ", W_xh: "Wₓₕ" };

/** One part of the accumulator. @param {string} recurrent the parameter meant by W_hh @param {number} t @param {number} share of the stacked norms @returns {string[]} */
export function partLines(recurrent, t, share) {
  return [`‖∂E/∂${PLAIN[recurrent] ?? recurrent}‖ of t = ${t}`, `${formatPercent(share)} of the stack`];
}

/** The sentences of the chart of one loss's derivation, term by term. Pure. */

import { formatNumber } from "../lib/format.js";

/** @typedef {{k: number, hh: number, xh: number}} Term the part of the gradient from timestep k's use of the weights: its norm for W_hh and W_xh */

export const KEY = { hh: "for W_hh", xh: "for W_xh" };

/** @param {number | null} t the only loss; null where there are several */
export function termsTitle(t) {
  return t === null ? "‖part k‖ of ∂E/∂W" : `‖term k‖ of ∂E_${t}/∂W`;
}

/** The same for whoever does not see the chart. @param {number | null} t the only loss; null where there are several */
export function termsLabel(t) {
  return t === null ? "Norm by timestep k, all losses together" : `Norm of each term of ∂E_${t}/∂W`;
}

/** @param {Term} term @param {number | null} t the only loss */
export function termWords({ k, hh, xh }, t) {
  const name = t === null ? "" : k === t ? ", explicit" : ", implicit";
  return `k = ${k}${name}: ${formatNumber(hh)} for W_hh, ${formatNumber(xh)} for W_xh`;
}

/** The only loss reads the weights itself at its own timestep, and through the state at those before. */
export const EXPLICIT = "explicit";
export const IMPLICIT = "implicit";

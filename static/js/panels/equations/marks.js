/** What equations are made of: symbols with subscripts, derivatives, signs, as MathML. */

import { math } from "../../lib/dom.js";

/** @param {string} base @param {string} subscript @param {string} [mark] the family whose colour it has */
export function symbol(base, subscript, mark) {
  const parts = [math("mi", base), math("mrow", ...subscriptParts(subscript))];
  return mark ? math("msub", { class: mark }, ...parts) : math("msub", ...parts);
}

/** t and k are timesteps and slanted; other letters are names and upright. @param {string} subscript */
function subscriptParts(subscript) {
  return [...subscript.matchAll(/\b[tk](?![a-z])|[a-z]+|\d+|./g)].map(([part]) => {
    if (/^[tk]$/.test(part)) return math("mi", part);
    if (/[a-z]/.test(part)) return math("mi", { mathvariant: "normal" }, part);
    return /\d/.test(part) ? math("mn", part) : tight(part);
  });
}

/** @param {string} sign */
export function tight(sign) {
  return math("mo", { lspace: "0", rspace: "0" }, sign);
}

/** @param {string} sign */
export function parenthesis(sign) {
  return math("mo", { stretchy: "false" }, sign);
}

/** ∂f_i/∂x_j as one mark of the backward family. @param {string} of @param {string} index @param {string} by @param {string} subscript */
export function derivative(of, index, by, subscript) {
  const above = index === "" ? math("mi", of) : symbol(of, index);
  return math("mrow", { class: "mark-backward" }, tight("∂"), above, tight("/"), tight("∂"), symbol(by, subscript));
}

/** How a weight’s gradient adds up over time. */

import { math } from "../../lib/dom.js";
import { derivative, parenthesis, symbol, tight } from "./marks.js";
import { AFTER, BEFORE } from "./way.js";

/** What an ln_lstm's gains multiply; s_t is what φ is applied to on the way from c_t to h_t. @type {Record<string, [string, string][]>} */
const NORMALISED = {
  g_x: [
    ["x", "t"],
    ["W", "xh"],
  ],
  g_h: [
    ["h", BEFORE],
    ["W", "hh"],
  ],
  g_c: [["c", "t"]],
};

/** How a parameter's gradient adds up over time. @param {string} tensor */
export function weightMath(tensor) {
  const name = tensor.replace(/(_l\d)?(_reverse)?$/, "");
  if (/^[hc]0$/.test(name)) return math("math", derivative("L", "", name[0], "0"));
  const turned = tensor.endsWith("_reverse") ? AFTER : BEFORE;
  const kind = name.split("_")[1];
  const before = /** @type {Record<string, [string, string]>} */ ({
    emb: ["x", "t"],
    xh: ["x", "t"],
    hh: ["h", turned],
    hy: ["h", "t"],
  })[kind];
  const normalised = (NORMALISED[name] ?? []).map(([base, at]) => symbol(base, at === BEFORE ? turned : at));
  const factor = normalised.length > 0 ? [math("mi", "LN"), parenthesis("("), ...normalised, parenthesis(")")] : [];
  const by = kind.endsWith("y") ? "y" : kind === "c" ? "s" : kind === "emb" ? "e" : "a";
  return math(
    "math",
    derivative("L", "", tensor[0], kind),
    math("mo", "="),
    math("munder", math("mo", "∑"), math("mi", "t")),
    ...(before ? [symbol(before[0], before[1])] : factor),
    derivative("E", "", by, "t"),
  );
}

/** What each matrix is multiplied with going forward, and the state in whose place its other factor is. @type {Record<string, [string, string, string]>} */
const FACTORS = { xh: ["x", "t", "a"], hh: ["h", "t−1", "a"], hy: ["h", "t", "y"] };

/** The gradient of the shown sequence's loss, summed over the uses of the weight. @param {string} tensor */
export function usesMath(tensor) {
  const [name, kind] = tensor.split("_");
  const [base, subscript, by] = FACTORS[kind];
  const isProduct = name === "W";
  return math(
    "math",
    derivative("E", "", name, kind),
    math("mo", "="),
    math("munder", math("mo", "∑"), math("mi", "t")),
    isProduct
      ? math("msup", symbol(base, subscript), math("mi", { mathvariant: "normal" }, "T"))
      : symbol(base, subscript),
    ...(isProduct ? [] : [math("mo", "⊙")]),
    derivative("E", "", by, "t"),
  );
}

/**
 * One term of one loss's gradient as textbooks write it: ∂E_4/∂h_4 · ∂h_4/∂h_3 · ∂⁺h_3/∂W; of W_hy only ∂E_4/∂y_4 · ∂⁺y_4/∂W.
 * @param {string} tensor @param {string} state h, or s where the state is h and c together @param {number} t @param {number} k
 */
export function termMath(tensor, state, t, k) {
  const of = tensor === "W_hy" ? "y" : state;
  const factors = [derivative("E", String(t), of, String(t))];
  for (let s = t; s > k; s -= 1) factors.push(derivative(state, String(s), state, String(s - 1)));
  const [name, kind] = tensor.split("_");
  const explicit = math("msup", tight("∂"), math("mo", "+"));
  factors.push(
    math(
      "mrow",
      { class: "mark-backward" },
      explicit,
      symbol(of, String(k)),
      tight("/"),
      tight("∂"),
      symbol(name, kind),
    ),
  );
  return math("math", ...factors.flatMap((factor, i) => (i === 0 ? [factor] : [tight("·"), factor])));
}

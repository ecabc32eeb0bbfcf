/** The page's equations as MathML, and the same equations with the numbers of what was chosen. */

import { element, math } from "../lib/dom.js";
import { formatExp, formatFixed, formatNumber, printSum } from "../lib/format.js";
import {
  at,
  hasTarget,
  isClassified,
  isReverse,
  lossGradient,
  next,
  outputs,
  ownGradient,
  preActivation,
  previous,
  readState,
} from "../record/readings.js";
import { isTop, placeOf } from "../record/chosen.js";

/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */
/** @typedef {{forward: (activation: string, before?: string) => Element, numbers: (record: DecodedRecord, t: number, unit: number, activation: string) => string}} CellEquations */

const DECIMALS = 3;
const LARGE = 1000;
/** What is read before h_t; the reverse direction reads h_{t+1} first. */
const BEFORE = "t−1";
const AFTER = "t+1";

/** What a timestep does going forward. @type {Record<string, CellEquations>} */
export const CELLS = {
  rnn: {
    /** h_t = φ(x_t W_xh + h_{t−1} W_hh + b_h) */
    forward: (activation, before = BEFORE) =>
      math(
        "math",
        symbol("h", "t", "mark-forward"),
        math("mo", "="),
        math("mi", activation),
        parenthesis("("),
        symbol("x", "t"),
        symbol("W", "xh"),
        math("mo", "+"),
        symbol("h", before, "mark-forward"),
        symbol("W", "hh"),
        math("mo", "+"),
        symbol("b", "h"),
        parenthesis(")"),
      ),
    numbers(record, t, unit, activation) {
      const h = at(record, "h", t, unit);
      const { input, recurrent, bias } = preActivation(record, t, unit);
      if (Number.isNaN(input + recurrent + bias)) return alone(h, unit);
      const print = printerFor([h, input, recurrent, bias]);
      return `${print(h)} = ${activation}(${sum([input, recurrent, bias], print)})`;
    },
  },
  lstm: {
    /** c_t = f_t c_{t−1} + i_t g_t */
    forward: (_activation, before = BEFORE) =>
      math(
        "math",
        symbol("c", "t", "mark-forward"),
        math("mo", "="),
        symbol("f", "t"),
        symbol("c", before, "mark-forward"),
        math("mo", "+"),
        symbol("i", "t"),
        symbol("g", "t"),
      ),
    numbers(record, t, unit) {
      const [c, before] = [at(record, "c", t, unit), at(record, "c", previous(record, t), unit)];
      const [i, f, g] = [0, 1, 2].map((gate) => at(record, "gates", t - 1, gate, unit));
      if (Number.isNaN(i)) return alone(c, unit);
      const print = printerFor([c, before, i, f, g]);
      return `${print(c)} = ${products(
        [
          [f, before],
          [i, g],
        ],
        print,
      )}`;
    },
  },
  indrnn: {
    /** h_t = φ(x_t W_xh + u_hh ⊙ h_{t−1} + b_h) */
    forward: (activation, before = BEFORE) =>
      math(
        "math",
        symbol("h", "t", "mark-forward"),
        math("mo", "="),
        math("mi", activation),
        parenthesis("("),
        symbol("x", "t"),
        symbol("W", "xh"),
        math("mo", "+"),
        symbol("u", "hh"),
        math("mo", "⊙"),
        symbol("h", before, "mark-forward"),
        math("mo", "+"),
        symbol("b", "h"),
        parenthesis(")"),
      ),
    numbers: (record, t, unit, activation) => CELLS.rnn.numbers(record, t, unit, activation),
  },
  mingru: {
    /** h_t = (1 − z_t) h_{t−1} + z_t n_t */
    forward: (_activation, before = BEFORE) => mixture(symbol("h", before, "mark-forward"), symbol("n", "t")),
    numbers: (record, t, unit) => mixtureNumbers(record, t, unit, [0, 1], ({ before, n }) => [before, n]),
  },
  gru: {
    /** h_t = (1 − z_t) n_t + z_t h_{t−1} */
    forward: (_activation, before = BEFORE) => mixture(symbol("n", "t"), symbol("h", before, "mark-forward")),
    numbers: (record, t, unit) => mixtureNumbers(record, t, unit, [1, 2], ({ before, n }) => [n, before]),
  },
};

/** h_t = (1 − z_t) one + z_t other @param {Element} one @param {Element} other */
function mixture(one, other) {
  return math(
    "math",
    symbol("h", "t", "mark-forward"),
    math("mo", "="),
    parenthesis("("),
    math("mn", "1"),
    math("mo", "−"),
    symbol("z", "t"),
    parenthesis(")"),
    one,
    math("mo", "+"),
    symbol("z", "t"),
    other,
  );
}

/**
 * The same with its numbers.
 * @param {DecodedRecord} record
 * @param {number} t
 * @param {number} unit
 * @param {[number, number]} rows where z and n stand among the gates
 * @param {(values: {before: number, n: number}) => [number, number]} order what 1 − z_t multiplies, and what z_t does
 */
function mixtureNumbers(record, t, unit, rows, order) {
  const [h, before] = [at(record, "h", t, unit), at(record, "h", previous(record, t), unit)];
  const [z, n] = rows.map((row) => at(record, "gates", t - 1, row, unit));
  if (Number.isNaN(z)) return alone(h, unit);
  const print = printerFor([h, before, z, n]);
  const [one, other] = order({ before, n });
  return `${print(h)} = ${products(
    [
      [1 - z, one],
      [z, other],
    ],
    print,
  )}`;
}

/** The lstm's equations hold for it too; what differs is what its gates and h_t are made of. */
CELLS.ln_lstm = CELLS.lstm;

/** How the chosen layer reads and sends back: what its equations depend on beside its cell. @param {DecodedRecord} record */
export function wayOf(record) {
  const { layer, layers, direction, ending } = placeOf(record);
  const [before, after] = isReverse(record) ? [AFTER, BEFORE] : [BEFORE, AFTER];
  return { key: `${ending} of ${layers}`, before, after, direction, above: layer < layers ? layer + 1 : null };
}

/**
 * ∂E/∂h_t = own loss + carried from t+1: mathematics and words, so that it may wrap. Below the top layer no loss is own.
 * @param {{after: string, above: number | null}} [way]
 */
export function backwardMath({ after, above } = { after: AFTER, above: null }) {
  const gradient = math(
    "mrow",
    { class: "mark-backward" },
    tight("∂"),
    math("mi", "E"),
    tight("/"),
    tight("∂"),
    symbol("h", "t"),
  );
  const first = above === null ? "own loss" : `from layer ${above}`;
  const words = element("span", { class: "slanted" }, ` ${first} + carried from `);
  return element(
    "span",
    {},
    math("math", gradient, math("mo", { rspace: "0" }, "=")),
    words,
    math("math", math("mi", "t"), tight(after[1]), math("mn", "1")),
  );
}

/** What one unit is blamed for: by its own loss, and by what the future sends back. @param {DecodedRecord} record @param {number} t @param {number} unit @param {boolean} mean of the losses, instead of their sum */
export function backwardNumbers(record, t, unit, mean) {
  const whole = at(record, "dh", t, unit);
  if (!isTop(record)) return fromAboveNumbers(record, t);
  const own = ownGradient(record, t, unit, mean);
  const norm = `norm\u00a0${formatExp(at(record, "ln_dh_norm", t))}`;
  if (!Number.isFinite(whole + own)) return `${formatNumber(whole)}; ${norm}`;
  return `${printedSum(own, whole - own)}; ${norm}`;
}

/** Below the top layer: the whole, and what of it the timestep read next sends back; norms, which do not add up. @param {DecodedRecord} record @param {number} t */
function fromAboveNumbers(record, t) {
  const norm = `norm\u00a0${formatExp(at(record, "ln_dh_norm", t))}`;
  const from = next(record, t);
  const carried = at(record, "dh_carried_norm", t);
  if (from === null || carried === 0) return `${norm}; nothing is carried`;
  return Number.isNaN(carried) ? norm : `${norm}; carried from ${from}: ${formatNumber(carried)}`;
}

/** ∂E/∂c_t = f_{t+1} ∂E/∂c_{t+1} + through h_t @param {string} [after] */
export function cellStateMath(after = AFTER) {
  return element(
    "span",
    {},
    math("math", derivative("E", "", "c", "t"), math("mo", "="), symbol("f", after), derivative("E", "", "c", after)),
    element("span", { class: "slanted" }, " + through "),
    math("math", symbol("h", "t")),
  );
}

/** @param {DecodedRecord} record @param {number} t @param {number} unit */
export function cellStateNumbers(record, t, unit) {
  const whole = at(record, "dc", t, unit);
  const after = next(record, t);
  const gate = after === null ? 0 : at(record, "gates", after - 1, 1, unit);
  const straight = after === null ? 0 : gate * at(record, "dc", after, unit);
  if (!Number.isFinite(whole + straight)) return `${formatNumber(whole)} for unit ${unit + 1}`;
  const from = after === null ? "" : `; f_${wayOf(record).after} = ${formatFixed(gate, DECIMALS)}`;
  return `${printedSum(straight, whole - straight)}${from}`;
}

/** h_t = o_t φ(c_t); of an ln_lstm h_t = o_t φ(LN(c_t) ⊙ g_c + b_c) @param {string} activation @param {string} [cell] */
export function outputGateMath(activation, cell = "lstm") {
  const state = symbol("c", "t", "mark-forward");
  const read =
    cell === "ln_lstm"
      ? [
          math("mi", "LN"),
          parenthesis("("),
          state,
          parenthesis(")"),
          math("mo", "⊙"),
          symbol("g", "c"),
          math("mo", "+"),
          symbol("b", "c"),
        ]
      : [state];
  return math(
    "math",
    symbol("h", "t", "mark-forward"),
    math("mo", "="),
    symbol("o", "t"),
    math("mi", activation),
    parenthesis("("),
    ...read,
    parenthesis(")"),
  );
}

/** @param {DecodedRecord} record @param {number} t @param {number} unit @param {string} activation */
export function outputGateNumbers(record, t, unit, activation) {
  const [h, o, read] = [at(record, "h", t, unit), at(record, "gates", t - 1, 3, unit), readState(record, t, unit)];
  if (Number.isNaN(o + read)) return alone(h, unit);
  const print = printerFor([h, o, read]);
  return `${print(h)} = ${print(o)} · ${activation}(${print(read)})`;
}

/** E_t from the output and its target. @param {boolean} classified */
export function lossMath(classified) {
  const loss = symbol("E", "t", "mark-forward");
  if (classified) {
    return math(
      "math",
      loss,
      math("mo", "="),
      math("mo", "−"),
      math("mi", "ln"),
      symbol("p", "t"),
      parenthesis("("),
      math("mtext", "target"),
      parenthesis(")"),
    );
  }
  const difference = math(
    "mrow",
    parenthesis("("),
    symbol("y", "t"),
    math("mo", "−"),
    symbol("target", "t"),
    parenthesis(")"),
  );
  return math("math", loss, math("mo", "="), math("mtext", "mean"), math("msup", difference, math("mn", "2")));
}

/** @param {DecodedRecord} record @param {number} t @param {string[]} names of the classes */
export function lossNumbers(record, t, names) {
  const loss = formatNumber(at(record, "loss_t", t - 1));
  if (!hasTarget(record, t)) return "no target here, so no loss";
  const said = outputs(record, t);
  if (isClassified(record)) {
    const target = at(record, "target", t - 1);
    return `${loss} = −ln ${formatNumber(said[target])}; target ${names[target] ?? target}`;
  }
  const [y, target] = [said[0], at(record, "target", t - 1, 0)];
  const print = printerFor([y, target]);
  const first = `(${print(y)} ${target < 0 ? "+" : "−"} ${print(Math.abs(target))})²`;
  return said.length === 1 ? `${loss} = ${first}` : `${loss} = mean of ${first}, …`;
}

/** ∂E_t/∂y_t from the output and its target. @param {boolean} classified */
export function lossBackMath(classified) {
  const gradient = derivative("E", "t", "y", "t");
  if (classified)
    return math("math", gradient, math("mo", "="), symbol("p", "t"), math("mo", "−"), symbol("target", "t"));
  const twice = math(
    "mrow",
    math("mn", "2"),
    parenthesis("("),
    symbol("y", "t"),
    math("mo", "−"),
    symbol("target", "t"),
    parenthesis(")"),
  );
  return math("math", gradient, math("mo", "="), twice, tight("/"), math("mi", "O"));
}

/** @param {DecodedRecord} record @param {number} t */
export function lossBackNumbers(record, t) {
  if (!hasTarget(record, t)) return "no gradient";
  const gradient = lossGradient(record, t);
  const print = printerFor(gradient);
  if (!isClassified(record)) return `${gradient.slice(0, 3).map(print).join(", ")}${gradient.length > 3 ? ", …" : ""}`;
  const target = at(record, "target", t - 1);
  return `${print(gradient[target])} for the target; together 0`;
}

/**
 * ∂E_t/∂h_k = ∂E_t/∂h_t J_t ⋯ J_{k+1}, with J_t = ∂h_t/∂h_{t−1}; below the top layer it is no such product.
 * @param {{after: string, above: number | null}} [way]
 */
export function pairMath({ after, above } = { after: AFTER, above: null }) {
  if (above !== null) return math("math", derivative("E", "t", "h", "k"));
  return math(
    "math",
    derivative("E", "t", "h", "k"),
    math("mo", "="),
    derivative("E", "t", "h", "t"),
    symbol("J", "t"),
    math("mo", "⋯"),
    symbol("J", after.replace("t", "k")),
  );
}

/** y_t = h_t W_hy + b_y */
export function readoutMath() {
  return math(
    "math",
    symbol("y", "t", "mark-forward"),
    math("mo", "="),
    symbol("h", "t", "mark-forward"),
    symbol("W", "hy"),
    math("mo", "+"),
    symbol("b", "y"),
  );
}

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

/** ∂f_i/∂x_j as one mark of the backward family. @param {string} of @param {string} index @param {string} by @param {string} subscript */
function derivative(of, index, by, subscript) {
  const above = index === "" ? math("mi", of) : symbol(of, index);
  return math("mrow", { class: "mark-backward" }, tight("∂"), above, tight("/"), tight("∂"), symbol(by, subscript));
}

/** A sum of two with its total first: with decimals that add up as printed, or with powers where they are tiny or huge. @param {number} a @param {number} b */
function printedSum(a, b) {
  const largest = Math.max(Math.abs(a), Math.abs(b), Math.abs(a + b));
  const exponent = largest > 0 ? Math.floor(Math.log10(largest)) : 0;
  if (exponent < -3 || exponent > 3) return `${formatNumber(a + b)} = ${sum([a, b], formatNumber)}`;
  const { terms: printed, total } = printSum([a, b], Math.max(0, 2 - exponent));
  const terms = [a, b].map((term, index) => (term === 0 ? "0" : printed[index]));
  return `${total} = ${terms[0]} ${terms[1].startsWith("−") ? "−" : "+"} ${terms[1].replace("−", "")}`;
}

/** @param {number} value @param {number} unit */
function alone(value, unit) {
  return `${formatNumber(value)} for unit ${unit + 1}`;
}

/** All numbers of one equation are printed alike: with fixed decimals, or two digits and powers where they are large. */
function printerFor(/** @type {number[]} */ numbers) {
  const large = numbers.some((number) => Math.abs(number) >= LARGE);
  return (/** @type {number} */ value) => (large ? formatNumber(value, 2) : formatFixed(value, DECIMALS));
}

/** @param {number[]} terms @param {(value: number) => string} print */
function sum(terms, print) {
  return terms.map((term, index) => signed(term < 0, print(Math.abs(term)), index === 0)).join("");
}

/** @param {[number, number][]} factors @param {(value: number) => string} print */
function products(factors, print) {
  const text = factors.map(([a, b], index) =>
    signed(a * b < 0, `${print(Math.abs(a))} · ${print(Math.abs(b))}`, index === 0),
  );
  return text.join("");
}

/** @param {boolean} negative @param {string} size @param {boolean} first */
function signed(negative, size, first) {
  if (first) return negative ? `−${size}` : size;
  return negative ? ` − ${size}` : ` + ${size}`;
}

/** @param {string} base @param {string} subscript @param {string} [mark] the family whose colour it has */
function symbol(base, subscript, mark) {
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
function tight(sign) {
  return math("mo", { lspace: "0", rspace: "0" }, sign);
}

/** @param {string} sign */
function parenthesis(sign) {
  return math("mo", { stretchy: "false" }, sign);
}

/** What a timestep does going forward, cell by cell: its equation, and the same with the numbers of one unit. */

import { math } from "../../lib/dom.js";
import { at, preActivation, previous, readState } from "../../record/readings.js";
import { parenthesis, symbol } from "./marks.js";
import { alone, printerFor, products, sum } from "./print.js";
import { BEFORE } from "./way.js";

/** @typedef {import("../../wire/protocol.js").DecodedRecord} DecodedRecord */
/** @typedef {{forward: (activation: string, before?: string) => Element, numbers: (record: DecodedRecord, t: number, unit: number, activation: string) => string}} CellEquations */

/** What a timestep does going forward. @type {Record<string, CellEquations>} */
export const CELLS = {
  rnn: {
    /** h_t = φ(x_t W_xh + h_{t−1} W_hh + b_h) */
    forward: (activation, before = BEFORE) =>
      recurrence(activation, symbol("h", before, "mark-forward"), symbol("W", "hh")),
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
      recurrence(activation, symbol("u", "hh"), math("mo", "⊙"), symbol("h", before, "mark-forward")),
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

/** h_t = φ(x_t W_xh + recurrent + b_h) @param {string} activation @param {Element[]} recurrent what h_{t−1} adds */
function recurrence(activation, ...recurrent) {
  return math(
    "math",
    symbol("h", "t", "mark-forward"),
    math("mo", "="),
    math("mi", activation),
    parenthesis("("),
    symbol("x", "t"),
    symbol("W", "xh"),
    math("mo", "+"),
    ...recurrent,
    math("mo", "+"),
    symbol("b", "h"),
    parenthesis(")"),
  );
}

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

/** Those of a cell; where none are written here, h_t = cell(x_t, h_{t−1}). @param {string} cell @returns {CellEquations} */
export function equationsOf(cell) {
  return (
    CELLS[cell] ?? {
      forward: (_activation, before = BEFORE) =>
        math(
          "math",
          symbol("h", "t", "mark-forward"),
          math("mo", "="),
          math("mi", cell),
          parenthesis("("),
          symbol("x", "t"),
          math("mo", ","),
          symbol("h", before, "mark-forward"),
          parenthesis(")"),
        ),
      numbers: (record, t, unit) => alone(at(record, "h", t, unit), unit),
    }
  );
}

/** The lstm's equations hold for it too; what differs is what its gates and h_t are made of. */
CELLS.ln_lstm = CELLS.lstm;

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

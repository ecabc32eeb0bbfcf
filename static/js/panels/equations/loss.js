/** From the state to the output and its loss, and the gradient that the loss hands back. */

import { math } from "../../lib/dom.js";
import { formatNumber } from "../../lib/format.js";
import { at, hasTarget, isClassified, lossGradient, outputs } from "../../record/readings.js";
import { derivative, parenthesis, symbol, tight } from "./marks.js";
import { printerFor } from "./print.js";
import * as say from "../../words/equations.js";

/** @typedef {import("../../wire/protocol.js").DecodedRecord} DecodedRecord */

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
      math("mtext", say.TARGET),
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
  return math("math", loss, math("mo", "="), math("mtext", say.MEAN), math("msup", difference, math("mn", "2")));
}

/** @param {DecodedRecord} record @param {number} t @param {string[]} names of the classes */
export function lossNumbers(record, t, names) {
  const loss = formatNumber(at(record, "loss_t", t - 1));
  if (!hasTarget(record, t)) return say.NO_LOSS;
  const said = outputs(record, t);
  if (isClassified(record)) {
    const target = at(record, "target", t - 1);
    return say.classLoss(loss, said[target], names[target] ?? target);
  }
  const [y, target] = [said[0], at(record, "target", t - 1, 0)];
  const print = printerFor([y, target]);
  const first = `(${print(y)} ${target < 0 ? "+" : "−"} ${print(Math.abs(target))})²`;
  return said.length === 1 ? `${loss} = ${first}` : say.meanLoss(loss, first);
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
  if (!hasTarget(record, t)) return say.NO_GRADIENT;
  const gradient = lossGradient(record, t);
  const print = printerFor(gradient);
  if (!isClassified(record)) return `${gradient.slice(0, 3).map(print).join(", ")}${gradient.length > 3 ? ", …" : ""}`;
  const target = at(record, "target", t - 1);
  return say.classGradient(print(gradient[target]));
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

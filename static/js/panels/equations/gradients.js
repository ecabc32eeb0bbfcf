/** What comes back to a timestep: ∂E/∂h_t, ∂E/∂c_t and one entry of the flow, with their numbers. */

import { element, math } from "../../lib/dom.js";
import { formatExp, formatFixed, formatNumber } from "../../lib/format.js";
import { at, length, ownGradient } from "../../record/readings.js";
import { derivative, symbol, tight } from "./marks.js";
import { DECIMALS, printedSum } from "./print.js";

/** @typedef {import("../../wire/protocol.js").DecodedRecord} DecodedRecord */

/** ∂E/∂h_t = own loss + carried from t+1: mathematics and words, so that it may wrap. */
export function backwardMath() {
  const gradient = math(
    "mrow",
    { class: "mark-backward" },
    tight("∂"),
    math("mi", "E"),
    tight("/"),
    tight("∂"),
    symbol("h", "t"),
  );
  const words = element("span", { class: "slanted" }, " own loss + carried from ");
  return element(
    "span",
    {},
    math("math", gradient, math("mo", { rspace: "0" }, "=")),
    words,
    math("math", math("mi", "t"), tight("+"), math("mn", "1")),
  );
}

/** What one unit is blamed for: by its own loss, and by what the future sends back. @param {DecodedRecord} record @param {number} t @param {number} unit @param {boolean} mean of the losses, instead of their sum */
export function backwardNumbers(record, t, unit, mean) {
  const whole = at(record, "dh", t, unit);
  const own = ownGradient(record, t, unit, mean);
  const norm = `norm\u00a0${formatExp(at(record, "ln_dh_norm", t))}`;
  if (!Number.isFinite(whole + own)) return `${formatNumber(whole)}; ${norm}`;
  return `${printedSum(own, whole - own)}; ${norm}`;
}

/** ∂E/∂c_t = f_{t+1} ∂E/∂c_{t+1} + through h_t */
export function cellStateMath() {
  return element(
    "span",
    {},
    math("math", derivative("E", "", "c", "t"), math("mo", "="), symbol("f", "t+1"), derivative("E", "", "c", "t+1")),
    element("span", { class: "slanted" }, " + through "),
    math("math", symbol("h", "t")),
  );
}

/** @param {DecodedRecord} record @param {number} t @param {number} unit */
export function cellStateNumbers(record, t, unit) {
  const whole = at(record, "dc", t, unit);
  const last = t === length(record);
  const straight = last ? 0 : at(record, "gates", t, 1, unit) * at(record, "dc", t + 1, unit);
  if (!Number.isFinite(whole + straight)) return `${formatNumber(whole)} for unit ${unit + 1}`;
  const from = last ? "" : `; f_t+1 = ${formatFixed(at(record, "gates", t, 1, unit), DECIMALS)}`;
  return `${printedSum(straight, whole - straight)}${from}`;
}

/** ∂E_t/∂h_k = ∂E_t/∂h_t J_t ⋯ J_{k+1}, with J_t = ∂h_t/∂h_{t−1} */
export function pairMath() {
  return math(
    "math",
    derivative("E", "t", "h", "k"),
    math("mo", "="),
    derivative("E", "t", "h", "t"),
    symbol("J", "t"),
    math("mo", "⋯"),
    symbol("J", "k+1"),
  );
}

/** What comes back to a timestep: ∂E/∂h_t, ∂E/∂c_t and one entry of the flow, with their numbers. */

import { element, math } from "../../lib/dom.js";
import { formatNumber } from "../../lib/format.js";
import { isTop } from "../../record/chosen.js";
import { at, next, ownGradient } from "../../record/readings.js";
import { derivative, symbol, tight } from "./marks.js";
import { DECIMALS, printedSum } from "./print.js";
import { AFTER, wayOf } from "./way.js";
import * as say from "../../words/equations.js";
import { carriedFrom, THROUGH } from "../../words/timestep.js";

/** @typedef {import("../../wire/protocol.js").DecodedRecord} DecodedRecord */

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
  const words = element("span", { class: "slanted" }, carriedFrom(above));
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
  const sum = Number.isFinite(whole + own) ? printedSum(own, whole - own) : formatNumber(whole);
  return say.withNorm(sum, at(record, "ln_dh_norm", t));
}

/** Below the top layer: the whole, and what of it the timestep read next sends back; norms, which do not add up. @param {DecodedRecord} record @param {number} t */
function fromAboveNumbers(record, t) {
  return say.fromAbove(at(record, "ln_dh_norm", t), next(record, t), at(record, "dh_carried_norm", t));
}

/** ∂E/∂c_t = f_{t+1} ∂E/∂c_{t+1} + through h_t @param {string} [after] */
export function cellStateMath(after = AFTER) {
  return element(
    "span",
    {},
    math("math", derivative("E", "", "c", "t"), math("mo", "="), symbol("f", after), derivative("E", "", "c", after)),
    element("span", { class: "slanted" }, THROUGH),
    math("math", symbol("h", "t")),
  );
}

/** @param {DecodedRecord} record @param {number} t @param {number} unit */
export function cellStateNumbers(record, t, unit) {
  const whole = at(record, "dc", t, unit);
  const after = next(record, t);
  const gate = after === null ? 0 : at(record, "gates", after - 1, 1, unit);
  const straight = after === null ? 0 : gate * at(record, "dc", after, unit);
  if (!Number.isFinite(whole + straight)) return say.ofUnit(whole, unit);
  const sum = printedSum(straight, whole - straight);
  return after === null ? sum : say.withGate(sum, wayOf(record).after, gate, DECIMALS);
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

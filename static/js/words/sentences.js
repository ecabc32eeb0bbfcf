/**
 * The sentences of the page: why a record cannot be judged, else the finding it carries. Pure. A symbol is written h_1,
 * E_24 or dW_hh, a power e^−2.5; whoever shows a sentence sets it in type.
 */

import { formatExp, formatNumber, printPowers } from "../lib/format.js";
import { cellOf } from "../record/cells.js";
import { at, lastLoss, length, mouth } from "../record/readings.js";
import { baseOf, placeOf } from "../record/chosen.js";
import { horizonWords } from "./charts.js";
import { layerWords, ofLayer } from "./layers.js";
import { findingWords } from "./finding.js";

/** @typedef {import("../run/state.js").State} State */
/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */

/**
 * What every rule sees. Logarithms are natural.
 * @typedef {object} Facts
 * @property {DecodedRecord} record
 * @property {import("../wire/protocol.js").DivergedMessage | null} divergence
 * @property {number} T
 * @property {number} last the timestep of the last loss; 0 without one
 * @property {number} lnFirst ln‖∂E/∂h_1‖, in the reverse direction ln‖∂E/∂h_T‖
 * @property {string} where which layer and direction this is; empty where there is one only
 * @property {string} recurrent the parameter meant by W_hh
 * @property {"zero" | "carried" | "learned"} start what h_0 is: the state at the end of the window before, a parameter, or 0
 * @property {boolean} zero whether the gradient is exactly 0 at every timestep
 */

/** @typedef {{name: string, holds: (facts: Facts) => boolean, finding: (facts: Facts) => string, reason: (facts: Facts) => string}} Rule */

/** @param {State} state @param {DecodedRecord} record @returns {Facts} */
function factsOf(state, record) {
  const T = length(record);
  const last = lastLoss(record);
  const lnNorm = record.tensors.ln_dh_norm.data;
  return {
    record,
    divergence: state.divergence,
    T,
    last,
    lnFirst: lnNorm[mouth(record)],
    where: layerWords(record),
    recurrent: cellOf(state.config).recurrent,
    start: state.config.carry_state ? "carried" : state.config.train_h0 ? "learned" : "zero",
    zero: lnNorm.slice(1).every((ln) => ln === Number.NEGATIVE_INFINITY),
  };
}

/** @param {Facts} facts */
function wordsOf({ record, recurrent }) {
  return findingWords(record.meta.finding, recurrent, placeOf(record));
}

const MORE_STEPS = "Increase the length: every further timestep uses the same weights again.";

/** The first rule that holds speaks. @type {Rule[]} */
export const RULES = [
  {
    name: "diverged",
    holds: ({ divergence }) => divergence !== null,
    finding: ({ divergence, record }) =>
      `Stopped at iteration ${divergence?.iteration}: ${badNumber(divergence, record)} is the first number that is not finite.`,
    reason: ({ divergence }) => printPowers(divergence?.cause ?? ""),
  },
  {
    name: "no finite gradient",
    holds: ({ lnFirst }) => Number.isNaN(lnFirst) || lnFirst === Number.POSITIVE_INFINITY,
    finding: ({ T }) => `The gradient from E_${T} is not finite.`,
    reason: () => "There is nothing to backpropagate: the forward pass overflowed.",
  },
  {
    name: "no loss",
    holds: ({ last }) => last === 0,
    finding: ({ T }) => `None of the ${T} timesteps has a target, so there is no loss and no gradient.`,
    reason: () => "The forward pass still runs.",
  },
  {
    name: "one timestep of a stream",
    holds: ({ T, start }) => T === 1 && start === "carried",
    finding: ({ lnFirst }) =>
      `One timestep at a time: the gradient of E_1 is ${formatExp(lnFirst)} at h_1 and is cut off at h_0.`,
    reason: () =>
      "h_0 is the state after the timestep before; no gradient crosses to that timestep, so no loss teaches it what to keep.",
  },
  {
    name: "one timestep after a learned state",
    holds: ({ T, start }) => T === 1 && start === "learned",
    finding: ({ lnFirst, record }) =>
      `One timestep after a learned state: the gradient of E_1 is ${formatExp(lnFirst)} at h_1, ${formatExp(at(record, "ln_dh_norm", 0))} at that state.`,
    reason: () => MORE_STEPS,
  },
  {
    name: "feedforward",
    holds: ({ T }) => T === 1,
    finding: ({ lnFirst }) =>
      `One timestep is a feedforward network: the gradient of E_1 at h_1 is ${formatExp(lnFirst)}.`,
    reason: () => MORE_STEPS,
  },
  {
    name: "exactly zero everywhere",
    holds: ({ zero }) => zero,
    finding: ({ T, where }) =>
      `The gradient is exactly 0 at all ${T} timesteps: no loss reaches any unit${where && ` of ${where}`}.`,
    reason: () => "Exactly 0 and not merely small: these norms are computed so that they cannot underflow.",
  },
  {
    name: "finding",
    holds: () => true,
    finding: (facts) => wordsOf(facts).finding,
    reason: (facts) => wordsOf(facts).reason,
  },
];

/**
 * Two sentences: what is found, and why or where.
 * @param {State} state
 * @returns {{rule: string, finding: string, reason: string}}
 */
export function describe(state) {
  if (!state.record) return { rule: "nothing yet", finding: "", reason: "" };
  const facts = factsOf(state, state.record);
  const rule = /** @type {Rule} */ (RULES.find(({ holds }) => holds(facts)));
  const name = rule.name === "finding" ? state.record.meta.finding.code : rule.name;
  return { rule: name, finding: rule.finding(facts), reason: rule.reason(facts) };
}

/** Quantities of the record by the symbols of the page. @type {Record<string, string>} */
const SYMBOLS = { h: "h", c: "c", y: "y", loss_t: "E", dh: "∂E/∂h", dc: "∂E/∂c" };

/** @param {import("../wire/protocol.js").DivergedMessage | null} divergence @param {DecodedRecord} record */
function badNumber(divergence, record) {
  if (!divergence) return "";
  const { quantity, timestep, unit } = divergence;
  const where = unit === null ? "" : `, unit ${unit + 1},`;
  if (quantity.startsWith("grad.")) return `the gradient of ${quantity.slice("grad.".length)}`;
  const symbol = SYMBOLS[baseOf(quantity)];
  if (symbol) return `${symbol}_${timestep}${ofLayer(quantity, placeOf(record))}${where}`;
  return quantity === "loss" ? "the sum of the losses" : quantity;
}

/** For a screen reader: where training is, and the finding. @param {State} state */
export function spokenWords(state) {
  const meta = state.record?.meta;
  if (!meta) return "";
  const loss = `loss ${formatNumber(meta.loss_per_timestep)}`;
  const record = /** @type {DecodedRecord} */ (state.record);
  const where = layerWords(record);
  const size = formatNumber(Math.exp(at(record, "ln_dh_norm", 1)));
  const norm = `gradient norm at the first timestep${where && ` of ${where}`} ${size}`;
  const horizon = typeof meta.horizon === "number" ? `, ${horizonWords(meta.horizon)}` : "";
  return `Iteration ${meta.iteration}, ${loss}, ${norm}${horizon}. ${describe(state).finding.replaceAll("_", " ")}`;
}

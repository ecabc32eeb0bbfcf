/**
 * The sentences of the page: rules with thresholds, filled from the record. Pure. A symbol is written h_1, E_24 or dW_hh,
 * a power e^−2.5; whoever shows a sentence sets it in type.
 */

import { formatExp, formatFixed, formatNumber, formatPercent, printPowers, printSum } from "../lib/format.js";
import { at, lastLoss, ledger, length, lnFlow, lossCount } from "../record/readings.js";

/** @typedef {import("../run/state.js").State} State */
/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */

/**
 * What every rule sees. Logarithms are natural.
 * @typedef {object} Facts
 * @property {DecodedRecord} record
 * @property {import("../wire/protocol.js").DivergedMessage | null} divergence
 * @property {number} T
 * @property {number} last the timestep of the last loss; 0 without one
 * @property {number} losses how many timesteps have one
 * @property {number} k2 how far truncated backpropagation reaches; 0 for full
 * @property {number} lnFirst ln‖∂E/∂h_1‖
 * @property {number} lnLast ln‖∂E/∂h_t‖ at the last loss
 * @property {number} lnAlone what the last loss sends back, at h_1 against where it starts; NaN if the flow is not watched
 * @property {number} zeroUpTo the last timestep of those at the start whose gradient is exactly 0; 0 if none
 * @property {number | null} horizon
 * @property {number | null} neededLag
 * @property {ReturnType<typeof ledger>} ledger from the last loss back to h_1
 * @property {{name: string, open: number} | null} gate the one that carries on, of a gated cell, and its mean
 * @property {number | null} lnCellState by how much ln‖∂E/∂c‖ changes from the last loss back to the first timestep
 */

/** @typedef {{name: string, holds: (facts: Facts) => boolean, finding: (facts: Facts) => string, reason: (facts: Facts) => string}} Rule */

export const THRESHOLDS = {
  driesRatio: 1e-6,
  driesSize: 1e-3,
  floodsRatio: 1e3,
  floodsSize: 10,
  clipKeeps: 0.01,
};

/** @param {State} state @param {DecodedRecord} record @returns {Facts} */
export function factsOf(state, record) {
  const T = length(record);
  const last = lastLoss(record);
  const lnNorm = record.tensors.ln_dh_norm.data;
  let zeroUpTo = 0;
  while (zeroUpTo < T && lnNorm[zeroUpTo + 1] === Number.NEGATIVE_INFINITY) zeroUpTo += 1;
  return {
    record,
    divergence: state.divergence,
    T,
    last,
    losses: lossCount(record),
    k2: Number(state.config.k2 ?? 0),
    lnFirst: lnNorm[1],
    lnLast: lnNorm[last],
    lnAlone: last > 0 ? lnFlow(record, last, 1) - lnFlow(record, last, last) : Number.NaN,
    zeroUpTo,
    horizon: record.meta.horizon,
    neededLag: record.meta.needed_lag,
    ledger: last > 1 ? ledger(record, last, 1) : null,
    gate: carryGate(record),
    lnCellState: "ln_dc_norm" in record.tensors ? at(record, "ln_dc_norm", 1) - at(record, "ln_dc_norm", last) : null,
  };
}

/** The timestep of the loss of which most arrives at h_1; 0 if the flow is not watched. @param {DecodedRecord} record */
function loudestAtStart(record) {
  let loudest = 0;
  for (let t = length(record); t > 0; t -= 1) {
    const ln = lnFlow(record, t, 1);
    if (Number.isFinite(ln) && (loudest === 0 || ln > lnFlow(record, loudest, 1))) loudest = t;
  }
  return loudest;
}

/** The lstm's f or the gru's z, the second of their gates. @param {DecodedRecord} record */
function carryGate(record) {
  const { gates } = record.tensors;
  if (!gates) return null;
  const [T, rows, H] = gates.shape;
  let sum = 0;
  for (let t = 0; t < T; t += 1) {
    for (let unit = 0; unit < H; unit += 1) sum += gates.data[(t * rows + 1) * H + unit];
  }
  return { name: "c" in record.tensors ? "forget" : "update", open: sum / (T * H) };
}

/** The first rule that holds speaks. @type {Rule[]} */
export const RULES = [
  {
    name: "diverged",
    holds: ({ divergence }) => divergence !== null,
    finding: ({ divergence }) =>
      `Stopped at iteration ${divergence?.iteration}: ${badNumber(divergence)} is the first number that is not finite.`,
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
    name: "feedforward",
    holds: ({ T }) => T === 1,
    finding: ({ lnFirst }) => `One timestep is a feedforward network: E_1 reaches h_1 at ${formatExp(lnFirst)}.`,
    reason: () => "Increase the length: every further timestep uses the same weights again.",
  },
  {
    name: "exactly zero everywhere",
    holds: ({ zeroUpTo, T }) => zeroUpTo === T,
    finding: ({ T }) => `The gradient is exactly 0 at all ${T} timesteps: no loss reaches any unit.`,
    reason: () => "Exactly 0 and not merely small: these norms are computed so that they cannot underflow.",
  },
  {
    name: "exactly zero at the start",
    holds: ({ zeroUpTo }) => zeroUpTo > 0,
    finding: ({ zeroUpTo }) => `The gradient is exactly 0 up to h_${zeroUpTo}: no loss reaches further back.`,
    reason: ({ last, lnLast }) =>
      `It starts at ${formatExp(lnLast)} at h_${last}; on the way back every path is closed by a slope of 0.`,
  },
  {
    name: "truncated",
    holds: ({ k2, T }) => k2 > 0 && k2 < T,
    finding: ({ k2, neededLag }) => {
      const keeps = `truncation keeps lags of at most ${k2 - 1}`;
      return neededLag === null
        ? `The update is truncated: ${keeps}.`
        : `The task needs ${steps(neededLag)} back; ${keeps}.`;
    },
    reason: ({ horizon, ...facts }) =>
      horizon === null
        ? carriedWords({ horizon, ...facts })
        : `Without truncation, 99 % of dW_hh would come from lags of at most ${horizon}.`,
  },
  {
    name: "dries up",
    holds: ({ lnFirst, lnLast }) =>
      lnFirst - lnLast < Math.log(THRESHOLDS.driesRatio) && lnFirst < Math.log(THRESHOLDS.driesSize),
    finding: ({ lnFirst, lnLast, last }) =>
      `The gradient dries up: ${formatExp(lnLast)} at h_${last}, ${formatExp(lnFirst)} at h_1.`,
    reason: ledgerWords,
  },
  {
    name: "floods",
    // A last loss that happens to be small is no source of a flood: the gradient is large, or that loss's own part grew.
    holds: ({ lnFirst, lnLast, lnAlone }) =>
      lnFirst - lnLast > Math.log(THRESHOLDS.floodsRatio) &&
      (lnFirst > Math.log(THRESHOLDS.floodsSize) || lnAlone > Math.log(THRESHOLDS.floodsRatio)),
    finding: ({ lnFirst, lnLast, last }) =>
      `The gradient floods: ${formatExp(lnLast)} at h_${last}, ${formatExp(lnFirst)} at h_1.`,
    reason: floodWords,
  },
  {
    name: "clipped away",
    holds: ({ record }) => record.meta.clip_scale !== null && record.meta.clip_scale < THRESHOLDS.clipKeeps,
    finding: ({ record }) => {
      const { clip_scale, grad_norm } = record.meta;
      const before = formatNumber(grad_norm);
      const after = formatNumber(Number(grad_norm) * Number(clip_scale));
      return `Clipping keeps ${formatPercent(Number(clip_scale))} of the update: its gradient of ${before} is cut to ${after}.`;
    },
    reason: carriedWords,
  },
  {
    name: "horizon against the needed lag",
    holds: ({ horizon, neededLag }) => horizon !== null && neededLag !== null,
    finding: ({ horizon, neededLag }) =>
      `The task needs ${steps(neededLag)} back; 99 % of dW_hh comes from lags of at most ${horizon}.`,
    reason: carriedWords,
  },
  {
    name: "horizon",
    holds: ({ horizon }) => horizon !== null,
    finding: ({ horizon }) => `99 % of dW_hh comes from lags of at most ${horizon}.`,
    reason: carriedWords,
  },
  {
    name: "needed lag",
    holds: ({ neededLag, last, record }) =>
      neededLag !== null && neededLag < last && Number.isFinite(lnFlow(record, last, last - neededLag)),
    finding: ({ neededLag, last, record }) => {
      const k = last - Number(neededLag);
      return `The task needs ${steps(neededLag)} back; there, at h_${k}, E_${last} arrives at ${formatExp(lnFlow(record, last, k))}.`;
    },
    reason: carriedWords,
  },
  {
    name: "neither",
    holds: () => true,
    finding: carriedWords,
    reason: ledgerWords,
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
  return { rule: rule.name, finding: rule.finding(facts), reason: rule.reason(facts) };
}

/** @param {Facts} facts */
function carriedWords(facts) {
  const { lnFirst, lnLast, last } = facts;
  if (facts.gate && last > 1 && Number.isFinite(lnFirst - lnLast)) return gatedWords(facts);
  return `The gradient reaches h_1 at ${formatExp(lnFirst)}, from ${formatExp(lnLast)} at h_${last}: it neither vanishes nor explodes.`;
}

/** What the way back did to the gradient of a gated cell, and how far its gate was open. @param {Facts} facts */
function gatedWords({ gate, last, lnFirst, lnLast, lnCellState }) {
  const power = (/** @type {number} */ ln) => `e^${formatFixed(ln, 1)}`;
  const cell = lnCellState !== null && Number.isFinite(lnCellState) ? `∂E/∂c changes by ${power(lnCellState)}, ` : "";
  const steps = last === 2 ? "1 step" : `${last - 1} steps`;
  return `Over ${steps} back ${cell}∂E/∂h ${cell ? "" : "changes "}by ${power(lnFirst - lnLast)}; ${gate?.name} gates are ${formatPercent(Number(gate?.open))} open.`;
}

/** What happened to the last loss's gradient on its way to h_1. @param {Facts} facts */
function ledgerWords(facts) {
  const { last, losses, lnFirst, lnLast, T } = facts;
  if (facts.gate && last > 1 && Number.isFinite(lnFirst - lnLast)) return gatedWords(facts);
  if (!facts.ledger) return `At h_1 of ${T} timesteps the gradient is ${formatExp(lnFirst)}.`;
  const { change, parts } = ledgerParts(facts.ledger);
  const from = losses > 1 ? `From E_${last} alone, back to h_1,` : `From E_${last} back to h_1`;
  return `${from} it ${change}: ${parts}.`;
}

/** The same for the loss of which most arrives at h_1; where that did not grow, it was large from the start. @param {Facts} facts */
function floodWords(facts) {
  const { last, gate, record } = facts;
  const loudest = loudestAtStart(record);
  if (loudest === 0 || loudest === last || gate) return ledgerWords(facts);
  const way = loudest > 1 ? ledger(record, loudest, 1) : null;
  if (!way || way.total <= 0)
    return `The largest part is E_${loudest}’s, which starts at ${formatExp(lnFlow(record, loudest, loudest))} at h_${loudest}.`;
  const { change, parts } = ledgerParts(way);
  return `The largest part, E_${loudest}’s, ${change} back to h_1: ${parts}.`;
}

/** The total, then what it consists of. @param {NonNullable<Facts["ledger"]>} ledger */
function ledgerParts({ total, saturation, weights }) {
  const printed = printSum([saturation, weights], 1);
  const [lost, turned] = printed.terms;
  const change = `${total < 0 ? "shrinks" : "grows"} by e^${printed.total}`;
  return { change, parts: `${lost} saturation, ${turned} recurrent weights` };
}

/** Quantities of the record by the symbols of the page. @type {Record<string, string>} */
const SYMBOLS = { h: "h", c: "c", y: "y", loss_t: "E", dh: "∂E/∂h", dc: "∂E/∂c" };

/** @param {import("../wire/protocol.js").DivergedMessage | null} divergence */
function badNumber(divergence) {
  if (!divergence) return "";
  const { quantity, timestep, unit } = divergence;
  const where = unit === null ? "" : `, unit ${unit + 1},`;
  if (quantity in SYMBOLS) return `${SYMBOLS[quantity]}_${timestep}${where}`;
  if (quantity.startsWith("grad.")) return `the gradient of ${quantity.slice("grad.".length)}`;
  return quantity === "loss" ? "the sum of the losses" : quantity;
}

/** @param {number | null} count */
export function steps(count) {
  return count === 1 ? "1 step" : `${count} steps`;
}

/** For a screen reader: where training is, and the finding. @param {State} state */
export function spokenWords(state) {
  const meta = state.record?.meta;
  if (!meta) return "";
  const loss = `loss ${formatNumber(meta.loss_per_timestep)}`;
  const norm = `gradient norm at the first timestep ${formatNumber(Math.exp(at(/** @type {DecodedRecord} */ (state.record), "ln_dh_norm", 1)))}`;
  return `Iteration ${meta.iteration}, ${loss}, ${norm}. ${describe(state).finding.replaceAll("_", " ")}`;
}

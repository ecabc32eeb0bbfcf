/** What is wrong with the network, if anything: the server's finding in words, every number from its values. Pure. */

import { capital, formatExp, formatNumber, formatPercent, printSum } from "../lib/format.js";

import { ofAll } from "./layers.js";

/** @typedef {import("../wire/protocol.js").Finding} Finding */
/** @typedef {Record<string, any>} Values */
/** @typedef {{finding: string, reason: string}} Words */

/** What takes from a gradient, or adds to it, on its way back. @type {Record<string, string>} */
const PARTS = {
  slope: "the activation’s steepest slope",
  saturation: "saturation",
  weights: "recurrent weights",
  forget_gates: "the gates that keep the state",
};

/** @type {Record<string, (values: Values, cause: string | null) => Words>} */
const WORDS = {
  nonfinite: () => ({ finding: "A number is not finite.", reason: "" }),
  overshooting: (values) => ({
    finding: `The updates are too long: the median loss of the last 20 batches is ${formatNumber(values.median_loss)}, the baseline ${formatNumber(values.baseline)}.`,
    reason: `${values.first_loss === null ? "" : `Before the first update the loss was ${formatNumber(values.first_loss)}. `}The last update moved the weights, which are ${formatNumber(values.weight_norm)} long, by ${formatNumber(values.update_norm)}.`,
  }),
  solved: (values) => ({
    finding: `Solved at iteration ${values.solved_at}; the loss is now ${formatNumber(values.loss)}.`,
    reason:
      values.solved_below === null
        ? ""
        : `Ten batches in a row had a loss below ${formatNumber(values.solved_below)}; ${reachedWords(values)}.`,
  }),
  exploding: (values) => ({
    finding: `The gradient explodes: that of E_${values.loss_timestep} is ${size(values.ln_start)} at ${values.state}_${values.loss_timestep}, ${size(values.ln_there)} at ${values.state}_1.`,
    reason: changeWords(values),
  }),
  clipped_hard: (values) => ({
    finding: `Clipping keeps ${formatPercent(values.kept)} of the update.`,
    reason: `The gradient’s norm is ${formatNumber(values.grad_norm)}, the threshold ${formatNumber(values.clip_threshold)}; ${values.clipped_updates} of ${values.iteration} updates were clipped.${sumWords(values)}`,
  }),
  dead_units: (values) => ({
    finding: `${values.dead} of ${values.units} units are dead: their slope is 0 at every timestep shown.`,
    reason: "No gradient passes through them, so they cannot learn.",
  }),
  saturated: (values) => ({
    finding: `The units are saturated: their mean slope is ${formatNumber(values.mean_slope)}, of at most ${formatNumber(values.greatest_slope)}.`,
    reason: "What passes back through a unit is multiplied by its slope.",
  }),
  vanishing: (values) => {
    const { needed_lag: lag, state, timestep, loss_timestep: last } = values;
    const there = `${size(values.ln_start)} at ${state}_${last}, ${size(values.ln_there)} at ${state}_${timestep}`;
    const nearby = values.nearby_losses
      ? ` Nearby losses keep the river wide: all together bring ${size(values.ln_whole)} there.`
      : "";
    return {
      finding:
        lag === null
          ? `The gradient vanishes: that of E_${last} is ${there}.`
          : `The task needs ${steps(lag)} back, but the gradient vanishes: that of E_${last} is ${there}.`,
      reason: `${changeWords(values)}${nearby}`,
    };
  },
  short_horizon: (values, cause) => ({
    finding:
      cause === "truncation"
        ? `The task needs ${steps(values.needed_lag)} back; truncation keeps lags of at most ${values.horizon}.`
        : `The task needs ${steps(values.needed_lag)} back; 99 % of d${values.recurrent}${values.all} comes from lags of at most ${values.horizon}.`,
    reason: cause === "truncation" ? "No gradient of a longer lag reaches the update." : shortWords(values),
  }),
  not_learning: (values) =>
    values.learning_rate === 0
      ? { finding: "The learning rate is 0: the network does not learn.", reason: "" }
      : {
          finding: `The loss has not fallen over ${values.updates} updates: ${formatNumber(values.loss_before)} then, ${formatNumber(values.median_loss)} now.`,
          reason: `The learning rate is ${formatNumber(values.learning_rate)}.`,
        },
  learning: (values) => {
    const { needed_lag: lag, state, timestep, loss_timestep: last } = values;
    const baseline = values.baseline === null ? "" : `; ${reachedWords(values)}`;
    const loss = `The loss is ${formatNumber(values.loss)}${baseline}.`;
    if (timestep === undefined) return { finding: loss, reason: "" };
    const [start, there] = [`${size(values.ln_start)} at ${state}_${last}`, `at ${state}_${timestep}`];
    const alone = `the gradient of E_${last} alone is`;
    if (timestep === last) {
      return {
        finding: `${lag === 0 ? `The task needs no memory: ${alone}` : capital(alone)} ${start}, where it begins.`,
        reason: loss,
      };
    }
    if (lag === null)
      return { finding: `${capital(alone)} ${start}, ${size(values.ln_there)} ${there}.`, reason: loss };
    const finding =
      last - timestep === lag
        ? `The task needs ${steps(lag)} back: there, ${there}, ${alone} ${size(values.ln_there)}; at ${state}_${last} it is ${size(values.ln_start)}.`
        : `The task needs ${steps(lag)} back, the sequence has ${last - timestep}: ${alone} ${size(values.ln_there)} ${there}, ${start}.`;
    return { finding, reason: loss };
  },
};

/** Every code that has words. */
export const CODES = Object.keys(WORDS);

/**
 * @param {Finding} finding
 * @param {string} [recurrent] the parameter meant by W_hh
 * @param {{layers: number, directions: number}} [extent] of the network: of several, it is said whose state is meant
 * @returns {Words}
 */
export function findingWords({ code, cause, values }, recurrent = "W_hh", { layers, directions } = ONE) {
  const parts = [layers > 1 ? `layer ${values.layer}` : "", directions > 1 ? "the forward direction" : ""];
  const whose = values.layer === undefined ? "" : parts.filter(Boolean).join(", ");
  const { finding, reason } = WORDS[code]({ ...values, recurrent, all: ofAll({ layers, directions }) }, cause);
  return { finding, reason: whose ? `Measured in ${whose}. ${reason}`.trim() : reason };
}

const ONE = { layers: 1, directions: 1 };

/** @param {number | null} count */
export function steps(count) {
  return count === 1 ? "1 step" : `${count} steps`;
}

/** How a baseline is reached: without memory; where the task needs none, without even reading the input. @param {number | null | undefined} lag that the task needs */
export function withoutWords(lag) {
  return lag === 0 ? "without reading the input" : "without memory";
}

/** @param {Values} values */
function reachedWords({ baseline, needed_lag: lag }) {
  return `${withoutWords(lag)} ${formatNumber(baseline)} can be reached`;
}

/** e^ln; null stands for a logarithm that is not finite. @param {number | null} ln */
function size(ln) {
  return ln === null ? "exactly 0" : formatExp(ln);
}

/** @param {Values} values */
function changeWords({ parts, state, loss_timestep: last, timestep }) {
  return `From ${state}_${last} back to ${state}_${timestep}: ${partsWords(parts)}`;
}

/** What becomes of the last loss's own gradient over the needed lag, where there is one. @param {Values} values */
function shortWords({ parts, needed_lag: lag }) {
  return parts ? `Over ${steps(lag)} back, the last loss’s own gradient: ${partsWords(parts)}` : "";
}

/** The parts of the change of ln‖gradient‖, and what they sum to. @param {Record<string, number | null>} parts */
function partsWords(parts) {
  const zero = Object.keys(parts).find((name) => parts[name] === null);
  if (zero) return `a factor of exactly 0, ${PARTS[zero]}.`;
  const names = Object.keys(parts).filter((name) => parts[name] !== 0);
  if (names.length === 0) return "nothing changes its size.";
  const printed = printSum(
    names.map((name) => Number(parts[name])),
    1,
  );
  const change = Number(Object.values(parts).reduce((sum, part) => Number(sum) + Number(part), 0)) < 0;
  const listed = names
    .map((name, index) => `${printed.terms[index]} ${index === 0 ? "from " : ""}${PARTS[name]}`)
    .join(", ");
  return `it ${change ? "shrinks" : "grows"} by e^${printed.total}: ${listed}.`;
}

/** Where a sum of losses is clipped that a mean would not reach. @param {Values} values */
function sumWords({ loss_reduction: reduction, targets }) {
  if (reduction !== "sum" || targets <= 1) return "";
  return ` The loss is the sum over ${targets} targets; PyTorch’s default is their mean.`;
}

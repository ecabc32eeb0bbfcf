/** What the check of the gradients says. Pure. */

import { formatCount, formatNumber } from "../lib/format.js";
import { READOUT, failing } from "../record/check.js";

/** @typedef {import("../record/check.js").PerTensor} PerTensor */

/** The bugs a server may offer, as one would say them. @type {Record<string, string>} */
export const BUGS = {
  drop_carried: "drop the carried gradient",
  no_accumulation: "forget to add up over t",
  stale_h: "use h_t where h_{t−1} belongs",
  transpose_W_hh: "transpose W_hh on the way back",
  wrong_slope: "divide by tanh’s slope",
  counted_twice: "count each loss twice in ∂E/∂h_t",
  bias_forgotten: "leave the gradient of b_h at 0",
  state_kept: "start from the last state of the sequences before",
  forget_gate_dropped: "carry ∂E/∂c back without f",
};

/** How each bug is seen, once it is switched on. @type {Record<string, string>} */
export const SEEN = {
  drop_carried:
    "Typical of this bug: the recurrent tensors fail and the readout passes; with one timestep there is nothing to see.",
  no_accumulation: "Typical of this bug: only the recurrent weights fail; all that is not summed as they are passes.",
  stale_h: "Typical of this bug: only the recurrent weights fail, as they alone are multiplied by h_{t−1}.",
  transpose_W_hh: "Typical of this bug: the recurrent tensors fail; a symmetric W_hh would hide it.",
  wrong_slope:
    "Typical of this bug: the recurrent tensors fail, the more the units are saturated; near 0 the slope is 1 and hides it.",
  counted_twice:
    "Typical of this bug: the recurrent tensors are too large by the same factor of 2; the readout passes.",
  bias_forgotten: "Typical of this bug: b_h alone fails, by exactly its whole size.",
  state_kept: "Typical of this bug: even the readout fails, as the forward pass started elsewhere.",
  forget_gate_dropped:
    "Typical of this bug: the recurrent tensors fail and the readout passes; with gates wide open it would hardly show.",
};

/**
 * What follows from which tensors fail, before one knows the bug: the title, and the reason.
 * @param {PerTensor} tensors
 * @param {string | null} bug
 * @returns {{caught: boolean, title: string, reason: string}}
 */
export function verdict(tensors, bug) {
  const found = conclusion(tensors, bug);
  return found.caught && bug && bug in SEEN ? { ...found, reason: `${found.reason} ${SEEN[bug]}` } : found;
}

/** @param {PerTensor} tensors @param {string | null} bug @returns {{caught: boolean, title: string, reason: string}} */
function conclusion(tensors, bug) {
  const wrong = failing(tensors);
  const names = Object.keys(tensors);
  if (wrong.length === 0) return agreement(tensors, bug);
  const title = `Caught: ${wrongWords(wrong, names)}.`;
  const recurrent = names.filter((name) => !READOUT.includes(name));
  const [only, ...more] = new Set(wrong.map((name) => partOf(name).parameter));
  const inEach = wrong.length > 1 ? " in each of these layers and directions" : "";
  if (more.length === 0 && ["W_hh", "u_hh"].includes(only)) {
    return {
      caught: true,
      title,
      reason: `All others agree, so ∂E/∂a_t is right at every t. The error is in what makes the gradient of ${only} from it${inEach}: the h_{t−1} it is multiplied by, or the sum over t.`,
    };
  }
  if (more.length === 0 && recurrent.includes(wrong[0])) {
    const reason = `All others agree, so ∂E/∂a_t is right at every t. The error is in what makes the gradient of ${only} from it${inEach}.`;
    return { caught: true, title, reason };
  }
  if (wrong.every((name) => recurrent.includes(name))) {
    return {
      caught: true,
      title,
      reason:
        "The readout agrees, so the forward pass, the loss and ∂E/∂y_t are right. The recurrent tensors fail together, so ∂E/∂a_t itself is wrong: look at what is carried from t+1 back to t.",
    };
  }
  return {
    caught: true,
    title,
    reason: "The readout fails too: look at ∂E/∂y_t first, everything else is built on it.",
  };
}

/** @param {PerTensor} tensors @param {string | null} bug */
function agreement(tensors, bug) {
  const compared = Object.entries(tensors).filter(([, { samples }]) => samples > 0);
  const missing = Object.keys(tensors).filter((name) => tensors[name].samples === 0);
  const left = leftWords(missing, tensors);
  if (compared.length === 0) {
    return {
      caught: false,
      title: "Nothing could be compared.",
      reason: "Every entry is at a kink of the activation.",
    };
  }
  const nothing = compared.filter(([, { samples, zero }]) => zero === samples).map(([name]) => name);
  const dead = nothing.length === 0 ? "" : ` Exactly 0 on both sides, which shows little: ${nothing.join(", ")}.`;
  const worst = compared.reduce((a, b) => (Number(b[1].max_rel_error) > Number(a[1].max_rel_error) ? b : a));
  const largest = `The largest difference is ${formatNumber(worst[1].max_rel_error, 2)}, at ${worst[0]}.`;
  if (bug)
    return {
      caught: false,
      title: "Not caught: this bug changes nothing here.",
      reason: `${largest} A longer sequence, or losses at more timesteps, would reveal it.${left}${dead}`,
    };
  const title =
    missing.length === 0
      ? `All ${compared.length} tensors agree.`
      : `${compared.length} of ${Object.keys(tensors).length} tensors agree; the others could not be compared.`;
  return { caught: false, title, reason: `${largest}${left}${dead}` };
}

/** What was drawn and could not be compared. @param {string[]} missing tensors of which nothing was @param {PerTensor} tensors */
function leftWords(missing, tensors) {
  const entries = Object.values(tensors).reduce((sum, { at_kink = 0 }) => sum + at_kink, 0);
  if (missing.length === 0 && entries === 0) return "";
  const count = entries === 1 ? "1 entry" : `${formatCount(entries)} entries`;
  const what = missing.length === 0 ? count : `${missing.join(", ")}${entries > 0 ? ` (${count} in all)` : ""}`;
  return ` Not compared: ${what}, at a kink of the activation.`;
}

/** A parameter's own name, and what follows it: the layer from 2, and whether its direction is the reverse one. @param {string} name */
function partOf(name) {
  const [, parameter, level, reverse] = /** @type {string[]} */ (/^(.*?)(?:_l(\d+))?(_reverse)?$/.exec(name));
  return { parameter, level: Number(level ?? 1), reverse: reverse === "_reverse" };
}

/** Which are wrong: each by its name, or, where they are wrong in every layer and direction, each parameter once. @param {string[]} wrong @param {string[]} names */
function wrongWords(wrong, names) {
  const parameters = [...new Set(wrong.map((name) => partOf(name).parameter))];
  const all = names.filter((name) => parameters.includes(partOf(name).parameter));
  const single = parameters.filter((one) => all.filter((name) => partOf(name).parameter === one).length === 1);
  const repeated = parameters.filter((one) => !single.includes(one));
  const places = everywhere(all);
  const short = places !== "" && all.length === wrong.length;
  const each = short ? [...single, ...repeated] : wrong.map((name) => inPart(name, names));
  const are = each.length === 1 ? `${each[0]} is wrong` : `${listOf(each)} are wrong`;
  if (!short) return are;
  if (single.length === 0) return `${are}${places}`;
  return `${listOf(single)} ${single.length === 1 ? "is" : "are"} wrong, and ${listOf(repeated)}${places}`;
}

/** In every one of several layers and directions; empty where there is one. @param {string[]} names */
function everywhere(names) {
  const parts = names.map(partOf);
  const layers = parts.some(({ level }) => level > 1) ? ["all layers"] : [];
  const directions = parts.some(({ reverse }) => reverse) ? ["both directions"] : [];
  const places = [...layers, ...directions];
  return places.length > 0 ? ` in ${places.join(" and ")}` : "";
}

/** As a symbol: W_hh of layer 2 in reverse is W with "hh, 2 ←" below the line, h0 is h with "0". @param {string} name */
export function symbolOf(name) {
  const { parameter, level, reverse } = partOf(name);
  const layer = level > 1 ? `, ${level}` : "";
  return { letter: parameter[0], sub: `${parameter.slice(1).replace("_", "")}${layer}${reverse ? " ←" : ""}` };
}

/** "W_hh of layer 2 in reverse": of several layers or directions, which one. @param {string} name @param {string[]} names */
function inPart(name, names) {
  const { parameter, level, reverse } = partOf(name);
  if (READOUT.includes(name) || name === "W_emb") return name;
  const layers = names.some((other) => partOf(other).level > 1);
  const layer = layers ? ` of layer ${level}` : "";
  if (!names.some((other) => partOf(other).reverse)) return `${parameter}${layer}`;
  return `${parameter}${layer} ${reverse ? "in reverse" : "forward"}`;
}

/** @param {string[]} names */
function listOf(names) {
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** What is checked, which is not always what is seen. @param {import("../run/state.js").State} state */
export function factsOf({ past, live }) {
  const what = "Backpropagation against central differences of the loss, on this batch. Training waits meanwhile.";
  if (!past) return what;
  const now = `at iteration ${formatCount(live.iteration)}`;
  return `${what} You are looking at iteration ${formatCount(past.iteration)}: what is checked is the network as it is now, ${now}.`;
}

export const ADD_A_BUG = "Add a bug";

export const THIS_CHECK_ONLY = "for this check only";

export const CHECK_AGAIN = "Check again";

export const REMOVE_THE_BUG = "Remove the bug";

export const TITLE = "Check the gradients";

export const CLOSE = "close";

export const NO_BUG = "none: the code as it is";

export const COULD_NOT_RUN = "The check could not run.";

export const CONNECTION_LOST = "The connection was lost.";

export const NOT_COMPARED = "not compared";

export const limit = (/** @type {string} */ power) => `limit ${power}`;

export const axis = (/** @type {number} */ entries) => `relative error, largest of ${entries} entries`;

/** The chart for who does not see it. @param {string[]} errors each with its tensor's name */
export const chartWords = (errors) => `Largest relative error: ${errors.join(", ")}`;

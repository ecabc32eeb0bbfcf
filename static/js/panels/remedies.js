/** What would help after a number that is not finite: changes of the configuration that fit its cause. Pure. */

import { formatSetting } from "../lib/format.js";
import { baseOf, placeNamed } from "../record/chosen.js";
import * as say from "../words/divergence.js";

/** @typedef {import("../wire/protocol.js").Config} Config */
/** @typedef {import("../wire/protocol.js").DivergedMessage} DivergedMessage */
/** @typedef {{label: string, changes: Config | null}} Remedy no changes: the seed's weights again */

const FORWARD = ["h", "c", "y"];
/** A loss overflows because the outputs grew: over time, or by the updates. */
const EITHER = ["loss_t", "loss"];
const BOUNDED = ["tanh", "sigmoid", "softsign", "hardtanh"];
const MOST = 3;

/**
 * The best first. Clipping acts on gradients, so it is no remedy where the forward pass overflowed.
 * @param {DivergedMessage} divergence
 * @param {Config} config
 * @param {number} shortest length of the task
 * @returns {Remedy[]}
 */
export function remediesFor({ quantity, timestep }, config, shortest) {
  const forward = FORWARD.includes(baseOf(quantity));
  const remedies = [
    ...(forward || EITHER.includes(quantity) ? growthRemedies(config) : []),
    ...(forward ? lengthRemedies(finiteUpTo(quantity, timestep, config), shortest) : updateRemedies(config)),
  ];
  return [...remedies, { label: say.RESTART, changes: null }].slice(0, MOST);
}

/** @param {Config} config @returns {Remedy[]} */
function growthRemedies(config) {
  /** @type {Remedy[]} */
  const remedies = [];
  if (Number(config.gain) > 1) remedies.push({ label: say.RESTART_WITH_GAIN_1, changes: { gain: 1 } });
  if (!BOUNDED.includes(String(config.activation))) {
    remedies.push({ label: say.USE_TANH, changes: { activation: "tanh" } });
  }
  return remedies;
}

/** How many timesteps were read before the bad one; the reverse direction reads from the end. @param {string} quantity @param {number | null} timestep @param {Config} config */
function finiteUpTo(quantity, timestep, { sequence_length }) {
  if (timestep === null) return 0;
  return placeNamed(quantity).direction === "reverse" ? Number(sequence_length) - timestep : timestep - 1;
}

/** @param {number} length @param {number} shortest @returns {Remedy[]} */
function lengthRemedies(length, shortest) {
  if (length < shortest) return [];
  return [{ label: say.shorten(length), changes: { sequence_length: length } }];
}

/** @param {Config} config @returns {Remedy[]} */
function updateRemedies(config) {
  /** @type {Remedy[]} */
  const remedies = [];
  const rate = Number(config.learning_rate);
  const calmer = rate > 1 ? 0.001 : rate / 10;
  if (rate > 0) remedies.push({ label: say.lowerRate(formatSetting(calmer)), changes: { learning_rate: calmer } });
  if (config.clip === "none") {
    remedies.push({ label: say.CLIP, changes: { clip: "norm", clip_threshold: 1 } });
  }
  return remedies;
}

/** What the panel of the first number that is not finite says, and what its buttons offer. Pure. */

export const UNCHANGED = "The weights are unchanged.";

export const runIsAt = (/** @type {number} */ iteration) =>
  `The run is at iteration ${iteration}, where everything was still finite.`;

export const TITLE = "The first bad number";

export const HELP = "What would help";

export const RESTART = "Restart from the seed";

export const RESTART_WITH_GAIN_1 = "Restart with gain 1";

export const USE_TANH = "Use tanh (weights kept)";

export const shorten = (/** @type {number} */ timesteps) => `Shorten the sequence to ${timesteps}`;

export const lowerRate = (/** @type {string} */ rate) => `Lower the learning rate to ${rate}`;

export const CLIP = "Clip the norm at 1";

/** What the chart shows, and where numbers end. @param {import("../record/overflow.js").Growth} growth */
export function captionOf({ kind, precision, printed, beyond }) {
  if (kind === "state") {
    const end = beyond ? `; ▲ beyond ${printed}, the largest sent to the page` : "";
    return `largest |h| at each timestep${end}`;
  }
  return `${kind === "loss" ? "E_t" : "‖∂E/∂h_t‖"} at each timestep; ${precision} ends at ${printed}`;
}

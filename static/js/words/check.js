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
};

/**
 * What follows from which tensors fail, before one knows the bug: the title, and the reason.
 * @param {PerTensor} tensors
 * @param {string | null} bug
 * @returns {{caught: boolean, title: string, reason: string}}
 */
export function verdict(tensors, bug) {
  const wrong = failing(tensors);
  const names = Object.keys(tensors);
  if (wrong.length === 0) return agreement(tensors, bug);
  const listed = wrong.length === 1 ? `${wrong[0]} is wrong.` : `${listOf(wrong)} are wrong.`;
  const title = `Caught: ${listed}`;
  const recurrent = names.filter((name) => !READOUT.includes(name));
  if (wrong.length === 1 && wrong[0] === "W_hh") {
    return {
      caught: true,
      title,
      reason:
        "All others agree, so ∂E/∂a_t is right at every t. The error is in what makes the gradient of W_hh from it: the h_{t−1} it is multiplied by, or the sum over t.",
    };
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
  const worst = Object.entries(tensors).reduce((a, b) =>
    Number(b[1].max_rel_error) > Number(a[1].max_rel_error) ? b : a,
  );
  const largest = `The largest difference is ${formatNumber(worst[1].max_rel_error, 2)}, at ${worst[0]}.`;
  if (bug)
    return {
      caught: false,
      title: "Not caught: this bug changes nothing here.",
      reason: `${largest} A longer sequence, or losses at more timesteps, would reveal it.`,
    };
  return { caught: false, title: `All ${Object.keys(tensors).length} tensors agree.`, reason: largest };
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

/** What the left rail says: labels are in the server’s schema, and here where those are too long for a row. Pure. */

import { formatSetting } from "../lib/format.js";

export const DISABLED = "Controls are disabled until the connection is back.";

export const EFFECTS = "↺ restarts with new weights. All others apply without restarting.";

export const notANumber = (/** @type {string} */ title, /** @type {string} */ typed) =>
  `${title} must be a number; got “${typed}”.`;

export const tooltip = (/** @type {string} */ description, /** @type {boolean} */ restarts) =>
  `${description} ${restarts ? "Restarts with new weights." : "Applies without restarting: the weights are kept."}`;

/** A setting's value, as it stands beside its control. @param {import("../wire/protocol.js").FieldValue} value */
export function shownValue(value) {
  if (value === null) return NONE;
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "number" ? formatSetting(value) : value;
}

/** As one reads it, and may type it. */
export const NONE = "none";

export const RESTARTS = "restarts";

export const LOCKED = "Locked by the link this page was opened with.";

export const LOCK = "locked";

export const refused = (/** @type {string} */ message, /** @type {string} */ value) =>
  `${message} The run continues with ${value}.`;

export const truncation = (/** @type {unknown} */ k1, /** @type {unknown} */ k2) => `every ${k1} back ${k2}`;

export const CUSTOM = "Custom…";

export const EVERY = "every";

export const BACK = "back";

export const TRUNCATE = "truncate";

export const typed = (/** @type {string} */ label) => `${label}, typed`;

/** Why no state is carried from window to window. */
export const NO_STREAM = "needs a stream";

export const STATE_IS_LEARNED = "h_0 is learned";

export const TWO_DIRECTIONS = "one direction";

export const ALL = "All controls";

export const CLOSE_ALL = "Close";

export const MORE = "more";

/** What the values of a field of few are called. */
export const VALUES = {
  bidirectional: { off: "one", on: "both" },
  train_h0: { off: "zeros", on: "learned" },
  carry_state: { off: "no", on: "yes" },
};

export const NEVER = "never (full)";

export const EVERY_8 = "every 8";

export const EVERY_8_BACK_16 = "every 8 back 16";

/** What a row is called where the schema's title is too long for it. @type {Record<string, string>} */
export const LABELS = {
  sequence_length: "length",
  hidden_size: "units",
  num_layers: "layers",
  bidirectional: "directions",
  train_h0: "initial state",
  carry_state: "carry state",
  init: "init",
  forget_bias: "forget bias",
  input_std: "input std",
  readout_std: "readout std",
  learning_rate: "rate",
  batch_size: "batch",
  weight_decay: "decay",
  loss_reduction: "reduction",
  clip_threshold: "threshold",
};

/** Why the lag means nothing. */
export const LAG_OF_ECHO = "used by echo";

/** Why the threshold means nothing. */
export const NO_CLIPPING = "no clipping";

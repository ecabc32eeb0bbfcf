/** The names of the views, what each picture is to who does not see it, and the labels drawn on it. Pure. */

import { formatCount } from "../lib/format.js";

export const VIEWS = "Views";
export const MORE_VIEWS = "More views";
export const NOT_LOADED = "This view could not be loaded. Open it again to retry.";

export const TITLES = {
  flow: "Flow",
  loss: "Loss",
  output: "Output",
  spectrum: "Spectrum",
  slope: "Slope",
  weights: "Weights",
  lags: "Lags",
  gates: "Gates",
};

/** Of all but the flow matrix, whose words are in flow.js. */
export const PICTURES = {
  loss: "Loss and gradient norm over training",
  output: "Output and target over time",
  guesses: "Each timestep’s input over the network’s guess",
  spectrum: "Eigenvalues of the recurrent weights and the unit circle",
  slope: "The activation, its slope, and a histogram of the sums that go into it",
  weights: "All entries of the parameter; arrow keys move the frame, Enter goes to its number",
  spread: "How the entries of the parameter are spread, over training",
  lags: "Norm of the recurrent weights’ gradient by lag",
  gates: "Gates by unit and timestep",
};

// Loss.

export const BEFORE_CLIPPING = "‖g‖ before clipping";

// Output.

export const GUESSES_KEY = "input above, guess below; underlined: wrong; shade: how probable the target was";

// Slope.

export const CURVES_NOT_LOADED = "The curves could not be loaded; the bars are the network’s own.";

// Weights.

export const PARAMETER = "Parameter";
export const VALUE_OR_GRADIENT = "value or gradient";
export const VALUE = "value";
export const GRADIENT = "gradient";
export const NOW_OR_TRAINING = "each entry now, or all over training";
export const NOW = "now";
export const TRAINING = "training";

/** What rows and columns of a parameter stand for. @type {Record<string, string>} */
export const ROWS_AND_COLUMNS = {
  W_emb: "rows: classes",
  W_xh: "rows: inputs, columns: units",
  W_hh: "row: from, column: to unit",
  u_hh: "columns: units",
  W_hr: "rows: units, columns: numbers of h",
  W_hy: "rows: units, columns: outputs",
  b_y: "columns: outputs",
};

/** What the curves over training show. @param {string} name of the parameter @param {boolean} gradient */
export function spreadOf(name, gradient) {
  return gradient ? `sizes of ∂L/∂${name}` : `entries of ${name}`;
}

// Lags.

/** With two directions losses reach earlier and later timesteps. @param {number} directions @param {number | null} asOf the iteration of an older answer */
export function lagAxis(directions, asOf) {
  const lag = directions > 1 ? "lag |t − k|" : "lag t − k";
  return asOf === null ? lag : `${lag}, at iteration ${formatCount(asOf)}`;
}

export const NORM_BY_LAG = "▮ norm by lag";
export const COSINE_BY_LAG = "━ cosine with full BPTT";

// Gates.

export const FIRST_UNIT = "unit 1";
export const MEAN_OVER_UNITS = "mean over units";

export const GATE = "gate";

/** The names of the views, what each picture is to who does not see it, and the labels drawn on it. Pure. */

import { formatCount, formatPercent } from "../lib/format.js";

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
const ROWS_AND_COLUMNS = {
  W_emb: "rows: classes",
  W_xh: "rows: inputs, columns: units",
  W_hh: "row: from, column: to unit",
  u_hh: "columns: units",
  W_hr: "rows: units, columns: numbers of h",
  b_y: "columns: outputs",
};

/**
 * The same where layers or directions are stacked: an upper layer reads units, of both directions one after the other.
 * @param {string} base the parameter's name in the first layer @param {{layer: number, directions: number}} place
 */
export function rowsAndColumns(base, { layer, directions }) {
  const both = directions > 1;
  if (base === "W_hy") return both ? "rows: units → ←, columns: y" : "rows: units, columns: outputs";
  if (base === "W_xh" && layer > 1) return both ? "rows: layer below, → ←" : "rows: layer below";
  return ROWS_AND_COLUMNS[base] ?? COLUMNS_ARE_UNITS;
}

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

export const ITERATION = "iteration";
export const NEXT_RECORD = "comes with the next record";

// Gates.

export const OPEN = "1 open";

/** What an end of the scale does where the gate decides what is kept. @param {boolean} open whether 1 keeps */
export const keepsWords = (open) => (open ? "1 keeps everything" : "0 keeps everything");

// Lags.

/** At the pointer. @param {string} lag @param {string} cosine */
export const cosineHover = (lag, cosine) => `lags 0…${lag} alone: cosine ${cosine}`;

/** @param {number} lag that the task needs */
export const neededWords = (lag) => `needed ${lag}`;

/** @param {number} lag */
export const horizonWords = (lag) => `horizon ${lag}`;

// Loss.

export const LOSS_PER_TIMESTEP = "loss per timestep";

/** @param {number} number @param {string} sentence */
export const ofLane = (number, sentence) =>
  `Lane ${number}: ${sentence.replace(/^[LT]/, (first) => first.toLowerCase())}`;

/** @param {string} title of a view @param {number} lane whose it is */
export const titleOfLane = (title, lane) => `${title} of lane ${lane}`;

/** What the baseline is, the longest first: what is done there and what that costs, what is done, its name alone. @param {string} what */
export const baselineNames = (what) => [`baseline: ${what}`, `baseline: ${what.split(":")[0]}`, "baseline"];

/** @param {number} threshold */
export const thresholdName = (threshold) => `threshold ${threshold}`;

/** A lane's curve. @param {string} name */
export const lossName = (name) => `loss ${name}`.trim();

// Output.

/** @param {number} t @param {string} symbol @param {number} probability */
export const predictsWords = (t, symbol, probability) =>
  `t = ${t}: predicts ${symbol} with ${formatPercent(probability)}`;

export const NO_TARGET = "no target";

/** @param {boolean} scaled whether it is, where the reader's own numbers are */
export const outputKey = (scaled) => `● output y${scaled ? ", scaled" : ""}`;
export const TARGET_KEY = "━ target";

/** @param {string} symbol @param {number} probability */
export const targetWords = (symbol, probability) => `target ${symbol} with ${formatPercent(probability)}`;

/** @param {string} text that the network writes after the sequence */
export const continuesWords = (text) => `continues: ${text}`;

// Spectrum.

export const REAL = "real";
export const IMAGINARY = "imaginary";

// Slope.

/** At the pointer. @param {string} share @param {string} sum */
export const shareHover = (share, sum) => `${share} near a = ${sum}`;

/** @param {number} units @param {number} timesteps */
export const sumsWords = (units, timesteps) => `a of all ${units} units at all ${timesteps} timesteps`;

/** @param {string} activation */
export const slopeName = (activation) => `slope ${activation}′`;

// Weights.

const COLUMNS_ARE_UNITS = "columns: units";

/** @param {number} threshold */
export const clippedAt = (threshold) => `clipped at ${threshold}`;

/** The quantiles of a spread, from the least. */
export const QUANTILE_NAMES = ["least", "5 %", "25 %", "median", "75 %", "95 %", "most"];

/** What lies between two of them, the innermost first. */
export const BAND_NAMES = ["half", "90 %", "all"];

/** A lag, read off its bar. @param {string} lag @param {string} size */
export const lagHover = (lag, size) => `lag ${lag}: ${size}`;

/** An eigenvalue, read off its point. @param {string} real @param {string} imaginary @param {string} size */
export const eigenvalueHover = (real, imaginary, size) => `${real} + ${imaginary} i, size ${size}`;

/** What the network should have said, read off its mark, and what it said. @param {string} name of one of several outputs @param {string} value */
export const targetHover = (name, value) => ["target", name, value].filter(Boolean).join(" ");
/** @param {string} name @param {string} value */
export const outputHover = (name, value) => ["output", name, value].filter(Boolean).join(" ");

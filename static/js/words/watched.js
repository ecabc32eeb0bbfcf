/** What the page of a watched run says. Pure. t counts in the order of reading, from 1. */

import { formatExp, formatNumber, formatPercent } from "../lib/format.js";
import { cellOf } from "../record/cells.js";

/** @typedef {import("../record/picture.js").Picture} Picture */

/** By how much, in natural logarithms, the gradient must change to be said to do so. */
const TENTH = Math.LN10;
const DIES = 6 * Math.LN10;
const EXPLODES = 3 * Math.LN10;

const CLASSES = /** @type {Record<string, string>} */ ({ rnn: "RNN", lstm: "LSTM", gru: "GRU" });

/** Such as "nn.LSTM". @param {{cell?: unknown, one_step?: unknown, own?: unknown}} facts */
export function className({ cell, one_step, own }) {
  if (own) return `unroll.Trainer, ${String(cell)}`;
  return `nn.${CLASSES[String(cell)] ?? String(cell)}${one_step ? "Cell" : ""}`;
}

/** A module's name; the model itself has none. @param {string} name */
export function moduleName(name) {
  return name === "" ? "the model" : name;
}

/** @param {number} layer @param {boolean} reverse @param {number} layers @param {boolean} both */
export function placeName(layer, reverse, layers, both) {
  return `layer ${layer} of ${layers}${both ? (reverse ? ", reverse" : ", forward") : ""}`;
}

/**
 * ln‖∂E_t/∂h_k‖ of the last gradient that was handed in, where it starts and where it has come to.
 * @typedef {{t: number, start: number, k: number, end: number}} Way
 */

/** @param {Picture} picture @returns {Way | null} */
function lastWay({ T, lastLoss, lnFlow }) {
  if (!lnFlow || lastLoss === 0) return null;
  const row = (lastLoss - 1) * (T + 1);
  let k = 1;
  while (k < lastLoss && Number.isNaN(lnFlow[row + k])) k += 1;
  return { t: lastLoss, start: lnFlow[row + lastLoss], k, end: lnFlow[row + k] };
}

/** The sentence above the picture. @param {Picture} picture */
export function headline(picture) {
  const way = lastWay(picture);
  if (way === null) {
    if (!picture.lnFlow) return "The sequence is too long to follow each gradient by itself; their sum is shown.";
    return "No gradient reaches the states of this layer.";
  }
  const { t, start, k, end } = way;
  if (t === k) return `The last gradient, ${size(start)}, is handed in at h_${t}; from there no way leads back.`;
  return `The last gradient handed in ${verb(end - start)}: ${size(start)} at h_${t}, ${size(end)} at h_${k}.`;
}

/** @param {number} change */
function verb(change) {
  if (Number.isNaN(change)) return "is not a number on its way back";
  if (change <= -DIES) return "vanishes on its way back";
  if (change < -TENTH) return "shrinks on its way back";
  if (change >= EXPLODES) return "explodes on its way back";
  return change > TENTH ? "grows on its way back" : "keeps its size on its way back";
}

/** @param {number} ln */
function size(ln) {
  if (Number.isNaN(ln)) return "NaN";
  return ln === Number.NEGATIVE_INFINITY ? "exactly 0" : formatExp(ln);
}

/**
 * What all gradients come to, and what the compared capture had.
 * @param {Picture} picture @param {{picture: Picture, step: number} | null} compared @param {boolean} reverse
 */
export function underHeadline(picture, compared, reverse) {
  const [{ ln }] = picture.lanes;
  const said = [`All gradients together: ${size(ln[1])} at h_1.`];
  const before = compared && lastWay(compared.picture);
  if (compared && before) {
    said.push(`At step ${compared.step} the last one came from ${size(before.start)} to ${size(before.end)}.`);
  }
  if (reverse) said.push("Timesteps are numbered as this direction reads them: 1 is the sequence’s last.");
  return said.join(" ");
}

/** Below a view: of the shown capture, then of the one it is compared with. @param {string} shown @param {number} step of the other @param {string} other */
export function comparedWords(shown, step, other) {
  return `${shown} At step ${step}: ${other}`;
}

/** The badge of trust. @param {number | null | undefined} residual @param {boolean} trained */
export function residualText(residual, trained) {
  if (typeof residual === "number") return formatNumber(residual, 2);
  return trained ? "not finite" : "–";
}

/** Of a Trainer of ours. */
export const OWN_GRADIENTS = "The gradients are the engine’s own: nothing is replayed.";

/** @param {number | null | undefined} residual */
export function residualSentence(residual) {
  if (typeof residual !== "number") return "Nothing of PyTorch’s own gradients could be compared.";
  return residual <= 1e-4
    ? "The replay agrees with PyTorch’s own gradients."
    : "The replay differs from PyTorch’s own gradients: read these numbers with care.";
}

/** The heading of what was found. @param {string | null | undefined} finding */
export function findingTitle(finding) {
  return finding ? /** @type {string} */ (TITLES[finding] ?? finding) : "Nothing stands out";
}

const TITLES = /** @type {Record<string, string>} */ ({
  nonfinite: "A number is not finite",
  exploding: "Why it explodes, and what would help",
  dead_units: "Units are dead, and what would help",
  saturated: "Units are saturated, and what would help",
  vanishing: "Why it vanishes, and what would help",
  short_horizon: "The way back is cut, and what would help",
  mixed_sequences: "Sequences are mixed, and what would help",
  overshooting: "Updates are too long, and what would help",
  clipped_hard: "Clipping takes nearly all, and what would help",
  not_learning: "It does not learn, and what would help",
});

/**
 * Lines of the inspector: label, value, and a share from 0 to 1 for its bar.
 * @typedef {{label: string, value: string, bar?: number, source?: number}} Line
 */

/**
 * @param {Picture} picture @param {number} t @param {{slope: number, forget: number | null}} more
 * @returns {Line[]}
 */
export function timestepLines(picture, t, { slope, forget }) {
  const { T, lanes, lnFlow, lastLoss, hasTarget, cell } = picture;
  const [{ ln, share }] = lanes;
  /** @type {Line[]} */
  const lines = [];
  if (share) {
    const own = hasTarget[t] ? share[(t - 1) * (T + 1) + t] : 0;
    const from = lastLoss === t + 1 ? `${lastLoss}` : `${t + 1}…${lastLoss}`;
    lines.push({ label: hasTarget[t] ? HANDED_IN_HERE : "nothing handed in here", ...part(own), source: t });
    if (lastLoss > t) lines.push({ label: `carried, ${from}`, ...part(1 - own), source: lastLoss });
  }
  lines.push({ label: "all of ∂E/∂h_t", value: size(ln[t]) });
  if (lnFlow && lastLoss >= t) {
    const alone = lnFlow[(lastLoss - 1) * (T + 1) + t];
    if (!Number.isNaN(alone)) lines.push({ label: `only that of ${lastLoss}`, value: size(alone) });
  }
  if (Number.isFinite(slope)) lines.push({ label: "mean slope", value: formatNumber(slope) });
  if (forget !== null && Number.isFinite(forget)) {
    const label = cellOf({ cell }).keeps?.gate === "z" ? "update gate keeps" : "forget gate open";
    lines.push({ label, value: formatPercent(forget) });
  }
  return lines;
}

/** @param {number} share signed, of the whole */
function part(share) {
  if (!Number.isFinite(share)) return { value: "–" };
  return { value: formatPercent(share), bar: Math.min(1, Math.abs(share)) };
}

/** Whether the script is there. @param {"connecting" | "live" | "ended" | "lost" | "stored"} status @param {string} why */
export function statusText(status, why) {
  if (status === "live") return "The training belongs to your own program. Nothing here changes it.";
  if (status === "stored") return why || "A stored training: nothing is running. Every number was captured in PyTorch.";
  if (status === "ended") return `${why} What you have seen stays; it goes on here when the script is back.`;
  if (status === "lost") return "The server cannot be reached: the script may have ended. What you have seen stays.";
  return "Waiting for the script: its first backward pass through a watched module will be shown. Where a script trains and nothing comes, no gradient reaches the module, and its terminal says why.";
}

/** What the flow view leaves out: below the top of two directions every pair has a path. @param {boolean} everyPair */
export function flowNote(everyPair) {
  return everyPair ? "Below both directions pairs with k > t have a path too; they are not drawn." : "";
}

export const GRADIENT = "gradient";

/** @param {number} step of a capture */
export function stepWords(step) {
  return `step ${step}`;
}

export const FREEZE = "Freeze";

export const GO_ON = "Go on";

export const COPY = "Copy";

export const COPIED = "Copied";

/** @param {number} t */
export function timestepTitle(t) {
  return `Timestep ${t}`;
}

/** How often a capture comes. @param {number | null} steps */
export function everyWords(steps) {
  return steps === null ? "–" : `every ${steps}`;
}

/** Which capture is shown. @param {number} step @param {number | null} last the newest; null where the newest is shown */
export function shownWords(step, last) {
  return last === null ? `step ${step}, newest` : `step ${step} of ${last}`;
}

// The lines of the norm chart.

export const HANDED_IN = "all gradients handed in";

/** @param {boolean} alone of the last loss only @param {number} step of the capture */
export function normName(alone, step) {
  return `${alone ? "only the last" : "all"}, step ${step}`;
}

export const NO_OTHER = "no other capture";

/** @param {number} status of the server's answer */
export function noRecordingThere(status) {
  return `The server answers ${status} where the recording should be.`;
}

/** What a timestep is called at which no gradient comes in. */
export const NOT_HANDED_IN = "nothing handed in";

// Labels of the stage.

export const HANDED_IN_HERE = "handed in here";

/** @param {number} units @param {number} every how many of them a row is of */
export function unitsLabel(units, every) {
  return every > 1 ? `${units} units, every ${every}th` : `${units} units`;
}

/** Of more inputs than are drawn: in two lines. @param {number} drawn @param {number} inputs @returns {[string, string]} */
export function someInputs(drawn, inputs) {
  return [`${drawn} of ${inputs}`, "numbers"];
}

/** @param {number} inputs numbers a timestep */
export function inputsLabel(inputs) {
  return inputs === 1 ? "1 number" : `${inputs} numbers`;
}

/** Which of the sequences. @param {number} number @param {number} sequences */
export function sequenceWords(number, sequences) {
  return `${number} of ${sequences}`;
}

/** What makes a capture differ from the training. @param {string[]} notes */
export function notExactWords(notes) {
  return notes.map((note) => `Not exact: ${note}.`);
}

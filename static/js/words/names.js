/** The names of the parts of the picture, and what each means there, with the numbers of the shown record. Pure. */

import { capital, formatExp, formatNumber, formatPercent } from "../lib/format.js";
import { statesMeetBy } from "../record/cells.js";
import { comesBackTo, comesBackToCell, usesOf } from "../record/picture.js";
import { SATURATED_BELOW, slopeOf } from "../record/slope.js";
import { ownList, ownOutputWords } from "./own.js";
import { SATURATED } from "./stage.js";
import { everywhere, idleWords } from "./used.js";

/** @typedef {import("../record/picture.js").Picture} Picture */
/** @typedef {{t: number, source?: number, unit?: number}} At the timestep that is named, the loss whose share it is, the unit */
/** @typedef {{long: (picture: Picture) => string, short: (picture: Picture) => string, said: (picture: Picture, at: At) => string}} Name */

/** By which way c_t is sent something where h_t is sent nothing. */
export const BY_FORGET_GATE = "through the forget gate";

/** @type {Record<string, Name>} */
export const NAMES = {
  clip: {
    long: ({ clip: { mode } }) => (mode === "timestep" ? "bars: clipped here" : "two bars: clipping"),
    short: () => "clipping",
    said: ({ clip: { mode, threshold, scale } }, { t }) => {
      if (mode === "timestep") {
        return `Two bars: at h_${t} the gradient was longer than the threshold ${formatNumber(threshold)} and was cut back to it on its way.`;
      }
      const limit = `Two bars at the mouth of the river: the gradient of the weights is clipped by ${mode}, threshold ${formatNumber(threshold)}.`;
      if (Number(scale) >= 1) return `${limit} It stays below that: nothing is cut.`;
      return `${limit} That leaves ${formatPercent(Number(scale))} of its length.`;
    },
  },
  output: {
    long: ({ classification }) =>
      classification ? "probability (dot) of the target" : "output (dot) and target (bar)",
    short: () => "output and target",
    said: (picture, { t }) => {
      if (picture.classification && picture.hasTarget[t]) {
        return `At timestep ${t} the network must choose a class: the dot is the probability of the right one, the bar stands at 1.`;
      }
      if (!picture.hasTarget[t]) return noTargetWords(picture, t);
      if (picture.own) return ownOutputWords(picture, picture.own, t);
      const [y, target] = [picture.y[(t - 1) * picture.O], picture.target[(t - 1) * picture.O]];
      return `The output y_${t} is ${formatNumber(y)}, the target ${formatNumber(target)}; the line between them is the error.`;
    },
  },
  loss: {
    long: () => "loss: how wrong this step is",
    short: () => "loss",
    said: ({ loss, classification }, { t }) => {
      const how = classification
        ? "minus the logarithm of the probability of the right class"
        : "how far the output is from the target, squared";
      return `The loss E_${t} is ${formatNumber(loss[t - 1])}: ${how}. A larger disc is a larger loss.`;
    },
  },
  own: {
    long: ({ top, place }) =>
      top ? "cone: the step’s own loss joins" : `cone: comes down from layer ${place.layer + 1}`,
    short: ({ top, place }) => (top ? "own loss joins" : `from layer ${place.layer + 1}`),
    said: (picture, { t }) => {
      const { top, place, lanes } = picture;
      const isAlone = !comesBackTo(picture, t);
      const toCell = isAlone && comesBackToCell(picture, t) ? `, only to c_${t} ${BY_FORGET_GATE}` : "";
      if (top) {
        if (toCell) return `Here E_${t} is all of ∂E/∂h_${t}: nothing comes back to h_${t}${toCell}.`;
        const others = `comes back from ${othersOf(picture)} steps`;
        if (isAlone) return `Here the river begins with E_${t}: nothing ${others}, all of ∂E/∂h_${t} is its own.`;
        return `Here E_${t} joins what ${others}: its share of ∂E/∂h_${t} is ${sharePercent(picture, t, t)}.`;
      }
      const norm = `the norm of ∂E/∂h_${t} is ${formatExp(lanes[0].shown[t])}`;
      const sends = `Here layer ${place.layer + 1} sends its gradient down, as at every timestep.`;
      if (isAlone) return `${sends} Nothing is carried to h_${t} in layer ${place.layer}${toCell}: ${norm}.`;
      return `${sends} With what is carried in layer ${place.layer} ${norm}.`;
    },
  },
  carried: {
    long: (picture) => `carried back from ${othersOf(picture)} steps`,
    short: () => "carried back",
    said: (picture, { t }) => {
      const { lanes, reverse, top } = picture;
      // The gap before column t: the gradient leaves the state that was read later.
      const [from, to] = reverse ? [t - 1, t] : [t, t - 1];
      const losses = top ? `${capital(othersOf(picture))} losses come` : "The gradient comes";
      const [{ carried, shown }] = lanes;
      const norm = carried
        ? `What is carried there has the norm ${formatExp(carried[to])}`
        : `At h_${to} the gradient’s norm is ${formatExp(shown[to])}`;
      return `${losses} back ${wayOf(picture)}, from h_${from} to h_${to}; chevrons show the direction. ${norm}: the width is its logarithm.`;
    },
  },
  start: {
    long: () => "cut: no gradient crosses to the window before",
    short: () => "cut at h_0",
    said: ({ lanes }) =>
      `h_0 is the last state of the window before. The gradient that reaches it, of norm ${formatNumber(Math.exp(lanes[0].shown[0]))}, is discarded here: no weight learns from it.`,
  },
  share: {
    long: () => "one loss, one colour",
    short: () => "one loss, one colour",
    said: (picture, { t, source = t }) =>
      `One colour is one loss: the share of E_${source} in ∂E/∂h_${t} is ${sharePercent(picture, source, t)}.`,
  },
  against: {
    long: () => "striped: pulls the other way",
    short: () => "pulls against",
    said: (picture, { t, source = t }) =>
      `E_${source} pulls the other way here: its share of ∂E/∂h_${t} is ${sharePercent(picture, source, t)}.`,
  },
  saturated: {
    long: () => "dot: saturated unit",
    short: () => SATURATED,
    said: (picture, { t, unit = 0 }) => {
      const slope = slopeOf(picture)?.(picture.h[t * picture.H + unit]) ?? Number.NaN;
      const passes = slope === 0 ? "no gradient passes it" : "the gradient that passes it is multiplied by that";
      return `Unit ${unit + 1} of h_${t} is saturated: there the slope of ${picture.activation} is ${formatNumber(slope)}, below ${SATURATED_BELOW}, so ${passes}.`;
    },
  },
  input: {
    long: () => "input",
    short: () => "input",
    said: ({ x, I, symbols, own }, { t }) => {
      if (own) return `What the network reads at timestep ${t}: ${ownList(own, x.subarray((t - 1) * I, t * I))}.`;
      if (symbols) return `What the network reads at timestep ${t}: one of ${symbols.length} symbols.`;
      if (I > 1) return `What the network reads at timestep ${t}: ${I} numbers.`;
      return `What the network reads at timestep ${t}: x_${t} is ${formatNumber(x[t - 1])}.`;
    },
  },
  W_xh: {
    long: ({ place }) =>
      place.layer > 1 ? `weights: layer ${place.layer - 1} to ${place.layer}` : "weights: input to state",
    short: ({ place }) => (place.layer > 1 ? `layer ${place.layer - 1} to ${place.layer}` : "input to state"),
    said: (picture) =>
      `The weights from ${readWords(picture)} to the ${counted(picture.H, "unit")}${ofItsLayer(picture)}, the same at every timestep.`,
  },
  W_hh: {
    long: (picture) => `the same ${picture.recurrent}, ${counted(usesOf(picture, "W_hh"), "time")}`,
    short: ({ recurrent }) => `the same ${recurrent}`,
    said: (picture) => {
      const { T, reverse, recurrent } = picture;
      const [uses, next] = [usesOf(picture, "W_hh"), reverse ? "the one before it" : "the next"];
      const same = `The same ${recurrent} ${everywhere(T)}:`;
      const leads = `it leads from every hidden state to ${next}`;
      const idle = idleWords(T, reverse);
      if (uses === 0) return `${same} ${idle}.`;
      if (uses === T) return `${same} ${leads}, and the gradient comes back through it.`;
      return `${same} ${idle}; ${leads}, ${counted(uses, "time")}, and the gradient comes back.`;
    },
  },
  units: {
    long: ({ H }) => `hidden state: ${counted(H, "unit")}`,
    short: ({ H }) => counted(H, "unit"),
    said: (picture, { t }) =>
      `The hidden state h_${t}${ofItsLayer(picture)}, ${counted(picture.H, "unit")}: what the network remembers. Blue is above 0, green below.`,
  },
  W_hy: {
    long: () => "weights: state to output",
    short: () => "state to output",
    said: ({ H, O, place: { directions } }) => {
      const units = directions > 1 ? `${H} units of each direction` : counted(H, "unit");
      return `The weights from the ${units} to the ${counted(O, "output")}, the same at every timestep.`;
    },
  },
};

/** The steps whose losses are carried to a timestep: where the sequence is read from its end the earlier ones. @param {Picture} picture */
function othersOf({ reverse, top, place }) {
  if (!top && place.directions > 1) return "other"; // every loss reaches every timestep of both
  return reverse ? "earlier" : "later";
}

/** Through what a gradient is carried: the recurrent weights, or where states meet none the gate that keeps the state. @param {Picture} picture */
function wayOf(picture) {
  return `through ${statesMeetBy(picture) ?? "the gate that keeps the state"}`;
}

/** What W_xh of the open layer multiplies. @param {Picture} picture */
function readWords({ place: { layer, directions }, H, I, embedding }) {
  if (layer > 1) return `the ${H} units${directions > 1 ? " of each direction" : ""} of layer ${layer - 1}`;
  if (embedding > 0) return `the ${counted(embedding, "number")} of the input’s embedding`;
  return `the ${counted(I, "input")}`;
}

/** Which layer the open one is, where there are several. @param {Picture} picture */
function ofItsLayer({ place: { layer, layers } }) {
  return layers > 1 ? ` of layer ${layer}` : "";
}

/** What cannot be named in this state, and what would help. @param {string[]} missing @param {Picture} picture @param {number} most timesteps that stand apart */
export function missingWords(missing, picture, most) {
  if (missing.length === 0) return "";
  const list = missing.map((key) => NAMES[key].short(picture)).join(", ");
  const help = picture.T > most ? ` Up to T = ${most} there is room for more names.` : "";
  return `Not named here, for want of room: ${list}.${help}`;
}

/** Where another picture stands on the stage. @param {"folded" | "lanes" | "slow"} why */
export function elsewhereWords(why) {
  if (why === "folded") return "Folded into one cell: the names stand on the unrolled picture. Unfold to read them.";
  if (why === "slow") return "Slow motion explains each moment itself; the names come back after it.";
  return "Several networks side by side: the names stand on the picture of one.";
}

/** @param {Picture} picture @param {number} t */
function noTargetWords({ classification, own, y, O }, t) {
  const none = `Timestep ${t} has no target, so no error`;
  if (classification) return `${none}: nothing is asked of the network there.`;
  const said = own ? ownList(own, y.subarray((t - 1) * O, t * O)) : formatNumber(y[(t - 1) * O]);
  return `${none}: the output y_${t} is ${said}.`;
}

/** The share of the loss of timestep `source` in the gradient at t. @param {Picture} picture @param {number} source @param {number} t */
export function sharePercent({ lanes, T }, source, t) {
  const share = lanes[0].share?.[(source - 1) * (T + 1) + t];
  return share === undefined || !Number.isFinite(share) ? "not known" : formatPercent(share);
}

/** How many of them, in figures. @param {number} count @param {string} what */
export function counted(count, what) {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}

export const NAMES_OF_PARTS = "Names of the parts of the picture";

/** The line in the Flow view. */
export const NEEDED_LAG = "staircase: the lag that is needed";

/** @param {number} lag */
export function neededLagSaid(lag) {
  const apart = `${counted(lag, "timestep")} or more`;
  return `Left of this line a loss lies ${apart} after the hidden state. The task needs ${lag}: what is remembered has to last that long, and the gradient has to come that far back.`;
}

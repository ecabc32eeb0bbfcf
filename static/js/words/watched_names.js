/** The names of the parts of a watched layer's picture, and what each means there, with the numbers of the capture. Pure. */

import { formatExp, formatNumber } from "../lib/format.js";
import { cellOf, statesMeetBy } from "../record/cells.js";
import { usesOf } from "../record/picture.js";
import { counted, NAMES, sharePercent } from "./names.js";

/** @typedef {import("../record/picture.js").Picture} Picture */
/** @typedef {import("./names.js").Name} Name */

/**
 * What the picture does not say of the layer; timesteps are counted in the order of reading.
 * @typedef {object} Layer
 * @property {number} layer
 * @property {number} layers
 * @property {boolean} both whether there is a second direction
 * @property {boolean} reverse
 * @property {boolean} projected whether its state is made smaller: its numbers are not its units
 * @property {number} inputs numbers that the module reads at a timestep
 * @property {number[]} restarts after which timesteps the next one did not begin with the state as it was
 * @property {import("../wire/protocol.js").Numbers | null} carried norm of what is sent back to each state
 */

/** @param {Layer} about @returns {Record<string, Name>} */
export function watchedNames(about) {
  const { layer, layers, both, reverse, projected, inputs, restarts, carried } = about;
  const ofLayer = layers > 1 ? ` of layer ${layer}` : "";
  const units = (/** @type {number} */ H) => counted(H, projected ? "number" : "unit");
  const later = reverse ? "timesteps read later" : "later timesteps";
  return {
    loss: {
      long: () => "disc: handed in here",
      short: () => "handed in here",
      said: (picture, { t }) =>
        `At timestep ${t} the rest of the model hands in a gradient: at h_${t}${ofLayer} its norm is ${handedIn(picture, t)}. A larger disc is a larger gradient.`,
    },
    own: {
      long: () => "cone: it joins the river",
      short: () => "it joins",
      said: (picture, { t }) => {
        const { T, lanes } = picture;
        const [{ share, ln }] = lanes;
        const joins = `Here what is handed in at timestep ${t} joins the river`;
        if (!share) return `${joins}: in all ∂E/∂h_${t} has the norm ${formatExp(ln[t])}.`;
        if (t === T || restarts.includes(t)) {
          return `Here the river begins: no gradient comes back to h_${t} from ${later}, all of ∂E/∂h_${t} is handed in here.`;
        }
        return `${joins}: its share of ∂E/∂h_${t} is ${sharePercent(picture, t, t)}.`;
      },
    },
    share: {
      long: () => "one colour, one timestep",
      short: () => "one colour",
      said: (picture, { t, source = t }) =>
        `One colour is what was handed in at one timestep; seams part it from the next. The share of timestep ${source} in ∂E/∂h_${t} is ${sharePercent(picture, source, t)}.`,
    },
    against: {
      long: () => "striped: pulls against",
      short: () => "pulls against",
      said: (picture, { t, source = t }) =>
        `What was handed in at timestep ${source} pulls the other way here: its share of ∂E/∂h_${t} is ${sharePercent(picture, source, t)}.`,
    },
    carried: {
      long: () => "chevrons: carried back",
      short: () => "carried back",
      said: (picture, { t }) => {
        const norm = carried ? formatNumber(carried[t - 1]) : null;
        const size = norm
          ? `What is carried there has the norm ${norm}`
          : `At h_${t - 1} the gradient’s norm is ${formatExp(picture.lanes[0].ln[t - 1])}`;
        return `The gradient comes back ${wayOf(picture)}, from h_${t} to h_${t - 1}, as chevrons show. ${size}; the wider the river, the larger the gradient.`;
      },
    },
    cell: {
      long: () => "gradient of the cell state",
      short: () => "of the cell state",
      said: (picture, { t }) => {
        const norm = `The gradient of the cell state: the norm of ∂E/∂c_${t} is ${formatExp(picture.lanes[1].ln[t])}.`;
        if (t === 1 || restarts.includes(t - 1)) return norm;
        return `${norm} From c_${t} to c_${t - 1} it goes through the forget gate alone, past W_hh.`;
      },
    },
    saturated: NAMES.saturated,
    input: {
      long: ({ I }) => (I < inputs ? `input: ${I} of ${inputs} numbers` : "input"),
      short: () => "input",
      said: ({ I, x }, { t }) => {
        const above =
          layer > 1
            ? ` Layer ${layer} itself reads the states${both ? " of both directions" : ""} of layer ${layer - 1}.`
            : "";
        if (inputs === 1) return `What the module reads at timestep ${t}: x_${t} is ${formatNumber(x[t - 1])}.${above}`;
        const some = I < inputs ? `, of which ${I} are drawn` : "";
        return `What the module reads at timestep ${t}: ${inputs} numbers${some}.${above}`;
      },
    },
    W_hh: {
      long: (picture) =>
        restarts.length > 0 ? "the same W_hh at every timestep" : `the same W_hh, ${times(usesOf(picture, "W_hh"))}`,
      short: () => "the same W_hh",
      said: (picture) => {
        if (restarts.length === 0) {
          return `The same weights W_hh lead from every state to the next, ${times(usesOf(picture, "W_hh"))}; the gradient comes back through them.`;
        }
        const [t] = restarts;
        return `The same weights W_hh lead from every state to the next; the gradient comes back through them. Not from h_${t + 1} to h_${t}: there the state was not taken over as it was.`;
      },
    },
    units: {
      long: ({ H }) => `state: ${units(H)}`,
      short: ({ H }) => units(H),
      said: ({ H }, { t }) =>
        `The state h_${t}${ofLayer}, ${units(H)}: what is remembered and handed on. Blue is above 0, green below.`,
    },
  };
}

/** What has no name on a watched picture. @param {string[]} missing @param {Picture} picture @param {Layer} about */
export function watchedMissing(missing, picture, about) {
  if (missing.length === 0) return "";
  const names = watchedNames(about);
  const list = missing.map((key) => names[key].short(picture)).join(", ");
  return `Not named here, for want of room: ${list}.${about.reverse ? " Timestep 1 is the sequence’s last." : ""}`;
}

/** @param {Picture} picture @param {number} t */
function handedIn({ lnFlow, loss, T }, t) {
  return lnFlow ? formatExp(lnFlow[(t - 1) * (T + 1) + t]) : formatNumber(loss[t - 1]);
}

/** Through what a gradient is carried: the recurrent weights, and the gate that keeps the state where one does. @param {Picture} picture */
function wayOf(picture) {
  const gate = cellOf(picture).direct === "h" ? "the gate that keeps the state" : null;
  return `through ${[statesMeetBy(picture), gate].filter(Boolean).join(" and ")}`;
}

/** @param {number} count */
function times(count) {
  return count === 1 ? "once" : `${count} times`;
}

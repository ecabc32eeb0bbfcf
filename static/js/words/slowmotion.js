/** What slow motion says at each moment, and what its card says where the river stands. Pure. */
import { formatExp, formatNumber, formatShares } from "../lib/format.js";
import { comesBackTo, comesBackToCell } from "../record/picture.js";
import { placeWords } from "./layers.js";
import { BY_FORGET_GATE } from "./names.js";

/** @typedef {import("../stage/slowmotion/timeline.js").Moment} Moment */
/** @typedef {import("../record/picture.js").Picture} Picture */

/**
 * @param {Moment} moment
 * @param {Picture} picture
 * @param {import("../wire/protocol.js").RecordMeta | null} updated of the record after the update, once there is one
 * @returns {import("../run/state.js").Narration}
 */
export function momentWords({ phase, t }, picture, updated) {
  const where = placeWords(picture.place);
  return {
    finding: `Slow motion, ${where && `${where}, `}${phase === "forward" && where ? "forward pass" : phase}: ${sentence(phase, t, picture, updated)}`,
    reason: "",
  };
}

/**
 * @param {Moment["phase"]} phase
 * @param {number} t
 * @param {Picture} picture
 * @param {import("../wire/protocol.js").RecordMeta | null} updated
 */
function sentence(phase, t, picture, updated) {
  const { hasTarget, loss, cuts, recurrent, place, top, reverse } = picture;
  if (phase === "forward") {
    const from = place.layer > 1 ? `h_${t} of layer ${place.layer - 1}` : `x_${t}`;
    return `h_${t} is made from ${from} and h_${reverse ? t + 1 : t - 1}, by the same ${recurrent} as everywhere.`;
  }
  if (phase === "losses") {
    return hasTarget[t] ? `E_${t} = ${formatNumber(loss[t - 1])}.` : `timestep ${t} has no target and no loss.`;
  }
  if (phase === "backward") {
    if (cuts[t] === 2) return `truncation lets nothing through from ${t + 1} to ${t}.`;
    return top ? backwardWords(t, picture) : fromAboveWords(t, picture);
  }
  return updateWords(updated, recurrent);
}

/** @param {number} t @param {Picture} picture */
function backwardWords(t, picture) {
  const { lastLoss, reverse, hasTarget } = picture;
  if (t === lastLoss) return `it begins with E_${t}, the ${reverse ? "first" : "last"} loss.`;
  if (reverse && (t < lastLoss || lastLoss === 0)) return `no loss up to timestep ${t}, no gradient to pass on.`;
  if (!reverse && t > lastLoss) return `no loss from timestep ${t} on, no gradient to pass back.`;
  const from = reverse ? t - 1 : t + 1;
  if (comesBackTo(picture, t)) return `timestep ${from} passes its gradient to ${t}.`;
  if (comesBackToCell(picture, t)) {
    const rest = hasTarget[t] ? `begins anew with E_${t}` : "is 0, as it has no loss of its own";
    return `${onlyToCell(from, t)}; the gradient of h_${t} ${rest}.`;
  }
  const none = `nothing comes back from timestep ${from} to ${t}`;
  return hasTarget[t] ? `${none}: it begins anew with E_${t}.` : `${none}, and ${t} has no loss of its own.`;
}

/** Of a cell whose c keeps what h is not sent. @param {number} from @param {number} t */
function onlyToCell(from, t) {
  return `nothing comes back from timestep ${from} to h_${t}, only to c_${t} ${BY_FORGET_GATE}`;
}

/** Below the top layer. @param {number} t @param {Picture} picture */
function fromAboveWords(t, picture) {
  const { T, reverse, place } = picture;
  const above = place.layer + 1;
  if (t === (reverse ? 1 : T)) return `it begins with what layer ${above} sends down.`;
  const from = reverse ? t - 1 : t + 1;
  if (!comesBackTo(picture, t)) {
    if (comesBackToCell(picture, t))
      return `${onlyToCell(from, t)}; all of ∂E/∂h_${t} is what layer ${above} sends down.`;
    return `nothing comes back from timestep ${from} to ${t}: all of it is what layer ${above} sends down.`;
  }
  return `timestep ${from} passes its gradient to ${t}, where layer ${above} adds its own.`;
}

/** @param {import("../wire/protocol.js").RecordMeta | null} updated @param {string} recurrent */
function updateWords(updated, recurrent) {
  const same = `${recurrent} changes at all its places at once`;
  const { loss_before: before, loss_after: after } = updated ?? {};
  if (before === undefined || after === undefined || after === null) return `${same}.`;
  return `${same}; loss ${formatNumber(before)} → ${formatNumber(after)}.`;
}

/** What the card's sum is of. @param {Picture} picture @param {number} t */
export function cardTitle({ place, top }, t) {
  return `∂E/∂h_${t} = ${top ? "own" : `from layer ${place.layer + 1}`} + carried`;
}

/**
 * The card at the river's front: what arrives at t, from where, and what becomes of its size.
 * @param {Picture} picture
 * @param {number} t
 * @returns {string[]}
 */
export function cardLines(picture, t) {
  const { lanes, T, hasTarget, top, reverse } = picture;
  const { shown, share } = lanes[0];
  const now = shown[t] === Number.NEGATIVE_INFINITY ? "exactly 0" : formatExp(shown[t]);
  const previous = reverse ? t - 1 : t + 1;
  const isHandedOn = comesBackTo(picture, t) && shown[previous] > Number.NEGATIVE_INFINITY;
  const before = isHandedOn ? `${formatExp(shown[previous])} → ` : "";
  const own = share ? share[(t - 1) * (T + 1) + t] : Number.NaN;
  if (Number.isNaN(own) || !top) return [`norm ${before}${now}`];
  const [part, rest] = formatShares(own);
  const parts = hasTarget[t] ? `own loss ${part}, carried ${rest}` : "no own loss, all carried";
  return [parts, `norm ${before}${now}`];
}

// The row of controls below the sentence.

export const NAME = "Slow motion";
export const SCRUB = "Place within this iteration";
export const LEAVE = "Leave slow motion";

/** For the slider. @param {Moment} moment */
export function whereWords({ phase, t }) {
  return phase === "update" ? "update" : `${phase}, timestep ${formatNumber(t)}`;
}

/**
 * A phase on its button.
 * @param {Moment["phase"]} phase
 * @param {number} order before 0 it is done, after 0 still to come
 * @param {number} t
 * @param {{T: number, left: boolean}} run how many timesteps it takes, and whether it runs to the left
 */
export function chipWords(phase, order, t, { T, left }) {
  if (phase === "update") return "update";
  if (order === 0) return phase === "losses" ? `losses, E to t = ${t}` : `${phase}, t = ${t}`;
  const range = left ? `${T} … 1` : `1 … ${T}`;
  const whole = phase === "losses" ? "losses" : `${phase} ${range}`;
  return order < 0 ? `✓ ${whole}` : whole;
}

/** What the footer says of the training so far. Pure. */

import { formatCount, formatNumber } from "../lib/format.js";

/** @typedef {import("../run/state.js").State} State */

export const BASELINE = "baseline";

export const CLIPPED = "clipped";

/** By how much the parts that Flow shows miss the whole gradient, relatively. @param {number | null | undefined} residual */
export const residualWords = (residual) => `error ${formatNumber(residual, 2)}`;

/** @param {State["past"]} past @param {State["former"]} former */
export function whereWords(past, former) {
  return past ? `Iteration ${formatCount(past.iteration)}` : `Branched at ${formatCount(former?.from ?? 0)}`;
}

/** @param {number} loss NaN where there is none */
export function shownLoss(loss) {
  return Number.isNaN(loss) ? "no loss" : `loss ${formatNumber(loss)}`;
}

/** Which iteration is shown, and where that is in the run. @param {State} state @param {number} iteration @param {boolean} plays */
export function placeWords(state, iteration, plays) {
  return `iteration ${formatCount(iteration)}${standing(state, plays)}`;
}

/** @param {State} state @param {boolean} plays */
function standing({ can, history, past, live }, plays) {
  const last = history.length > 0 ? history.iteration[history.length - 1] : 0;
  if (!can.present) return ` of ${formatCount(last)}`;
  if (past) return ` of ${formatCount(live.iteration)}`;
  return plays ? ", now" : ", stopped";
}

/** The handle, for who does not see it. @param {State} state */
export function valueWords({ can, past, record }) {
  const now = past || !can.present ? "" : ", now";
  return `iteration ${formatCount(record?.meta.iteration ?? 0)}${now}, loss ${formatNumber(record?.meta.loss_per_timestep)}`;
}

/** What the header says. Pure. */

import { formatCount, formatNumber, formatPercent } from "../lib/format.js";

/** @typedef {import("../run/state.js").State} State */
/** @typedef {import("../wire/protocol.js").RecordMeta} RecordMeta */

const NO_SOCKET =
  "This page loads, but no WebSocket opens. " +
  "Ask whoever runs this place’s internet access to allow WebSockets. " +
  "For the server’s operator: behind a proxy that changes Host, UNROLL_ALLOWED_ORIGINS has to name this site.";

/** @type {Record<Exclude<import("../wire/connection.js").Loss, "blocked">, string>} */
const LOSSES = { lost: "Connection lost", silent: "No answer for 3 s", never: "No connection yet" };

/**
 * What stands in the line, and what a screen reader says of it: the countdown is seen only, or it would be announced anew
 * every second.
 * @param {State} state @param {number} now @returns {{text: string, said: string, action: boolean}}
 */
export function lineOf({ connection, notice, iteration }, now) {
  if (connection.status === "lost") {
    const wait = Math.max(0, Math.ceil(((connection.retryAt ?? now) - now) / 1000));
    const { why = "lost", full } = connection;
    const words = (/** @type {string} */ when) =>
      why === "blocked"
        ? `${NO_SOCKET} Now ${when}.`
        : `${full ? "The server is full" : LOSSES[why]}, ${when}. The run is kept in this tab at iteration ${iteration}.`;
    const when = wait === 0 ? "trying again" : `trying again in ${wait} s`;
    return { text: words(when), said: words("trying again"), action: wait > 0 };
  }
  const text = notice?.text ?? "";
  return { text, said: text, action: false };
}

/** When the task was solved, and for classes how many are right. @param {number | null} accuracy @param {number | null} solvedAt */
export function solvedWords(accuracy, solvedAt) {
  const when = solvedAt === null ? "not yet" : formatCount(solvedAt);
  if (accuracy === null) return { value: when, label: "solved" };
  return { value: `${formatPercent(accuracy)} · ${when}`, label: "accuracy · solved" };
}

/** @param {RecordMeta} meta */
function wasClipped({ clip_scale }) {
  return clip_scale !== null && clip_scale < 1;
}

/** Before → after clipping. @param {RecordMeta} meta */
export function gradientWords(meta) {
  const { grad_norm, clip_scale } = meta;
  if (grad_norm === null) return "none";
  if (!wasClipped(meta)) return formatNumber(grad_norm);
  return `${formatNumber(grad_norm)} → ${formatNumber(grad_norm * Number(clip_scale))}`;
}

/** @param {number | null} rate */
export function speedWords(rate) {
  return rate === null ? "as fast as possible" : `${formatNumber(rate)} iterations per second`;
}

/** @param {RecordMeta} meta */
export function lossWords({ loss_per_timestep: loss }) {
  return loss === null ? "not finite" : formatNumber(loss);
}

/** @param {RecordMeta} meta */
export function lossLabel({ baseline }) {
  return `loss · baseline ${formatNumber(baseline)}`;
}

/** @param {RecordMeta} meta */
export function normLabel(meta) {
  return wasClipped(meta) ? "gradient norm, clipped" : "gradient norm";
}

/** Where the speed stands at the far left. */
export const SLOW_MOTION = "slow motion";

export const PLAY = "Play";

export const PAUSE = "Pause";

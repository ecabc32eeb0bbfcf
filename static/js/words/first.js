/** What the first view says of the run. Pure. */

import { formatCount, formatNumber, formatSetting } from "../lib/format.js";
import { steps, withoutWords } from "./finding.js";
import { describe } from "./sentences.js";

/** @typedef {import("../run/state.js").State} State */

/** How fast it goes. @param {State} state */
export function paceWords({ phase, rate, connection }) {
  if (connection.status === "lost") return "not connected";
  if (phase === "paused") return "paused";
  if (phase === "diverged") return "stopped";
  if (rate === null) return "as fast as possible";
  return rate === 1 ? "1 update a second" : `${formatSetting(rate)} updates a second`;
}

/** What an echo repeats. @param {number} lag */
export function echoWords(lag) {
  return lag === 0 ? "that same value" : `the value from ${steps(lag)} before`;
}

/** The lower of two baselines where the one that reads the same timestep has no memory either. @param {import("../wire/protocol.js").RecordMeta} meta */
function reachedBy({ baseline, persistence, needed_lag: lag }) {
  const how = withoutWords(lag);
  if (baseline === null || lag === 0) return { baseline, how };
  return { baseline: Math.min(baseline, persistence ?? baseline), how };
}

/** How far it has come. @param {State} state */
export function progressWords({ record }) {
  if (!record) return "";
  const { iteration, loss_per_timestep: loss } = record.meta;
  const { baseline, how } = reachedBy(record.meta);
  const without = baseline === null ? "" : `, ${how} ${formatNumber(baseline)}`;
  return `iteration ${formatCount(iteration)} · loss ${loss === null ? "not finite" : formatNumber(loss)}${without}`;
}

/** What is found, in words for somebody who sees the page for the first time. @param {State} state */
export function plainWords(state) {
  const said = describe(state);
  const { record, config } = state;
  if (!record || said.rule !== "learning" || config.task !== "echo") return said;
  const { loss_per_timestep: loss, needed_lag: lag } = record.meta;
  const { baseline, how } = reachedBy(record.meta);
  if (loss === null || baseline === null || !lag) return said;
  const finding = `The task is to repeat ${echoWords(lag)}: loss ${formatNumber(loss)}, ${how} ${formatNumber(baseline)}.`;
  return { rule: "first", finding, reason: "" };
}

/**
 * One iteration in slow motion: forward t = 1…T, the losses, backward t = T…1, the update, laid out in time; where the
 * sequence is read from its end, forward t = T…1 and backward t = 1…T. Pure.
 */
import { clamp } from "../../lib/scales.js";

/** @typedef {import("../../run/state.js").Reached["phase"]} PhaseName */
/** @typedef {{name: PhaseName, steps: number, ms: number, from: number}} Phase `ms` a step, `from` the phase's beginning */
/** @typedef {{T: number, reverse: boolean, phases: Phase[], updateAt: number, end: number}} Timeline */
/** @typedef {{phase: PhaseName, t: number, part: number}} Moment `part` of this step that has passed, 0 to 1 */

/** Milliseconds a step; a longer sequence than LONGEST takes no longer than that one. */
const STEP = { forward: 320, losses: 30, backward: 400, update: 900 };
const LONGEST = 40;
/** With reduced motion a phase is one step, and stands this long. */
const STANDS = 1600;

/** @param {number} T @param {boolean} whole whether each phase is one step @param {boolean} [reverse] whether the sequence is read from its end @returns {Timeline} */
export function timelineOf(T, whole, reverse = false) {
  const steps = whole ? 1 : T;
  const pace = Math.min(1, LONGEST / T);
  const lasts = (/** @type {number} */ ms) => (whole ? STANDS : ms * pace);
  let from = 0;
  /** @type {Phase[]} */
  const phases = [];
  const add = (/** @type {PhaseName} */ name, /** @type {number} */ count, /** @type {number} */ ms) => {
    phases.push({ name, steps: count, ms, from });
    from += count * ms;
  };
  add("forward", steps, lasts(STEP.forward));
  add("losses", steps, lasts(STEP.losses));
  add("backward", steps, lasts(STEP.backward));
  const updateAt = from;
  add("update", 1, whole ? STANDS : STEP.update);
  return { T, reverse, phases, updateAt, end: from };
}

/** What is shown at a time: the end of a step still belongs to it. @param {Timeline} timeline @param {number} ms @returns {Moment} */
export function momentAt({ T, reverse, phases, end }, ms) {
  const at = clamp(ms, 0, end);
  const phase = phases.findLast(({ from }) => at > from + 1e-9) ?? phases[0];
  const passed = (at - phase.from) / phase.ms;
  const step = clamp(Math.ceil(passed - 1e-9) - 1, 0, phase.steps - 1);
  const whole = phase.steps < T;
  const reached = whole ? T : step + 1;
  const t = runsLeft(phase.name, reverse) ? T + 1 - reached : reached;
  return { phase: phase.name, t, part: whole && phase.name !== "update" ? 1 : clamp(passed - step, 0, 1) };
}

/** Whether a phase goes through the timesteps from the last to the first. @param {PhaseName} phase @param {boolean} reverse */
export function runsLeft(phase, reverse) {
  if (phase === "forward") return reverse;
  return phase === "backward" && !reverse;
}

/**
 * The next or previous place to stop at: the end of a timestep on the way forward or back, of all losses, of the update.
 * @param {Timeline} timeline
 * @param {number} ms
 * @param {1 | -1} direction
 */
export function stopAfter({ phases, end }, ms, direction) {
  const stops = [0];
  for (const { name, from, steps, ms: each } of phases) {
    const first = name === "losses" ? steps : 1;
    for (let step = first; step <= steps; step++) stops.push(from + step * each);
  }
  if (direction > 0) return stops.find((stop) => stop > ms + 0.5) ?? end;
  return stops.findLast((stop) => stop < ms - 0.5) ?? 0;
}

/** Where a phase begins. @param {Timeline} timeline @param {PhaseName} name */
export function beginOf({ phases }, name) {
  return phases.find((phase) => phase.name === name)?.from ?? 0;
}

/** The share of a step between two of its moments, 0 before and 1 after. @param {number} part @param {number} from @param {number} to */
export function between(part, from, to) {
  return clamp((part - from) / (to - from), 0, 1);
}

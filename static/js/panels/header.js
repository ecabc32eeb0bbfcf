/** The header: transport, speed, readouts whose widths never change, and one quiet line when something is up. */

import { byId, setText } from "../lib/dom.js";
import { formatCount, formatNumber, formatPercent } from "../lib/format.js";
import { isPlaying } from "../run/state.js";
import { positionOf, valueAt } from "../kit/slider.js";

/** @typedef {import("../run/state.js").State} State */
/** @typedef {import("../wire/protocol.js").RecordMeta} RecordMeta */

/** @type {import("../kit/slider.js").Track} */
const SPEEDS = { from: 1, to: 1000, log: true };
const POSITIONS = 1000;

/** @type {Record<import("../wire/connection.js").Loss, string>} */
const LOSSES = { lost: "Connection lost", silent: "No answer for 3 s", never: "No connection yet" };
const NO_SOCKET =
  "This page loads, but no WebSocket opens: ask whoever runs your network to let WebSocket connections to this address through.";

/**
 * @typedef {object} Actions
 * @property {() => void} toggle
 * @property {() => void} step
 * @property {() => void} back
 * @property {() => void} reset
 * @property {() => void} undo
 * @property {() => void} retryNow
 * @property {() => void} nextExample
 * @property {() => void} toggleTheme
 * @property {(rate: number | null) => void} setRate
 * @property {(wanted: boolean) => void} slowMotion the far left of the speed
 */

/**
 * @param {import("../run/session.js").PageStore} store
 * @param {Actions} actions
 */
export function createHeader(store, actions) {
  const play = /** @type {HTMLButtonElement} */ (byId("play"));
  const step = /** @type {HTMLButtonElement} */ (byId("step"));
  const reset = /** @type {HTMLButtonElement} */ (byId("reset"));
  const nextExample = /** @type {HTMLButtonElement} */ (byId("next-example"));
  const speed = /** @type {HTMLInputElement} */ (byId("speed"));
  const undo = byId("undo");
  const theme = byId("theme");
  const line = byId("line");
  const lineAction = byId("line-action");

  play.addEventListener("click", actions.toggle);
  step.addEventListener("click", actions.step);
  byId("back").addEventListener("click", actions.back);
  reset.addEventListener("click", actions.reset);
  nextExample.addEventListener("click", actions.nextExample);
  undo.addEventListener("click", actions.undo);
  theme.addEventListener("click", actions.toggleTheme);
  lineAction.addEventListener("click", actions.retryNow);
  speed.addEventListener("input", () => {
    const slow = Number(speed.value) === 0;
    actions.slowMotion(slow);
    if (!slow) actions.setRate(rateAt(Number(speed.value) / POSITIONS));
  });

  /** @type {State | null} */
  let shown = null;
  let transport = "";
  /** @type {State | null} */
  let read = null;

  /** @param {State} state */
  function showTransport(state) {
    const lost = state.connection.status === "lost";
    const playing = state.slow ? state.slow.playing : isPlaying(state);
    const position = state.slow ? 0 : state.rate === null ? 1 : positionOf(SPEEDS, state.rate);
    const next = [lost, playing, position, state.dark, Boolean(state.notice?.undo)].join();
    if (next === transport) return;
    transport = next;
    play.dataset.playing = String(playing);
    play.setAttribute("aria-label", playing ? "Pause" : "Play");
    for (const button of [play, step, reset, nextExample]) button.disabled = lost;
    undo.hidden = !state.notice?.undo || lost;
    theme.setAttribute("aria-pressed", String(state.dark));
    speed.value = String(Math.round(position * POSITIONS));
    speed.style.setProperty("--fill", `${position * 100}%`);
    speed.setAttribute("aria-valuetext", state.slow ? "slow motion" : speedWords(state.rate));
  }

  return {
    /** @param {number} now @param {boolean} reads whether it is time for other numbers */
    draw(now, reads) {
      const state = store.get();
      const { connection, notice, config } = state;
      if (
        connection.status === "lost" ||
        shown?.connection !== connection ||
        shown.notice !== notice ||
        shown.config !== config
      ) {
        const { text, said, action } = lineOf(state, now);
        line.hidden = text === "";
        setText(byId("line-text"), text);
        setText(byId("line-said"), said);
        lineAction.hidden = !action;
      }
      if (shown !== state) showTransport(state);
      shown = state;
      if (!reads || read === state) return;
      read = state;
      showReadouts(state);
    },
  };
}

/**
 * What is said of a run that the page cannot draw as a whole yet.
 * @param {Record<string, any>} config
 */
export function partShown({ num_layers = 1, bidirectional = false, embedding_size = 0, train_h0 = false }) {
  const more = [
    ...(num_layers > 1 ? [`${num_layers} layers`] : []),
    ...(bidirectional ? ["both directions"] : []),
    ...(embedding_size > 0 ? ["an embedding"] : []),
    ...(train_h0 ? ["a learned initial state"] : []),
  ];
  if (more.length === 0) return "";
  const whole = [more.slice(0, -1).join(", "), more.at(-1)].filter(Boolean).join(" and ");
  return `This network has ${whole}. Losses and gradients are its own; the picture draws layer 1, forward, as if it were alone.`;
}

/** The last bit of the slider is: as fast as it goes. @param {number} position */
function rateAt(position) {
  return position > 0.99 ? null : valueAt(SPEEDS, position);
}

/** @param {number | null} rate */
function speedWords(rate) {
  return rate === null ? "as fast as it goes" : `${formatNumber(rate)} iterations per second`;
}

/** @param {State} state */
function showReadouts(state) {
  const meta = state.record?.meta;
  setText(byId("read-iteration"), formatCount(meta?.iteration ?? state.iteration));
  if (!meta) return;
  setText(byId("read-loss"), meta.loss_per_timestep === null ? "not finite" : formatNumber(meta.loss_per_timestep));
  setText(byId("label-loss"), `loss · baseline ${formatNumber(meta.baseline)}`);
  setText(byId("read-gradient"), gradientWords(meta));
  setText(byId("label-gradient"), wasClipped(meta) ? "gradient norm, clipped" : "gradient norm");
  const rate = state.lockstep ?? (state.phase === "running" ? meta.iterations_per_second : 0);
  setText(byId("read-rate"), formatNumber(rate ?? 0));
  const { value, label } = solvedWords(meta.accuracy, state.solvedAt);
  setText(byId("read-solved"), value);
  setText(byId("label-solved"), label);
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
function gradientWords(meta) {
  const { grad_norm, clip_scale } = meta;
  if (grad_norm === null) return "none";
  if (!wasClipped(meta)) return formatNumber(grad_norm);
  return `${formatNumber(grad_norm)} → ${formatNumber(grad_norm * Number(clip_scale))}`;
}

/**
 * What stands in the line, and what a screen reader says of it: the countdown is seen only, or it would be announced anew
 * every second.
 * @param {State} state @param {number} now @returns {{text: string, said: string, action: boolean}}
 */
export function lineOf({ connection, notice, iteration, config }, now) {
  if (connection.status === "lost") {
    const wait = Math.max(0, Math.ceil(((connection.retryAt ?? now) - now) / 1000));
    const why = connection.full ? "The server is full" : LOSSES[connection.why ?? "lost"];
    const words = (/** @type {string} */ when) =>
      connection.why === "never" && connection.attempt > 1
        ? `${NO_SOCKET} Now ${when}.`
        : `${why}, ${when}. Run kept in this tab, iteration ${iteration}.`;
    const when = wait === 0 ? "trying again" : `trying again in ${wait} s`;
    return { text: words(when), said: words("trying again"), action: wait > 0 };
  }
  const text = notice?.text ?? partShown(config ?? {});
  return { text, said: text, action: false };
}

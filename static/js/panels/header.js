/** The header: transport, speed, readouts whose widths never change, and one quiet line when something is up. */

import { PAUSE, PLAY } from "../words/header.js";
import { positionOf, valueAt } from "../kit/slider.js";
import { byId, setText } from "../lib/dom.js";
import { formatCount, formatNumber } from "../lib/format.js";
import { isPlaying } from "../run/state.js";
import {
  gradientWords,
  lineOf,
  lossLabel,
  lossWords,
  normLabel,
  SLOW_MOTION,
  solvedWords,
  speedWords,
} from "../words/header.js";

/** @typedef {import("../run/state.js").State} State */

/** @type {import("../kit/slider.js").Track} */
const SPEEDS = { from: 1, to: 1000, log: true };

const POSITIONS = 1000;

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
    play.setAttribute("aria-label", playing ? PAUSE : PLAY);
    for (const button of [play, step, reset, nextExample]) button.disabled = lost;
    undo.hidden = !state.notice?.undo || lost;
    theme.setAttribute("aria-pressed", String(state.dark));
    speed.value = String(Math.round(position * POSITIONS));
    speed.style.setProperty("--fill", `${position * 100}%`);
    speed.setAttribute("aria-valuetext", state.slow ? SLOW_MOTION : speedWords(state.rate));
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

/** The last bit of the slider is: as fast as possible. @param {number} position */
function rateAt(position) {
  return position > 0.99 ? null : valueAt(SPEEDS, position);
}

/** @param {State} state */
function showReadouts(state) {
  const meta = state.record?.meta;
  setText(byId("read-iteration"), formatCount(meta?.iteration ?? state.iteration));
  if (!meta) return;
  setText(byId("read-loss"), lossWords(meta));
  setText(byId("label-loss"), lossLabel(meta));
  setText(byId("read-gradient"), gradientWords(meta));
  setText(byId("label-gradient"), normLabel(meta));
  const rate = state.lockstep ?? (state.phase === "running" ? meta.iterations_per_second : 0);
  setText(byId("read-rate"), formatNumber(rate ?? 0));
  const { value, label } = solvedWords(meta.accuracy, state.solvedAt);
  setText(byId("read-solved"), value);
  setText(byId("label-solved"), label);
}

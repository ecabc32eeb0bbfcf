/** The row under slow motion's sentence: chips for the phases, a slider to scrub, a way out. */
import { element, setText } from "../../lib/dom.js";
import { runsLeft } from "./timeline.js";
import { positionWords } from "./slowmotion.js";
import * as say from "../../words/slowmotion.js";

/** @typedef {import("../../run/state.js").Reached["phase"]} PhaseName */

const PHASES = /** @type {const} */ (["forward", "losses", "backward", "update"]);
const POSITIONS = 1000;

/**
 * @param {{seekPhase: (phase: PhaseName) => void, seek: (ms: number) => void, leave: () => void}} actions
 */
export function createBar({ seekPhase, seek, leave }) {
  let updateAt = 1;
  const chips = PHASES.map((phase) => {
    const chip = element("button", { type: "button", class: "phase" });
    chip.addEventListener("click", () => seekPhase(phase));
    return chip;
  });
  const slider = element("input", {
    type: "range",
    class: "track",
    min: "0",
    max: String(POSITIONS),
    "aria-label": say.SCRUB,
  });
  slider.addEventListener("input", () => seek((Number(slider.value) / POSITIONS) * updateAt));
  const close = element("button", { type: "button", class: "text-button plain" }, say.LEAVE);
  close.addEventListener("click", leave);
  const node = element("div", { class: "slow-motion", role: "group", "aria-label": say.NAME }, ...chips, slider, close);

  return {
    node,
    /** @param {import("./slowmotion.js").Shown} shown */
    show(shown) {
      const { moment, timeline, ms } = shown;
      updateAt = timeline.updateAt;
      const current = PHASES.indexOf(moment.phase);
      for (const [i, phase] of PHASES.entries()) {
        const run = { T: timeline.T, left: runsLeft(phase, timeline.reverse) };
        setText(chips[i], say.chipWords(phase, i - current, moment.t, run));
        chips[i].dataset.reached = i < current ? "done" : i === current ? "now" : "later";
        if (i === current) chips[i].setAttribute("aria-current", "step");
        else chips[i].removeAttribute("aria-current");
      }
      const position = Math.min(1, ms / updateAt);
      if (document.activeElement !== slider || shown.playing) slider.value = String(Math.round(position * POSITIONS));
      slider.style.setProperty("--fill", `${position * 100}%`);
      slider.setAttribute("aria-valuetext", positionWords(shown));
    },
  };
}

/** What the keys of the whole page do. Pure but for what it is handed. */

import { length } from "../record/readings.js";
import { nextTrack } from "../stage/tracks.js";

/**
 * What of the page keys set off.
 * @typedef {object} Parts
 * @property {import("../stage/acts.js").Transport} transport
 * @property {() => void} reset
 * @property {() => void} fold
 * @property {() => void} slowMotion
 * @property {() => void} names
 * @property {() => void} lessons
 * @property {() => void} nextPage of a lesson
 * @property {() => void} previousPage
 * @property {() => void} ask
 * @property {() => void} help
 * @property {() => void} closeCheck
 * @property {() => void} endFirstView what it does not show opens with the whole instrument
 * @property {(changes: import("../wire/protocol.js").Config) => void} configure
 * @property {import("../lib/keyboard.js").Keys} lanes
 */

/** @param {import("../run/session.js").PageStore} store @param {Parts} parts @returns {import("../lib/keyboard.js").Keys} */
export function shortcutsOf(store, parts) {
  /** @param {number} steps */
  function movePin(steps) {
    const { pin, record } = store.get();
    if (!record) return;
    const T = length(record);
    const t = Math.min(T, Math.max(1, pin ? pin.t + steps : T));
    store.dispatch({ type: "pin", pin: pin?.unit === undefined ? { t } : { t, unit: pin.unit } });
  }

  /** @param {number} timesteps */
  function lengthen(timesteps) {
    const { config, wanted } = store.get();
    parts.configure({ sequence_length: Number(wanted.sequence_length ?? config.sequence_length) + timesteps });
  }

  function showNextTrack() {
    const { track, config } = store.get();
    store.dispatch({ type: "track", track: nextTrack(track, String(config.cell)) });
  }

  /** One thing after the other. */
  function closeOrUnpin() {
    if (store.get().panel !== "check") return store.dispatch({ type: "pin", pin: null });
    store.dispatch({ type: "panel", panel: null });
    parts.closeCheck();
  }

  const present = () => store.dispatch({ type: "present", presents: !store.get().presents });

  /** @param {() => void} act */
  const inWhole = (act) => () => {
    parts.endFirstView();
    act();
  };

  /** @param {import("../run/source.js").Ability} ability @param {() => void} act */
  const where = (ability, act) => () => {
    if (store.get().can[ability]) act();
  };

  return {
    " ": parts.transport.toggle,
    ArrowLeft: parts.transport.back,
    ArrowRight: parts.transport.next,
    r: parts.reset,
    f: inWhole(parts.fold),
    s: inWhole(parts.slowMotion),
    i: parts.names,
    l: where("replace", inWhole(parts.lessons)),
    PageDown: parts.nextPage,
    PageUp: parts.previousPage,
    ...parts.lanes,
    "+": () => lengthen(1),
    "=": () => lengthen(1),
    "-": () => lengthen(-1),
    ",": () => movePin(-1),
    ".": () => movePin(1),
    Escape: closeOrUnpin,
    p: inWhole(present),
    t: inWhole(showNextTrack),
    "/": where("replace", inWhole(parts.ask)),
    "?": parts.help,
  };
}

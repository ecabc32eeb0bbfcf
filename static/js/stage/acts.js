/** What the stage can do besides showing the open picture: loaded when it is first wanted. */

import { FOLD, UNFOLD } from "../words/stage.js";
import { byId, setText } from "../lib/dom.js";
import { SPACE_PLAYS } from "../lib/keyboard.js";
import { isPlaying } from "../run/state.js";
import { addStyle } from "../lib/styles.js";

/** @typedef {import("../run/state.js").Place} Place */
/** @typedef {{toggle: () => void, back: () => void, next: () => boolean}} Transport */
/** @typedef {ReturnType<typeof import("./slowmotion/slowmotion.js").createSlowMotion>} SlowMotion */

/**
 * @param {import("../run/session.js").PageStore} store
 * @param {ReturnType<typeof import("./view.js").createStage>} stage
 * @param {Transport} transport of the run
 * @param {() => boolean} isAlone whether the stage shows one network, not several lanes
 */
export function createActs(store, stage, transport, isAlone) {
  const foldButton = byId("fold");
  const slowButtons = [byId("slow-motion"), byId("slow-motion-item")];
  /** @type {import("./view.js").Act | null} */
  let fold = null;
  /** @type {SlowMotion | null} */
  let slow = null;
  let leave = () => {};

  /** @param {boolean} folded */
  async function showFold(folded) {
    setText(foldButton, folded ? UNFOLD : FOLD);
    foldButton.setAttribute("aria-pressed", String(folded));
    if (!folded) return;
    leave();
    const { createFold } = await import("./fold/fold.js");
    fold ??= createFold(store);
    stage.begin(fold);
  }

  async function startSlowMotion() {
    const [{ createSlowMotion }, { createBar }] = await Promise.all([
      import("./slowmotion/slowmotion.js"),
      import("./slowmotion/bar.js"),
      addStyle("slowmotion.css"),
    ]);
    if (slow || !isAlone() || !store.get().record) return;
    const { pin, folded } = store.get();
    const wasPlaying = isPlaying(store.get());
    if (wasPlaying) transport.toggle();
    if (folded) store.dispatch({ type: "fold", folded: false });
    const motion = createSlowMotion(store, { update: transport.next, changed: (shown) => bar.show(shown) });
    const unwatch = store.watch(isAlone, () => leave());
    leave = () => {
      unwatch();
      motion.end();
      slow = null;
      leave = () => {};
      bar.node.remove();
      store.dispatch({ type: "slow", slow: null });
      store.dispatch({ type: "narrate", narration: null });
      if (motion.movedPin(store.get().pin)) store.dispatch({ type: "pin", pin });
      stage.begin(motion.act); // draws once more, to say that it is over
      if (wasPlaying && !isPlaying(store.get())) transport.toggle();
    };
    const bar = createBar({
      seekPhase: (phase) => moved(() => motion.seekPhase(phase)),
      seek: (ms) => moved(() => motion.seek(ms)),
      leave: () => leave(),
    });
    byId("stage").append(bar.node);
    slow = motion;
    stage.begin(motion.act);
  }

  function toggleFold() {
    if (isAlone()) store.dispatch({ type: "fold", folded: !store.get().folded });
  }

  function toggleSlowMotion() {
    if (slow) leave();
    else if (isAlone()) void startSlowMotion();
  }

  foldButton.addEventListener("click", toggleFold);
  for (const button of slowButtons) button.addEventListener("click", toggleSlowMotion);
  store.watch(({ folded }) => folded, showFold);
  if (store.get().folded) void showFold(true);
  store.watch(
    ({ slow: reached }) => reached?.phase ?? "",
    (phase) => {
      if (phase === "") leave();
      document.body.dataset.slow = phase;
      for (const button of slowButtons) {
        button.setAttribute("aria-pressed", String(phase !== ""));
        button.toggleAttribute(SPACE_PLAYS, phase !== "");
      }
    },
  );
  store.watch(
    ({ divergence }) => divergence,
    (divergence) => {
      if (divergence) leave();
    },
  );

  return {
    toggleFold,
    toggleSlowMotion,
    /** @param {boolean} wanted */
    setSlowMotion(wanted) {
      if (wanted !== (slow !== null)) toggleSlowMotion();
    },
    /** Play, back and next of whatever is being shown. @type {Transport} */
    transport: {
      toggle: () => (slow ? moved(slow.toggle) : transport.toggle()),
      back: () => (slow ? moved(slow.back) : transport.back()),
      next() {
        if (!slow) return transport.next();
        moved(slow.next);
        return true;
      },
    },
  };

  /** @param {() => void} change */
  function moved(change) {
    change();
    stage.begin(/** @type {SlowMotion} */ (slow).act);
  }
}

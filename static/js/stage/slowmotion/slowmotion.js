/**
 * Slow motion: an act of the stage that goes through one iteration step by step, from the record alone, and ends it with
 * a real update. The run stands still meanwhile.
 */
import { xOf } from "../axis.js";
import { placeAt } from "../under.js";
import { actPainters } from "../../lib/canvas/painters.js";
import { drawMoment, drawUpdate } from "./draw.js";
import { makeLayers } from "./layers.js";
import { beginOf, momentAt, stopAfter, timelineOf } from "./timeline.js";
import { momentWords, whereWords } from "../../words/slowmotion.js";

/** @typedef {import("../view.js").Act} Act */
/** @typedef {import("../scene.js").Scene} Scene */
/** @typedef {import("../../run/state.js").Reached} Reached */
/** @typedef {import("./layers.js").Layers} Layers */

/**
 * What a row of buttons shows of it.
 * @typedef {{moment: import("./timeline.js").Moment, timeline: import("./timeline.js").Timeline, ms: number, playing: boolean}} Shown
 */

/** A frame that came late must not skip a timestep. */
const LONGEST_FRAME = 100;
const NOWHERE = /** @type {const} */ ({ row: null, t: null, unit: null, lane: 0 });

/**
 * @param {import("../../run/session.js").PageStore} store
 * @param {{update: () => boolean, changed: (shown: Shown) => void}} around `update` asks for the record after one update,
 *   and says whether there can be one: a recording ends
 */
export function createSlowMotion(store, { update, changed }) {
  let timeline = timelineOf(1, false);
  let ms = 0;
  /** Where the clock stops: here while it stands, endless while it plays. */
  let until = Number.POSITIVE_INFINITY;
  let last = Number.NaN;
  let over = false;
  /** @type {Layers | null} */
  let layers = null;
  /** @type {"none" | "asked" | "shown"} of the update at the end */
  let updated = /** @type {"none" | "asked" | "shown"} */ ("none");

  /** The pin that follows what happens; another one is the reader's and stays. @type {import("../../run/state.js").Place | null} */
  let ours = null;
  const playing = () => until === Number.POSITIVE_INFINITY;

  /** @param {import("../view.js").Frame} frame */
  function prepare({ scene, base, bitmaps, ratio, state }) {
    const { T, reverse } = scene.layout;
    const isOther = timeline.T !== T || timeline.reverse !== reverse;
    if (isOther || timeline.phases[0].steps !== (state.reducedMotion ? 1 : T)) {
      timeline = timelineOf(T, state.reducedMotion, reverse);
      ms = 0;
    }
    if (layers && layers.scene === scene) return;
    const next = layers !== null && scene.picture !== layers.scene.picture;
    if (updated === "asked" && next && scene.layout.T === layers?.scene.layout.T) updated = "shown";
    if (updated !== "shown") layers = makeLayers(scene, base(), bitmaps, ratio);
  }

  /** @param {number} now */
  function advance(now) {
    const passed = Number.isNaN(last) ? 0 : Math.min(LONGEST_FRAME, Math.max(0, now - last));
    last = ms < until ? now : Number.NaN;
    const { updateAt, end } = timeline;
    const limit = updated === "shown" ? end : updateAt;
    ms = Math.min(ms + passed, until, Math.max(limit, Math.min(ms, end)));
    if (ms >= updateAt && until > updateAt && updated === "none") askForUpdate();
  }

  function askForUpdate() {
    const { connection } = store.get();
    if (connection.status !== "open" || !update()) {
      until = ms;
      return;
    }
    updated = "asked";
  }

  /** The new network is the one to go through next. */
  function begin() {
    updated = "none";
    layers = null;
    if (!playing()) until = 0;
    ms = 0;
  }

  /** @param {Scene} scene */
  function report(scene) {
    const moment = momentAt(timeline, ms);
    const { slow, pin, record } = store.get();
    if (slow?.phase !== moment.phase || slow.t !== moment.t || slow.playing !== playing()) {
      store.dispatch({ type: "slow", slow: { phase: moment.phase, t: moment.t, playing: playing() } });
      if (moment.phase !== "update" && (pin === null || pin === ours)) {
        ours = { ...pin, t: moment.t };
        store.dispatch({ type: "pin", pin: ours });
        ours = store.get().pin;
      }
    }
    const meta = updated === "shown" && record ? record.meta : null;
    const picture = layers?.scene.picture ?? scene.picture;
    if (!picture) return;
    const narration = momentWords(moment, picture, meta);
    if (narration.finding !== store.get().narration?.finding) store.dispatch({ type: "narrate", narration });
    changed({ moment, timeline, ms, playing: playing() });
  }

  /** How this moment is painted, now or later. @param {Layers} of @param {import("../view.js").Frame} frame @returns {(ctx: CanvasRenderingContext2D) => void} */
  function painting(of, { scene, bitmaps, state }) {
    if (updated === "shown") {
      const part = state.reducedMotion ? 1 : momentAt(timeline, ms).part;
      return (ctx) => drawUpdate(ctx, of, scene, part, bitmaps);
    }
    const moment = momentAt(timeline, Math.min(ms, timeline.updateAt));
    return (ctx) => drawMoment(ctx, of, moment);
  }

  /** @type {Act} */
  const act = {
    draw(ctx, frame) {
      if (over || !frame.scene.picture || frame.state.divergence) {
        actPainters.delete(ctx.canvas);
        return "over";
      }
      prepare(frame);
      if (!layers) return "moving";
      advance(frame.now);
      if (updated === "shown" && ms >= timeline.end) {
        begin();
        prepare(frame);
      }
      report(frame.scene);
      const paint = painting(layers, frame);
      paint(ctx);
      actPainters.set(ctx.canvas, paint);
      return ms < until ? "moving" : "still";
    },
    placeAt(x, y) {
      if (!layers) return null;
      const place = placeAt(layers.scene.layout, x, y);
      return isReached(place, momentAt(timeline, ms), timeline.reverse) ? place : NOWHERE;
    },
    xOf: (place) => (layers && place.t !== null ? xOf(layers.scene.layout, place.t) : null),
    lines: () => null,
  };

  return {
    act,
    toggle() {
      until = playing() ? ms : Number.POSITIVE_INFINITY;
      last = Number.NaN;
    },
    /** One timestep further, or all losses, or the update; what is still on its way there is there at once. */
    next() {
      if (updated === "asked") return;
      if (!playing() && ms < until) ms = updated === "shown" ? until : Math.min(until, timeline.updateAt);
      until = stopAfter(timeline, ms, 1);
      last = Number.NaN;
      if (store.get().reducedMotion && until <= timeline.updateAt) ms = until;
    },
    back() {
      if (updated === "asked") return;
      if (updated === "shown") begin();
      until = stopAfter(timeline, ms, -1);
      ms = until;
    },
    /** @param {number} to ms, at most where the update begins */
    seek(to) {
      if (updated !== "none") return;
      ms = Math.min(Math.max(to, 0), timeline.updateAt);
      if (!playing()) until = ms;
    },
    /** @param {Reached["phase"]} phase */
    seekPhase(phase) {
      this.seek(beginOf(timeline, phase));
    },
    end() {
      over = true;
    },
    /** Whether this pin follows what happens, and is not one that the reader has set. @param {import("../../run/state.js").Place | null} pin */
    movedPin: (pin) => pin === ours,
  };
}

/**
 * Whether what lies there is known at this moment.
 * @param {import("../under.js").Place} place
 * @param {import("./timeline.js").Moment} moment
 * @param {boolean} [reverse] whether the sequence is read from its end
 */
export function isReached({ row, t }, { phase, t: at }, reverse = false) {
  if (t === null) return row === "weights" || row === "ruler";
  if (phase === "update" || row === "input" || row === "labels") return true;
  if (row === "output" || row === "units") return phase !== "forward" || (reverse ? t >= at : t <= at);
  if (row === "loss") return phase === "backward" || (phase === "losses" && t <= at);
  return phase === "backward" && (reverse ? t <= at : t >= at);
}

/** For the slider's words. @param {Shown} shown */
export function positionWords({ moment }) {
  return whereWords(moment);
}

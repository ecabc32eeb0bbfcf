/**
 * What the pointer does on the stage: it hovers, pins, opens a group of packed columns as a lens, chooses ruler and track.
 * It means the place where things stand when they have come to rest, even while columns still slide there.
 */
import { nameIn } from "../record/chosen.js";
import { furtherUp } from "./bands/order.js";
import { groupOf } from "./axis.js";
import { placeAt } from "./under.js";
import { nextTrack } from "./tracks.js";
import { carriedAt, sourceAt } from "./river/sources.js";
import { nearerRuler } from "./river/ruler.js";

/** @typedef {import("../run/state.js").State} State */
/** @typedef {import("./layout.js").Layout} Layout */
/** @typedef {import("./under.js").Place} Place */
/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {{x: number, y: number, place: Place, source: number}} Pointer source: the loss whose part of the river it is on, 0 for none */

/** A group opens when the pointer rests on it, not when it passes by. */
const LENS_AFTER_MS = 250;

/** @typedef {import("./view.js").Look & {dragged: () => boolean}} Look `dragged`: the last press was a drag and therefore no click */

/** @param {HTMLCanvasElement} canvas @param {import("./view.js").Store} store @param {Look} look */
export function listenToPointer(canvas, store, look) {
  /** @type {Pointer | null} */
  let pointer = null;
  /** @type {Layout | null} */
  let pointedAt = null;
  /** @type {{first: number, last: number} | null} */
  let lens = null;
  let lensTimer = 0;

  /** @param {number} x @param {number} y @returns {Pointer | null} */
  function locate(x, y) {
    const scene = look.scene();
    const layout = look.settled();
    if (!scene || !layout) return null;
    const act = look.act();
    const place = act?.placeAt(x, y) ?? placeAt(layout, x, y);
    if (act || place.row !== "lane" || place.t === null || !scene.picture || place.lane !== 0) {
      return { x, y, place, source: 0 };
    }
    const [ribbon, { T }] = [scene.ribbons[0], scene.picture];
    const at = { x, left: layout.left };
    const source = sourceAt(ribbon, T, place.t, layout.lanes[0].mid - y, at) ?? 0;
    return { x, y, place: { ...place, carriedTo: carriedAt(ribbon, T, x) }, source };
  }

  /** The pointer stands here. @param {number} x @param {number} y */
  function point(x, y) {
    pointer = locate(x, y);
    pointedAt = look.settled();
    const unit = pointer?.place.unit ?? null;
    const t = pointer?.place.t ?? pointer?.place.use ?? null;
    const source = pointer && pointer.source > 0 ? { source: pointer.source } : {};
    const hover = t === null ? null : { t, ...(unit === null ? {} : { unit }), ...source };
    store.dispatch({ type: "hover", hover });
  }

  /** @param {MouseEvent} event */
  function offsetOf(event) {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  canvas.addEventListener("pointermove", (event) => {
    const { x, y } = offsetOf(event);
    point(x, y);
    if (look.act() && event.buttons > 0 && pointer?.place.row === "track") pin(pointer.place);
    canvas.style.cursor = pointer && isClickable(pointer) ? "pointer" : "default";
    restOn(pointer?.place.t ?? null);
    look.changed();
  });

  canvas.addEventListener("pointerleave", () => {
    pointer = null;
    restOn(null);
    openLens(null);
    store.dispatch({ type: "hover", hover: null });
  });

  canvas.addEventListener("keydown", (event) => {
    const t = store.get().pin?.t ?? store.get().hover?.t;
    const up = { ArrowUp: 1, ArrowDown: -1 }[event.key] ?? 0;
    const place = look.scene()?.picture?.place;
    if (up !== 0 && place && place.layers * place.directions > 1 && !event.shiftKey && !look.act()) {
      event.preventDefault();
      store.dispatch({ type: "layer", ...furtherUp(place, up) });
    } else if (event.key === "Enter" && t !== undefined) openLens(lens && t >= lens.first && t <= lens.last ? null : t);
    else if (event.key === "Escape") openLens(null);
  });

  canvas.addEventListener("click", (event) => {
    const { x, y } = offsetOf(event);
    const found = locate(x, y);
    if (!found || look.dragged()) return;
    const { place } = found;
    const state = store.get();
    if (place.row === "band") {
      const { layer, direction } = /** @type {Layout} */ (look.settled()).bands[place.lane].choice;
      store.dispatch({ type: "layer", layer, direction });
    } else if (place.row === "ruler") {
      store.dispatch({ type: "ruler", ruler: nextRuler(state, look.scene()?.picture ?? null) });
    } else if (place.row === "weights") {
      pinMatrix(place.matrix ?? "W_hh");
    } else if (place.row === "weir") {
      store.dispatch({ type: "pin", pin: null });
    } else if (isTrackName(found)) {
      store.dispatch({ type: "track", track: nextTrack(state.track, String(state.config.cell)) });
    } else if (place.t !== null) {
      const { unit, source, k } = state.pin ?? {};
      const same = state.pin?.t === place.t && k === undefined && (place.unit === null || unit === place.unit);
      const pinned = same && source === lossOf(place);
      if (pinned && !store.get().folded) store.dispatch({ type: "pin", pin: null });
      else pin(place);
    }
  });

  /** The pointer rests on a timestep: its group opens after a while, at once when another one is open already. */
  function restOn(/** @type {number | null} */ t) {
    window.clearTimeout(lensTimer);
    const layout = look.settled();
    if (look.act() || t === null || !layout?.packed || layout.zoom) return;
    if (lens && t >= lens.first && t <= lens.last) return;
    lensTimer = window.setTimeout(() => openLens(t), lens ? 0 : LENS_AFTER_MS);
  }

  function openLens(/** @type {number | null} */ t) {
    const layout = look.settled();
    lens = t === null || !layout?.packed || layout.zoom ? null : groupOf(layout, t);
    look.changed();
  }

  function pin(/** @type {Place} */ place) {
    const unit = place.unit ?? store.get().pin?.unit;
    const source = lossOf(place);
    if (place.t === null) return;
    const which = source === undefined ? {} : { source };
    store.dispatch({ type: "pin", pin: { t: place.t, ...(unit === undefined ? {} : { unit }), ...which } });
  }

  /** The weight of the largest size stands for its matrix, until another is chosen. @param {import("./under.js").Matrix} matrix */
  function pinMatrix(matrix) {
    const state = store.get();
    const base = matrix === "W_hh" ? (look.scene()?.picture?.recurrent ?? matrix) : matrix;
    const tensor = state.record ? nameIn(base, state.record) : base;
    if (state.weight?.tensor === tensor) return store.dispatch({ type: "pin", pin: null });
    const index = largestEntry(state.record?.tensors[tensor] ?? null);
    if (index) store.dispatch({ type: "weight", weight: { tensor, index }, takesRail: areUsesKnown(state) });
  }

  function isTrackName(/** @type {Pointer} */ { x, y, place }) {
    const layout = look.settled();
    if (!layout || look.act() || place.t !== null) return false;
    const { track, left } = layout;
    return x < left && y >= track.top && y <= track.bottom;
  }

  function isClickable(/** @type {Pointer} */ found) {
    const { row, t } = found.place;
    return t !== null || row === "ruler" || row === "band" || row === "weights" || isTrackName(found);
  }

  return {
    pointer: () => pointer,
    /** The group that stands open among packed columns. @param {number} T @param {boolean} fits whether there may be one */
    lens(T, fits) {
      if (lens && (!fits || lens.last > T)) lens = null;
      return lens;
    },
    /** The columns stand elsewhere now: another thing may lie under the pointer. */
    follow() {
      if (pointer && pointedAt !== look.settled()) point(pointer.x, pointer.y);
    },
  };
}

/** A nearer ruler if one would do, else the next one outwards, else the nearest again. */
function nextRuler(
  /** @type {State} */ { ruler },
  /** @type {import("../record/picture.js").Picture | null} */ picture,
) {
  const order = /** @type {import("../run/state.js").Ruler[]} */ (["near", "far", "abyss"]);
  const nearer = picture ? nearerRuler(picture.lanes, ruler) : null;
  return nearer ?? order[(order.indexOf(ruler) + 1) % order.length];
}

/** One layer in one direction, of a run that can be asked for more: only there the uses of a matrix are told apart. @param {State} state */
function areUsesKnown({ config, can }) {
  return can.configure && Number(config.num_layers ?? 1) === 1 && !config.bidirectional;
}

/** Where the entry of the largest size stands. @param {import("../wire/protocol.js").Tensor | null} tensor */
function largestEntry(tensor) {
  if (!tensor) return null;
  const { data, shape } = tensor;
  let at = 0;
  for (let i = 1; i < data.length; i++) if (Math.abs(data[i]) > Math.abs(data[at])) at = i;
  return shape.length === 1 ? [at] : [Math.floor(at / shape[1]), at % shape[1]];
}

/** A loss is chosen by its disc; everything else in its column is the timestep. */
function lossOf(/** @type {Place} */ { row, t }) {
  return row === "loss" && t !== null ? t : undefined;
}

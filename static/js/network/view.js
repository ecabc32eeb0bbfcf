/**
 * The stage: owns the canvas, its pixel ratio, the pointer and what is kept between frames. Draws at most once a frame,
 * and nothing that has not changed: labels, the record and the marks that follow the pointer are three layers.
 */
import { painters } from "../painters.js";
import { clamp } from "../scales.js";
import { createBitmaps } from "./bitmap.js";
import { drawChrome, drawMarks, drawRecord } from "./draw.js";
import { drawReadout } from "./draw_readout.js";
import { nextTrack } from "./draw_track.js";
import { listenToGestures } from "./gestures.js";
import { groupOf, pitchOf, placeAt, xOf } from "./layout.js";
import { createSlidingAxis, createSlidingColumns } from "./motion.js";
import { normCurves, normExtent } from "./norms.js";
import { readPicture } from "./picture.js";
import { readoutLines } from "./readout.js";
import { nearerRuler, sourceAt } from "./river.js";
import { buildScene, highlighted } from "./scene.js";
import { createContraction } from "./spectral.js";
import { containing } from "./zoom.js";
import { pageUnit } from "./unit.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../state.js").Action} Action */
/** @typedef {import("../store.js").Store<State, Action>} Store */
/** @typedef {import("./picture.js").Picture} Picture */
/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("./layout.js").Place} Place */

/**
 * What an act is handed to draw one frame.
 * @typedef {object} Frame
 * @property {Scene} scene
 * @property {State} state
 * @property {number} now
 * @property {number} ratio device pixels a px
 * @property {import("./bitmap.js").Bitmaps} bitmaps
 * @property {number} drift px the chevrons have moved
 * @property {() => HTMLCanvasElement} base the open picture of this scene
 */

/**
 * Another way to show the same scene for a while, such as the fold. It takes the whole canvas until it is over.
 * @typedef {object} Act
 * @property {(ctx: CanvasRenderingContext2D, frame: Frame) => "moving" | "still" | "over"} draw "moving" wants the next frame
 * @property {(x: number, y: number) => Place | null} placeAt
 * @property {(place: Place) => number | null} xOf where a read-out about this place points to
 * @property {(place: Place) => string[] | null} lines null where the usual read-out does
 */

/** A group opens when the pointer rests on it, not when it passes by. */
const LENS_AFTER_MS = 250;
const DRIFT_PX_PER_S = 12;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Store} store
 * @returns {{draw: (now: number) => void, resize: () => void, layout: () => import("./layout.js").Layout | null,
 *   begin: (act: Act) => void}}
 */
export function createStage(canvas, store) {
  const ctx = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
  const bitmaps = createBitmaps();
  const chrome = createLayer();
  const base = createLayer();
  const axis = createSlidingAxis();
  const columns = createSlidingColumns();
  const contraction = createContraction();
  const size = { width: 0, height: 0, U: 1, ratio: 1 };

  /** @type {Picture | null} */
  let picture = null;
  /** @type {Scene | null} */
  let scene = null;
  /** @type {{x: number, y: number, place: Place, source: number} | null} */
  let pointer = null;
  /** @type {unknown[]} */
  let readFrom = [];
  /** @type {Float64Array | null} */
  let shownEdges = null;
  /** @type {Float64Array | null} */
  let pointedEdges = null;
  /** @type {unknown[]} */
  let chromeSignature = [];
  /** @type {unknown[]} */
  let shownSignature = [];
  /** @type {unknown[]} */
  let marksSignature = [];
  /** @type {{first: number, last: number} | null} */
  let lens = null;
  let lensTimer = 0;
  let extent = { low: 0, high: 0 };
  let drift = 0;
  let lastFrame = 0;
  let frameAsked = false;
  let baseIsOld = true;
  /** @type {Act | null} */
  let act = null;
  let actMoves = false;

  function resize() {
    size.ratio = window.devicePixelRatio || 1;
    size.width = canvas.clientWidth;
    size.height = canvas.clientHeight;
    size.U = pageUnit();
    for (const of of [canvas, chrome.canvas, base.canvas]) {
      of.width = Math.max(1, Math.round(size.width * size.ratio));
      of.height = Math.max(1, Math.round(size.height * size.ratio));
    }
    chromeSignature = [];
    shownSignature = [];
  }

  /** Draws what changed since the last frame. */
  function draw(/** @type {number} */ now) {
    if (canvas.clientWidth !== size.width || canvas.clientHeight !== size.height) resize();
    if (window.devicePixelRatio !== size.ratio) resize();
    if (size.width === 0 || size.height === 0) return;
    const state = store.get();
    readRecord(state);
    const baseChanged = updateScene(state, now);
    advanceDrift(state, now);
    if (!scene) return;
    if (baseChanged) {
      baseIsOld = true;
      if (pointer && pointedEdges !== shownEdges) point(pointer.x, pointer.y);
    }
    const marks = [state.hover, state.pin, state.folded, drift, pointer];
    if (!baseChanged && !actMoves && same(marks, marksSignature)) return;
    marksSignature = marks;
    if (act) drawAct(act, scene, state, now);
    if (!act) drawFrame(scene, state);
    if (actMoves || columns.moving(now) || axis.moving(now)) askFrame();
  }

  /** @param {Act} playing @param {Scene} current @param {State} state @param {number} now */
  function drawAct(playing, current, state, now) {
    ctx.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
    ctx.imageSmoothingEnabled = false;
    const frame = { scene: current, state, now, ratio: size.ratio, bitmaps, drift, base: () => freshBase(current) };
    const stage = playing.draw(ctx, frame);
    actMoves = stage === "moving";
    if (stage === "over") act = null;
    else drawPointed(current);
  }

  /** The open picture, drawn again only if it is looked at. */
  function freshBase(/** @type {Scene} */ current) {
    if (baseIsOld) drawBase(current);
    baseIsOld = false;
    return base.canvas;
  }

  /** For what moves without a change of the state: the pointer within a column, sliding columns and axes. */
  function askFrame() {
    if (frameAsked) return;
    frameAsked = true;
    requestAnimationFrame((now) => {
      frameAsked = false;
      draw(now);
    });
  }

  function readRecord(/** @type {State} */ state) {
    const from = [state.record, state.config, state.task];
    if (same(from, readFrom)) return;
    readFrom = from;
    const T = state.record?.tensors.loss_t.shape[0];
    picture = state.record && T ? readPicture(state.record, state.config, state.task) : null;
    if (picture) extent = normExtent(normCurves(picture, null, null));
  }

  /** Rebuilds the scene if anything it stands on has changed; says whether it has. */
  function updateScene(/** @type {State} */ state, /** @type {number} */ now) {
    const factor = picture ? contraction(picture, gammaOf(state)) : null;
    const moves = !state.reducedMotion;
    const domain = axis.at(extent, now, moves);
    const T = picture?.T ?? 0;
    if (lens && (!scene?.layout.packed || state.zoom || lens.last > T)) lens = null;
    const shape = { lens, zoom: state.zoom };
    const edges = columns.at(T || Number(state.config.sequence_length ?? 24), size, shape, now, moves);
    const signature = [
      picture,
      state.config,
      state.dark,
      state.ghost,
      state.ruler,
      state.track,
      highlighted(state, picture),
      edges,
      domain[0],
      domain[1],
      factor,
    ];
    if (scene && same(signature, shownSignature)) return false;
    shownSignature = signature;
    shownEdges = edges;
    scene = buildScene(picture, state, { ...size, edges }, domain, factor);
    return true;
  }

  function advanceDrift(/** @type {State} */ state, /** @type {number} */ now) {
    const running = state.phase === "running" && state.connection.status === "open" && !state.reducedMotion;
    if (running) drift += clamp(now - lastFrame, 0, 100) * 0.001 * DRIFT_PX_PER_S * size.U;
    lastFrame = now;
  }

  function drawBase(/** @type {Scene} */ current) {
    const { layout, palette, domain, ruler, track } = current;
    const signature = [
      shownEdges,
      layout.H,
      layout.lanes.length,
      layout.input.rows,
      palette.name,
      ...domain,
      ruler,
      track,
    ];
    if (!same(signature, chromeSignature)) {
      chromeSignature = signature;
      chrome.ctx.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
      drawChrome(chrome.ctx, current);
    }
    base.ctx.setTransform(1, 0, 0, 1, 0, 0);
    base.ctx.drawImage(chrome.canvas, 0, 0);
    base.ctx.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
    base.ctx.imageSmoothingEnabled = false;
    drawRecord(base.ctx, current, bitmaps, size.ratio);
  }

  function drawFrame(/** @type {Scene} */ current, /** @type {State} */ state) {
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.drawImage(freshBase(current), 0, 0);
    ctx.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
    const T = current.layout.T;
    const inside = (/** @type {State["hover"]} */ place) => (place && place.t >= 1 && place.t <= T ? place : null);
    const weights = pointer?.place.row === "weights";
    drawMarks(ctx, current, { hover: inside(state.hover), pin: inside(state.pin), drift, weights });
    drawPointed(current);
  }

  /** The read-out of what is under the pointer, beside its column. */
  function drawPointed(/** @type {Scene} */ current) {
    if (!pointer) return;
    const { place, source } = pointer;
    const column = act ? act.xOf(place) : place.t === null ? null : xOf(current.layout, place.t);
    const halfColumn = act || place.t === null ? 0 : pitchOf(current.layout, place.t) / 2;
    const aside = Math.max(halfColumn, act && place.row === "units" ? 40 * size.U : 6 * size.U) + 8 * size.U;
    const lines = act?.lines(place) ?? readoutLines(current, place, source);
    drawReadout(ctx, { ...size, palette: current.palette }, lines, { x: column ?? pointer.x, y: pointer.y, aside });
  }

  painters.set(canvas, (target, ratio) => {
    if (!scene || act) return target.drawImage(canvas, 0, 0, size.width, size.height);
    drawChrome(target, scene);
    target.imageSmoothingEnabled = false;
    drawRecord(target, scene, bitmaps, ratio);
    drawMarks(target, scene, { hover: null, pin: store.get().pin, drift, weights: false });
  });

  /** @param {number} x @param {number} y */
  function locate(x, y) {
    if (!scene) return null;
    const place = act?.placeAt(x, y) ?? placeAt(scene.layout, x, y);
    let source = 0;
    if (!act && place.row === "lane" && place.t !== null && picture && place.lane === 0) {
      source = sourceAt(scene.ribbons[0], picture.T, place.t, scene.layout.lanes[0].mid - y) ?? 0;
    }
    return { x, y, place, source };
  }

  /**
   * The pointer stands here, because it moved or because the columns moved under it.
   * @param {number} x
   * @param {number} y
   */
  function point(x, y) {
    pointer = locate(x, y);
    pointedEdges = shownEdges;
    const { t, unit } = pointer?.place ?? { t: null, unit: null };
    const source = pointer && pointer.source > 0 ? { source: pointer.source } : {};
    const hover = t === null ? null : { t, ...(unit === null ? {} : { unit }), ...source };
    store.dispatch({ type: "hover", hover });
  }

  /** @param {MouseEvent} event */
  function offsetOf(event) {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  const gestures = listenToGestures(canvas, {
    axis: () => (scene?.picture && !(act && store.get().folded) ? scene.layout : null),
    zoom: () => store.get().zoom,
    pinned: () => store.get().pin?.t ?? null,
    show: (zoom) => store.dispatch({ type: "zoom", zoom }),
  });
  store.watch(
    ({ pin: pinned }) => pinned?.t ?? 0,
    (t) => {
      const { zoom } = store.get();
      const next = t > 0 && scene ? containing(zoom, scene.layout.T, t) : zoom;
      if (next !== zoom) store.dispatch({ type: "zoom", zoom: next });
    },
  );

  canvas.addEventListener("pointermove", (event) => {
    const { x, y } = offsetOf(event);
    point(x, y);
    if (act && event.buttons > 0 && pointer?.place.row === "track") pin(pointer.place);
    canvas.style.cursor = pointer && isClickable(pointer.place) ? "pointer" : "default";
    restOn(pointer?.place.t ?? null);
    askFrame();
  });

  canvas.addEventListener("pointerleave", () => {
    pointer = null;
    restOn(null);
    openLens(null);
    askFrame();
    store.dispatch({ type: "hover", hover: null });
  });

  /** The pointer rests on a timestep: its group opens after a while, at once when another one is open already. */
  function restOn(/** @type {number | null} */ t) {
    window.clearTimeout(lensTimer);
    if (act || t === null || !scene?.layout.packed || scene.layout.zoom || (lens && t >= lens.first && t <= lens.last))
      return;
    lensTimer = window.setTimeout(() => openLens(t), lens ? 0 : LENS_AFTER_MS);
  }

  function openLens(/** @type {number | null} */ t) {
    lens = t === null || !scene?.layout.packed || scene.layout.zoom ? null : groupOf(scene.layout, t);
    askFrame();
  }

  canvas.addEventListener("keydown", (event) => {
    const t = store.get().pin?.t ?? store.get().hover?.t;
    if (event.key === "Enter" && t !== undefined) openLens(lens && t >= lens.first && t <= lens.last ? null : t);
    else if (event.key === "Escape") openLens(null);
  });

  canvas.addEventListener("click", (event) => {
    const { x, y } = offsetOf(event);
    const found = locate(x, y);
    if (!found || gestures.dragged()) return;
    const { place } = found;
    const state = store.get();
    if (place.row === "ruler") store.dispatch({ type: "ruler", ruler: nextRuler(state, picture) });
    else if (isTrackName(place, found)) {
      store.dispatch({ type: "track", track: nextTrack(state.track, String(state.config.cell)) });
    } else if (place.t !== null) {
      const { unit, source, k } = state.pin ?? {};
      const same = state.pin?.t === place.t && k === undefined && (place.unit === null || unit === place.unit);
      const pinned = same && source === lossOf(place);
      if (pinned && !act) store.dispatch({ type: "pin", pin: null });
      else pin(place);
    }
  });

  function pin(/** @type {Place} */ place) {
    const unit = place.unit ?? store.get().pin?.unit;
    const source = lossOf(place);
    if (place.t === null) return;
    const which = source === undefined ? {} : { source };
    store.dispatch({ type: "pin", pin: { t: place.t, ...(unit === undefined ? {} : { unit }), ...which } });
  }

  function isTrackName(/** @type {Place} */ place, /** @type {{x: number, y: number}} */ { x, y }) {
    if (!scene || act || place.t !== null) return false;
    const { track, left } = scene.layout;
    return x < left && y >= track.top && y <= track.bottom;
  }

  function isClickable(/** @type {Place} */ place) {
    return place.t !== null || place.row === "ruler" || (pointer !== null && isTrackName(place, pointer));
  }

  return {
    draw,
    resize,
    /** Where the parts of the open picture stand. */
    layout: () => scene?.layout ?? null,
    /** @param {Act} next takes the canvas until it says that it is over */
    begin(next) {
      act = next;
      actMoves = true;
      askFrame();
    },
  };
}

/** A nearer ruler if one would do, else the next one outwards, else the nearest again. */
function nextRuler(/** @type {State} */ { ruler }, /** @type {Picture | null} */ picture) {
  const order = /** @type {const} */ (["near", "far", "abyss"]);
  const nearer = picture ? nearerRuler(picture.lanes, ruler) : null;
  return nearer ?? order[(order.indexOf(ruler) + 1) % order.length];
}

/** A loss is chosen by its disc; everything else in its column is the timestep. */
function lossOf(/** @type {Place} */ { row, t }) {
  return row === "loss" && t !== null ? t : undefined;
}

function createLayer() {
  const canvas = document.createElement("canvas");
  return { canvas, ctx: /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false })) };
}

function same(/** @type {unknown[]} */ a, /** @type {unknown[]} */ b) {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}

/** sup |φ'| of the chosen activation, as the server publishes it. */
function gammaOf(/** @type {State} */ { schema, config }) {
  const gamma = schema?.activations?.[String(config.activation)]?.gamma;
  return typeof gamma === "number" ? gamma : null;
}

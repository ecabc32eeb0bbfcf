/**
 * The stage: keeps the scene and draws it, at most once a frame and nothing that has not changed: labels, the record,
 * drifting chevrons and what follows the pointer lie on sheets of their own.
 */
import { painters } from "../lib/canvas/painters.js";
import { clamp } from "../lib/scales.js";
import { createChangeDetector } from "../lib/changed.js";
import { createBitmaps } from "../lib/canvas/bitmap.js";
import {
  clipToAxis,
  drawChrome,
  drawFlowing,
  drawMarks,
  drawReached,
  drawRecord,
  drawStanding,
  flowingStrip,
  reachedStrip,
} from "./paint/stage.js";
import { legendKey } from "./paint/norm_chart.js";
import { weightNamesKey } from "./paint/weights.js";
import { CHEVRON, drawChevrons } from "./river/chevrons.js";
import { NARROWEST } from "./layout.js";
import { MATRICES } from "./matrices.js";
import { createSlidingAxis, createSlidingColumns } from "./motion.js";
import { normCurves, normExtent } from "../record/norms.js";
import { baseOf, placeKey } from "../record/chosen.js";
import { readPicture } from "../record/picture.js";
import { slopeOf } from "../record/slope.js";
import { buildScene, highlighted, layoutOf } from "./scene.js";
import { devicePixels } from "../lib/canvas/resolution.js";
import { createSheets } from "../lib/canvas/sheets.js";
import { createContraction } from "../record/spectrum.js";
import { pageUnit } from "./unit.js";

/** @typedef {import("../run/state.js").State} State */
/** @typedef {import("../run/state.js").Action} Action */
/** @typedef {import("../lib/store.js").Store<State, Action>} Store */
/** @typedef {import("../record/picture.js").Picture} Picture */
/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("./layout.js").Layout} Layout */
/** @typedef {import("./under.js").Place} Place */

/**
 * What an act is handed to draw one frame.
 * @typedef {object} Frame
 * @property {Scene} scene
 * @property {State} state
 * @property {number} now
 * @property {number} ratio device pixels a px
 * @property {import("../lib/canvas/bitmap.js").Bitmaps} bitmaps
 * @property {number} drift px the chevrons have moved
 * @property {() => HTMLCanvasElement} base the open picture of this scene
 */

/**
 * Another way to show the same scene for a while, such as the fold. It takes the whole stage until it is over.
 * @typedef {object} Act
 * @property {(ctx: CanvasRenderingContext2D, frame: Frame) => "moving" | "still" | "over"} draw "moving" wants the next frame
 * @property {(x: number, y: number) => Place | null} placeAt
 * @property {(place: Place) => number | null} xOf where a read-out about this place points to
 * @property {(place: Place) => string[] | null} lines null where the usual read-out does
 */

/**
 * What whoever listens to the pointer can ask of the stage.
 * @typedef {object} Look
 * @property {() => Scene | null} scene
 * @property {() => Layout | null} settled the layout that the columns have when they stand
 * @property {() => Act | null} act
 * @property {() => void} changed something follows the pointer
 */

/**
 * What the pointer is on.
 * @typedef {object} Listening
 * @property {() => import("./pointing.js").Pointer | null} pointer
 * @property {(T: number, fits: boolean) => {first: number, last: number} | null} lens the group that stands open among
 *   packed columns; `fits`: whether there may be one
 * @property {() => void} follow the columns stand elsewhere now
 * @property {(ctx: CanvasRenderingContext2D, current: Scene, size: {width: number, height: number, U: number}) => void} drawPointed
 *   its read-out
 */

/** Before the page listens, the pointer is on nothing. @type {Listening} */
const NOT_LISTENING = { pointer: () => null, lens: () => null, follow() {}, drawPointed() {} };

const DRIFT_PX_PER_S = 12;
/** While training runs, what the units hold is drawn again after so many ms at the earliest, with the record that then comes; without one, at the latest after: */
const STATES_EVERY = 60;
const STATES_LATEST = 100;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Store} store
 * @returns {{draw: (now: number, reads?: boolean) => number, resize: () => void, listen: (start: typeof import("./listening.js").listenToStage) => void, shareFrames: (ask: () => void) => void, layout: () => Layout | null, shown: () => Scene | null, begin: (act: Act) => void}}
 */
export function createStage(canvas, store) {
  const sheets = createSheets(canvas);
  const bitmaps = createBitmaps();
  const axis = createSlidingAxis();
  const columns = createSlidingColumns();
  const contraction = createContraction();
  const size = { width: 0, height: 0, U: 1, ratio: 1, columns: 0, rows: 0 };

  /** @type {Picture | null} */
  let picture = null;
  let extent = { low: 0, high: 0 };
  /** To what share clipping is said to shorten the gradient. @type {number | null} */
  let clipSaid = null;
  /** @type {Scene | null} */
  let scene = null;
  /** @type {Layout | null} */
  let settled = null;
  let drift = 0;
  let lastFrame = 0;
  /** What the legend of the norm chart says. */
  let legend = "";
  /** When the states were drawn last. */
  let statesAt = Number.NEGATIVE_INFINITY;
  let frameAsked = false;
  /** How the page is asked for a frame, once it has frames in which it draws everything. @type {(() => void) | null} */
  let askPage = null;
  /** @type {Act | null} */
  let act = null;
  let actMoves = false;
  let pointing = NOT_LISTENING;
  /** The open picture as an act takes it, and the scene it shows. @type {{canvas: HTMLCanvasElement, of: Scene | null} | null} */
  let whole = null;
  /** @type {{x: Picture["x"] | null, symbols: string | null}} */
  let shown = { x: null, symbols: null };
  // What the sheets show, so that none is drawn twice.
  const seen = {
    record: createChangeDetector(),
    scene: createChangeDetector(),
    chrome: createChangeDetector(),
    river: createChangeDetector(),
    states: createChangeDetector(),
    drift: createChangeDetector(),
    marks: createChangeDetector(),
  };

  /** Sheets of another size are empty: whoever resizes them draws before the browser paints. */
  function resize() {
    const { clientWidth: width, clientHeight: height } = canvas;
    const ratio = window.devicePixelRatio || 1;
    const next = { width, height, ratio, U: pageUnit(), ...devicePixels(canvas, ratio) };
    if (Object.entries(next).every(([name, value]) => size[/** @type {keyof next} */ (name)] === value)) return;
    Object.assign(size, next);
    sheets.resize(size);
    for (const one of [seen.scene, seen.chrome, seen.river, seen.states, seen.drift, seen.marks]) one.forget();
  }

  /**
   * Draws what changed since the last frame; after how many ms it wants to be called again, at the latest.
   * @param {number} now
   * @param {boolean} reads whether numbers that the page says elsewhere, too, may change in this frame
   */
  function draw(now, reads = true) {
    if (size.width === 0 || window.devicePixelRatio !== size.ratio) resize();
    // A page that is only just being laid out may have no room for an axis yet.
    if (size.width < NARROWEST * size.U || size.height === 0) return Number.POSITIVE_INFINITY;
    const state = store.get();
    readRecord(state);
    if (reads) clipSaid = picture?.clip.scale ?? null;
    updateScene(state, now);
    advanceDrift(state, now);
    if (!scene) return Number.POSITIVE_INFINITY;
    if (act) drawAct(act, scene, state, now);
    const wait = act ? Number.POSITIVE_INFINITY : drawSheets(scene, state, now);
    if (actMoves || columns.moving(now) || axis.moving(now)) askFrame();
    return wait;
  }

  /** For what moves without a change of the state: the pointer within a column, sliding columns and axes. */
  function askFrame() {
    if (askPage) return askPage();
    if (frameAsked) return;
    frameAsked = true;
    requestAnimationFrame((now) => {
      frameAsked = false;
      draw(now);
    });
  }

  function readRecord(/** @type {State} */ state) {
    if (!seen.record.changed([state.record, state.config, state.task])) return;
    const T = state.record?.tensors.loss_t.shape[0];
    picture = state.record && T ? readPicture(state.record, state.config, state.task) : null;
    if (picture) extent = normExtent(normCurves(picture, null, null));
  }

  /** Rebuilds the scene if anything it stands on has changed. */
  function updateScene(/** @type {State} */ state, /** @type {number} */ now) {
    const { config, dark, ghost, ruler, track, zoom, first, names } = state;
    const gamma = gammaOf(state);
    const of = picture;
    const factor = () => (of ? contraction(of, gamma) : null);
    const moves = !state.reducedMotion;
    const domain = axis.at(extent, now, moves);
    const T = picture?.T ?? 0;
    const lens = pointing.lens(T, Boolean(settled?.packed) && !zoom);
    const edges = columns.at(T || Number(config.sequence_length ?? 24), size, { lens, zoom }, now, moves);
    const lit = highlighted(state, picture);
    const told = [picture, config, dark, ghost, ruler, track, first, names, lit, edges, ...domain, gamma, clipSaid];
    if (!seen.scene.changed(told)) return;
    scene = buildScene(picture, state, { ...size, edges }, domain, factor, clipSaid);
    const rest = columns.settled();
    settled = rest === edges ? scene.layout : layoutOf(picture, state, { ...size, edges: rest });
    pointing.follow();
  }

  function advanceDrift(/** @type {State} */ state, /** @type {number} */ now) {
    const running = state.phase === "running" && state.connection.status === "open" && !state.reducedMotion;
    if (running) drift += clamp(now - lastFrame, 0, 100) * 0.001 * DRIFT_PX_PER_S * size.U;
    lastFrame = now;
  }

  /** @param {Scene} current @param {State} state @param {number} now */
  function drawSheets(current, state, now) {
    const isDue = state.phase !== "running" || now - statesAt >= STATES_EVERY;
    const isOther = drawChromeSheet(current, isDue);
    if (seen.river.changed([current])) {
      const { from, to } = flowingStrip(current.layout);
      sheets.layStrip(sheets.river, from, to);
      drawFlowing(sheets.clean(sheets.river), current, bitmaps, size.ratio);
    }
    const wait = drawStatesSheet(current, isDue || isOther, now);
    // Chevrons go by whole pixels; what else a record changes of them can wait that long.
    const { edges, lanes } = current.layout;
    const still = state.phase === "running" ? null : current;
    const where = [Math.round(drift * size.ratio), edges, lanes[0].mid, current.palette, still];
    if (seen.drift.changed(where)) drawDriftSheet(current);
    drawMarksSheet(current, state);
    return wait;
  }

  /**
   * While records come faster than anyone sees cells change, every second of them will do.
   * @param {Scene} current @param {boolean} isDue @param {number} now
   */
  function drawStatesSheet(current, isDue, now) {
    if (!isDue) {
      return seen.states.holds([current]) ? Number.POSITIVE_INFINITY : statesAt + STATES_LATEST - now;
    }
    if (!seen.states.changed([current])) return Number.POSITIVE_INFINITY;
    statesAt = now;
    const { from, to } = reachedStrip(current.layout);
    sheets.layStrip(sheets.states, from, to);
    drawReached(sheets.clean(sheets.states), current, bitmaps, size.ratio);
    return Number.POSITIVE_INFINITY;
  }

  /** Whether anything but numbers changed; curves that are not due are not asked for their names. @param {Scene} current @param {boolean} isDue */
  function drawChromeSheet(current, isDue) {
    const { layout, palette, domain, ruler, track } = current;
    const { edges, H, lanes, input, units } = layout;
    const { x, symbols } = standing(current.picture);
    const place = current.picture ? placeKey(current.picture.place) : "";
    const rows = [units.top, input.rows, layout.norm.top];
    const marks = current.picture !== null && slopeOf(current.picture) !== null;
    if (isDue) legend = legendKey(current);
    const names = weightNamesKey(current);
    const what = [edges, H, lanes.length, ...rows, place, marks, palette, ...domain, ruler, track, x, symbols, names];
    if (!seen.chrome.changed([...what, legend])) return false;
    if (!isDue) {
      legend = legendKey(current);
      seen.chrome.changed([...what, legend]);
    }
    const ctx = sheets.clean(sheets.chrome);
    drawChrome(ctx, current);
    drawStanding(ctx, current, bitmaps, size.ratio);
    return true;
  }

  /** What of a picture is the same from record to record, as long as its numbers are. @param {Picture | null} of */
  function standing(of) {
    const isSame = of && shown.x && of.x.length === shown.x.length && of.x.every((value, i) => value === shown.x?.[i]);
    if (!isSame) shown = { x: of?.x ?? null, symbols: null };
    shown.symbols = of?.symbols?.join() ?? null;
    return shown;
  }

  function drawDriftSheet(/** @type {Scene} */ current) {
    const { lanes, U, bands } = current.layout;
    const full = current.bands.filter((_, index) => bands[index].full).map((band) => band.scene);
    const heights = [lanes, ...full.map(({ layout }) => layout.lanes)].map(([{ mid }]) => mid);
    sheets.layStrip(sheets.drift, Math.min(...heights) - CHEVRON * U, Math.max(...heights) + CHEVRON * U);
    const ctx = sheets.clean(sheets.drift);
    ctx.save();
    clipToAxis(ctx, current.layout);
    for (const river of [current, ...full]) drawChevrons(ctx, river, drift);
    ctx.restore();
  }

  function drawMarksSheet(/** @type {Scene} */ current, /** @type {State} */ { hover, pin, weight }) {
    const pointer = pointing.pointer();
    const isMarked = hover !== null || pin !== null || pointer !== null || weight !== null;
    if (!seen.marks.changed([hover, pin, pointer, weight, isMarked ? current : null])) return;
    const ctx = sheets.clean(sheets.marks);
    // An empty sheet over the whole stage is left out of the page's picture: it would be handed over with every record.
    canvas.dataset.empty = String(!isMarked);
    const T = current.layout.T;
    const inside = (/** @type {State["hover"]} */ place) => (place && place.t >= 1 && place.t <= T ? place : null);
    drawMarks(ctx, current, {
      hover: inside(hover),
      pin: inside(pin),
      weights: matrixUnder(pointer) ?? matrixOf(weight),
    });
    pointing.drawPointed(sheets.marks.ctx, current, size);
  }

  /** @param {Act} playing @param {Scene} current @param {State} state @param {number} now */
  function drawAct(playing, current, state, now) {
    const { hover, pin, folded } = state;
    if (!seen.marks.changed([hover, pin, pointing.pointer(), current, folded, drift]) && !actMoves) return;
    const ctx = sheets.clean(sheets.marks);
    canvas.dataset.empty = "false";
    const frame = { scene: current, state, now, ratio: size.ratio, bitmaps, drift, base: () => wholeOf(current) };
    const stage = playing.draw(ctx, frame);
    actMoves = stage === "moving";
    if (stage !== "over") return pointing.drawPointed(sheets.marks.ctx, current, size);
    act = null;
    seen.marks.forget();
  }

  /** The open picture in one piece. */
  function wholeOf(/** @type {Scene} */ current) {
    whole ??= { canvas: document.createElement("canvas"), of: null };
    const { canvas: piece, of } = whole;
    if (of === current) return piece;
    whole.of = current;
    piece.width = canvas.width;
    piece.height = canvas.height;
    const ctx = /** @type {CanvasRenderingContext2D} */ (piece.getContext("2d", { alpha: false }));
    ctx.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
    ctx.imageSmoothingEnabled = false;
    drawChrome(ctx, current);
    drawRecord(ctx, current, bitmaps, size.ratio);
    return piece;
  }

  painters.set(canvas, (target, ratio) => {
    if (!scene || act) return target.drawImage(canvas, 0, 0, size.width, size.height);
    drawChrome(target, scene);
    target.imageSmoothingEnabled = false;
    drawRecord(target, scene, bitmaps, ratio);
    drawChevrons(target, scene, drift);
    drawMarks(target, scene, { hover: null, pin: store.get().pin });
  });

  return {
    draw,
    /** The canvas has another size. */
    resize() {
      resize();
      draw(lastFrame);
    },
    /** From now on the pointer is followed. @param {typeof import("./listening.js").listenToStage} start */
    listen(start) {
      pointing = start(canvas, store, {
        scene: () => scene,
        settled: () => settled,
        act: () => act,
        changed: askFrame,
      });
    },
    /** From now on the page draws the stage, in the frames in which it draws everything else. @param {() => void} ask for one */
    shareFrames(ask) {
      askPage = ask;
    },
    /** Where the parts of the open picture stand. */
    layout: () => scene?.layout ?? null,
    /** What is drawn; null while something else takes the stage. */
    shown: () => (act ? null : scene),
    /** @param {Act} next takes the stage until it says that it is over */
    begin(next) {
      act = next;
      actMoves = true;
      askFrame();
    },
  };
}

/** @param {import("./pointing.js").Pointer | null} pointer */
function matrixUnder(pointer) {
  return pointer?.place.row === "weights" ? (pointer.place.matrix ?? "W_hh") : null;
}

/** @param {State["weight"]} weight @returns {import("./matrices.js").Matrix | null} */
function matrixOf(weight) {
  const base = weight && baseOf(weight.tensor); // layers are told apart by what is open
  const name = base === "u_hh" ? "W_hh" : base;
  return MATRICES.find((matrix) => matrix === name) ?? null;
}

/** sup |φ'| of the chosen activation, as the server publishes it. */
function gammaOf(/** @type {State} */ { schema, config }) {
  const gamma = schema?.activations?.[String(config.activation)]?.gamma;
  return typeof gamma === "number" ? gamma : null;
}

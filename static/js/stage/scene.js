/**
 * Everything one drawing of the stage needs, put together from the page's state: picture, places, ribbons, curves.
 * Built when the record or the reader changes something, then drawn as often as the screen asks for it. Pure.
 */
import { palette } from "../kit/colour.js";
import { cellOf } from "../record/cells.js";
import { shownTrack } from "./tracks.js";
import { layoutStage } from "./layout.js";
import { normCurves } from "../record/norms.js";
import { bandsOf } from "./bands/scenes.js";
import { shortLayerName } from "../words/layers.js";
import { fartherRuler, nearerRuler } from "./river/ruler.js";
import { ribbonOf } from "./river/river.js";

/** @typedef {import("./layout.js").Layout} Layout */
/** @typedef {import("../record/picture.js").Picture} Picture */
/** @typedef {import("../run/state.js").State} State */

/**
 * @typedef {object} Scene
 * @property {Layout} layout
 * @property {import("../kit/colour.js").Palette} palette
 * @property {Picture | null} picture null before the first record
 * @property {import("./river/river.js").Ribbon[]} ribbons one a lane
 * @property {import("../run/state.js").Ruler} ruler
 * @property {import("../run/state.js").Ruler | null} nearer a ruler on which everything would fit as well, larger
 * @property {import("../run/state.js").Ruler | null} farther the next one, where something leaves the shown one
 * @property {number} highlight the loss whose part of the river stands out, 0 for none
 * @property {string} track what the units × time view shows
 * @property {import("../record/norms.js").Curve[]} curves made when they are first asked for: not every record's are drawn; none in a band's scene
 * @property {readonly [number, number]} domain of the norm chart, powers of ten
 * @property {readonly [number, number]} outputDomain
 * @property {number | null} [clipSaid] to what share clipping is said to shorten the gradient, which changes as slowly as the page's other words
 * @property {import("./bands/scenes.js").Band[]} bands the layers that are not open, from the top down
 */

/** Below this pitch one-hot inputs become a small column of cells instead of a tile with its symbol. */
export const SYMBOL_PITCH = 9;

/**
 * @param {Picture | null} picture
 * @param {State} state
 * @param {{width: number, height: number, U: number, edges?: Float64Array | null}} size
 * @param {readonly [number, number]} domain
 * @param {number | null | (() => number | null)} contraction γσ_max, or what works it out when the curves are asked for
 * @param {number | null} clipSaid to what share clipping is said to shorten the gradient; null for the picture's own
 * @returns {Scene}
 */
export function buildScene(picture, state, size, domain, contraction, clipSaid = null) {
  const layout = layoutOf(picture, state, size);
  const highlight = highlighted(state, picture);
  const lane = layout.lanes[0];
  const bed = {
    edges: layout.edges,
    left: layout.left,
    right: layout.right,
    height: lane.bottom - lane.top,
    U: layout.U,
  };
  const scene = {
    layout,
    palette: palette(state.dark ? "dark" : "light"),
    picture,
    clipSaid,
    ribbons: picture ? picture.lanes.map((of) => ribbonOf(picture, of, bed, state.ruler)) : [],
    ruler: state.ruler,
    nearer: picture ? nearerRuler(picture.lanes, state.ruler) : null,
    farther: picture ? fartherRuler(picture.lanes, state.ruler) : null,
    highlight,
    track: shownTrack(state.track, String(state.config.cell ?? "rnn")),
    curves: [],
    domain,
    outputDomain: picture ? outputDomain(picture, String(state.config.task)) : NO_OUTPUTS,
  };
  const bands = bandsOf(scene, state);
  /** @type {import("../record/norms.js").Curve[] | null} */
  let curves = null;
  return {
    ...scene,
    bands,
    get curves() {
      curves ??= curvesOf(picture, state.ghost, contraction, bands);
      return curves;
    },
  };
}

/**
 * @param {Picture | null} picture @param {State["ghost"]} ghost @param {number | null | (() => number | null)} contraction
 * @param {import("./bands/scenes.js").Band[]} bands
 */
function curvesOf(picture, ghost, contraction, bands) {
  if (!picture) return [];
  const factor = typeof contraction === "function" ? contraction() : contraction;
  return [...normCurves(picture, ghost, factor), ...bands.map(curveOfBand)];
}

/** @param {import("./bands/scenes.js").Band} band @returns {import("../record/norms.js").Curve} */
function curveOfBand({ name, scene: { picture } }) {
  const { place, lanes } = /** @type {Picture} */ (picture);
  return { id: "layer", label: name, place, short: shortLayerName(place, place), ln: lanes[0].ln };
}

const NO_OUTPUTS = /** @type {const} */ ([-1, 1]);

/**
 * @param {Picture | null} picture
 * @param {State} state
 * @param {{width: number, height: number, U: number, edges?: Float64Array | null}} size
 */
export function layoutOf(picture, { config, zoom, first, names }, size) {
  const T = picture?.T ?? Number(config.sequence_length ?? 24);
  const H = picture?.H ?? Number(config.hidden_size ?? 16);
  const lanes = picture?.lanes.length ?? cellOf(config).states.length;
  const shown = zoom ? zoom.to - zoom.from : T;
  const place = picture?.place;
  const rows = inputRows(picture, size, shown);
  return laidOut({ ...size, T, H, lanes, place, zoom, inputRows: rows, charts: !first, names });
}

/** The last layouts, the newest first: from record to record it is the same, and what is worked out from it need not be again. @type {{of: Parameters<typeof layoutStage>[0], layout: Layout}[]} */
let known = [];
const KNOWN = 4;

/** @param {Parameters<typeof layoutStage>[0]} of */
function laidOut(of) {
  const found = known.find((one) => isSame(one.of, of)) ?? { of, layout: layoutStage(of) };
  known = [found, ...known.filter((one) => one !== found)].slice(0, KNOWN);
  return found.layout;
}

/** @param {Record<string, unknown>} a @param {Record<string, unknown>} b */
function isSame(a, b) {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => Object.is(a[name], b[name]));
}

/** @param {Picture | null} picture @param {{width: number}} size @param {number} timesteps on the whole axis */
function inputRows(picture, size, timesteps) {
  if (!picture) return 1;
  return picture.symbols && size.width / timesteps >= SYMBOL_PITCH ? 1 : picture.I;
}

/** Whether inputs stand as symbols on tiles. */
export function showsSymbols(/** @type {Scene} */ { layout, picture }) {
  return Boolean(picture?.symbols) && layout.input.rows === 1;
}

/** The hovered loss, when it has one and there are others to tell it from. */
export function highlighted(/** @type {State} */ state, /** @type {Picture | null} */ picture) {
  if (!state.hover || !picture || picture.losses < 2) return 0;
  const source = state.hover.source ?? state.hover.t;
  return picture.hasTarget[source] ? source : 0;
}

/**
 * One value scale a task, never taken from what the network says.
 * @param {Picture} picture
 * @param {string} task
 * @returns {readonly [number, number]}
 */
export function outputDomain(picture, task) {
  if (picture.classification) return [0, 1];
  if (task === "adding") return [0, 2];
  if (task !== "own") return [-1, 1];
  let largest = 0;
  for (const value of picture.target) if (Math.abs(value) > largest) largest = Math.abs(value);
  const limit = roundUp(largest);
  return [-limit, limit];
}

/** The next 1, 2 or 5 times a power of ten. */
function roundUp(/** @type {number} */ value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5].find((step) => step * power >= value) ?? 10);
}

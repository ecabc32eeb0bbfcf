/**
 * Where every part of the stage stands. Pure geometry: no canvas, no document.
 *
 * All timesteps share one x axis. Rows are laid out from top to bottom in the textbook's order; what is left of the
 * height goes first to the river, then to the unit rows, then to the charts, and is taken back in the opposite order.
 */
import { around } from "./bands/order.js";
import { clamp } from "../lib/scales.js";
import { columnEdges, isVisible, pitchOf, standsApart, columnWidth, groupSize, xOf, GUTTER, RIGHT } from "./axis.js";

/** @typedef {{top: number, bottom: number}} Band */
/** @typedef {Band & {mid: number}} LaneBand */
/** @typedef {Band & {rowHeight: number, rows: number, every: number, gap: number}} UnitsBand */

/**
 * A layer or direction that is not open, above or below the open one: slim, or `full`, as high as the open one.
 * @typedef {{choice: import("../record/chosen.js").Choice, above: boolean, full: boolean, river: LaneBand,
 *   units: UnitsBand}} OtherBand
 */

/**
 * @typedef {object} Layout
 * @property {number} U px of one design unit
 * @property {number} width
 * @property {number} height
 * @property {number} left where the data begin
 * @property {number} right where they end
 * @property {number} T
 * @property {number} H
 * @property {number} pitch px between two timesteps where no lens is
 * @property {{from: number, to: number} | null} zoom the timesteps between left and right, when they are not all
 * @property {Float64Array} edges x of the boundaries between timesteps: t stands between edges[t - 1] and edges[t]
 * @property {boolean} packed columns without arrows, one tributary a group
 * @property {number} group timesteps a hairline cut or tributary stands for
 * @property {{y: number}} loss
 * @property {Band} output
 * @property {LaneBand[]} lanes
 * @property {OtherBand[]} bands the layers and directions that are not open, from the top down
 * @property {boolean} isTop whether the open layer is the one that the outputs read
 * @property {boolean} reverse whether arrows between columns point to the left
 * @property {Band} readout the row between river and units, where W_hy leads h_t to y_t
 * @property {Band} entrance the row between units and what they read, where W_xh leads x_t to h_t
 * @property {UnitsBand} units
 * @property {Band & {rows: number}} input
 * @property {{y: number}} labels
 * @property {{y: number}} legend
 * @property {Band} norm
 * @property {{y: number}} key
 * @property {Band} track
 * @property {Band} band where the hover band stands
 * @property {{top: number, middle: number, bottom: number} | null} names where the rows begin in which the names of things stand
 */

/** With less width there is no room for an axis. */
export const NARROWEST = 140;
const LANES_TOP = 118;
const UNIT_BLOCK = 106;
const ROW_MAX = 11;
/** Without charts below them the columns are what is looked at. */
const ROW_MAX_ALONE = 26;
/** Where the names of things stand: above the losses, under the river, under the timesteps. */
const NAMES = { top: 30, middle: 26, bottom: 30 };
/** Few units get higher rows: beside them stand their label, their colour key and the recurrent weights. */
const UNITS_LEAST = 60;
/** On a low stage with many layers they go below what is written beside them. */
const UNITS_AMONG_BANDS = 44;
const WEIGHTS = { size: 36, below: 34 };
/** Rows that hold a weight tile on each forward arrow; where there is height to spare they grow to `most`. */
const READOUT = { least: 24, most: 44 };
const ENTRANCE = { least: 22, most: 36 };
const LANE = {
  one: 126,
  oneMax: 180,
  two: 72,
  twoMax: 108,
  twoLeast: 38,
  amongBands: 50,
  both: 104,
  bothMax: 126,
  apart: 8,
};
/** Of a band: its height with the room below it, the river's part, and what lies between river, units and the next layer. */
const BAND = { usual: 66, least: 22, lowest: 17, most: 110, river: 0.42, between: 0.05, below: 0.14 };
/** Of the other direction of the open layer, where it is as high as that one: what lies between its river and units, and below them. */
const FULL = { between: 6, below: 14 };
const PACKED_BELOW = 14;
const CELLS_UP_TO = 24;
/** Beside a thumbnail are its frame, the arrow's tip and both columns' outlines. */
const THUMBNAIL = { size: 10, least: 6, beside: 7, most: 34, share: 0.14 };

/** @typedef {import("../record/chosen.js").Choice} Choice */
/** @typedef {Choice & {layers: number, directions: number}} Place */

/** @type {Place} */
const ALONE = { layer: 1, direction: "forward", layers: 1, directions: 1 };

/**
 * @param {{width: number, height: number, U: number, T: number, H: number, inputRows: number, lanes: number,
 *   place?: Place, edges?: Float64Array | null, zoom?: {from: number, to: number} | null, charts?: boolean,
 *   names?: boolean}} size `place`: which of several layers and directions is open; `edges` of the columns when they are
 *   not even: a lens, or on their way; without `charts` they lie below the stage; with `names` there is room for them
 * @returns {Layout}
 */
export function layoutStage({
  width,
  height,
  U,
  T,
  H,
  inputRows,
  lanes,
  place = ALONE,
  edges,
  zoom = null,
  charts = true,
  names = false,
}) {
  const left = GUTTER * U;
  const right = width - RIGHT * U;
  const pitch = (right - left) / (zoom ? zoom.to - zoom.from : T);
  const packed = pitch < PACKED_BELOW * U;
  const room = names ? NAMES : { top: 0, middle: 0, bottom: 0 };
  const bands = around(place);
  const heights = shareHeight(height / U - room.top - room.middle - room.bottom, {
    H,
    inputRows,
    lanes,
    charts,
    bands: bands.above.length + bands.below.length,
    both: place.directions > 1,
  });
  const u = (/** @type {number} */ value) => value * U;
  const bandsTop = room.top + LANES_TOP;
  const isFull = (/** @type {Choice} */ { layer }) => heights.both && layer === place.layer;
  const fullHeight = heights.lane + FULL.between + heights.units + FULL.below;
  /** @param {Choice[]} choices @param {boolean} above @param {number} top where the first of them begins */
  const stacked = (choices, above, top) => {
    let next = top;
    const parts = choices.map((choice) => {
      const full = isFull(choice);
      const from = next;
      next += full ? fullHeight : heights.band;
      const rows = full ? fullBand(u(from), heights, H, U) : slimBand(u(from), u(heights.band), H, U);
      return { choice, above, full, ...rows };
    });
    return { parts, bottom: next };
  };
  const higher = stacked(bands.above, true, bandsTop);
  const lanesTop = higher.bottom;
  const laneBands = Array.from({ length: lanes }, (_, i) => {
    const top = u(lanesTop + i * (heights.lane + LANE.apart));
    return { top, bottom: top + u(heights.lane), mid: top + u(heights.lane) / 2 };
  });
  const lanesBottom = lanesTop + lanes * heights.lane + (lanes - 1) * LANE.apart;
  const readoutTop = lanesBottom + room.middle;
  const unitsTop = readoutTop + heights.readout;
  const belowTop = unitsTop + heights.units + heights.entrance;
  const lower = stacked(bands.below, false, belowTop);
  const inputTop = lower.bottom;
  const inputBottom = inputTop + heights.input;
  const underTimesteps = inputBottom + 44 + room.bottom;
  const normTop = charts ? underTimesteps : Math.max(underTimesteps, height / U) + 40;
  const normBottom = normTop + heights.norm;
  const trackTop = normBottom + 28;
  return {
    U,
    width,
    height,
    left,
    right,
    T,
    H,
    pitch,
    zoom,
    edges: edges ?? columnEdges(width, U, T, null, zoom),
    packed,
    group: packed ? groupSize(pitch / U, T) : 1,
    loss: { y: u(room.top + 64) },
    output: { top: u(room.top + 84), bottom: u(room.top + 110) },
    lanes: laneBands,
    bands: [...higher.parts, ...lower.parts],
    isTop: place.layer === place.layers,
    reverse: place.direction === "reverse",
    readout: { top: u(readoutTop), bottom: u(unitsTop) },
    entrance: { top: u(unitsTop + heights.units), bottom: u(belowTop) },
    units: unitsBand(u(unitsTop), u(unitsTop + heights.units), H, cellGap(H, U)),
    input: { top: u(inputTop), bottom: u(inputBottom), rows: inputRows },
    labels: { y: u(inputBottom + 12) },
    legend: { y: u(normTop - 11) },
    norm: { top: u(normTop), bottom: u(normBottom) },
    key: { y: u(normBottom + 17) },
    track: { top: u(trackTop), bottom: u(trackTop + heights.track) },
    band: { top: u(room.top + 52), bottom: u(charts ? trackTop + heights.track + 4 : inputBottom + 24) },
    names: names ? { top: u(48), middle: u(lanesBottom + 4), bottom: u(inputBottom + 26) } : null,
  };
}

/** @param {number} top @param {number} bottom @param {number} H @param {number} gap @returns {UnitsBand} */
function unitsBand(top, bottom, H, gap) {
  const every = Math.ceil(H / (bottom - top));
  const rows = Math.ceil(H / every);
  return { top, bottom, rowHeight: (bottom - top) / rows, rows, every, gap };
}

/** What parts two cells of a column. @param {number} H @param {number} U */
function cellGap(H, U) {
  return H <= CELLS_UP_TO ? 0.8 * U : 0;
}

/** The other direction of the open layer, with a river and units as high as that one's. @param {number} top @param {{lane: number, units: number}} heights @param {number} H @param {number} U */
function fullBand(top, { lane, units }, H, U) {
  const bottom = top + lane * U;
  const unitsTop = bottom + FULL.between * U;
  return {
    river: { top, bottom, mid: (top + bottom) / 2 },
    units: unitsBand(unitsTop, unitsTop + units * U, H, cellGap(H, U)),
  };
}

/** A river over its units, and room for the tips of arrows under them. @param {number} top @param {number} height @param {number} H @param {number} U */
function slimBand(top, height, H, U) {
  const bottom = top + BAND.river * height;
  const unitsTop = bottom + BAND.between * height;
  const unitsBottom = top + (1 - BAND.below) * height;
  const gap = (unitsBottom - unitsTop) / H > 3 * U ? 0.6 * U : 0;
  return {
    river: { top, bottom, mid: (top + bottom) / 2 },
    units: unitsBand(unitsTop, unitsBottom, H, gap),
  };
}

/**
 * What stands on the stage: `charts` whether there are any below the columns, `bands` of layers and directions that are
 * not open, `both` whether one of them is the other direction of the open layer.
 * @typedef {{H: number, inputRows: number, lanes: number, charts: boolean, bands: number, both: boolean}} Rows
 */

/** Both directions of the open layer are equally high where there is room for it; else the other one is slim. @param {number} height of the stage in design units @param {Rows} rows */
function shareHeight(height, rows) {
  if (rows.both) {
    const { sizes, free } = heightsOf(height, { ...rows, bands: rows.bands - 1 });
    if (free > -1) return { ...sizes, both: true };
  }
  return { ...heightsOf(height, { ...rows, both: false }).sizes, both: false };
}

/** @param {number} height of the stage in design units @param {Rows} rows `bands`: the slim ones */
function heightsOf(height, { H, inputRows, lanes, charts, bands, both }) {
  const two = lanes > 1;
  const [rivers, columns] = both ? [lanes + 1, 2] : [lanes, 1];
  const laneBase = two ? LANE.two : both ? LANE.both : LANE.one;
  const blockBase = two || both ? 76 : UNIT_BLOCK;
  const tallest = Math.max(H * (charts ? ROW_MAX : ROW_MAX_ALONE), UNITS_LEAST);
  const parts = {
    lane: laneBase,
    units: Math.min(blockBase, tallest),
    input: inputHeight(inputRows),
    readout: READOUT.least,
    entrance: ENTRANCE.least,
    norm: charts ? 76 : 0,
    track: charts ? 52 : 0,
  };
  const fixed =
    LANES_TOP + (lanes - 1) * LANE.apart + (charts ? 44 + 28 + 10 : 28) + (both ? FULL.between + FULL.below : 0);
  const band = bands > 0 ? BAND.usual : 0;
  let free =
    height -
    fixed -
    bands * band -
    (rivers - 1) * parts.lane -
    (columns - 1) * parts.units -
    Object.values(parts).reduce((sum, part) => sum + part, 0);
  const sizes = { ...parts, band };
  const change = (/** @type {Exclude<keyof typeof sizes, "input">} */ part, /** @type {number} */ limit, count = 1) => {
    const room = (limit - sizes[part]) * count;
    const given = free > 0 ? clamp(free, 0, Math.max(0, room)) : clamp(free, Math.min(0, room), 0);
    sizes[part] += given / count;
    free -= given;
  };
  if (free >= 0) {
    change("lane", two ? LANE.twoMax : both ? LANE.bothMax : LANE.oneMax, rivers);
    if (bands > 0) change("band", BAND.most, bands);
    change("units", Math.min(tallest, 176), columns);
    change("readout", READOUT.most);
    change("entrance", ENTRANCE.most);
    if (!charts) return { sizes, free };
    change("norm", 140);
    change("track", 140);
    change("norm", 200);
    change("track", 240);
  } else {
    change("norm", both ? 44 : 56);
    change("track", both ? 30 : 40);
    if (bands > 0) change("band", 46, bands);
    if (!both) change("lane", two ? 54 : 90, rivers);
    change("units", Math.min(sizes.units, UNITS_LEAST), columns);
    change("readout", 16);
    change("entrance", 16);
    if (both) change("lane", 60, rivers);
    if (both && bands > 0) change("band", BAND.least, bands);
    change("norm", both ? 32 : 28);
    change("track", both ? 28 : 20);
    if (bands > 0) change("band", BAND.least, bands);
    if (both) change("lane", 54, rivers);
    if (two) change("lane", LANE.twoLeast, rivers);
    if (bands > 0 && !both) {
      if (!two) change("lane", LANE.amongBands, rivers);
      change("band", BAND.lowest, bands);
      change("units", UNITS_AMONG_BANDS, columns);
    }
  }
  return { sizes, free };
}

function inputHeight(/** @type {number} */ rows) {
  return rows === 1 ? 14 : rows === 2 ? 23 : 26;
}

/** The one recurrent matrix in the gutter. */
export function weightsBox(/** @type {Layout} */ layout) {
  const room = layout.units.bottom - layout.units.top;
  const size = Math.min(WEIGHTS.size * layout.U, room - WEIGHTS.below * layout.U);
  const y = layout.units.top + clamp(room - size, 0, 48 * layout.U);
  return { x: 20 * layout.U, y, size };
}

/** @typedef {{t: number, x: number, y: number, size: number}} Thumbnail the small W_hh on the arrow between t−1 and t */

/**
 * One thumbnail on every arrow between two columns that has room for it, just before the arrow's tip or in the middle.
 * @param {Layout} layout
 * @returns {Thumbnail[]}
 */
export function thumbnailPlaces(layout) {
  const { U, T, units, reverse } = layout;
  const places = [];
  let smallest = THUMBNAIL.most * U;
  for (let t = 2; t <= T; t++) {
    if (!standsApart(layout, t) || !standsApart(layout, t - 1) || !isVisible(layout, t - 0.5)) continue;
    const gap = xOf(layout, t) - xOf(layout, t - 1) - (columnWidth(layout, t) + columnWidth(layout, t - 1)) / 2;
    const wanted = clamp(THUMBNAIL.share * pitchOf(layout, t), THUMBNAIL.size * U, THUMBNAIL.most * U);
    const size = Math.floor(Math.min(wanted, gap - THUMBNAIL.beside * U));
    if (size < THUMBNAIL.least) continue;
    smallest = Math.min(smallest, size);
    places.push({ t, x: 0, y: 0, size });
  }
  for (const place of places) {
    const beforeTip = xOf(layout, place.t) - columnWidth(layout, place.t) / 2 - 4.6 * U - smallest;
    place.size = smallest;
    const afterTip = xOf(layout, place.t - 1) + columnWidth(layout, place.t - 1) / 2 + 4.6 * U;
    const middle = xOf(layout, place.t - 0.5) - smallest / 2;
    place.x = reverse ? Math.max(afterTip, middle) : Math.min(beforeTip, middle);
    place.y = (units.top + units.bottom - smallest) / 2;
  }
  return places;
}

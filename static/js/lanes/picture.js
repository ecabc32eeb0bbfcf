/**
 * Where lanes stand and what they show: each its river and its units, all on one time axis, and one chart of norms below.
 * Pure: geometry and scenes for the stage's own drawing.
 */

import { palette } from "../kit/colour.js";
import { cellOf } from "../record/cells.js";
import { layoutStage } from "../stage/layout.js";
import { readPicture } from "../record/picture.js";
import { length, units } from "../record/readings.js";
import { ribbonOf } from "../stage/river/river.js";
import { clamp } from "../lib/scales.js";

/** @typedef {import("../stage/layout.js").Layout} Layout */
/** @typedef {import("../stage/scene.js").Scene} Scene */
/** @typedef {import("../record/picture.js").Picture} Picture */
/** @typedef {import("../run/state.js").State} State */

/** In design units. */
const TOP = 54;
const TITLE = 22;
const APART = 7;
const BELOW = 6;
const LABELS = 22;
const NORM = { share: 0.44, least: 70, most: 140, margin: 26 };
const RIVER_MOST = 126;
/** On a stage that is too low for all of it the picture goes on below, and is cut. */
const RIVER_LEAST = 8;
/** The units' height as a part of a river's. */
const UNITS = 0.45;
const BOTTOM = 12;

/**
 * @typedef {object} Block one lane
 * @property {number} titleY
 * @property {Layout} layout
 * @property {number} top
 * @property {number} bottom
 */

/**
 * @param {{width: number, height: number, U: number}} size
 * @param {{T: number, H: number, rivers: number}[]} lanes
 * @returns {{axis: Layout, blocks: Block[]}} `axis` has the longest lane's timesteps and the chart of norms
 */
export function layoutLanes(size, lanes) {
  const { U } = size;
  const height = size.height / U;
  const T = Math.max(...lanes.map((lane) => lane.T));
  const shared = layoutStage({ ...size, T, H: 1, lanes: 1, inputRows: 1 });
  const norm = clamp((height * NORM.share) / lanes.length, NORM.least, NORM.most);
  // All rivers are equally high: a width means the same in every lane.
  const rivers = lanes.reduce((sum, lane) => sum + lane.rivers, 0);
  const fixed = TOP + LABELS + norm + NORM.margin + BOTTOM + lanes.length * (TITLE + BELOW) + rivers * APART;
  const river = clamp((height - fixed) / (rivers + lanes.length * UNITS), RIVER_LEAST, RIVER_MOST);
  const units = river * UNITS;
  let top = TOP;
  const blocks = lanes.map(({ T: own, H, rivers }) => {
    const bands = Array.from({ length: rivers }, (_, index) => {
      const from = (top + TITLE + index * (river + APART)) * U;
      return { top: from, bottom: from + river * U, mid: from + (river * U) / 2 };
    });
    const unitsTop = top + TITLE + rivers * (river + APART);
    const block = {
      titleY: (top + TITLE / 2) * U,
      top: top * U,
      bottom: (unitsTop + units) * U,
      layout: {
        ...shared,
        T: own,
        H,
        edges: shared.edges.subarray(0, own + 1),
        lanes: bands,
        bands: [],
        track: { top: unitsTop * U, bottom: (unitsTop + units) * U },
      },
    };
    top = unitsTop + units + BELOW;
    return block;
  });
  const last = blocks[blocks.length - 1].bottom / U;
  const normTop = Math.max(height - BOTTOM - norm, last + LABELS + NORM.margin);
  const axis = {
    ...shared,
    labels: { y: (last + LABELS / 2 + 2) * U },
    norm: { top: normTop * U, bottom: (normTop + norm) * U },
    band: { top: TOP * U, bottom: (normTop + norm) * U },
  };
  return { axis, blocks };
}

/**
 * @param {State[]} states
 * @param {{width: number, height: number, U: number}} size
 * @param {readonly [number, number]} domain of the chart of norms
 * @param {(Picture | null)[]} pictures
 */
export function lanesScene(states, size, domain, pictures) {
  const { axis, blocks } = layoutLanes(size, states.map(laneOf));
  const colours = palette(states[0].dark ? "dark" : "light");
  const { ruler } = states[0];
  const scenes = blocks.map(({ layout }, index) => {
    const picture = pictures[index];
    const ribbons = (picture?.lanes ?? []).map((lane, of) => {
      const { top, bottom } = layout.lanes[of];
      const { edges, left, right, U } = layout;
      const bed = { edges, left, right, height: bottom - top, U };
      return ribbonOf(/** @type {Picture} */ (picture), lane, bed, ruler);
    });
    /** @type {Scene} */
    return {
      layout,
      palette: colours,
      picture,
      ribbons,
      ruler,
      nearer: null,
      farther: null,
      highlight: 0,
      track: "h",
      curves: picture ? [{ id: /** @type {const} */ ("all"), label: "", ln: picture.lanes[0].shown }] : [],
      domain,
      outputDomain: /** @type {readonly [number, number]} */ ([-1, 1]),
      bands: [],
    };
  });
  return { axis, blocks, scenes, palette: colours, domain };
}

/** How much a lane has to show, before its first record too. @param {State} state */
export function laneOf({ record, config }) {
  if (record && isComplete(record)) {
    return { T: length(record), H: units(record), rivers: record.tensors.ln_dc_norm ? 2 : 1 };
  }
  return {
    T: Number(config.sequence_length ?? 24),
    H: Number(config.hidden_size ?? 16),
    rivers: cellOf(config).states.length,
  };
}

/** @param {State} state @returns {Picture | null} */
export function pictureOf({ record, config, task }) {
  return record && isComplete(record) ? readPicture(record, config, task) : null;
}

/** Whether all of it has come. @param {import("../wire/protocol.js").DecodedRecord} record */
function isComplete({ tensors }) {
  return Boolean(tensors.loss_t?.shape[0]);
}

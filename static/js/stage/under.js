/** What of the stage lies under a point. Pure. */

import { clamp } from "../lib/scales.js";
import { timestepAt } from "./axis.js";
import { matricesOf, matrixBox, tilesOf } from "./matrices.js";
import { WEIR, weirX } from "./river/signs.js";

/** @typedef {import("./layout.js").Layout} Layout */
/** @typedef {import("./layout.js").Band} Band */
/** @typedef {import("./matrices.js").Matrix} Matrix */

/**
 * A row of the picture and where on it. `parts` are the layers of the folded network's accumulator; `weights` are a
 * matrix in the gutter, or, with `use`, where it is used at that timestep; `weir` is what clips the sum of the gradients.
 * @typedef {{row: "loss" | "output" | "lane" | "band" | "units" | "input" | "labels" | "norm" | "track" | "weights" | "ruler" |
 *   "parts" | "weir" | null, t: number | null, unit: number | null, lane: number, matrix?: Matrix, use?: number | null,
 *   carriedTo?: number | null}} Place `carriedTo`: between two columns of the river, the earlier of them
 */

/** How far beside it the weir can be pointed at, in design units. */
const WEIR_REACH = 5;
/** How far to the right the names beside the matrices reach, from the data's left end. */
const NAMES_END = 34;

/**
 * What lies under a point, by row.
 * @param {Layout} layout
 * @param {number} x
 * @param {number} y
 * @returns {Place}
 */
export function placeAt(layout, x, y) {
  const t = timestepAt(layout, x);
  const inside = (/** @type {Band} */ band, margin = 0) => y >= band.top - margin && y < band.bottom + margin;
  const lane = layout.lanes.findIndex((band) => inside(band, 4 * layout.U));
  const at = (/** @type {Place["row"]} */ row, /** @type {Partial<Place>} */ more = {}) => ({
    row,
    t,
    unit: null,
    lane: 0,
    ...more,
  });
  const band = layout.bands.findIndex(({ river, units }) => y >= river.top && y < units.bottom);
  if (band >= 0) return at("band", { lane: band });
  const weights = weightsAt(layout, x, y);
  if (weights) return at("weights", { t: null, ...weights });
  if (t === null) {
    const isWeir =
      Math.abs(x - weirX(layout) - (WEIR / 2) * layout.U) < WEIR_REACH * layout.U && inside(layout.lanes[0]);
    if (isWeir) return at("weir");
    return x < layout.left && lane >= 0 ? at("ruler", { lane }) : at(null);
  }
  if (y < layout.band.top) return at(null, { t: null });
  if (y < layout.output.top - 6 * layout.U) return at("loss");
  if (lane >= 0) return at("lane", { lane });
  if (y < (layout.bands[0]?.above ? layout.bands[0].river : layout.lanes[0]).top) return at("output");
  if (inside(layout.units, 1)) {
    const row = clamp(Math.floor((y - layout.units.top) / layout.units.rowHeight), 0, layout.units.rows - 1);
    return at("units", { unit: Math.min(row * layout.units.every, layout.H - 1) });
  }
  if (y < layout.units.top && y >= layout.readout.top) return at("output");
  if (inside(layout.track)) {
    const share = (y - layout.track.top) / (layout.track.bottom - layout.track.top);
    return at("track", { unit: clamp(Math.floor(share * layout.H), 0, layout.H - 1) });
  }
  if (inside(layout.input, 2)) return at("input");
  if (inside(layout.norm, 8 * layout.U)) return at("norm");
  return y < layout.norm.top ? at("labels") : at(null);
}

/** @param {Layout} layout @param {number} x @param {number} y @returns {{matrix: Matrix, use: number | null} | null} */
function weightsAt(layout, x, y) {
  const holds = (/** @type {import("./matrices.js").Box} */ box) =>
    x >= box.x - 2 && x <= box.x + box.width + 2 && y >= box.y - 2 && y <= box.y + box.height + 2;
  for (const matrix of matricesOf(layout)) {
    const box = matrixBox(layout, matrix);
    // Its name and its count belong to it.
    if (holds({ ...box, width: Math.max(box.width, layout.left - NAMES_END * layout.U - box.x) }))
      return { matrix, use: null };
    const tile = tilesOf(layout, matrix).find(holds);
    if (tile) return { matrix, use: tile.t };
  }
  return null;
}

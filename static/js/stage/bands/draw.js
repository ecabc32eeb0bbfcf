/**
 * Draws the layers and directions that are not open, and what connects all layers: slim, the other direction of the open
 * layer in full where there is room. Keeps no state.
 */

import { drawMath, drawText } from "../../kit/text.js";
import { sourceIndex } from "../../kit/colour.js";
import { columnWidth, standsApart, xOf } from "../axis.js";
import { drawColumns, drawRecurrentArrows, drawUnits } from "../paint/units.js";
import { drawBeds, NAME_AT } from "../river/beds.js";
import { drawRivers } from "../river/draw.js";
import { drawBanks } from "../river/marks.js";
import { drawRibbon } from "../river/ribbon.js";
import { drawDryDashes, drawUnsourced, drawWithoutNumber } from "../river/spans.js";
import { drawTiles, drawWays as drawOutputWays, drawWeightNames, drawWeights } from "../paint/weights.js";
import { drawTributaries } from "../river/tributaries.js";
import { fedAt, stackOf } from "./scenes.js";
import { layerName, openLayer, OPENS } from "../../words/layers.js";

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {import("../scene.js").Scene} Scene */
/** @typedef {import("../../lib/canvas/bitmap.js").Bitmaps} Bitmaps */

/** Lower rivers have no room for words. */
const WORDS_FROM = 15;
/** The triangle before a name hangs in the margin, so that names stand below the symbols. */
const NAME_X = 9;
/** Lower bands have no room for a second line beside them. */
const TWO_LINES_FROM = 40;
/** What a direction that is not open has of its own: x_t and y_t are the open one's, too. @type {import("../matrices.js").Matrix[]} */
const OWN = ["W_hh"];

/** Beds and names. @param {Context} ctx @param {Scene} scene */
export function drawBandChrome(ctx, scene) {
  const { layout, palette, bands, picture } = scene;
  if (!picture || bands.length === 0) return;
  const { U, left, right } = layout;
  const name = openLayer(layerName(picture.place, picture.place));
  drawText(ctx, U, name, NAME_X * U, nameHeight(layout), { weight: 600, colour: palette.ink });
  for (const [index, { river, units, full }] of layout.bands.entries()) {
    if (full && bands[index]) {
      drawFullChrome(ctx, bands[index]);
      continue;
    }
    ctx.fillStyle = palette.bed;
    ctx.beginPath();
    ctx.roundRect(left, river.top, right - left + 6 * U, river.bottom - river.top, 3 * U);
    ctx.fill();
    const name = bands[index]?.name ?? "";
    const two = units.bottom - river.top >= TWO_LINES_FROM * U;
    const y = two ? river.mid : (river.top + units.bottom) / 2;
    drawText(ctx, U, `▸ ${name}`, NAME_X * U, y, { weight: 600, colour: palette.ink });
    if (two) drawText(ctx, U, OPENS, 20 * U, y + 16 * U, { colour: palette.ink3 });
  }
}

/** Where the name stands beside the first lane: between two labels of its ruler. @param {import("../layout.js").Layout} layout */
function nameHeight({ lanes: [{ top }], U }) {
  return top + NAME_AT * U;
}

/** Ruler, names and the key of a direction drawn in full. @param {Context} ctx @param {import("./scenes.js").Band} band */
function drawFullChrome(ctx, { name, scene }) {
  const { layout, palette } = scene;
  const { U, units } = layout;
  drawBeds(ctx, scene, { named: true });
  drawText(ctx, U, `▸ ${name}`, NAME_X * U, nameHeight(layout), { weight: 600, colour: palette.ink });
  const end = drawMath(ctx, U, "h_t", 20 * U, units.top + 8 * U, { size: 14, colour: palette.ink2 });
  drawText(ctx, U, OPENS, end + 6 * U, units.top + 8 * U, { colour: palette.ink3 });
  drawWeightNames(ctx, scene, OWN);
}

/** What carries a layer's states to the one above, and the columns of the bands. @param {Context} ctx @param {Scene} scene */
export function drawBandsStanding(ctx, scene) {
  if (scene.bands.length === 0) return;
  const stack = stackOf(scene);
  drawWays(ctx, scene, stack);
  for (const [index, { scene: band }] of scene.bands.entries()) {
    drawColumns(ctx, band);
    if (scene.layout.bands[index].full) drawRecurrentArrows(ctx, band);
  }
}

/**
 * One line a timestep from the lowest units up to the highest, with a tip under every units' column.
 * @param {Context} ctx @param {Scene} scene @param {Scene[]} stack from the top down
 */
function drawWays(ctx, { layout, palette }, stack) {
  const { U } = layout;
  const top = stack[0].layout.units.bottom;
  const bottom = stack[stack.length - 1].layout.units.bottom;
  ctx.strokeStyle = palette.forward;
  ctx.fillStyle = palette.forward;
  ctx.lineWidth = U;
  ctx.beginPath();
  for (let t = 1; t <= layout.T; t++) {
    if (!standsApart(layout, t)) continue;
    ctx.moveTo(xOf(layout, t), bottom + 4 * U);
    ctx.lineTo(xOf(layout, t), top + 4 * U);
  }
  ctx.stroke();
  ctx.beginPath();
  for (let t = 1; t <= layout.T; t++) {
    if (!standsApart(layout, t)) continue;
    const x = xOf(layout, t);
    const half = Math.min(2.6 * U, columnWidth(layout, t) * 0.3);
    for (const { layout: part } of stack) {
      const tip = part.units.bottom + 1.8 * U;
      ctx.moveTo(x, tip);
      ctx.lineTo(x - half, tip + 3.4 * U);
      ctx.lineTo(x + half, tip + 3.4 * U);
    }
  }
  ctx.fill();
}

/**
 * What falls into each river: at the top the losses, below the top what the layer above sends down at every timestep.
 * @param {Context} ctx @param {Scene} scene @param {(t: number) => number} lossRadius
 */
export function drawFalls(ctx, scene, lossRadius) {
  const stack = stackOf(scene);
  for (const { scene: band } of scene.bands) drawOutputWays(ctx, band);
  for (const [index, part] of stack.entries()) {
    const { U } = part.layout;
    const edge = index === 0 ? 0 : stack[index - 1].layout.units.bottom + 5 * U;
    const startOf = (/** @type {number} */ t) => (index === 0 ? part.layout.loss.y + lossRadius(t) + 1.5 * U : edge);
    if (!part.picture?.top) drawThreads(ctx, part, stack, edge);
    drawTributaries(ctx, part, startOf);
  }
}

/** A thread at every timestep at which the layer above sends something down. @param {Context} ctx @param {Scene} part @param {Scene[]} stack @param {number} from */
function drawThreads(ctx, part, stack, from) {
  const { layout, palette, picture, ribbons } = part;
  if (!picture) return;
  const fed = fedAt(part, stack);
  for (let t = 1; t <= picture.T; t++) {
    if (!fed[t] || !standsApart(layout, t)) continue;
    const x = xOf(layout, t);
    ctx.fillStyle = palette.source.css[sourceIndex(t, picture.T, picture.losses < 2)];
    ctx.fillRect(x - 0.7 * layout.U, from, 1.4 * layout.U, layout.lanes[0].mid - ribbons[0].half[t] - from);
  }
}

/**
 * Rivers and units of the bands, from the record.
 * @param {Context} ctx @param {Scene} scene @param {Bitmaps} bitmaps @param {number} ratio
 */
export function drawBandRivers(ctx, scene, bitmaps, ratio) {
  for (const [index, { scene: band }] of scene.bands.entries()) {
    const [{ top, bottom }] = band.layout.lanes;
    if (scene.layout.bands[index].full) {
      drawRivers(ctx, band, (name) => bitmaps(`band/${index}/${name}`), ratio);
      continue;
    }
    if (bottom - top >= WORDS_FROM * band.layout.U) drawWithoutNumber(ctx, band, 0);
    drawRibbon(ctx, band, (name) => bitmaps(`band/${index}/${name}`), ratio, 0);
    drawDryDashes(ctx, band, 0);
    drawBanks(ctx, band, 0);
    drawUnsourced(ctx, band, 0);
  }
}

/** @param {Context} ctx @param {Scene} scene @param {Bitmaps} bitmaps @param {number} ratio */
export function drawBandUnits(ctx, scene, bitmaps, ratio) {
  for (const [index, { scene: band }] of scene.bands.entries()) {
    const own = (/** @type {string} */ name) => bitmaps(`band/${index}/${name}`);
    drawUnits(ctx, band, own, ratio);
    if (scene.layout.bands[index].full) drawTiles(ctx, band, own, ratio, OWN);
  }
}

/** The recurrent weights of a direction drawn in full, in the gutter. @param {Context} ctx @param {Scene} scene @param {Bitmaps} bitmaps @param {number} ratio */
export function drawBandWeights(ctx, scene, bitmaps, ratio) {
  for (const [index, { scene: band }] of scene.bands.entries()) {
    if (!scene.layout.bands[index].full) continue;
    drawWeights(ctx, band, (name) => bitmaps(`band/${index}/${name}`), ratio, OWN);
  }
}

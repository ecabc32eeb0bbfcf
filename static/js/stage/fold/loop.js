/** Draws the folded network's loop: the gradient's ribbon and the forward line through W_hh. Keeps no state. */
import { CELL_STATE_INDEX } from "../../kit/colour.js";
import { decades } from "../../lib/scales.js";
import { meanKept } from "../river/motorway.js";
import { riverColours } from "../river/ribbon.js";
import { inFlow } from "../river/sources.js";
import { KIND, RULERS } from "../river/ruler.js";
import { ringTopAt } from "./layout.js";

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {import("../scene.js").Scene} Scene */
/** @typedef {import("./layout.js").Folded} Folded */
/** @typedef {import("./layout.js").Ring} Ring */

/** Thinner strata than this, px, do not show. */
const THINNEST = 0.15;
const CHEVRONS = 5;

/**
 * The roads of timestep t's gradient, as wide as the river's ruler says.
 * @param {Context} ctx
 * @param {Scene} scene
 * @param {Folded} folded
 * @param {number} t
 * @param {number} drift px
 */
export function drawLoop(ctx, scene, folded, t, drift) {
  const { palette, picture } = scene;
  if (!picture) return;
  const { loop, straight, road, U } = folded;
  strokeRing(ctx, loop, -road / 2, road / 2, palette.bed);
  drawRibbon(ctx, scene, folded, t);
  if (straight) drawStraightRoad(ctx, scene, folded, straight, t);
  const inside = { ...loop, rx: loop.rx - 7 * U, ry: loop.ry - 7 * U };
  drawChevrons(ctx, inside, drift, palette.paper, U);
  drawForwardLine(ctx, folded, palette);
}

/** @param {Context} ctx @param {Ring} ring @param {number} from px outwards of its middle @param {number} to @param {string} colour */
function strokeRing(ctx, { cx, cy, rx, ry }, from, to, colour) {
  const middle = (from + to) / 2;
  ctx.strokeStyle = colour;
  ctx.lineWidth = to - from;
  ctx.beginPath();
  // On a low stage the loop may be smaller than its road is wide.
  ctx.ellipse(cx, cy, Math.max(0, rx + middle), Math.max(0, ry + middle), 0, 0, 2 * Math.PI);
  ctx.stroke();
}

/** Half of the road that a gradient fills on the reader's ruler. */
function halfOf(/** @type {number} */ ln, /** @type {Scene} */ { ruler }, /** @type {number} */ road) {
  const { low, high } = RULERS[ruler];
  return (road / 2) * Math.min(1, Math.max(0, (decades(ln) - low) / (high - low)));
}

/** The strata as in the river: the latest loss inside, the own one outside. */
function drawRibbon(
  /** @type {Context} */ ctx,
  /** @type {Scene} */ scene,
  /** @type {Folded} */ { loop, road, U },
  /** @type {number} */ t,
) {
  const { palette, picture, ribbons } = scene;
  if (!picture) return;
  const { kinds, strata } = ribbons[0];
  if (kinds[t] === KIND.infinite) strokeRing(ctx, loop, -road / 2, road / 2, palette.ink);
  if (kinds[t] === KIND.dry || kinds[t] === KIND.nan) drawDashes(ctx, loop, kinds[t] === KIND.nan, palette, U);
  if (kinds[t] !== KIND.flow) return;
  const half = Math.max(0.5, halfOf(picture.lanes[0].shown[t], scene, road));
  const { colours, edges } = riverColours(scene);
  if (!strata) {
    strokeRing(ctx, loop, -half, half, cssOf(colours, t));
    return;
  }
  const { T } = picture;
  const k = inFlow(ribbons[0], T, t);
  const row = k * (T + 1);
  let level = 0;
  let outermost = T;
  for (let one = T; one >= (ribbons[0].all ? 1 : k); one--) {
    const source = inFlow(ribbons[0], T, one);
    const upTo = strata[row + one];
    const thickness = (upTo - level) * 2 * half;
    if (thickness < THINNEST) continue;
    const seam = thickness > 2.5 * U && upTo < 1 ? 0.5 * U : 0;
    strokeRing(ctx, loop, -half + level * 2 * half, -half + upTo * 2 * half - seam, cssOf(colours, source));
    level = upTo;
    outermost = source;
  }
  const rim = Math.min(half / 3, U);
  strokeRing(ctx, loop, half - rim, half, cssOf(edges, outermost));
}

/** Below the ruler a dry bed, without a number a crossed one. */
function drawDashes(
  /** @type {Context} */ ctx,
  /** @type {Ring} */ ring,
  /** @type {boolean} */ crossed,
  /** @type {import("../../kit/colour.js").Palette} */ palette,
  /** @type {number} */ U,
) {
  ctx.setLineDash(crossed ? [1.5 * U, 4 * U] : [3 * U, 9 * U]);
  if (crossed) strokeRing(ctx, ring, -12 * U, 12 * U, palette.border);
  else strokeRing(ctx, ring, -0.8 * U, 0.8 * U, palette.backward);
  ctx.setLineDash([]);
}

/** ∂E/∂c_t goes round without W_hh; the gate closes from both edges by what the forget gates hold back on average. */
function drawStraightRoad(
  /** @type {Context} */ ctx,
  /** @type {Scene} */ scene,
  /** @type {Folded} */ { road, U },
  /** @type {Ring} */ ring,
  /** @type {number} */ t,
) {
  const { palette, picture, ribbons } = scene;
  if (!picture || ribbons.length < 2) return;
  strokeRing(ctx, ring, -road / 2, road / 2, palette.bed);
  if (ribbons[1].kinds[t] !== KIND.flow) return;
  const half = halfOf(picture.lanes[1].shown[t], scene, road);
  strokeRing(ctx, ring, -half, half, palette.source.css[CELL_STATE_INDEX]);
  ctx.setLineDash([7 * U, 9 * U]);
  strokeRing(ctx, ring, -0.65 * U, 0.65 * U, palette.paper);
  ctx.setLineDash([]);
  const open = meanKept(picture, t);
  if (open === null) return;
  const bottom = ring.cy + ring.ry;
  ctx.fillStyle = palette.paper;
  ctx.fillRect(ring.cx - 1.5 * U, bottom - half, 3 * U, half * (1 - open));
  ctx.fillRect(ring.cx - 1.5 * U, bottom + half * open, 3 * U, half * (1 - open));
}

/** Small arrows against the forward direction, down on the left and up on the right. */
function drawChevrons(
  /** @type {Context} */ ctx,
  /** @type {Ring} */ { cx, cy, rx, ry },
  /** @type {number} */ drift,
  /** @type {string} */ colour,
  /** @type {number} */ U,
) {
  const around = Math.PI * (rx + ry);
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.6 * U;
  ctx.beginPath();
  for (let i = 0; i < CHEVRONS; i++) {
    const angle = -2 * Math.PI * (i / CHEVRONS + ((drift / around) % 1));
    const [x, y] = [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)];
    const along = Math.atan2(-ry * Math.cos(angle), rx * Math.sin(angle));
    const point = (/** @type {number} */ ahead, /** @type {number} */ aside) =>
      /** @type {const} */ ([
        x + ahead * Math.cos(along) - aside * Math.sin(along),
        y + ahead * Math.sin(along) + aside * Math.cos(along),
      ]);
    ctx.moveTo(...point(-2 * U, -4 * U));
    ctx.lineTo(...point(2 * U, 0));
    ctx.lineTo(...point(-2 * U, 4 * U));
  }
  ctx.stroke();
}

/** Thin and blue, out of the cell on the right, through W_hh and back into it on the left. */
function drawForwardLine(
  /** @type {Context} */ ctx,
  /** @type {Folded} */ { loop, cell, U },
  /** @type {import("../../kit/colour.js").Palette} */ palette,
) {
  strokeRing(ctx, loop, -1.7 * U, 1.7 * U, palette.paper);
  strokeRing(ctx, loop, -0.8 * U, 0.8 * U, palette.forward);
  const x = cell.x - 4 * U;
  const y = ringTopAt(loop, x - 5 * U);
  ctx.fillStyle = palette.forward;
  ctx.beginPath();
  ctx.moveTo(x, ringTopAt(loop, x));
  ctx.lineTo(x - 8 * U, y - 4 * U);
  ctx.lineTo(x - 8 * U, y + 4.4 * U);
  ctx.fill();
}

/** @param {Float32Array} bytes @param {number} t */
function cssOf(bytes, t) {
  return `rgb(${bytes[3 * t]} ${bytes[3 * t + 1]} ${bytes[3 * t + 2]})`;
}

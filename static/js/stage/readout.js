/** What stands beside the pointer: at most three lines about the thing under it. Pure. */
import { formatNumber, subscript, visibleSymbol } from "../lib/format.js";
import { outputAt, symbolAt, usesOf, weightsOf, winnerAt } from "../record/picture.js";
import { meanKept } from "./river/motorway.js";
import { clippedTimesteps } from "./river/signs.js";
import { OPENS } from "../words/layers.js";
import { ownList, scaledList } from "../words/own.js";
import * as say from "../words/readout.js";
import { curveName } from "../words/curves.js";

/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("./under.js").Place} Place */

/**
 * @param {Scene} scene
 * @param {Place} place
 * @param {number} source the loss whose part of the river is under the pointer, 0 for none
 * @returns {string[]}
 */
export function readoutLines(scene, place, source) {
  const { picture } = scene;
  const { t, row } = place;
  if (!picture) return [];
  if (row === "weights") return weightLines(scene, place);
  if (row === "weir") return weirLines(picture);
  if (t === null || t > picture.T) return [];
  switch (row) {
    case "loss":
      return lossLines(scene, t);
    case "output":
      return outputLines(scene, t);
    case "band":
      return bandLines(scene, t, place.lane);
    case "lane":
      if (place.carriedTo !== null && place.carriedTo !== undefined) {
        return carriedLines(scene, place.carriedTo, source);
      }
      return place.lane === 1 ? cellStateLines(scene, t) : laneLines(scene, t, source);
    case "units":
    case "track":
      return unitLines(scene, t, place.unit ?? 0);
    case "input":
    case "labels":
      return inputLines(scene, t);
    case "norm":
      return normLines(scene, t);
    default:
      return [];
  }
}

/** @param {Scene} scene @param {Place} place */
function weightLines({ picture }, { matrix = "W_hh", use = null }) {
  const weights = picture && weightsOf(picture, matrix);
  if (!picture || !weights) return [];
  const diagonal = matrix === "W_hh" && picture.recurrent === "u_hh";
  const name = say.weightsName(NAMES[matrix], weights.shape, diagonal);
  const uses = say.usesLines(picture.T, usesOf(picture, matrix), picture.reverse);
  const way = wayWords(picture, matrix, use);
  return uses.length > 1 ? [`${name}: ${way}`, ...uses] : [name, way, ...uses];
}

/** @type {Record<import("./matrices.js").Matrix, string>} */
const NAMES = { W_xh: "Wₓₕ", W_hh: "Wₕₕ", W_hy: "Wₕᵧ" };

/** From where to where it leads. @param {import("../record/picture.js").Picture} picture @param {import("./matrices.js").Matrix} matrix @param {number | null} use */
function wayWords({ place, reverse }, matrix, use) {
  const at = (/** @type {string} */ symbol, /** @type {number} */ back = 0) =>
    use === null
      ? `${symbol}ₜ${back ? (reverse ? "₊₁" : "₋₁") : ""}`
      : `${symbol}${subscript(reverse ? use + back : use - back)}`;
  if (matrix === "W_xh") return say.leadsWords(place.layer > 1 ? say.layer(place.layer - 1) : at("x"), at("h"));
  return matrix === "W_hy" ? say.leadsWords(at("h"), at("y")) : say.leadsWords(at("h", 1), at("h"));
}

/** What clipping does to the sum of the gradients of all timesteps. @param {import("../record/picture.js").Picture} picture */
function weirLines({ clip: { mode, threshold, scale } }) {
  if (scale === null || (mode !== "norm" && mode !== "value")) return [];
  return say.clipLines(mode, threshold, scale);
}

function lossLines(/** @type {Scene} */ { picture }, /** @type {number} */ t) {
  if (!picture) return [];
  if (!picture.hasTarget[t]) return [say.timestep(t), say.NO_LOSS];
  const lines = [`E${subscript(t)} = ${formatNumber(picture.loss[t - 1])}`];
  if (picture.baseline !== null) lines.push(say.baselineWords(picture.baseline));
  return lines;
}

function outputLines(/** @type {Scene} */ { picture }, /** @type {number} */ t) {
  if (!picture) return [];
  if (picture.classification) {
    const name = (/** @type {number} */ index) => visibleSymbol(picture.classes?.[index] ?? String(index));
    const winner = winnerAt(picture, t);
    const lines = [say.predictsWords(t, name(winner), outputAt(picture, t, winner))];
    if (!picture.hasTarget[t]) return [...lines, say.NO_TARGET];
    const target = picture.target[t - 1];
    return [...lines, say.targetProbability(name(target), outputAt(picture, t, target))];
  }
  if (picture.own) return ownOutputLines(picture, picture.own, t);
  const values = Array.from({ length: Math.min(3, picture.O) }, (_, o) => formatNumber(outputAt(picture, t, o)));
  const lines = [`y${subscript(t)} = ${values.join(", ")}${picture.O > 3 ? ", …" : ""}`];
  if (!picture.hasTarget[t]) return [...lines, say.NO_TARGET];
  const wanted = Array.from({ length: Math.min(3, picture.O) }, (_, o) =>
    formatNumber(picture.target[(t - 1) * picture.O + o]),
  );
  return [...lines, say.targetWords(`${wanted.join(", ")}${picture.O > 3 ? ", …" : ""}`)];
}

/** In the reader's own numbers, then as the network has them. @param {import("../record/picture.js").Picture} picture @param {import("../record/own.js").Column[]} own @param {number} t */
function ownOutputLines({ y, target, hasTarget, O }, own, t) {
  const said = y.subarray((t - 1) * O, t * O);
  const output = say.ownWords(t, ownList(own, said));
  if (!hasTarget[t]) return [output, say.NO_TARGET, say.scaledWords("y", t, scaledList(said))];
  const wanted = target.subarray((t - 1) * O, t * O);
  return [
    output,
    say.targetWords(ownList(own, wanted, false)),
    say.scaledWords("y", t, scaledList(said), scaledList(wanted)),
  ];
}

/** @param {Scene} scene @param {number} t @param {number} source */
function laneLines({ picture }, t, source) {
  if (!picture) return [];
  const [lane] = picture.lanes;
  return [normOf(lane, t), joinWords(picture, t), shareWords(lane.share, picture.T, t, source)].filter(Boolean);
}

/** @param {import("../record/picture.js").Lane} lane @param {number} t */
function normOf({ name, shown }, t) {
  return say.normWords(name, t, shown[t]);
}

/** What makes the river as wide as it is at a column: two that join there, or a post that narrows it. @param {import("../record/picture.js").Picture} picture @param {number} t */
function joinWords(picture, t) {
  const [lane] = picture.lanes;
  if (picture.clip.mode === "timestep" && clippedTimesteps(picture).includes(t)) {
    return say.clippedHere(picture.clip.threshold);
  }
  if (!picture.top) return "";
  const own = picture.hasTarget[t] ? (picture.lnFlow?.[(t - 1) * (picture.T + 1) + t] ?? Number.NaN) : Number.NaN;
  const carried = lane.carried?.[t] ?? Number.NaN;
  if (Number.isNaN(own) || Number.isNaN(carried) || carried === Number.NEGATIVE_INFINITY) return "";
  return say.joinWords(own, carried);
}

/** @param {import("../wire/protocol.js").Numbers | null} share @param {number} T @param {number} k @param {number} source */
function shareWords(share, T, k, source) {
  const part = share && source > 0 ? share[(source - 1) * (T + 1) + k] : Number.NaN;
  return Number.isNaN(part) ? "" : say.shareWords(source, part);
}

/** Between two columns. @param {Scene} scene @param {number} t the earlier one @param {number} source */
function carriedLines({ picture }, t, source) {
  const lane = picture?.lanes[0];
  if (!picture || !lane?.carried) return [];
  const share = shareWords(lane.carriedShare, picture.T, t, source);
  const from = picture.reverse ? t - 1 : t + 1;
  return [say.carriedWords(from, t, lane.carried[t]), share].filter(Boolean);
}

/** The straight road of an lstm, and how far its toll gate is open. @param {Scene} scene @param {number} t */
function cellStateLines({ picture }, t) {
  if (!picture) return [];
  const to = picture.reverse ? t + 1 : t - 1;
  const open = to >= 1 && to <= picture.T ? meanKept(picture, t) : null;
  const gate = open === null ? "" : say.forgetWords(open, to);
  return [normOf(picture.lanes[1], t), gate].filter(Boolean);
}

/** A layer that is not open. @param {Scene} scene @param {number} t @param {number} index */
function bandLines({ bands }, t, index) {
  const band = bands[index];
  const ln = band?.scene.picture?.lanes[0].shown[t];
  if (ln === undefined) return [];
  return [say.layerNorm(band.name, t, ln), OPENS];
}

function unitLines(/** @type {Scene} */ { picture }, /** @type {number} */ t, /** @type {number} */ unit) {
  if (!picture) return [];
  const at = t * picture.H + unit;
  return [say.unitWords(unit + 1, t), `h = ${formatNumber(picture.h[at])}`, `∂E/∂h = ${formatNumber(picture.dh[at])}`];
}

function inputLines(/** @type {Scene} */ { picture }, /** @type {number} */ t) {
  if (!picture) return [];
  if (picture.symbols) return [`x${subscript(t)} = ${visibleSymbol(picture.symbols[symbolAt(picture, t)])}`];
  const { x, I, own } = picture;
  if (own) {
    const read = x.subarray((t - 1) * I, t * I);
    return [say.ownWords(t, ownList(own, read)), say.scaledWords("x", t, scaledList(read))];
  }
  const values = Array.from({ length: Math.min(3, I) }, (_, i) => formatNumber(x[(t - 1) * I + i]));
  return [`x${subscript(t)} = ${values.join(", ")}${I > 3 ? ", …" : ""}`];
}

function normLines(/** @type {Scene} */ { curves }, /** @type {number} */ t) {
  const shown = curves.filter(({ id, ln }) => id !== "threshold" && t < ln.length && !Number.isNaN(ln[t]));
  return shown.slice(0, 3).map((curve) => say.curveWords(curveName(curve), curve.ln[t]));
}

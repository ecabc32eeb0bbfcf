/** What stands beside the pointer: at most three lines about the thing under it. Pure. */
import { formatExp, formatNumber, formatPercent } from "../lib/format.js";
import { outputAt, symbolAt, winnerAt } from "../record/picture.js";
import { subscript, visibleSymbol } from "../kit/text.js";
import { OPENS } from "../words/layers.js";

/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {ReturnType<typeof import("./layout.js").placeAt>} Place */

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
  if (row === "weights") return weightLines(scene);
  if (t === null || t > picture.T) return [];
  switch (row) {
    case "loss":
      return lossLines(scene, t);
    case "output":
      return outputLines(scene, t);
    case "band":
      return bandLines(scene, t, place.lane);
    case "lane":
      return laneLines(scene, t, place.lane, source);
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

function weightLines(/** @type {Scene} */ { picture }) {
  if (!picture?.W_hh) return [];
  const [rows, columns] = picture.W_hh.shape;
  const uses = picture.T > 1 ? `the same ${picture.T - 1} times` : "T = 1 uses it for h₀ only";
  const name = picture.recurrent === "u_hh" ? `uₕₕ on the diagonal, ${rows} numbers` : `Wₕₕ, ${rows} × ${columns}`;
  return [name, uses];
}

function lossLines(/** @type {Scene} */ { picture }, /** @type {number} */ t) {
  if (!picture) return [];
  if (!picture.hasTarget[t]) return [`t = ${t}`, "no target: no loss"];
  const lines = [`E${subscript(t)} = ${formatNumber(picture.loss[t - 1])}`];
  if (picture.baseline !== null) lines.push(`baseline ${formatNumber(picture.baseline)} a timestep`);
  return lines;
}

function outputLines(/** @type {Scene} */ { picture }, /** @type {number} */ t) {
  if (!picture) return [];
  if (picture.classification) {
    const name = (/** @type {number} */ index) => visibleSymbol(picture.classes?.[index] ?? String(index));
    const winner = winnerAt(picture, t);
    const lines = [`t = ${t}: predicts ${name(winner)} with ${formatPercent(outputAt(picture, t, winner))}`];
    if (!picture.hasTarget[t]) return [...lines, "no target here"];
    const target = picture.target[t - 1];
    return [...lines, `target ${name(target)}: ${formatPercent(outputAt(picture, t, target))}`];
  }
  const values = Array.from({ length: Math.min(3, picture.O) }, (_, o) => formatNumber(outputAt(picture, t, o)));
  const lines = [`y${subscript(t)} = ${values.join(", ")}${picture.O > 3 ? ", …" : ""}`];
  if (!picture.hasTarget[t]) return [...lines, "no target here"];
  const wanted = Array.from({ length: Math.min(3, picture.O) }, (_, o) =>
    formatNumber(picture.target[(t - 1) * picture.O + o]),
  );
  return [...lines, `target ${wanted.join(", ")}${picture.O > 3 ? ", …" : ""}`];
}

/**
 * @param {Scene} scene
 * @param {number} t
 * @param {number} index of the lane
 * @param {number} source
 */
function laneLines({ picture }, t, index, source) {
  if (!picture) return [];
  const lane = picture.lanes[index];
  const ln = lane.shown[t];
  const lines = [`‖∂E/∂${lane.name}${subscript(t)}‖ = ${describeExp(ln)}`];
  if (Number.isFinite(ln)) lines.push(`ln ${formatNumber(ln)}`);
  if (source > 0 && lane.share) {
    const share = lane.share[(source - 1) * (picture.T + 1) + t];
    lines.push(
      share < 0
        ? `E${subscript(source)} pulls against: ${formatPercent(share)}`
        : `${formatPercent(share)} from E${subscript(source)}`,
    );
  }
  return lines;
}

/** A layer that is not open. @param {Scene} scene @param {number} t @param {number} index */
function bandLines({ bands }, t, index) {
  const band = bands[index];
  const ln = band?.scene.picture?.lanes[0].shown[t];
  if (ln === undefined) return [];
  return [`${band.name}: ‖∂E/∂h${subscript(t)}‖ = ${describeExp(ln)}`, OPENS];
}

function describeExp(/** @type {number} */ ln) {
  if (Number.isNaN(ln)) return "NaN";
  if (ln === Number.NEGATIVE_INFINITY) return "exactly 0";
  return ln === Number.POSITIVE_INFINITY ? "∞" : formatExp(ln);
}

function unitLines(/** @type {Scene} */ { picture }, /** @type {number} */ t, /** @type {number} */ unit) {
  if (!picture) return [];
  const at = t * picture.H + unit;
  return [
    `unit ${unit + 1} at t = ${t}`,
    `h = ${formatNumber(picture.h[at])}`,
    `∂E/∂h = ${formatNumber(picture.dh[at])}`,
  ];
}

function inputLines(/** @type {Scene} */ { picture }, /** @type {number} */ t) {
  if (!picture) return [];
  if (picture.symbols) return [`x${subscript(t)} = ${visibleSymbol(picture.symbols[symbolAt(picture, t)])}`];
  const { x, I } = picture;
  const values = Array.from({ length: Math.min(3, I) }, (_, i) => formatNumber(x[(t - 1) * I + i]));
  return [`x${subscript(t)} = ${values.join(", ")}${I > 3 ? ", …" : ""}`];
}

function normLines(/** @type {Scene} */ { curves }, /** @type {number} */ t) {
  const shown = curves.filter(({ id, ln }) => id !== "threshold" && t < ln.length && !Number.isNaN(ln[t]));
  return shown.slice(0, 3).map(({ label, ln }) => `${label}: ${describeExp(ln[t])}`);
}

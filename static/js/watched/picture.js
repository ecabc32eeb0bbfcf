/** What a capture means for the picture. The gradient handed to h_t stands where a network of ours has its own loss. Pure. */

import { keptBy } from "../record/cells.js";
import { ONE_LAYER } from "../record/chosen.js";
import { firstBad } from "../record/first_bad.js";
import { backwards, factsOf, nameAt, overTime } from "./place.js";

/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */
/** @typedef {import("../record/picture.js").Picture} Picture */
/** @typedef {import("./place.js").Place} Place */

/** More input numbers than this are a strip of evenly chosen ones. */
const MOST_INPUT_ROWS = 16;

/** @param {DecodedRecord} record @param {Place} place @returns {Picture} */
export function pictureOf(record, place) {
  const facts = factsOf(record);
  const h = /** @type {import("../wire/protocol.js").Tensor} */ (overTime(record, "h", place));
  const [rows, H] = h.shape;
  const T = rows - 1;
  const lnFlow = overTime(record, "ln_flow", place)?.data ?? null;
  const everyPair = hasEveryPair(facts, place);
  const { x, I } = inputs(record, place, T);
  const handed = Float64Array.from({ length: T }, (_, i) => (lnFlow ? Math.exp(lnFlow[i * (T + 1) + i + 1]) : 0));
  const hasTarget = Uint8Array.from({ length: T + 1 }, (_, t) => Number(t > 0 && !(handed[t - 1] === 0)));
  const present = handed.filter((one) => Number.isFinite(one) && one > 0);
  const gates = overTime(record, "gates", place);
  const dh = overTime(record, "dh", place)?.data ?? new Float64Array(rows * H);
  const share = everyPair ? null : (overTime(record, "share", place)?.data ?? null);
  /** @type {Picture["lanes"]} */
  const lanes = [laneOf("h", overTime(record, "ln_dh_norm", place), T, share)];
  const carriedShare = overTime(record, "carried_share", place)?.data ?? null;
  const carried = overTime(record, "dh_carried_norm", place);
  if (carried && !everyPair)
    Object.assign(lanes[0], { carried: Float64Array.from(carried.data, Math.log), carriedShare });
  const ofCell = overTime(record, "ln_dc_norm", place);
  if (ofCell) lanes.push(laneOf("c", ofCell, T, null));
  return {
    T,
    H,
    I,
    O: 0,
    cell: facts.cell,
    x,
    y: new Float32Array(0),
    h: h.data,
    dh,
    loss: handed,
    target: new Float32Array(0),
    classification: false,
    hasTarget,
    losses: hasTarget.reduce((sum, one) => sum + one, 0),
    lastLoss: hasTarget.lastIndexOf(1) === -1 ? 0 : hasTarget.lastIndexOf(1),
    lanes,
    altered: false,
    lnFlow,
    parts: null,
    partsSum: null,
    W_xh: null,
    W_hy: null,
    embedding: 0,
    learnsStart: false,
    carriesStart: false,
    firstBad: firstBad({ T, H, O: 0, y: new Float32Array(0), loss: handed, layers: [{ ...FORWARD, h: h.data, dh }] }),
    W_hh: record.tensors[nameAt("W_hh", place)] ?? null,
    recurrent: "W_hh",
    gates: gates && facts.proj_size === 0 ? gates : null,
    symbols: null,
    classes: null,
    own: null,
    baseline: present.length > 0 ? present.reduce((sum, one) => sum + one, 0) / present.length : null,
    clip: { mode: "none", threshold: 0, scale: null },
    passes: null,
    cuts: new Uint8Array(T + 1),
    neededLag: null,
    // In the time of its own direction a captured layer is drawn as a network of one.
    // The reverse direction is turned round already: all of it is drawn in the order in which it is read.
    place: ONE_LAYER,
    reverse: false,
    top: true,
    activation: facts.activation,
  };
}

/** All of a captured layer is drawn in the order in which it is read. */
const FORWARD = { ending: "", reverse: false };

/** Below the top of two directions a gradient handed in at t reaches every timestep. @param {import("./place.js").WatchedFacts} facts @param {Place} place */
export function hasEveryPair({ bidirectional, num_layers }, { layer }) {
  return bidirectional && layer < num_layers;
}

/** @param {"h" | "c"} name @param {import("../wire/protocol.js").Tensor | null} ln @param {number} T @param {import("../wire/protocol.js").Numbers | null} share */
function laneOf(name, ln, T, share) {
  const values = ln ? Float64Array.from(ln.data) : new Float64Array(T + 1).fill(Number.NaN);
  return { name, ln: values, shown: values, share, carried: null, carriedShare: null };
}

/** @param {DecodedRecord} record @param {Place} place @param {number} T */
function inputs(record, place, T) {
  const { x } = record.tensors;
  const width = x.shape[1];
  const data = place.reverse ? backwards(x) : x.data;
  if (width <= MOST_INPUT_ROWS) return { x: data, I: width };
  const chosen = Array.from({ length: MOST_INPUT_ROWS }, (_, i) => Math.floor((i * width) / MOST_INPUT_ROWS));
  const strip = new Float32Array(T * MOST_INPUT_ROWS);
  for (let t = 0; t < T; t += 1) {
    for (const [row, i] of chosen.entries()) strip[t * MOST_INPUT_ROWS + row] = data[t * width + i];
  }
  return { x: strip, I: MOST_INPUT_ROWS };
}

/** The mean slope of the activation, and how much the keeping gate lets through on average, at t. @param {DecodedRecord} record @param {Place} place @param {number} t */
export function meansAt(record, place, t) {
  const slope = overTime(record, "slope_mean", place)?.data[t - 1] ?? Number.NaN;
  const gates = overTime(record, "gates", place);
  if (!gates) return { slope, forget: null };
  const { cell } = factsOf(record);
  const H = gates.shape[2];
  let sum = 0;
  for (let unit = 0; unit < H; unit += 1) sum += keptBy(cell, gates, t, unit);
  return { slope, forget: sum / H };
}

/**
 * What one record means for the picture: which timesteps have a loss, which gradient the river shows, where truncation
 * cuts it. Computed once a record; every drawing reads from here.
 */

import { CELLS, cellNameOf } from "./cells.js";
import { placeOf, wholeOf } from "./chosen.js";
import { firstBadOf } from "./first_bad.js";
import { ownColumns } from "./own.js";

/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */
/** @typedef {import("../wire/protocol.js").Config} Config */
/** @typedef {import("../wire/protocol.js").Task} Task */
/** @typedef {import("../wire/protocol.js").Numbers} Numbers */

/**
 * One channel of the gradient: ∂E/∂h_t, for an lstm (ln_lstm) also ∂E/∂c_t. Arrays have T+1 rows, row 0 is the initial state.
 * @typedef {object} Lane
 * @property {"h" | "c"} name
 * @property {Float64Array} ln natural log of the norm under full backpropagation
 * @property {Float64Array} shown natural log of what truncation and per-timestep clipping leave: the river's width
 * @property {Numbers | null} share (T, T+1) of the losses in `shown`; null where the record has none
 * @property {Float64Array | null} carried natural log of what timestep t+1 sends back to t; null where that is not known
 *   of what is shown
 * @property {Numbers | null} carriedShare (T, T+1) of the losses in `carried`; null where the record has none
 */

/**
 * @typedef {object} Picture
 * @property {number} T
 * @property {number} H
 * @property {number} I
 * @property {number} O
 * @property {string} cell
 * @property {Numbers} x
 * @property {Numbers} y
 * @property {Numbers} h (T+1, H)
 * @property {Numbers} dh (T+1, H)
 * @property {Numbers} loss E_t, row t-1
 * @property {Numbers} target
 * @property {boolean} classification
 * @property {Uint8Array} hasTarget index t, 1…T
 * @property {number} losses how many timesteps have one
 * @property {number} lastLoss the timestep of the one that goes the whole way back: the last, in the reverse direction the first; 0 when there is none
 * @property {Lane[]} lanes
 * @property {boolean} altered whether truncation or per-timestep clipping changes the river
 * @property {Numbers | null} lnFlow (T, T+1)
 * @property {Float64Array | null} parts ‖dW_hh,t‖ of each timestep, row t-1
 * @property {number | null} partsSum the norm of their sum, ‖∂E/∂W_hh‖
 * @property {import("../wire/protocol.js").Tensor | null} W_hh what h_{t−1} meets on its way to h_t; of an indrnn diag(u_hh)
 * @property {import("../wire/protocol.js").Tensor | null} W_xh
 * @property {import("../wire/protocol.js").Tensor | null} W_hy
 * @property {number} embedding into how many numbers an input is embedded before W_xh; 0 where it is not
 * @property {string} recurrent the parameter that `parts` are of
 * @property {import("../wire/protocol.js").Tensor | null} gates
 * @property {string[] | null} symbols names of one-hot inputs
 * @property {string[] | null} classes
 * @property {import("./own.js").Column[] | null} own the columns of a reader's own table: x, y and target are scaled
 * @property {number | null} baseline
 * @property {{mode: string, threshold: number, scale: number | null}} clip
 * @property {boolean} learnsStart whether h_0 is learned, so that the gradient goes on to it
 * @property {boolean} carriesStart whether h_0 is the last state of the window before, where the gradient that reaches it is cut off
 * @property {{k1: number, k2: number} | null} passes of truncation; null where every loss goes the whole way back
 * @property {Uint8Array} cuts index t: 2 when no loss crosses from t+1 to t any more, 1 when some are lost there
 * @property {number | null} neededLag
 * @property {Omit<import("./chosen.js").Chosen, "whole">} place which layer and direction this is
 * @property {boolean} reverse whether it reads from T to 1, so that its gradient runs to the right
 * @property {boolean} top whether losses reach it directly
 * @property {import("./first_bad.js").Bad | null} firstBad
 * @property {string} activation
 */

/** @type {WeakMap<DecodedRecord, {config: Config, task: Task | null, picture: Picture}>} */
const read = new WeakMap();

/**
 * What a record means: computed once, however many views show it.
 * @param {DecodedRecord} record
 * @param {Config} config
 * @param {Task | null} task
 * @returns {Picture}
 */
export function readPicture(record, config, task) {
  const known = read.get(record);
  if (known?.config === config && known.task === task) return known.picture;
  const picture = computePicture(record, config, task);
  read.set(record, { config, task, picture });
  return picture;
}

/** @param {DecodedRecord} record @param {Config} config @param {Task | null} task @returns {Picture} */
function computePicture(record, config, task) {
  const { tensors, meta } = record;
  const [T, I] = tensors.x.shape;
  const H = tensors.h.shape[1];
  const O = tensors.y.shape[1];
  const classification = tensors.target.shape.length === 1;
  const hasTarget = timestepsWithTarget(tensors.target, T, classification);
  const k1 = Number(config.k1 ?? 0);
  const k2 = Number(config.k2 ?? 0);
  const truncated = k1 > 0 && k2 > 0;
  const altered = truncated || config.clip === "timestep";
  const cell = cellNameOf(config, tensors);
  const losses = hasTarget.reduce((sum, one) => sum + one, 0);
  const place = placeOf(record);
  return {
    T,
    H,
    I,
    O,
    cell,
    x: tensors.x.data,
    y: tensors.y.data,
    h: tensors.h.data,
    dh: tensors.dh.data,
    loss: tensors.loss_t.data,
    firstBad: firstBadHere(record),
    target: tensors.target.data,
    classification,
    hasTarget,
    losses,
    lastLoss: Math.max(0, place.direction === "reverse" ? hasTarget.indexOf(1) : hasTarget.lastIndexOf(1)),
    lanes: readLanes(tensors, T, altered),
    altered,
    lnFlow: flowOf(tensors.ln_flow, T),
    parts: /** @type {Float64Array | undefined} */ (tensors.dW_hh_norm?.data) ?? null,
    partsSum: sumOfParts(record, CELLS[cell].recurrent),
    W_hh: betweenStates(tensors),
    W_xh: tensors.W_xh ?? null,
    W_hy: tensors.W_hy ?? null,
    embedding: tensors.W_emb?.shape[1] ?? 0,
    recurrent: CELLS[cell].recurrent,
    gates: tensors.gates ?? null,
    symbols: I >= 3 && isOneHot(tensors.x.data, T, I) ? inputNames(task, I) : null,
    classes: task?.classes ?? task?.vocabulary ?? null,
    own: ownColumns(task),
    baseline: meta.baseline ?? null,
    clip: {
      mode: String(config.clip ?? "none"),
      threshold: Number(config.clip_threshold ?? 0),
      scale: meta.clip_scale ?? null,
    },
    learnsStart: Boolean(config.train_h0),
    carriesStart: Boolean(config.carry_state),
    passes: truncated ? { k1, k2 } : null,
    cuts: truncated ? truncationCuts(hasTarget, T, k1, k2) : new Uint8Array(T + 1),
    neededLag: meta.needed_lag ?? null,
    place,
    reverse: place.direction === "reverse",
    top: place.layer === place.layers,
    activation: String(config.activation ?? "tanh"),
  };
}

/**
 * @param {Record<string, import("../wire/protocol.js").Tensor>} tensors
 * @param {number} T
 * @param {boolean} altered
 * @returns {Lane[]}
 */
function readLanes(tensors, T, altered) {
  const ln = /** @type {Float64Array} */ (tensors.ln_dh_norm.data);
  const share = flowOf(altered ? tensors.share_used : tensors.share, T);
  /** @type {Lane[]} */
  const lanes = [
    {
      name: "h",
      ln,
      shown: altered ? logarithms(tensors.dh_norm_used.data) : ln,
      share,
      carried: altered || !tensors.dh_carried_norm ? null : carriedOf(tensors.dh_carried_norm.data, ln),
      carriedShare: altered ? null : flowOf(tensors.carried_share, T),
    },
  ];
  if (tensors.ln_dc_norm) {
    const lnC = /** @type {Float64Array} */ (tensors.ln_dc_norm.data);
    const used = tensors.dc_norm_used;
    const shown = altered && used ? logarithms(used.data) : lnC;
    lanes.push({ name: "c", ln: lnC, shown, share: null, carried: null, carriedShare: null });
  }
  return lanes;
}

/** Where the first number that is not finite is framed: of a state in its own layer alone. @param {DecodedRecord} record */
function firstBadHere(record) {
  const bad = firstBadOf(wholeOf(record));
  return bad && (bad.of === "y" || bad.of === "loss" || bad.ending === placeOf(record).ending) ? bad : null;
}

/** The norm of what `parts` add up to: of several layers that of the chosen one. @param {DecodedRecord} record @param {string} recurrent */
function sumOfParts({ meta, of }, recurrent) {
  if (!of) return meta.dW_hh_sum_norm ?? null;
  return meta.dW_hh_sum_norms?.[`${recurrent}${of.ending}`] ?? null;
}

/** The matrix between two states; u_hh as the diagonal of one. @param {Record<string, import("../wire/protocol.js").Tensor>} tensors */
function betweenStates({ W_hh, u_hh }) {
  if (!u_hh) return W_hh ?? null;
  const H = u_hh.shape[0];
  const data = new Float64Array(H * H);
  for (let j = 0; j < H; j++) data[j * H + j] = u_hh.data[j];
  return { shape: [H, H], data };
}

/** @param {Picture} picture @param {"W_xh" | "W_hh" | "W_hy"} matrix */
export function weightsOf(picture, matrix) {
  return picture[matrix];
}

/** Whether the initial state is all zeros. @param {Pick<Picture, "H" | "h">} picture */
export function startsAtZero({ H, h }) {
  return h.subarray(0, H).every((value) => value === 0);
}

/** What multiplies the state before, so that it does nothing where that is 0. */
const MEETS_STATE = ["W_hh", "u_hh", "g_h"];

/** How many uses of a parameter in this layer something comes of: all T but that of W_hh with h_0 where that is 0. @param {Pick<Picture, "T" | "H" | "h">} picture @param {string} parameter by the first layer's name */
export function usesOf(picture, parameter) {
  return MEETS_STATE.includes(parameter) && startsAtZero(picture) ? picture.T - 1 : picture.T;
}

/** The same of a record. @param {DecodedRecord} record @param {string} parameter by the first layer's name */
export function usesIn({ tensors: { h } }, parameter) {
  return usesOf({ T: h.shape[0] - 1, H: h.shape[1], h: h.data }, parameter);
}

/**
 * Whether anything comes back to h_t from the timestep that was read after it. What is carried may be too small for a
 * double, or not known of what is shown: then a later loss that reaches h_t at all is enough, where truncation keeps it.
 * Nothing else that is shown changes what is exactly 0.
 * @param {Picture} picture @param {number} t
 */
export function comesBackTo(picture, t) {
  const { T, lanes, lnFlow, hasTarget, top, reverse } = picture;
  const [{ carried, shown }] = lanes;
  const step = reverse ? -1 : 1;
  if (!isCrossed(picture, t)) return false;
  if (carried && carried[t] !== Number.NEGATIVE_INFINITY) return true;
  if (lanes.every((lane) => lane.shown[t + step] === Number.NEGATIVE_INFINITY)) return false;
  if (!top || (!lnFlow && hasTarget[t])) return !carried && shown[t] !== Number.NEGATIVE_INFINITY;
  for (let s = t + step; s >= 1 && s <= T; s += step) {
    const ln = lnFlow ? lnFlow[(s - 1) * (T + 1) + t] : shown[t];
    if (hasTarget[s] && reaches(picture, s, t) && ln !== Number.NEGATIVE_INFINITY) return true;
  }
  return false;
}

/** The same of c_t, which keeps what it was sent whatever the recurrent weights are. @param {Picture} picture @param {number} t */
export function comesBackToCell(picture, t) {
  const { lanes, reverse } = picture;
  const cell = lanes.find(({ name }) => name === "c");
  if (!cell || !isCrossed(picture, t)) return false;
  return cell.shown[t] !== Number.NEGATIVE_INFINITY && cell.shown[reverse ? t - 1 : t + 1] !== Number.NEGATIVE_INFINITY;
}

/** Whether there is a timestep that was read after t, and truncation keeps a loss from there on as far back as t. @param {Picture} picture @param {number} t */
function isCrossed(picture, t) {
  const { T, reverse, hasTarget, passes } = picture;
  if (reverse ? t <= 1 : t >= T) return false;
  return !passes || hasTarget.some((has, s) => has === 1 && s > t && reaches(picture, s, t));
}

/** Whether truncation keeps E_s as far back as timestep t. @param {Picture} picture @param {number} s @param {number} t */
function reaches({ T, passes }, s, t) {
  return !passes || isKept(s, t, T, passes.k1, passes.k2);
}

/** A watched T × (T+1) quantity may lag behind a change of T; one of another length is not drawn. */
function flowOf(/** @type {import("../wire/protocol.js").Tensor | undefined} */ tensor, /** @type {number} */ T) {
  return tensor && tensor.shape[0] === T ? tensor.data : null;
}

function logarithms(/** @type {Numbers} */ norms) {
  const ln = new Float64Array(norms.length);
  for (let t = 0; t < norms.length; t++) ln[t] = Math.log(norms[t]);
  return ln;
}

/**
 * Logarithms of what each timestep is sent. Beyond a double's range it is as large as the gradient there, whose logarithm is
 * known: no loss of its own is that large.
 * @param {Numbers} norms
 * @param {Float64Array} ln of the gradient
 */
function carriedOf(norms, ln) {
  const carried = logarithms(norms);
  for (let t = 0; t < carried.length; t++) if (carried[t] === Number.POSITIVE_INFINITY) carried[t] = ln[t];
  return carried;
}

/**
 * @param {import("../wire/protocol.js").Tensor} target
 * @param {number} T
 * @param {boolean} classification
 */
function timestepsWithTarget(target, T, classification) {
  const has = new Uint8Array(T + 1);
  const O = target.shape[1];
  for (let t = 1; t <= T; t++) {
    has[t] = classification ? Number(target.data[t - 1] >= 0) : Number(!Number.isNaN(target.data[(t - 1) * O]));
  }
  return has;
}

function isOneHot(/** @type {Numbers} */ x, /** @type {number} */ T, /** @type {number} */ I) {
  for (let t = 0; t < T; t++) {
    let ones = 0;
    for (let i = 0; i < I; i++) {
      const value = x[t * I + i];
      if (value === 1) ones++;
      else if (value !== 0) return false;
    }
    if (ones !== 1) return false;
  }
  return true;
}

function inputNames(/** @type {Task | null} */ task, /** @type {number} */ I) {
  for (const names of [task?.vocabulary, task?.inputs]) if (names?.length === I) return names;
  return Array.from({ length: I }, (_, i) => String(i));
}

/** The input symbol of timestep t of a one-hot sequence. */
export function symbolAt(/** @type {Picture} */ picture, /** @type {number} */ t) {
  const { x, I } = picture;
  for (let i = 0; i < I; i++) if (x[(t - 1) * I + i] === 1) return i;
  return 0;
}

/**
 * Truncation keeps the pair (E_t, timestep k) iff n(t) - k2 < k <= t, with n(t) = min(T, k1·⌈t/k1⌉). Going back from
 * b+1 to b the river loses the losses that reached b+1 but do not reach b.
 * @param {Uint8Array} hasTarget
 * @param {number} T
 * @param {number} k1
 * @param {number} k2
 */
export function truncationCuts(hasTarget, T, k1, k2) {
  const cuts = new Uint8Array(T + 1);
  const passOf = (/** @type {number} */ t) => Math.min(T, k1 * Math.ceil(t / k1));
  for (let b = 1; b < T; b++) {
    let lost = false;
    let kept = false;
    for (let t = b + 1; t <= T && passOf(t) - k2 < b + 1; t++) {
      if (!hasTarget[t]) continue;
      if (passOf(t) - k2 < b) kept = true;
      else lost = true;
    }
    cuts[b] = lost ? (kept ? 1 : 2) : 0;
  }
  return cuts;
}

/**
 * Whether the pair (E_t, timestep k) is kept under truncation.
 * @param {number} t
 * @param {number} k
 * @param {number} T
 * @param {number} k1
 * @param {number} k2
 */
export function isKept(t, k, T, k1, k2) {
  if (!k1 || !k2) return k <= t;
  return Math.min(T, k1 * Math.ceil(t / k1)) - k2 < k && k <= t;
}

/**
 * What the network says at t: for classes the probability of class `index`, for values y itself.
 * @param {Picture} picture
 * @param {number} t
 * @param {number} index
 */
export function outputAt(picture, t, index) {
  const { y, O, classification } = picture;
  const from = (t - 1) * O;
  if (!classification) return y[from + index];
  let largest = Number.NEGATIVE_INFINITY;
  for (let o = 0; o < O; o++) largest = Math.max(largest, y[from + o]);
  let sum = 0;
  for (let o = 0; o < O; o++) sum += Math.exp(y[from + o] - largest);
  return Math.exp(y[from + index] - largest) / sum;
}

/** The class with the largest logit at t. */
export function winnerAt(/** @type {Picture} */ picture, /** @type {number} */ t) {
  const from = (t - 1) * picture.O;
  let winner = 0;
  for (let o = 1; o < picture.O; o++) if (picture.y[from + o] > picture.y[from + winner]) winner = o;
  return winner;
}

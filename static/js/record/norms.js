/** The norm chart's curves and its range: which lines it shows, and when its axis may change. Pure. */
import { decades } from "../lib/scales.js";
import { CELLS } from "./cells.js";

/** @typedef {import("./picture.js").Picture} Picture */
/** @typedef {import("../run/ghost.js").Ghost} Ghost */

/**
 * One line of the chart: natural logarithms at t, NaN where there is nothing to draw.
 * @typedef {object} Curve
 * @property {"all" | "used" | "last" | "cell" | "bound" | "threshold" | "ghost" | "layer"} id
 * @property {string} [label] of one that is named by who draws it
 * @property {number} [loss] of which loss alone, or what bounds it
 * @property {string} [change] before which change, as it is named
 * @property {Float64Array} ln
 * @property {import("./chosen.js").Choice} [place] of a layer or direction that is not open
 * @property {string} [short] its label where there is little room
 */

/** The ranges the axis knows, 6, 18, 48 and 600 decades long, in powers of ten. */
export const NORM_DOMAINS = /** @type {const} */ ([
  [-4, 2],
  [-12, 6],
  [-6, 12],
  [-36, 12],
  [-12, 36],
  [-300, 300],
]);

/** A nearer range is taken only when the curves have fitted it, with a decade to spare, for so long. */
const PATIENCE_MS = 2500;
const SPARE_DECADES = 1;

/** One loss alone may widen the axis so far; beyond it leaves the frame rather than flattening all the others. */
const LAST_LOSS_REACH = /** @type {const} */ ([-36, 12]);
const UNBOUNDED = /** @type {const} */ ([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);

/**
 * @param {Picture} picture
 * @param {Ghost | null} ghost
 * @param {number | null} contraction γσ_max: no step back multiplies a gradient by more
 * @returns {Curve[]} in the legend's order
 */
export function normCurves(picture, ghost, contraction) {
  const { T, lanes, lnFlow, lastLoss, losses, clip } = picture;
  /** @type {Curve[]} */
  const curves = [{ id: "all", ...(losses === 1 ? { loss: lastLoss } : {}), ln: lanes[0].ln }];
  if (picture.altered) curves.push({ id: "used", ln: lanes[0].shown });
  if (lanes.length > 1) curves.push({ id: "cell", ln: lanes[1].ln });
  const last = lnFlow && lastLoss > 0 ? lastLossAlone(lnFlow, T, lastLoss) : null;
  if (last && losses > 1) curves.push({ id: "last", loss: lastLoss, ln: last });
  const goesBack = picture.reverse ? lastLoss < T : lastLoss > 1;
  if (last && contraction !== null && goesBack && picture.top && CELLS[picture.cell].ledger) {
    const ln = new Float64Array(T + 1).fill(Number.NaN);
    for (let k = 1; k <= T; k++) {
      const steps = picture.reverse ? k - lastLoss : lastLoss - k;
      if (steps >= 0) ln[k] = last[lastLoss] + steps * Math.log(contraction);
    }
    curves.push({ id: "bound", loss: lastLoss, ln });
  }
  if (clip.mode === "timestep" && clip.threshold > 0) {
    curves.push({ id: "threshold", ln: new Float64Array(T + 1).fill(Math.log(clip.threshold)) });
  }
  if (ghost) curves.push({ id: "ghost", change: ghost.label, ln: ghost.ln_dh_norm });
  return curves;
}

/**
 * ln‖∂E/∂h_t‖, or that of c_t, as it goes into the update: what truncation and clipping by timestep leave of it.
 * @param {import("../wire/protocol.js").DecodedRecord} record @param {import("../wire/protocol.js").Config} config @param {"h" | "c"} [of]
 * @returns {import("../wire/protocol.js").Numbers | null}
 */
export function keptNorms({ tensors }, { clip, k1, k2 }, of = "h") {
  const used = tensors[`d${of}_norm_used`];
  const isAltered = clip === "timestep" || (Number(k1) > 0 && Number(k2) > 0);
  return isAltered && used ? Float64Array.from(used.data, Math.log) : (tensors[`ln_d${of}_norm`]?.data ?? null);
}

/**
 * @param {import("../wire/protocol.js").Numbers} lnFlow
 * @param {number} T
 * @param {number} last
 */
export function lastLossAlone(lnFlow, T, last) {
  const ln = new Float64Array(T + 1).fill(Number.NaN);
  for (let k = 1; k <= T; k++) ln[k] = lnFlow[(last - 1) * (T + 1) + k];
  return ln;
}

/** The smallest and largest power of ten the measured curves reach; a bound or a ghost moves no axis. */
export function normExtent(/** @type {Curve[]} */ curves) {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { id, ln } of curves) {
    if (id === "bound" || id === "ghost" || id === "threshold") continue;
    const [floor, ceiling] = id === "last" ? LAST_LOSS_REACH : UNBOUNDED;
    for (let t = 1; t < ln.length; t++) {
      if (!Number.isFinite(ln[t])) continue;
      low = Math.min(low, Math.max(floor, decades(ln[t])));
      high = Math.max(high, Math.min(ceiling, decades(ln[t])));
    }
  }
  return { low, high };
}

/**
 * Which range the axis shows. A value beyond the present one is followed at once, fitting a nearer one only after a while.
 * @param {{index: number, fitsSince: number | null} | null} state
 * @param {{low: number, high: number}} extent
 * @param {number} now ms
 */
export function chooseDomain(state, extent, now) {
  if (extent.low > extent.high) return state ?? { index: 0, fitsSince: null };
  if (!state || !fits(extent, state.index, 0)) return { index: nearest(extent, 0), fitsSince: null };
  const nearer = nearest(extent, SPARE_DECADES);
  if (lengthOf(nearer) >= lengthOf(state.index)) {
    return state.fitsSince === null ? state : { index: state.index, fitsSince: null };
  }
  if (state.fitsSince === null) return { index: state.index, fitsSince: now };
  return now - state.fitsSince >= PATIENCE_MS ? { index: nearer, fitsSince: null } : state;
}

/** @param {{low: number, high: number}} extent @param {number} index @param {number} spare */
function fits({ low, high }, index, spare) {
  return low >= NORM_DOMAINS[index][0] + spare && high <= NORM_DOMAINS[index][1] - spare;
}

/** @param {{low: number, high: number}} extent @param {number} spare */
function nearest(extent, spare) {
  const index = NORM_DOMAINS.findIndex((_, i) => fits(extent, i, spare));
  return index < 0 ? NORM_DOMAINS.length - 1 : index;
}

function lengthOf(/** @type {number} */ index) {
  return NORM_DOMAINS[index][1] - NORM_DOMAINS[index][0];
}

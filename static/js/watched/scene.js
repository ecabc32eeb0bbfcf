/** What one drawing of a watched run needs: the stage's scene, without outputs and a second track. Pure. */

import { HANDED_IN, normName } from "../words/watched.js";
import { palette } from "../kit/colour.js";
import { lastLossAlone, normCurves } from "../record/norms.js";
import { layoutStage } from "../stage/layout.js";
import { ribbonOf } from "../stage/river/river.js";

/** @typedef {import("../record/picture.js").Picture} Picture */
/** @typedef {import("../stage/scene.js").Scene} Scene */

/** So far below the discs of losses those of what is handed in stand: there are no outputs under them. In design units. */
const LOWER = 28;

/**
 * @param {Picture} picture
 * @param {{picture: Picture, step: number} | null} compared
 * @param {{step: number, ruler: import("../run/state.js").Ruler, dark: boolean, highlight: number, names?: boolean}} shown
 * @param {{width: number, height: number, U: number}} size
 * @param {readonly [number, number]} domain
 * @returns {Scene}
 */
export function watchedScene(picture, compared, { step, ruler, dark, highlight, names }, size, domain) {
  const { T, H, I: inputRows, lanes } = picture;
  const laid = layoutStage({ ...size, T, H, inputRows, lanes: lanes.length, names });
  const y = laid.loss.y + LOWER * size.U;
  const layout = {
    ...laid,
    loss: { y },
    output: { top: y, bottom: y },
    norm: { top: laid.norm.top, bottom: laid.track.bottom },
    track: { top: laid.track.bottom, bottom: laid.track.bottom },
    names: laid.names && { ...laid.names, top: laid.names.top + LOWER * size.U },
  };
  const [lane] = layout.lanes;
  const { edges, left, right, U } = layout;
  const bed = { edges, left, right, U, height: lane.bottom - lane.top };
  return {
    layout,
    palette: palette(dark ? "dark" : "light"),
    picture,
    ribbons: picture.lanes.map((of) => ribbonOf(picture, of, bed, ruler)),
    ruler,
    nearer: null,
    farther: null,
    highlight,
    track: "",
    curves: curvesOf(picture, compared, step),
    domain,
    outputDomain: [-1, 1],
    bands: [],
  };
}

const LEAST_DECADES = 6;

/** The norm chart's range, even powers of ten: it only grows, so that captures can be compared. @param {readonly [number, number] | null} range @param {{low: number, high: number}} extent @returns {readonly [number, number]} */
export function widened(range, { low, high }) {
  if (low > high) return range ?? [-LEAST_DECADES, 0];
  const even = (/** @type {number} */ value) => 2 * value + 0; // no negative zero
  const from = Math.min(range?.[0] ?? Number.POSITIVE_INFINITY, even(Math.floor(low / 2)));
  const to = Math.max(range?.[1] ?? Number.NEGATIVE_INFINITY, even(Math.ceil(high / 2)));
  return [Math.min(from, to - LEAST_DECADES), to];
}

/**
 * @param {Picture} picture
 * @param {{picture: Picture, step: number} | null} compared
 * @param {number} step
 */
export function curvesOf(picture, compared, step) {
  const curves = normCurves(picture, null, null).map((curve) => {
    if (curve.id === "all") return { ...curve, label: HANDED_IN };
    return curve.id === "last" ? { ...curve, label: normName(true, step) } : curve;
  });
  if (!compared) return curves;
  const before = compared.picture;
  const alone = before.losses > 1 && before.lnFlow && before.lastLoss > 0;
  const ln = alone && before.lnFlow ? lastLossAlone(before.lnFlow, before.T, before.lastLoss) : before.lanes[0].ln;
  const label = normName(Boolean(alone), compared.step);
  return [...curves, { id: /** @type {const} */ ("ghost"), label, ln }];
}

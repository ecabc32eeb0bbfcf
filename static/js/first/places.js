/**
 * Where the names of things stand on the picture, and how a line leads from each to its thing: vertical, or with one
 * elbow, between columns and never across data. Pure geometry.
 */

import { columnWidth, isVisible, standsApart, xOf } from "../stage/axis.js";
import { thumbnailPlaces, weightsBox } from "../stage/layout.js";
import { tilesOf } from "../stage/matrices.js";
import { lossRadius, outputHeights } from "../stage/paint/ends.js";
import { hasMarks, middleOf } from "../stage/paint/units.js";
import { comesBackTo } from "../record/picture.js";
import { KIND } from "../stage/river/ruler.js";
import { clippedTimesteps, WEIR, weirX } from "../stage/river/signs.js";
import { isSaturated, slopeOf } from "../record/slope.js";

/** @typedef {import("../stage/scene.js").Scene} Scene */
/** @typedef {import("../stage/layout.js").Layout} Layout */
/** @typedef {import("../record/picture.js").Picture} Picture */
/** @typedef {Scene & {picture: Picture}} Drawn */

/** @typedef {"clip" | "output" | "loss" | "own" | "start" | "carried" | "share" | "against" | "cell" | "saturated" | "input" | "W_xh" | "W_hh" | "units" | "W_hy"} NameKey */

/**
 * One way to name a thing: the timestep where, the x of the line's vertical part, and the thing's point.
 * @typedef {{t: number, source?: number, unit?: number, x: number, to: {x: number, y: number}}} Option
 */
/** @typedef {Option & {key: NameKey, left: number, top: number, width: number, below: boolean}} Placed below: the name stands under its thing */
/** @typedef {{placed: Placed[], missing: NameKey[]}} Names missing: what is in the picture and has no name there */

/** What stands below its name, of those under the river. @type {NameKey[]} */
const DOWN = ["saturated"];

/** In design units. */
export const PILL = 20;
const APART = 6;
/** So far inside a name's ends its line begins. */
const INSET = 9;
export const THINNEST = 5;
/** How far beside a column a line runs that has not the whole gap. */
const BESIDE = 6;

/** Names from left to right, by the row in which they stand. @typedef {{row: "top" | "middle" | "bottom", keys: NameKey[]}} Row */

/** @type {Row[]} */
const ROWS = [
  { row: "top", keys: ["clip", "output", "loss", "own"] },
  { row: "middle", keys: ["start", "against", "carried", "saturated", "share"] },
  { row: "bottom", keys: ["input", "W_xh", "W_hh", "units", "W_hy"] },
];

/** @typedef {(scene: Drawn) => Option[] | null} Options the ways to name a thing; none where it cannot be named, null where it is not in the picture */
/** What is named on a picture. @typedef {{rows: Row[], options: Record<NameKey, Options>}} Kinds */

/**
 * @param {Drawn} scene
 * @param {(key: NameKey) => number} widthOf a name, px
 * @param {Names | null} before where they stood: a name stays at its timestep while it can
 * @param {Kinds} kinds
 * @returns {Names}
 */
export function placeNames(scene, widthOf, before = null, { rows, options } = PLAYGROUND) {
  const { layout } = scene;
  /** @type {Names} */
  const names = { placed: [], missing: [] };
  if (!layout.names) return names;
  for (const { row, keys } of rows) {
    const top = layout.names[row];
    const wanted = keys.flatMap((key) => {
      const ways = options[key](scene);
      if (ways === null) return [];
      if (ways.length === 0) names.missing.push(key);
      return ways.length === 0 ? [] : [{ key, options: ways, width: widthOf(key) }];
    });
    const stood = wanted.map((one) => whereItStood(one, before));
    const stays = stood.every(({ options }) => options.length > 0)
      ? besideEachOther(inOrder(stood, before), layout)
      : null;
    const placed = stays ?? asManyAsFit(wanted, layout);
    for (const { key } of wanted) if (!placed.some((one) => one.key === key)) names.missing.push(key);
    names.placed.push(...placed.map((one) => ({ ...one, top, below: row !== "top" && !DOWN.includes(one.key) })));
  }
  return names;
}

/** @typedef {{key: NameKey, options: Option[], width: number}} Wanted */
/** @typedef {Option & {key: NameKey, left: number, width: number}} InRow */

/** Where the row is full, these go first. @type {NameKey[]} */
const LEAST = ["W_xh", "W_hy", "clip", "start", "saturated", "cell", "against", "share", "own", "units"];

/** @param {Wanted} wanted @param {Names | null} before */
function whereItStood({ key, options, width }, before) {
  const was = before?.placed.find((one) => one.key === key);
  const same = was
    ? options.filter(({ t, source, unit }) => t === was.t && source === was.source && unit === was.unit)
    : [];
  return { key, options: same, width };
}

/** As they stood from left to right. @param {Wanted[]} wanted @param {Names | null} before */
function inOrder(wanted, before) {
  const leftOf = (/** @type {Wanted} */ { key }) => before?.placed.find((one) => one.key === key)?.left ?? 0;
  return [...wanted].sort((a, b) => leftOf(a) - leftOf(b));
}

/**
 * As many names beside each other as have room, each over its line.
 * @param {Wanted[]} wanted @param {Layout} layout
 * @returns {InRow[]}
 */
function asManyAsFit(wanted, layout) {
  const named = wanted.filter((one) => besideEachOther([one], layout));
  for (const order of ordersOf(named)) {
    const placed = besideEachOther(order, layout);
    if (placed) return placed;
  }
  const least = LEAST.find((key) => named.some((one) => one.key === key)) ?? named.at(-1)?.key;
  return least === undefined
    ? []
    : asManyAsFit(
        named.filter(({ key }) => key !== least),
        layout,
      );
}

/** The given order first. @template A @param {A[]} items @returns {Generator<A[]>} */
function* ordersOf(items) {
  if (items.length < 2) yield items;
  else
    for (const [index, first] of items.entries()) {
      for (const rest of ordersOf(items.filter((_, other) => other !== index))) yield [first, ...rest];
    }
}

/**
 * In this order, as evenly as lines allow; null where that is not possible.
 * @param {Wanted[]} wanted @param {Layout} layout
 * @returns {InRow[] | null}
 */
function besideEachOther(wanted, { width, U }) {
  const [inset, apart, margin] = [INSET * U, APART * U, 4 * U];
  /** How far right each may begin, so that all that follow have room. @type {number[]} */
  const latest = [];
  let end = width - margin;
  for (const { options, width: own } of [...wanted].reverse()) {
    const limit = end - own;
    const starts = options
      .map(({ x }) => Math.min(x - inset, limit))
      .filter((left, i) => left >= options[i].x - own + inset);
    if (starts.length === 0) return null;
    latest.unshift(Math.max(...starts));
    end = latest[0] - apart;
  }
  /** @type {InRow[]} */
  const placed = [];
  let free = margin;
  for (const [index, { key, options, width: own }] of wanted.entries()) {
    const limit = index + 1 < wanted.length ? latest[index + 1] - apart - own : width - margin - own;
    const ideal = ((index + 0.5) * width) / wanted.length;
    const possible = options.flatMap((option) => {
      const [from, to] = [Math.max(free, option.x - own + inset), Math.min(limit, option.x - inset)];
      return from > to ? [] : [{ ...option, key, width: own, left: Math.min(to, Math.max(from, option.x - own / 2)) }];
    });
    if (possible.length === 0) return null;
    const best = possible.reduce((a, b) => (Math.abs(b.x - ideal) < Math.abs(a.x - ideal) ? b : a));
    placed.push(best);
    free = best.left + own + apart;
  }
  return placed;
}

/** @type {Record<NameKey, Options>} */
export const OPTIONS = {
  clip: ({ layout, picture }) => {
    const [{ top }] = layout.lanes;
    const { mode, scale } = picture.clip;
    if ((mode === "norm" || mode === "value") && scale !== null) {
      const x = weirX(layout) + (WEIR / 2) * layout.U;
      return [{ t: 0, x, to: { x, y: top + 3 * layout.U } }];
    }
    if (mode !== "timestep") return null;
    const cut = clippedTimesteps(picture);
    if (cut.length === 0) return null;
    return apart(layout, cut).map((t) => fromRight(layout, t, xOf(layout, t), top + 4 * layout.U));
  },

  output: (scene) => {
    const { layout, picture } = scene;
    const heights = outputHeights(scene);
    const y = (/** @type {number} */ t) => heights[t];
    const shown = withTarget(layout, picture).filter((t) => Number.isFinite(y(t)));
    if (shown.length === 0) return null;
    const { U } = layout;
    if (layout.packed)
      return atEnd(layout, shown, 4 * U, (t) => ({ x: xOf(layout, t) + columnWidth(layout, t) / 2, y: y(t) }));
    return apart(layout, shown).map((t) => ({
      ...fromRight(layout, t, xOf(layout, t) + 4 * U, y(t)),
    }));
  },

  loss: ({ layout, picture }) => {
    const shown = withTarget(layout, picture).filter((t) => Number.isFinite(picture.loss[t - 1]));
    if (shown.length === 0) return null;
    return shown.map((t) => {
      const x = xOf(layout, t);
      return { t, x, to: { x, y: layout.loss.y - lossRadius(picture, layout, t) - 2 * layout.U } };
    });
  },

  own: ({ layout, picture, ribbons }) => {
    const shown = withTarget(layout, picture).filter((t) => ribbons[0].kinds[t] === KIND.flow);
    if (shown.length === 0) return null;
    const y = layout.lanes[0].top - 3 * layout.U;
    return apart(layout, shown).map((t) => fromRight(layout, t, xOf(layout, t) + 2 * layout.U, y));
  },

  carried: ({ layout, picture, ribbons }) => {
    const [{ mid }] = layout.lanes;
    // The gap before column t: what crosses it goes to the state that was read earlier.
    const flows = between(layout).flatMap((t) => {
      if (t < 2 || !comesBackTo(picture, picture.reverse ? t : t - 1)) return [];
      const x = layout.edges[t - 1];
      const half = ribbons[0].profile[Math.round(x - layout.left)] ?? 0;
      return half > THINNEST ? [{ t, x, to: { x, y: mid + 0.4 * half } }] : [];
    });
    return flows.length === 0 ? null : flows;
  },

  start: ({ layout, picture }) => {
    if (!picture.carriesStart) return null;
    const { left, lanes, U } = layout;
    return [{ t: 0, x: left + 2 * U, to: { x: left + 2 * U, y: lanes[0].bottom - 3 * U } }];
  },

  share: ({ layout, picture, ribbons }) => {
    if (picture.losses < 2 || !ribbons[0].strata) return null;
    const source = picture.lastLoss;
    const found = strataOf(layout, ribbons[0], picture).filter((one) => one.source === source && one.share > 0);
    return found.map(({ t, above }) => fromRight(layout, t, xOf(layout, t), layout.lanes[0].mid - above, source));
  },

  against: ({ layout, picture, ribbons }) => {
    const found = strataOf(layout, ribbons[0], picture).filter(({ share }) => share < 0);
    return found.length === 0
      ? null
      : found.map(({ t, source, above }) => fromRight(layout, t, xOf(layout, t), layout.lanes[0].mid - above, source));
  },

  cell: () => null,

  saturated: ({ layout, picture }) => {
    const slope = slopeOf(picture);
    if (!slope) return null;
    const { units, U } = layout;
    const thumbnails = thumbnailPlaces(layout);
    const shown = visible(layout).filter((t) => hasMarks(layout, t));
    const dots = shown.flatMap((t) =>
      rowsOf(units).flatMap((row) => {
        const unit = row * units.every;
        const y = middleOf(layout, row);
        return isSaturated(slope, picture.h[t * picture.H + unit]) ? [{ t, unit, y }] : [];
      }),
    );
    if (dots.length === 0) return null;
    return dots.flatMap(({ t, unit, y }) => {
      if (!standsApart(layout, t)) return [];
      const side = xOf(layout, t) + columnWidth(layout, t) / 2;
      const thumbnail = thumbnails.find((one) => one.t === t + 1);
      // Above the thumbnail on the next arrow the line has the whole gap; beyond it, what is left beside the column.
      if (!thumbnail || y < thumbnail.y - 2 * U) return [{ ...fromRight(layout, t, side + 1, y), unit }];
      const x = side + BESIDE * U;
      return x + 3 * U < thumbnail.x ? [{ t, unit, x, to: { x: side + 1, y } }] : [];
    });
  },

  input: ({ layout }) => {
    const y = layout.input.bottom + 1;
    return visible(layout).map((t) => {
      const x = standsApart(layout, t)
        ? xOf(layout, t) + Math.min(9 * layout.U, 0.3 * (layout.edges[t] - layout.edges[t - 1]))
        : xOf(layout, t);
      return { t, x, to: { x, y } };
    });
  },

  W_xh: ({ layout }) =>
    tilesOf(layout, "W_xh").map(({ t, x, y, width, height }) => fromRight(layout, t, x + width + 1, y + height / 2)),

  W_hh: ({ layout, picture }) => {
    if (!picture.W_hh || picture.T < 2) return null;
    const places = thumbnailPlaces(layout);
    if (places.length > 0) {
      return places.map(({ t, x, y, size }) => ({ t, x: x + size / 2, to: { x: x + size / 2, y: y + size + 1 } }));
    }
    const { x, y, size } = weightsBox(layout);
    return [{ t: 0, x: layout.left - 26 * layout.U, to: { x: x + size + 1, y: y + size - 4 * layout.U } }];
  },

  units: ({ layout, picture }) => {
    const { units, U } = layout;
    if (layout.packed) {
      const y = (units.top + units.bottom) / 2;
      return atEnd(layout, timesteps(picture), 4 * U, (t) => ({ x: xOf(layout, t) + columnWidth(layout, t) / 2, y }));
    }
    const y = units.bottom - units.rowHeight / 2;
    return apart(layout, timesteps(picture)).map((t) =>
      fromRight(layout, t, xOf(layout, t) + columnWidth(layout, t) / 2 + 1, y),
    );
  },

  W_hy: ({ layout }) => {
    if (!layout.isTop) return null;
    const last = tilesOf(layout, "W_hy").find(({ t }) => t === layout.T);
    if (!last) return [];
    return atEnd(layout, [last.t], 4 * layout.U, () => ({ x: last.x + last.width + 1, y: last.y + last.height / 2 }));
  },
};

/** @type {Kinds} */
export const PLAYGROUND = { rows: ROWS, options: OPTIONS };

/** Down or up between t and the next column, then to the left. @param {Layout} layout @param {number} t @param {number} x @param {number} y @param {number} [source] @returns {Option} */
export function fromRight(layout, t, x, y, source) {
  const option = { t, x: layout.edges[t], to: { x, y } };
  return source === undefined ? option : { ...option, source };
}

/** Right of the last timestep, where nothing is drawn. @param {Layout} layout @param {number[]} shown @param {number} aside @param {(t: number) => {x: number, y: number}} to @returns {Option[]} */
function atEnd(layout, shown, aside, to) {
  const { T, right, edges } = layout;
  if (!shown.includes(T) || !isVisible(layout, T)) return [];
  return [{ t: T, x: Math.min(right, edges[T]) + aside, to: to(T) }];
}

/** @param {Layout["units"]} units */
function rowsOf({ rows }) {
  return Array.from({ length: rows }, (_, row) => row);
}

/** @param {Picture} picture */
function timesteps({ T }) {
  return Array.from({ length: T }, (_, i) => i + 1);
}

/** @param {Layout} layout */
export function visible(layout) {
  return timesteps(/** @type {any} */ (layout)).filter((t) => isVisible(layout, t));
}

/** @param {Layout} layout @param {Picture} picture */
export function withTarget(layout, picture) {
  return visible(layout).filter((t) => picture.hasTarget[t]);
}

/** Those beside which a line finds room. @param {Layout} layout @param {number[]} shown */
function apart(layout, shown) {
  return shown.filter((t) => isVisible(layout, t) && standsApart(layout, t));
}

/** Timesteps before which there is a gap to stand in. @param {Layout} layout */
function between(layout) {
  return visible(layout).filter((t) => isVisible(layout, t - 0.5));
}

/**
 * The layers of the river that are thick enough to be pointed at: whose, at which timestep, how far above the midline.
 * @param {Layout} layout @param {import("../stage/river/river.js").Ribbon} ribbon @param {Picture} picture
 */
function strataOf(layout, { strata, share, half, kinds }, { T }) {
  if (!strata || !share || layout.packed) return [];
  const found = [];
  for (const t of apart(layout, visible(layout))) {
    if (kinds[t] !== KIND.flow) continue;
    for (let source = T; source >= t; source--) {
      const upper = strata[t * (T + 1) + source];
      const lower = source < T ? strata[t * (T + 1) + source + 1] : 0;
      const thickness = 2 * half[t] * (upper - lower);
      if (thickness < THINNEST * layout.U) continue;
      const above = half[t] * (upper + lower - 1);
      found.push({ t, source, above, share: share[(source - 1) * (T + 1) + t] });
    }
  }
  return found;
}

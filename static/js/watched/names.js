/** What is named on the picture of a watched layer, and where, as far as it differs from the playground's. Pure geometry. */

import { fromRight, OPTIONS, THINNEST, visible, withTarget } from "../first/places.js";
import { labelledTimesteps } from "../lib/scales.js";
import { columnWidth, standsApart, xOf } from "../stage/axis.js";
import { thumbnailPlaces, weightsBox } from "../stage/layout.js";
import { KIND, RULERS } from "../stage/river/ruler.js";
import { beyondRuler } from "../stage/river/signs.js";
import { goesUnder, sizeAt } from "../words/stage.js";

/** @typedef {import("../first/places.js").Kinds} Kinds */
/** @typedef {import("../first/places.js").Option} Option */
/** @typedef {import("../first/places.js").Row} Row */
/** @typedef {import("../stage/scene.js").Scene} Scene */
/** @typedef {Scene & {picture: NonNullable<Scene["picture"]>}} Drawn */
/** @typedef {{left: number, right: number, top: number, bottom: number}} Box px */
/** @typedef {import("../stage/layout.js").Layout} Layout */

/** Left of all that is written in the gutter, in design units. */
const EDGE = 13.5;

/** So far a line to a cone comes over the timesteps before it at most. */
const FURTHEST = 220;
/** So far from its middle a timestep's number reaches. */
const NUMBER = 9.5;

/** Nothing is clipped there, no output is known, and only the recurrent weights are drawn. */
const BOTTOM = /** @type {Row} */ ({ row: "bottom", keys: ["input", "W_hh", "units"] });

/** @type {Row[]} */
const ONE_RIVER = [
  { row: "top", keys: ["loss", "own"] },
  { row: "middle", keys: ["against", "carried", "saturated", "share"] },
  BOTTOM,
];

/** Lines to the upper river come from above, not through the lower one. @type {Row[]} */
const TWO_RIVERS = [
  { row: "top", keys: ["loss", "carried", "against", "own", "share"] },
  { row: "middle", keys: ["cell"] },
  BOTTOM,
];

/** Where all of it comes from one timestep, there is no room above that for more than the disc and the cone. @type {Row[]} */
const TWO_RIVERS_OF_ONE = [{ row: "top", keys: ["loss", "own"] }, { row: "middle", keys: ["carried", "cell"] }, BOTTOM];

/** @type {Kinds["options"]} */
const WATCHED = {
  ...OPTIONS,

  own: (scene) => {
    const found = OPTIONS.own(scene);
    if (found === null) return null;
    const { layout, picture } = scene;
    const shown = withTarget(layout, picture);
    return shown.length === 1 ? [...found, ...fromLeft(layout, shown[0])] : found;
  },

  cell: (scene) => {
    const { layout, ribbons } = scene;
    const [, ribbon] = ribbons;
    const [, lane] = layout.lanes;
    if (!lane || !ribbon) return null;
    const flows = visible(layout).filter((t) => ribbon.kinds[t] === KIND.flow && ribbon.half[t] > THINNEST);
    if (flows.length === 0) return null;
    return clear(
      scene,
      flows.map((t) => {
        const x = xOf(layout, t);
        return { t, x, to: { x, y: lane.mid + 0.6 * ribbon.half[t] } };
      }),
    );
  },

  carried: (scene) => clear(scene, OPTIONS.carried(scene)),
  share: (scene) => clear(scene, OPTIONS.share(scene)),
  against: (scene) => clear(scene, OPTIONS.against(scene)),

  input: ({ layout }) => {
    const y = layout.input.bottom + 1.5 * layout.U;
    const found = visible(layout).map((t) =>
      fromRight(layout, t, xOf(layout, t) + (standsApart(layout, t) ? 0.3 * columnWidth(layout, t) : 0), y),
    );
    // One timestep alone has its state named at the right.
    if (layout.T === 1) return [{ ...found[0], x: layout.left }];
    const numbered = labelledTimesteps(layout.T, layout.pitch, 22 * layout.U).map((t) => xOf(layout, t));
    return found.filter(({ x }) => numbered.every((at) => Math.abs(x - at) > NUMBER * layout.U));
  },

  W_hh: (scene) => {
    const { layout } = scene;
    const found = OPTIONS.W_hh(scene);
    if (found === null || thumbnailPlaces(layout).length > 0) return found;
    const { x, y, size } = weightsBox(layout);
    return [{ t: 0, x: EDGE * layout.U, to: { x: x - 1, y: y + size - 4 * layout.U } }];
  },
};

/** Where nothing else is handed in, a line comes to the cone over the timesteps before. @param {Layout} layout @param {number} t @returns {Option[]} */
function fromLeft(layout, t) {
  if (!standsApart(layout, t)) return [];
  const to = { x: xOf(layout, t) - 2 * layout.U, y: layout.lanes[0].top - 3 * layout.U };
  return visible(layout)
    .filter((before) => before < t && layout.edges[before] > to.x - FURTHEST * layout.U)
    .map((before) => ({ t, x: layout.edges[before], to }));
}

/** Those whose line meets nothing that is written in the rivers. @template {Option[] | null} O @param {Drawn} scene @param {O} options @returns {O | Option[]} */
function clear(scene, options) {
  if (options === null) return options;
  const written = writtenOn(scene);
  return options.filter((option) => !written.some((box) => meets(scene, option, box)));
}

/** Down to the thing or up to it: within a lane, and through those that lie between it and the name. @param {Drawn} scene @param {Option} option @param {Box} box */
function meets(scene, { x, to }, { left, right, top, bottom }) {
  const { lanes } = scene.layout;
  const fromAbove = rowsOf(scene) === TWO_RIVERS && to.y < lanes[0].bottom;
  const [high, low] = fromAbove ? [lanes[0].top, to.y] : [to.y, lanes[lanes.length - 1].bottom];
  const crosses = x > left && x < right && low > top && high < bottom;
  return crosses || (to.y > top && to.y < bottom && Math.max(x, to.x) > left && Math.min(x, to.x) < right);
}

/** In design units: what a letter takes at most in a label and in a tag, the tag's margins, and what keeps clear of both. */
const LETTER = { label: 6.4, tag: 7.4, margins: 24, apart: 3 };

/**
 * What is written in the rivers' lanes: where one is larger than its ruler reaches, and where it goes under.
 * @param {Drawn} scene @returns {Box[]}
 */
export function writtenOn({ layout, picture, ribbons, ruler }) {
  const { U, left, right, edges, lanes } = layout;
  const apart = LETTER.apart * U;
  return lanes.flatMap(({ top, mid }, index) => {
    const { shown } = picture.lanes[index];
    const tags = beyondRuler(shown, RULERS[ruler]).map(({ most }) => {
      const half = (LETTER.tag * sizeAt(shown[most], most).length + LETTER.margins) * (U / 2);
      const x = Math.min(right - half, Math.max(left + half, xOf(layout, most)));
      const y = top + 24 * U;
      return { left: x - half - apart, right: x + half + apart, top: y - 18 * U, bottom: y + 18 * U };
    });
    const dry = ribbons[index].spans.filter(({ kind }) => kind === KIND.dry);
    const labels = dry.flatMap(({ first, last }) => {
      const [from, to] = [Math.max(left, edges[first - 1]), Math.min(right, edges[last])];
      const width = (/** @type {string} */ words) => LETTER.label * U * words.length + 2 * apart;
      const above = Math.max(from, to - width(goesUnder(RULERS[ruler].low, last)));
      const height = { top: mid - 24 * U, bottom: mid + 24 * U };
      return [
        { left: above, right: Math.max(to, above + width(goesUnder(RULERS[ruler].low, last))), ...height },
        { left: from, right: from + width(sizeAt(shown[first], first)), ...height },
      ];
    });
    return [...tags, ...labels];
  });
}

/** @param {Scene} scene @returns {Row[]} */
function rowsOf({ layout, picture }) {
  if (layout.lanes.length < 2) return ONE_RIVER;
  return picture?.losses === 1 ? TWO_RIVERS_OF_ONE : TWO_RIVERS;
}

/** @param {Scene | null} scene @returns {Kinds} */
export function watchedKinds(scene) {
  return { rows: scene ? rowsOf(scene) : ONE_RIVER, options: WATCHED };
}

/** Frames around the weights that are used at a moment of slow motion. */

import { outline } from "../paint/weights.js";
import { matrixBox, tilesOf } from "../matrices.js";
import { statesMeetBy } from "../../record/cells.js";

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {import("../scene.js").Scene} Scene */

/** W_hh where it is used for t, and the one it is the same as; nothing where the states meet by no weights. */
export function frameWeights(
  /** @type {Context} */ ctx,
  /** @type {Scene} */ { layout, picture },
  /** @type {number} */ t,
  /** @type {string} */ colour,
) {
  if (!picture || !statesMeetBy(picture)) return;
  const { U } = layout;
  const into = layout.reverse ? t + 1 : t; // a tile is named by the later one of its two timesteps
  const tiles = tilesOf(layout, "W_hh").filter((tile) => tile.t === into);
  for (const box of [matrixBox(layout, "W_hh"), ...tiles]) outline(ctx, box, colour, 1.8 * U, U);
}

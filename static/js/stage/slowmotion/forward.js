/** Forward in slow motion: input, weights, units and output of one timestep after the other, then the losses. */

import { mix } from "../../lib/scales.js";
import { columnWidth, standsApart, xOf } from "../axis.js";
import { wayX } from "../matrices.js";
import { frameWeights } from "./frames.js";
import { copyAll, copyGutterWeights, copyPart, readsBothWays } from "./layers.js";
import { between } from "./timeline.js";

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {import("../layout.js").Layout} Layout */
/** @typedef {import("./layers.js").Layers} Layers */
/** @typedef {import("./timeline.js").Moment} Moment */

/** When, within one timestep, what happens. */
const FORWARD = { input: [0, 0.15], weights: [0.15, 0.35], units: [0.3, 0.75], output: [0.75, 1] };

/** How far to the right the column of t reaches, with what belongs to it. @param {Layout} layout @param {number} t */
function rightOf(layout, t) {
  if (t < 1) return layout.left - 2 * layout.U;
  if (!standsApart(layout, t)) return layout.edges[t];
  return xOf(layout, t) + columnWidth(layout, t) / 2 + 3 * layout.U;
}

/** How far to the left it reaches. @param {Layout} layout @param {number} t */
function leftOf(layout, t) {
  if (t > layout.T) return layout.right + 2 * layout.U;
  if (!standsApart(layout, t)) return layout.edges[t - 1];
  return xOf(layout, t) - columnWidth(layout, t) / 2 - 3 * layout.U;
}

/**
 * Along the axis: the columns before t in the order of the sequence, t's own with the arrow into it, and that arrow.
 * @param {Layout} layout @param {number} t
 */
function spansAt(layout, t) {
  const { U, left, right, reverse } = layout;
  const half = columnWidth(layout, t) / 2 + 2.2 * U;
  if (!reverse) {
    const done = rightOf(layout, t - 1);
    return {
      done: { left: left - 4 * U, right: done },
      column: { left: done, right: rightOf(layout, t) },
      arrow: { left: done, right: xOf(layout, t) - half },
    };
  }
  const done = leftOf(layout, t + 1);
  return {
    done: { left: done, right: right + 12 * U },
    column: { left: leftOf(layout, t), right: done },
    arrow: { left: xOf(layout, t) + half, right: done },
  };
}

export function drawForward(
  /** @type {Context} */ ctx,
  /** @type {Layers} */ layers,
  /** @type {Moment} */ { t, part },
) {
  const { scene, chrome, forward, ratio } = layers;
  const { layout, palette } = scene;
  const { U, units, output, band } = layout;
  const both = readsBothWays(scene);
  copyAll(ctx, chrome, layout);
  copyGutterWeights(ctx, layers);
  const { done, column, arrow } = spansAt(layout, t);
  const hasOutput = !both || layout.isTop;
  copyPart(ctx, forward, ratio, { ...done, top: hasOutput ? band.top : units.top - 3 * U, bottom: layout.height });
  if (both) copyEarlier(ctx, layers);
  const top = units.top - 3 * U;
  const filled = mix(top, units.bottom + 2 * U, between(part, FORWARD.units[0], FORWARD.units[1]));
  const input = { top: reachedFromBelow(layout, both, part), bottom: layout.labels.y + 8 * U };
  copyPart(ctx, forward, ratio, { ...column, ...input });
  if (part >= FORWARD.weights[0]) {
    copyPart(ctx, forward, ratio, { ...arrow, top, bottom: units.bottom });
  }
  copyPart(ctx, forward, ratio, { ...column, top, bottom: filled });
  if (part >= FORWARD.units[1]) {
    copyPart(ctx, forward, ratio, { ...column, top: layout.track.top, bottom: layout.track.bottom });
  }
  if (part < FORWARD.weights[0]) frameInput(ctx, layout, palette, t);
  else if (part < FORWARD.weights[1]) frameWeights(ctx, scene, t, palette.ink);
  if (part >= FORWARD.units[1] && !both) {
    for (const { above, units: upper } of layout.bands) {
      if (above) copyPart(ctx, forward, ratio, { ...column, top: upper.top - 2 * U, bottom: upper.bottom + 6 * U });
    }
  }
  if (!hasOutput) return;
  const falls = between(part, FORWARD.output[0], FORWARD.output[1]);
  if (falls >= 1) copyPart(ctx, forward, ratio, { ...column, top: output.top - 4 * U, bottom: units.top });
  else if (falls > 0) drawOnItsWay(ctx, layout, palette.forward, wayX(layout, t), falls);
}

/** How far up from the input a timestep has come: through the layers below, one after the other, to the open one. @param {Layout} layout @param {boolean} both @param {number} part */
function reachedFromBelow({ units, input, bands, U }, both, part) {
  const open = units.bottom + 2 * U;
  const passes = !both && bands.some(({ above }) => !above);
  return passes ? mix(input.top - 2 * U, open, between(part, FORWARD.input[0], FORWARD.input[1])) : open;
}

/** The layers below, and the other direction of the open one. @param {Context} ctx @param {Layers} layers */
function copyEarlier(ctx, { scene, forward, ratio }) {
  const { layout, picture } = scene;
  const { U, left, right, bands } = layout;
  for (const { choice, units } of bands) {
    if (!picture || choice.layer > picture.place.layer) continue;
    const span = { left: left - 4 * U, right: right + 12 * U };
    copyPart(ctx, forward, ratio, { ...span, top: units.top - 2 * U, bottom: units.bottom + 6 * U });
  }
}

/** The output leaves the column for its row: a thin forward line across the empty river. */
function drawOnItsWay(
  /** @type {Context} */ ctx,
  /** @type {Layout} */ { units, output, U },
  /** @type {string} */ colour,
  /** @type {number} */ x,
  /** @type {number} */ share,
) {
  const from = units.top - 3 * U;
  const y = mix(from, (output.top + output.bottom) / 2, share);
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.lineWidth = 1.4 * U;
  ctx.beginPath();
  ctx.moveTo(x, from);
  ctx.lineTo(x, y);
  ctx.stroke();
  ctx.beginPath();
  ctx.arc(x, y, 2.8 * U, 0, 2 * Math.PI);
  ctx.fill();
}

function frameInput(
  /** @type {Context} */ ctx,
  /** @type {Layout} */ layout,
  /** @type {import("../../kit/colour.js").Palette} */ palette,
  /** @type {number} */ t,
) {
  const { input, U } = layout;
  const width = Math.max(columnWidth(layout, t), 4 * U);
  ctx.strokeStyle = palette.ink;
  ctx.lineWidth = 1.6 * U;
  ctx.strokeRect(
    xOf(layout, t) - width / 2 - 2 * U,
    input.top - 2 * U,
    width + 4 * U,
    input.bottom - input.top + 4 * U,
  );
}

export function drawLossesReached(/** @type {Context} */ ctx, /** @type {Layers} */ layers, /** @type {number} */ t) {
  const { scene, forward, losses, ratio } = layers;
  const { layout } = scene;
  copyAll(ctx, forward, layout);
  copyGutterWeights(ctx, layers);
  const right = t === layout.T ? layout.width : layout.edges[t];
  copyPart(ctx, losses, ratio, { left: 0, right, top: layout.band.top, bottom: layout.output.top - 4 * layout.U });
}

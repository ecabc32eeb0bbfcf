/** Where the things stand that a scene's text points at: boxes on the stage's canvas, selectors in the document. Pure. */

import { columnWidth, pitchOf, xOf } from "../stage/axis.js";
import { thumbnailPlaces, weightsBox } from "../stage/layout.js";

/** @typedef {import("../stage/layout.js").Layout} Layout */
/** @typedef {import("../stage/fold/layout.js").Folded} Folded */
/** @typedef {ReturnType<typeof import("../lanes/picture.js").layoutLanes>} Lanes */
/** @typedef {{kind: string, of: string | number}} Reference */
/** @typedef {{x: number, y: number, width: number, height: number, round?: boolean}} Box in px of the canvas */

const MARGIN = 4;
const DISC = 13;

/** Parts of the page beside the stage. @type {Record<string, string>} */
const PARTS = {
  words: ".words",
  inspector: "#inspector",
  ledger: "#inspector .way",
  flow: "#flow, #tab-flow",
  loss: ".readout-loss",
  gradient: ".readout-gradient",
  history: "#history",
};

/** @type {Record<string, string>} */
const BUTTONS = {
  example: "#next-example",
  unfold: "#fold",
  slow: "#slow-motion",
  check: "#check-gradients",
  load: "#share-button",
  watched: "#lesson-watched",
};

const BRINGS_ABOUT = ["timestep", "loss", "lane", "tab", "button"];
/** Parts that are shown in the right rail, and come up there. */
const OPENS = ["flow", "inspector", "ledger"];

/** Whether choosing a reference does what it says, or shows where the thing is. @param {Reference} ref */
export function acts({ kind, of }) {
  return BRINGS_ABOUT.includes(kind) || (kind === "part" && OPENS.includes(String(of)));
}

/** The element a reference means, where it is one of the document. @param {Reference} ref @returns {string | null} */
export function selectorOf({ kind, of }) {
  if (kind === "part") return PARTS[of] ?? null;
  if (kind === "control") return `#controls [data-field="${of === "k2" ? "k1" : of}"]`;
  if (kind === "button") return BUTTONS[of] ?? `#${of}`;
  if (kind === "tab") return `#tab-${of}`;
  return null;
}

/**
 * The boxes a reference means on the canvas.
 * @param {Reference} ref
 * @param {Layout} layout
 * @param {number | null} pin the pinned timestep
 * @returns {Box[]}
 */
export function boxesOf({ kind, of }, layout, pin) {
  if ((kind === "timestep" || kind === "loss") && Number(of) > layout.T) return [];
  if (kind === "timestep") return [columnBox(layout, Number(of))];
  if (kind === "loss") return [disc(layout, Number(of))];
  return kind === "part" ? (ON_STAGE[of]?.(layout, pin) ?? []) : [];
}

/** @type {Record<string, (layout: Layout, pin: number | null) => Box[]>} */
const ON_STAGE = {
  losses: (layout) => [row(layout, layout.loss.y - DISC * layout.U, layout.loss.y + DISC * layout.U)],
  outputs: (layout) => [row(layout, layout.output.top, layout.output.bottom)],
  river: (layout) => [row(layout, layout.lanes[0].top, layout.lanes[0].bottom)],
  channel: (layout) => layout.lanes.slice(1).map(({ top, bottom }) => row(layout, top, bottom)),
  weir: (layout) => [mouth(layout)],
  units: (layout) => [row(layout, layout.units.top, layout.units.bottom)],
  inputs: (layout) => [row(layout, layout.input.top, layout.input.bottom)],
  W_xh: (layout) => [row(layout, layout.units.bottom - 2, layout.input.top + 2)],
  W_hh: (layout) => [square(weightsBox(layout)), ...thumbnailPlaces(layout).map(square)],
  W_hy: (layout, pin) => [readout(layout, pin ?? layout.T)],
  accumulator: (layout) => [sumOfParts(layout)],
  norms: (layout) => [row(layout, layout.norm.top, layout.norm.bottom)],
  track: (layout) => [row(layout, layout.track.top, layout.track.bottom)],
};

/**
 * The same where the network is folded into one cell.
 * @param {Reference} ref
 * @param {Folded} folded
 * @returns {Box[]}
 */
export function foldedBoxesOf({ kind, of }, folded) {
  const { strip, T, U } = folded;
  if (kind === "timestep" || kind === "loss") {
    const width = strip.width / T;
    return Number(of) > T ? [] : [{ ...strip, x: strip.x + (Number(of) - 1) * width, width }];
  }
  return kind === "part" ? (IN_FOLD[of]?.(folded) ?? []).map((box) => around(box, MARGIN * U)) : [];
}

/** @type {Record<string, (folded: Folded) => Box[]>} */
const IN_FOLD = {
  units: ({ cell }) => [cell],
  inputs: ({ input: { x, y, size } }) => [{ x, y, width: size, height: size }],
  W_hh: ({ weights, loop, road }) => [square(weights), ellipse(loop, road)],
  river: ({ loop, road }) => [ellipse(loop, road)],
  channel: ({ straight, road }) => (straight ? [ellipse(straight, road)] : []),
  accumulator: ({ accumulator }) => [accumulator],
  track: ({ strip }) => [strip],
};

/**
 * The same where lanes stand side by side.
 * @param {Reference} ref
 * @param {Lanes} lanes
 * @returns {Box[]}
 */
export function laneBoxesOf({ kind, of }, { axis, blocks }) {
  const { left, right } = axis;
  const across = (/** @type {{top: number, bottom: number} | undefined} */ band) =>
    band ? [{ x: left, y: band.top, width: right - left, height: band.bottom - band.top }] : [];
  if (kind === "lane") {
    const block = blocks[Number(of) - 1];
    return block ? [{ x: MARGIN, y: block.top, width: right, height: block.bottom - block.top }] : [];
  }
  if ((kind === "timestep" || kind === "loss") && Number(of) <= axis.T) {
    const [t, { top, bottom }] = [Number(of), axis.band];
    const width = Math.max(pitchOf(axis, t), 2 * MARGIN);
    return [{ x: xOf(axis, t) - width / 2, y: top, width, height: bottom - top }];
  }
  if (kind !== "part") return [];
  if (of === "river") return blocks.flatMap(({ layout }) => across(layout.lanes[0]));
  if (of === "channel") return blocks.flatMap(({ layout }) => across(layout.lanes[1]));
  // Weights are not drawn there; each lane's first line says what they are.
  if (of === "W_hh") return blocks.flatMap(({ titleY, top }) => across({ top, bottom: 2 * titleY - top }));
  if (of === "weir") return blocks.map(({ layout }) => mouth(layout));
  if (of === "units") return blocks.flatMap(({ layout }) => across(layout.track));
  return of === "norms" ? across(axis.norm) : [];
}

/** @param {Box} box @param {number} margin @returns {Box} */
function around({ x, y, width, height, ...more }, margin) {
  return { x: x - margin, y: y - margin, width: width + 2 * margin, height: height + 2 * margin, ...more };
}

/** Around a whole road. @param {import("../stage/fold/layout.js").Ring} ring @param {number} road px across it @returns {Box} */
function ellipse({ cx, cy, rx, ry }, road) {
  return around({ x: cx - rx, y: cy - ry, width: 2 * rx, height: 2 * ry, round: true }, road / 2);
}

/** From the first column to the last. @param {Layout} layout @param {number} top @param {number} bottom @returns {Box} */
function row({ left, right, edges }, top, bottom) {
  const end = Math.min(right, edges[edges.length - 1]);
  return { x: left, y: top - MARGIN, width: end - left, height: bottom - top + 2 * MARGIN };
}

/** The column of a timestep, from its output to its input. @param {Layout} layout @param {number} t @returns {Box} */
function columnBox(layout, t) {
  const width = columnWidth(layout, t) + 2 * MARGIN;
  const top = layout.units.top - MARGIN;
  return { x: xOf(layout, t) - width / 2, y: top, width, height: layout.input.bottom + MARGIN - top };
}

/** @param {Layout} layout @param {number} t @returns {Box} */
function disc(layout, t) {
  const size = 2 * DISC * layout.U;
  return { x: xOf(layout, t) - size / 2, y: layout.loss.y - size / 2, width: size, height: size, round: true };
}

/** The end of the river left of the first timestep, where what is clipped of the sum stands. @param {Layout} layout @returns {Box} */
function mouth(layout) {
  const { top, bottom } = layout.lanes[0];
  const width = 30 * layout.U;
  return { x: layout.left - width, y: top, width, height: bottom - top };
}

/** The way up from one column to its output. @param {Layout} layout @param {number} t @returns {Box} */
function readout(layout, t) {
  const width = columnWidth(layout, t) + 2 * MARGIN;
  const top = layout.output.top - MARGIN;
  return { x: xOf(layout, t) - width / 2, y: top, width, height: layout.units.top - top };
}

/** Where slow motion adds up the parts of ∂E/∂W_hh: left of the matrix. @param {Layout} layout @returns {Box} */
function sumOfParts(layout) {
  const { x, y, size } = weightsBox(layout);
  return { x: x - 14 * layout.U, y: y - MARGIN, width: 13 * layout.U, height: size + 2 * MARGIN };
}

/** @param {{x: number, y: number, size: number}} of @returns {Box} */
function square({ x, y, size }) {
  return { x: x - 2, y: y - 2, width: size + 4, height: size + 4 };
}

/**
 * The family of a reference, whose colour underlines it: what goes forward is cool, what comes back is warm.
 * @param {Reference} ref
 * @returns {"forward" | "backward" | "plain"}
 */
export function familyOf({ kind, of }) {
  if (kind === "timestep") return "forward";
  if (kind === "loss") return "backward";
  if (kind !== "part") return "plain";
  if (["outputs", "units", "inputs", "W_xh", "W_hh", "W_hy"].includes(String(of))) return "forward";
  const back = ["losses", "river", "channel", "weir", "accumulator", "norms", "track", "flow", "gradient", "ledger"];
  return back.includes(String(of)) ? "backward" : "plain";
}

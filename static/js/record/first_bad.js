/** Where the first number stands that is not finite, in the order in which they are computed. Pure. */

import { choicesOf, chosenRecord, endingOf, extentOf } from "./chosen.js";

/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */
/** @typedef {import("../wire/protocol.js").Numbers} Numbers */
/** @typedef {{ending: string, reverse: boolean, h: Numbers, dh: Numbers}} Layer row t of h and dh is that of timestep t, row 0 the initial one */
/** @typedef {{of: "h" | "y" | "loss" | "dh", ending: string, t: number, unit: number, value: number}} Bad unit counts from 0; `ending`: of the names of its layer and direction */

/**
 * Forward through the layers, each in the order in which it reads, the top one with its outputs and losses; then back from
 * the top, each against its order. As the server names it in `diverged`.
 * @param {{T: number, H: number, O: number, y: Numbers, loss: Numbers, layers: Layer[]}} network its layers from the lowest up, forward first
 * @returns {Bad | null}
 */
export function firstBad({ T, H, O, y, loss, layers }) {
  const last = layers[layers.length - 1];
  const timesteps = Array.from({ length: T }, (_, index) => index + 1);
  const backwards = [...timesteps].reverse();
  // A top layer that reads from the end has read everything before the first output is made.
  for (const layer of last.reverse ? layers : layers.slice(0, -1)) {
    for (const t of layer.reverse ? backwards : timesteps) {
      const bad = inRow("h", layer, t, layer.h, t, H);
      if (bad) return bad;
    }
  }
  for (const t of timesteps) {
    const bad =
      inRow("h", last, t, last.h, t, H) ?? inRow("y", last, t, y, t - 1, O) ?? inRow("loss", last, t, loss, t - 1, 1);
    if (bad) return bad;
  }
  for (const layer of [...layers].reverse()) {
    for (const t of [...(layer.reverse ? timesteps : backwards), 0]) {
      const bad = inRow("dh", layer, t, layer.dh, t, H);
      if (bad) return bad;
    }
  }
  return null;
}

/** Of the whole network, for all its layers and directions together. @type {WeakMap<DecodedRecord, Bad | null>} */
const known = new WeakMap();

/** The same of a record, whichever of its layers is chosen. @param {DecodedRecord} whole */
export function firstBadOf(whole) {
  const found = known.get(whole);
  if (found !== undefined) return found;
  const { h, y, loss_t } = whole.tensors;
  const layers = choicesOf(extentOf(whole)).map((choice) => {
    const { tensors } = chosenRecord(whole, choice);
    return {
      ending: endingOf(choice),
      reverse: choice.direction === "reverse",
      h: tensors.h.data,
      dh: tensors.dh.data,
    };
  });
  const network = { T: loss_t.shape[0], H: h.shape[1], O: y.shape[1], y: y.data, loss: loss_t.data, layers };
  const bad = firstBad(network);
  known.set(whole, bad);
  return bad;
}

/** @param {Bad["of"]} of @param {Layer} layer @param {number} t @param {Numbers} values @param {number} row @param {number} width @returns {Bad | null} */
function inRow(of, { ending }, t, values, row, width) {
  for (let unit = 0; unit < width; unit++) {
    const value = values[row * width + unit];
    if (!Number.isFinite(value)) return { of, ending, t, unit, value };
  }
  return null;
}

/** One timestep of the picture in words, for whoever does not see it: as a whole, or one row of it. Pure. */

import { formatExp, formatNumber, formatPercent } from "../lib/format.js";
import { isTop } from "../record/chosen.js";
import { layerWords } from "./layers.js";
import {
  at,
  hasTarget,
  isClassified,
  length,
  outputs,
  ownShare,
  previous,
  startNorm,
  units,
} from "../record/readings.js";

/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */

/** From top to bottom, as in the picture. @type {Record<string, (record: DecodedRecord, t: number) => string>} */
const ROWS = {
  loss: (record, t) =>
    hasTarget(record, t) ? `loss ${formatNumber(at(record, "loss_t", t - 1))}` : "no target, so no loss",
  output: (record, t) => {
    const values = outputs(record, t);
    if (isClassified(record)) {
      const target = at(record, "target", t - 1);
      const best = values.indexOf(Math.max(...values));
      const choice = `most probable class ${best + 1} of ${values.length}, at ${formatPercent(values[best])}`;
      return hasTarget(record, t) ? `${choice}; the target has ${formatPercent(values[target])}` : choice;
    }
    const said = `output ${values.map((value) => formatNumber(value)).join(", ")}`;
    if (!hasTarget(record, t)) return said;
    const target = values.map((_, o) => formatNumber(at(record, "target", t - 1, o))).join(", ");
    return `${said}; target ${target}`;
  },
  gradient: (record, t) => {
    const norm = `gradient norm ${formatExp(at(record, "ln_dh_norm", t))}`;
    const own = ownShare(record, t);
    if (!hasTarget(record, t) || !Number.isFinite(own)) return norm;
    return `${norm}, ${formatPercent(own)} from ${isTop(record) ? "its own loss" : "the loss of this timestep"}`;
  },
  state: (record, t) => {
    const H = units(record);
    let square = 0;
    let largest = 0;
    for (let j = 0; j < H; j += 1) {
      const value = at(record, "h", t, j);
      square += value * value;
      if (Math.abs(value) > Math.abs(at(record, "h", t, largest))) largest = j;
    }
    if (!Number.isFinite(square)) return "hidden state not finite";
    const most = `unit ${largest + 1} is furthest from 0, at ${formatNumber(at(record, "h", t, largest))}`;
    return `hidden state of norm ${formatNumber(Math.sqrt(square))}; ${most}${startWords(record, t)}`;
  },
  input: (record, t) => {
    const I = record.tensors.x.shape[1];
    const values = Array.from({ length: I }, (_, i) => at(record, "x", t - 1, i));
    const one = values.indexOf(1);
    if (I > 2 && values.every((value, i) => value === Number(i === one))) return `input symbol ${one + 1} of ${I}`;
    return `input ${values
      .slice(0, 8)
      .map((value) => formatNumber(value))
      .join(", ")}${I > 8 ? ` and ${I - 8} more` : ""}`;
  },
};

/** What the state that is read first goes on from, where that is not 0. @param {DecodedRecord} record @param {number} t */
function startWords(record, t) {
  if (previous(record, t) !== 0) return "";
  const norm = startNorm(record);
  return norm === 0 ? "" : `; it goes on from an initial state of norm ${formatNumber(norm)}`;
}

/** "all" first: what is heard when one goes from timestep to timestep. */
export const ASPECTS = ["all", ...Object.keys(ROWS)];

/** @param {DecodedRecord} record @param {number} t @param {string} aspect one of ASPECTS */
export function timestepWords(record, t, aspect) {
  const layer = layerWords(record);
  const where = `Timestep ${t} of ${length(record)}${layer && `, ${layer}`}`;
  if (aspect !== "all") return `${where}: ${ROWS[aspect](record, t)}.`;
  return `${where}: ${["loss", "gradient", "state"].map((row) => ROWS[row](record, t)).join("; ")}.`;
}

export const READER = "The picture, timestep by timestep; up and down choose a row of it";

/** Between ∂E/∂h_t = and the next timestep. @param {number | null} above the layer above, null at the top */
export function carriedFrom(above) {
  return ` ${above === null ? "own loss" : `from layer ${above}`} + carried from `;
}

export const THROUGH = " + through ";

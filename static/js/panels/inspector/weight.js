/** One weight: one number that all timesteps use, and the gradient that adds up over them. */

import { createShareBar } from "../../kit/bars.js";
import { element } from "../../lib/dom.js";
import { formatPercent } from "../../lib/format.js";
import { at } from "../../record/readings.js";
import { OF_SQUARED_NORM } from "../../words/panels.js";
import { gradientWords, updateWords, useWords } from "../../words/inspector/weight.js";
import { weightMath } from "../equations/weights.js";
import { createEquation, createLine } from "./parts.js";

/** @typedef {import("../../run/state.js").State} State */
/** @typedef {import("../../wire/protocol.js").DecodedRecord} DecodedRecord */

export function createWeightFace() {
  const equation = createEquation("backward");
  const value = createLine("bars-title");
  const update = createLine("bars-title");
  const share = createShareBar();
  return {
    node: element("div", {}, equation.node, value.node, element("div", { class: "bars" }, ...share.parts), update.node),
    /** @param {State} state @param {DecodedRecord} record @param {{tensor: string, index: number[]}} place */
    show(state, record, { tensor, index }) {
      const gradient = at(record, `grad.${tensor}`, ...index);
      const numbers = Number.isNaN(gradient) ? "" : gradientWords(gradient);
      equation.show(tensor, () => weightMath(tensor), numbers);
      value.show(useWords(record, tensor, index));
      const part = (gradient / Number(record.meta.grad_norm)) ** 2;
      share.show(OF_SQUARED_NORM, formatPercent(part), part, "var(--backward)");
      update.show(updateWords(state, record, gradient));
    },
  };
}

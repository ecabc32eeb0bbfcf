/** One loss: how it comes about, what it sends back, and how much of the blame at h_t and at h_1 is its own. */

import { createShareBar } from "../../kit/bars.js";
import { palette, sourceIndex } from "../../kit/colour.js";
import { element } from "../../lib/dom.js";
import { formatPercent } from "../../lib/format.js";
import { readPicture } from "../../record/picture.js";
import { at, hasTarget, isClassified, length, mouth, shownShare } from "../../record/readings.js";
import { shareAt } from "../../words/panels.js";
import { reachWords } from "../../words/inspector/loss.js";
import { ownLossWords } from "../../words/own.js";
import { lossBackMath, lossBackNumbers, lossMath, lossNumbers } from "../equations/loss.js";
import { createEquation, createLine } from "./parts.js";

/** @typedef {import("../../run/state.js").State} State */
/** @typedef {import("../../wire/protocol.js").DecodedRecord} DecodedRecord */

export function createLossFace() {
  const forward = createEquation("forward");
  const backward = createEquation("backward");
  const [here, first] = [createShareBar(), createShareBar()];
  const bars = element("div", { class: "bars" }, ...here.parts, ...first.parts);
  const own = createLine("bars-title");
  const reach = createLine("bars-title");
  return {
    node: element("div", {}, forward.node, own.node, backward.node, reach.node, bars),
    /** @param {State} state @param {DecodedRecord} record @param {{t: number}} place */
    show({ dark, task, config }, record, { t }) {
      const classified = isClassified(record);
      const names = task?.classes ?? task?.outputs ?? [];
      forward.show(String(classified), () => lossMath(classified), lossNumbers(record, t, names));
      own.show(ownLossWords(readPicture(record, config, task), t));
      backward.show(String(classified), () => lossBackMath(classified), lossBackNumbers(record, t));
      const exists = hasTarget(record, t) && "share" in record.tensors;
      bars.hidden = !exists;
      reach.show(exists ? reachWords(record, t) : "");
      if (!exists) return;
      const colour = palette(dark ? "dark" : "light").source.css[sourceIndex(t, length(record), false)];
      for (const [bar, k] of /** @type {const} */ ([
        [here, t],
        [first, mouth(record)],
      ])) {
        const share = at(record, shownShare(record), t - 1, k);
        bar.show(shareAt(k), formatPercent(share), share, colour);
      }
    },
  };
}

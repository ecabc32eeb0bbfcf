/** What is said of how the gradient of each matrix adds up over its uses, and of each term of one loss. */

import { printParts } from "../../static/js/panels/uses/printed.js";
import { onlyLoss, termsOf as groupsOf } from "../../static/js/lessons/terms.js";
import { startsAtZero } from "../../static/js/record/picture.js";
import { hasTarget } from "../../static/js/record/readings.js";
import { cosineWith, entryOf, hasUses, normOf, normOfSum, termOf, termsOf, useOf } from "../../static/js/record/uses.js";
import { formatNumber } from "../../static/js/lib/format.js";
import * as terms from "../../static/js/words/terms.js";
import * as uses from "../../static/js/words/uses.js";

/** Matrices whose gradient is a sum over timesteps. */
const SUMMED = ["W_hy", "W_hh", "u_hh", "W_xh"];

/** @typedef {(of: string, words: string, asked: object) => void} Say */

/** Of the lowest layer, forward, whose input is x. @param {any} record @param {Say} say */
export function sayUses(record, say) {
  const T = record.tensors.loss_t.shape[0];
  for (const name of SUMMED) {
    if (!(name in record.tensors) || !hasUses(record, name)) continue;
    const index = record.tensors[name].shape.map((size) => size - 1);
    const each = Array.from({ length: T }, (_, i) => useOf(record, name, i + 1));
    const printed = printParts(each.map((use) => entryOf(use, index)));
    const asked = { name, index, power: printed.power };
    say("uses framed", uses.framedWords(name, index, printed.power), asked);
    say("uses sum", uses.seriesWords(name, T, uses.valueWords(printed.total, printed.power)), asked);
    say("uses norm of the sum", uses.normWords(normOfSum(each)), asked);
    for (let t = 1; t <= T; t += 3) {
      const value = uses.valueWords(printed.parts[t - 1], printed.power);
      say("uses part", uses.useWords(t, name, index, value), { ...asked, t });
      say("uses norm", uses.normWords(normOf(each[t - 1])), { name, t });
    }
    if ("pair_da_x" in record.tensors) sayTerms(record, name, T, say);
  }
  const only = onlyLoss(record);
  for (const group of groupsOf(record)) say("terms of a lesson", terms.termWords(group, only), { k: group.k });
}

/** @param {any} record @param {string} name @param {number} T @param {Say} say */
function sayTerms(record, name, T, say) {
  const fromZeros = startsAtZero({ H: record.tensors.h.shape[1], h: record.tensors.h.data });
  for (let t = 1; t <= T; t += 1) {
    if (!hasTarget(record, t)) continue;
    const ks = termsOf(record, name, t);
    const all = ks.map((k) => termOf(record, name, t, k));
    for (const [i, k] of ks.entries()) {
      const words = `${uses.termWords(name, t, k, fromZeros)} | ${formatNumber(normOf(all[i]))}`;
      say("terms", words, { name, t, k, fromZeros });
    }
    say("terms together", uses.togetherWords(ks.length, cosineWith(all[0], all)), { name, t });
    say("terms norm", uses.normWords(normOfSum(all)), { name, t });
  }
}

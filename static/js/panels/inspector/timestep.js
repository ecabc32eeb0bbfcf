/**
 * One timestep, with the numbers of one of its units: forward, backward, whose losses it hears, and what became of the
 * gradient on the way to it: the decay ledger of a cell without gates, the two roads of a gated cell.
 */

import * as say from "../../words/panels.js";
import { createShareBar, createSignedBar } from "../../kit/bars.js";
import { palette, sourceIndex } from "../../kit/colour.js";
import { element, setSentence } from "../../lib/dom.js";
import { formatShares, printSum } from "../../lib/format.js";
import { cellNameOf, cellOf, keptName } from "../../record/cells.js";
import { isTop } from "../../record/chosen.js";
import { at, farthestLoss, isReverse, ledger, length, next, ownShare } from "../../record/readings.js";
import {
  carriedLabel,
  ledgerTitle,
  noLedger,
  noShareWords,
  roadsTitle,
  startWords,
  BY_OTHER_GATES,
  ownLabel,
  throughGate,
} from "../../words/inspector/timestep.js";
import { fedWords, inputWords } from "../../words/layers.js";
import { equationsOf, outputGateMath, outputGateNumbers } from "../equations/cells.js";
import { backwardMath, backwardNumbers, cellStateMath, cellStateNumbers } from "../equations/gradients.js";
import { wayOf } from "../equations/way.js";
import { createInputField } from "./input.js";
import { createEquation, createLine } from "./parts.js";

/** @typedef {import("../../run/state.js").State} State */
/** @typedef {import("../../wire/protocol.js").DecodedRecord} DecodedRecord */

const LEDGER_RANGES = [2, 5, 20, 100, 1000];

const LEDGER_DECIMALS = 2;

const INK = "var(--ink-2)";

/** @param {import("../../views/views.js").ViewActions} actions */
export function createTimestepFace(actions) {
  const forward = createEquation("forward");
  const gated = createEquation("forward");
  const backward = createEquation("backward");
  const cellState = createEquation("backward");
  const meaning = createLine("bars-title");
  const start = createLine("bars-title");
  const fed = createLine("bars-title");
  const input = createInputField(actions);
  const shares = createShares();
  const way = createWay();
  return {
    node: element(
      "div",
      {},
      forward.node,
      meaning.node,
      start.node,
      gated.node,
      backward.node,
      cellState.node,
      input.node,
      fed.node,
      shares.node,
      way.node,
    ),
    /** @param {State} state @param {DecodedRecord} record @param {{t: number, unit: number, pinned: boolean}} place */
    show({ can, config, dark, task }, record, { t, unit, pinned }) {
      const activation = String(config.activation ?? "φ").replaceAll("_", " ");
      const name = String(config.cell ?? "rnn");
      const cell = equationsOf(name);
      const mean = config.loss_reduction === "mean";
      const reads = wayOf(record);
      const formula = () => cell.forward(activation, reads.before);
      forward.show(`${name} ${activation} ${reads.key}`, formula, cell.numbers(record, t, unit, activation));
      meaning.show(cellOf(config).ledger ? inputWords(record) : "");
      start.show(startWords(record, t, config));
      backward.show(`h ${reads.key}`, () => backwardMath(reads), backwardNumbers(record, t, unit, mean));
      const hasCellState = "c" in record.tensors;
      gated.node.hidden = !hasCellState;
      cellState.node.hidden = !hasCellState;
      if (hasCellState) {
        const numbers = outputGateNumbers(record, t, unit, activation);
        gated.show(`${name} ${activation}`, () => outputGateMath(activation, name), numbers);
        cellState.show(`c ${reads.key}`, () => cellStateMath(reads.after), cellStateNumbers(record, t, unit));
      }
      input.show(record, task, t, pinned && can.edit);
      fed.show(fedWords(record));
      shares.node.hidden = !isTop(record);
      if (isTop(record)) shares.show(record, t, dark);
      way.show(record, t, config);
    },
  };
}

/** Whose loss the timestep hears: its own, and all later ones. */
function createShares() {
  const own = createShareBar();
  const carried = createShareBar();
  const bars = element("div", { class: "bars" }, ...own.parts, ...carried.parts);
  const nothing = createLine("bars-title");
  return {
    node: element("div", {}, bars, nothing.node),
    /** @param {DecodedRecord} record @param {number} t @param {boolean} dark */
    show(record, t, dark) {
      const T = length(record);
      const share = ownShare(record, t);
      bars.hidden = Number.isNaN(share);
      nothing.show(noShareWords(record, t));
      if (bars.hidden) return;
      const { css } = palette(dark ? "dark" : "light").source;
      const middle = Math.round((t + (isReverse(record) ? 1 : T)) / 2);
      const [part, rest] = formatShares(share);
      const label = ownLabel(record, t);
      own.show(label, part, share, css[sourceIndex(t, T, false)]);
      carried.show(carriedLabel(record, t), rest, 1 - share, css[sourceIndex(middle, T, false)]);
    },
  };
}

/** What became of the gradient on the way to the timestep. */
function createWay() {
  const title = element("p", { class: "bars-title" });
  const saturation = createSignedBar();
  const weights = createSignedBar();
  const accounts = element("div", { class: "bars" }, ...saturation.parts, ...weights.parts);
  const direct = createShareBar();
  const rest = createShareBar();
  const roads = element("div", { class: "bars" }, ...direct.parts, ...rest.parts);

  /** @param {DecodedRecord} record @param {number} t */
  function showLedger(record, t) {
    const last = farthestLoss(record);
    const entries = next(record, t) === null || last === t ? null : ledger(record, last, t);
    accounts.hidden = entries === null;
    setSentence(title, entries ? "" : noLedger(record, last, t));
    if (!entries) return;
    const parts = [entries.saturation, entries.weights];
    const printed = printSum(parts, LEDGER_DECIMALS);
    const [lost, turned] = printed.terms;
    const largest = Math.max(...parts.map(Math.abs));
    const range = LEDGER_RANGES.find((one) => largest <= one) ?? largest;
    setSentence(title, ledgerTitle(record, last, t, printed.total));
    saturation.show(say.SATURATION, lost, entries.saturation / range, INK);
    weights.show(say.RECURRENT_WEIGHTS, turned, entries.weights / range, INK);
  }

  /** @param {DecodedRecord} record @param {number} t @param {{cell?: unknown}} config */
  function showRoads(record, t, config) {
    const state = record.tensors.c ? "c" : "h";
    const gate = keptName({ cell: cellNameOf(config, record.tensors) }).replace("_t", `_${t}`);
    const share = at(record, "route_share", t - 1, 0);
    setSentence(title, roadsTitle(record, state, t));
    const [straight, others] = formatShares(share);
    direct.show(throughGate(gate), straight, share, INK);
    rest.show(BY_OTHER_GATES, others, 1 - share, INK);
  }

  return {
    node: element("div", { class: "way" }, title, accounts, roads),
    /** @param {DecodedRecord} record @param {number} t @param {{cell?: unknown}} config */
    show(record, t, config) {
      const gated = "route_share" in record.tensors;
      roads.hidden = !gated;
      if (!gated) return showLedger(record, t);
      accounts.hidden = true;
      showRoads(record, t, config);
    },
  };
}

/**
 * The Output view: what the network says beside what it should. For classes the sequence as text, each symbol over the guess
 * for the next one; for values both curves over time.
 */

import { createChart, axis, axisTitle, note } from "../kit/chart.js";
import { element, setText } from "../lib/dom.js";
import { formatFixed, visibleSymbol } from "../lib/format.js";
import { outputDomain } from "../stage/scene.js";
import { outputAt, readPicture } from "../record/picture.js";
import { ownColumns, toOwn } from "../record/own.js";
import { hasTarget, isClassified, length } from "../record/readings.js";
import { ALL_SCALED, COLUMN, formatOwn } from "../words/own.js";
import { winner } from "../words/views.js";
import * as say from "../words/charts.js";

/** @typedef {import("../run/state.js").State} State */
/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */
/** @typedef {import("../run/session.js").PageStore} PageStore */

/** Text is rewritten as often as it can be read. */
const REWRITE_INTERVAL = 250;

/** @param {HTMLElement} node @param {PageStore} store */
export function createView(node, store) {
  const classes = element("div", { class: "view-body", hidden: true });
  const values = element("div", { class: "view-body", hidden: true });
  const column = createColumnChooser();
  values.append(column.node);
  node.append(classes, values);
  const text = createText(classes, store);
  /** @type {ReturnType<typeof createChart> | null} */
  let chart = null;
  return {
    draw(/** @type {number} */ now, /** @type {number} */ unit) {
      const { record } = store.get();
      if (!record) return Number.POSITIVE_INFINITY;
      const classified = isClassified(record);
      classes.hidden = !classified;
      values.hidden = classified;
      if (classified) return text.draw(now);
      column.offer(ownColumns(store.get().task));
      chart ??= createChart(values, store, "output", {
        label: say.PICTURES.output,
        inputs: (state) => [...inputs(state), column.chosen()],
        figure: (state, sheet) => figure(state, sheet, column.chosen()),
      });
      return chart.draw(now, unit);
    },
  };
}

/** Which column of a reader's own table is drawn, in its own numbers; or all of them, which have only the scaled ones in common. */
function createColumnChooser() {
  const select = element("select", { class: "select", id: "output-column", "aria-label": COLUMN });
  const node = element("div", { class: "view-bar", hidden: true }, select);
  let names = "";
  let count = 0;
  return {
    node,
    /** @param {import("../record/own.js").Column[] | null} own */
    offer(own) {
      const offered = (own ?? []).map(({ name }) => name);
      if (offered.join("\n") === names) return;
      names = offered.join("\n");
      count = offered.length;
      node.hidden = count < 2;
      const options = offered.map((name, index) => element("option", { value: String(index) }, name));
      select.replaceChildren(...options, element("option", { value: "" }, ALL_SCALED));
      select.value = count > 0 ? "0" : "";
    },
    /** Its place in the table; null for all. @returns {number | null} */
    chosen: () => (count === 0 || select.value === "" ? null : Number(select.value)),
  };
}

/**
 * One timestep as it is read: the input, the guess, whether it is right (null without a target), and how probable the target
 * was to the network.
 * @typedef {{input: string, guess: string, right: boolean | null, probability: number, title: string}} Guess
 */

/** @param {State} state @param {DecodedRecord} record @returns {Guess[]} */
export function guessesOf({ config, task }, record) {
  const picture = readPicture(record, config, task);
  const names = picture.classes ?? task?.outputs ?? [];
  const name = (/** @type {number} */ index) => names[index] ?? String(index);
  return Array.from({ length: picture.T }, (_, index) => {
    const t = index + 1;
    const guess = winner(record, t);
    const target = hasTarget(record, t) ? Number(picture.target[index]) : null;
    const probability = target === null ? Number.NaN : outputAt(picture, t, target);
    const says = say.predictsWords(t, visibleSymbol(name(guess)), outputAt(picture, t, guess));
    const should = target === null ? say.NO_TARGET : say.targetWords(visibleSymbol(name(target)), probability);
    return {
      input: inputSymbol(picture, t),
      guess: visibleSymbol(name(guess)),
      right: target === null ? null : guess === target,
      probability,
      title: `${says}, ${should}`,
    };
  });
}

/** The symbol of a one-hot input; nothing for other inputs. @param {import("../record/picture.js").Picture} picture @param {number} t */
function inputSymbol({ symbols, x, I }, t) {
  if (!symbols) return "";
  const place = x.subarray((t - 1) * I, t * I).indexOf(1);
  return visibleSymbol(symbols[place] ?? "");
}

/** @param {HTMLElement} node @param {PageStore} store */
function createText(node, store) {
  const key = element("p", { class: "view-note" });
  const line = element("p", {
    class: "guesses",
    tabindex: "0",
    "aria-label": say.PICTURES.guesses,
  });
  const sampled = element("p", { class: "sampled", tabindex: "0" });
  node.append(key, line, sampled);
  /** @type {HTMLElement[]} */
  const cells = [];
  let writtenAt = Number.NEGATIVE_INFINITY;
  /** @type {unknown[]} */
  let written = [];

  line.addEventListener("pointermove", (event) => {
    const t = cells.indexOf(/** @type {HTMLElement} */ (/** @type {Element} */ (event.target).closest(".guess"))) + 1;
    store.dispatch({ type: "hover", hover: t > 0 ? { t } : null });
  });
  line.addEventListener("pointerleave", () => store.dispatch({ type: "hover", hover: null }));
  line.addEventListener("click", (event) => {
    const t = cells.indexOf(/** @type {HTMLElement} */ (/** @type {Element} */ (event.target).closest(".guess"))) + 1;
    if (t > 0) store.dispatch({ type: "pin", pin: store.get().pin?.t === t ? null : { t } });
  });

  /** @param {Guess[]} guesses */
  function write(guesses) {
    while (cells.length < guesses.length) {
      cells.push(element("span", { class: "guess" }, element("span"), element("b")));
    }
    if (line.children.length !== guesses.length) line.replaceChildren(...cells.slice(0, guesses.length));
    for (const [index, { input, guess, right, probability, title }] of guesses.entries()) {
      const cell = cells[index];
      setText(cell.children[0], input);
      setText(cell.children[1], guess);
      cell.dataset.right = String(right);
      cell.title = title;
      cell.style.setProperty("--sure", `${Number.isNaN(probability) ? 0 : Math.round(probability * 60)}%`);
    }
  }

  return {
    /** @param {number} now */
    draw(now) {
      const state = store.get();
      const { record, task, pin, hover } = state;
      for (const [index, cell] of cells.entries()) {
        cell.classList.toggle("pinned", pin?.t === index + 1 || hover?.t === index + 1);
      }
      const seen = [record, task];
      if (!record || seen.every((value, index) => value === written[index])) return Number.POSITIVE_INFINITY;
      if (now - writtenAt < REWRITE_INTERVAL) return writtenAt + REWRITE_INTERVAL - now;
      writtenAt = now;
      written = seen;
      write(guessesOf(state, record));
      setText(key, say.GUESSES_KEY);
      setText(sampled, continuation(record, task));
      return Number.POSITIVE_INFINITY;
    },
  };
}

/** What the network writes after the sequence, drawn from its own guesses. @param {DecodedRecord} record @param {State["task"]} task */
export function continuation({ tensors }, task) {
  const names = task?.classes ?? [];
  if (!tensors.sample || names.length === 0) return "";
  return say.continuesWords(Array.from(tensors.sample.data, (index) => names[index] ?? "□").join(""));
}

/** @param {State} state */
function inputs({ record, config, task, hover, pin }) {
  return [record, config.task, task?.outputs, hover?.t, pin?.t];
}

/**
 * @param {State} state @param {import("../kit/chart.js").Sheet} sheet
 * @param {number | null} only the column of a reader's own table that is drawn, in its own numbers; null: all, scaled
 */
function figure(state, sheet, only = null) {
  const record = /** @type {DecodedRecord} */ (state.record);
  const { config, task } = state;
  const { forward, ink, ink2, bed } = sheet.colours;
  const picture = readPicture(record, config, task);
  const T = length(record);
  const ts = Array.from({ length: T }, (_, index) => index + 1);
  const [low, high] = outputDomain(picture, String(config.task));
  const air = 0.15 * (high - low);
  const chosen = state.pin ?? state.hover;
  const column = only === null ? null : (picture.own?.[only] ?? null);
  const outputs = column ? [Number(only)] : Array.from({ length: picture.O }, (_, o) => o);
  const written = (/** @type {number} */ value) => (column ? toOwn(column, value) : value);
  const said = (/** @type {number} */ value) => (column ? formatOwn(column, written(value)) : formatFixed(value, 3));
  const names = task?.outputs ?? [];
  const targets = ts.filter((t) => hasTarget(record, t));
  const scaled = Boolean(picture.own && !column);
  const nameOf = (/** @type {number} */ o) => (picture.O > 1 ? (names[o] ?? "") : "");
  const dash = ["solid", "dash", "dot"];
  const traces = outputs.flatMap((o) => [
    {
      type: "scatter",
      mode: "markers",
      x: targets,
      y: targets.map((t) => written(picture.target[(t - 1) * picture.O + o])),
      text: targets.map((t) => said(picture.target[(t - 1) * picture.O + o])),
      marker: {
        symbol: "line-ew-open",
        size: 11 * sheet.unit,
        color: ink,
        line: { width: 2 * sheet.unit, color: ink },
      },
      hovertemplate: `${say.targetHover(nameOf(o), "%{text}")}<extra></extra>`,
    },
    {
      type: "scatter",
      mode: T > 120 ? "lines" : "lines+markers",
      x: ts,
      y: ts.map((t) => written(outputAt(picture, t, o))),
      text: ts.map((t) => said(outputAt(picture, t, o))),
      line: { color: forward, width: 1.4, dash: dash[o % dash.length] },
      marker: { color: forward, size: 5 * sheet.unit },
      hovertemplate: `${say.outputHover(nameOf(o), "%{text}")}<extra></extra>`,
    },
  ]);
  const layout = {
    hovermode: "x unified",
    margin: { l: 34 * sheet.unit, r: 16 * sheet.unit, t: 28 * sheet.unit, b: 34 * sheet.unit },
    xaxis: axis(sheet, { range: [0.5, T + 0.5], nticks: 4, showgrid: false, title: axisTitle(sheet, "t") }),
    yaxis: axis(sheet, { range: [written(low - air), written(high + air)], nticks: 5 }),
    shapes: chosen
      ? [
          {
            type: "rect",
            layer: "below",
            x0: chosen.t - 0.5,
            x1: chosen.t + 0.5,
            yref: "paper",
            y0: 0,
            y1: 1,
            fillcolor: bed,
            line: { width: 0 },
          },
        ]
      : [],
    annotations: [
      note(
        sheet,
        say.outputKey(scaled),
        { xref: "paper", x: 0, xanchor: "left", yref: "paper", y: 1.02, yanchor: "bottom" },
        forward,
      ),
      note(
        sheet,
        say.TARGET_KEY,
        { xref: "paper", x: scaled ? 0.5 : 0.36, xanchor: "left", yref: "paper", y: 1.02, yanchor: "bottom" },
        ink2,
      ),
    ],
  };
  return { traces, layout };
}

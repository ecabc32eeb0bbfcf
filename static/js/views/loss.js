/**
 * The Loss view: loss against its baseline and the gradient norm against its threshold, over one iteration axis. Where
 * several lanes learn, all their curves, told apart by dash and by number at the line's end.
 */

import { formatNumber, formatPower, formatSetting } from "../lib/format.js";
import { laneNames } from "../words/lanes.js";
import { HELD_OUT, lossWords, persistenceName } from "../words/views.js";
import { axis, axisTitle, createChart, lineAt, note, stepFor } from "../kit/chart.js";
import * as say from "../words/charts.js";

/** @typedef {import("../run/state.js").State} State */
/** @typedef {import("../run/columns.js").History} History */
/** @typedef {import("../kit/chart.js").Sheet} Sheet */

const MOST_POINTS = 500;
const FEW_DECADES = 1.5;
/** So near each other, as a part of the axis, two lines' names stand on either side of them. */
const CLOSE = 0.3;
/** Of the lanes, in design pixels. */
const DASHES = [[], [7, 4], [1.5, 3], [11, 3, 2, 3]];
const UPPER = /** @type {const} */ ([0.55, 1]);
const LOWER = /** @type {const} */ ([0, 0.42]);
const WHOLE = /** @type {const} */ ([0, 1]);
/** In design pixels: in a lower view the loss takes the place of both. */
const LOWEST_FOR_BOTH = 200;
const MARGIN = { top: 22, right: 16, bottom: 34, left: 46 };
/** A letter's width on average, generously. */
const LETTER = 6.3;
/** Between numbers at line ends, in design pixels. */
const NAME_HEIGHT = 12;
const LONGEST_NAMES = 26;

/**
 * @param {HTMLElement} node
 * @param {import("../run/session.js").PageStore} store
 * @param {import("./views.js").ViewActions} actions
 */
export function createView(node, store, { lanes }) {
  const chart = createChart(node, store, "loss", {
    label: say.PICTURES.loss,
    inputs: (state) => [...inputs(state), ...lanes().flatMap(curveInputs)],
    figure: (state, sheet) => figure(state, sheet, lanes()),
  });
  return { ...chart, words: (/** @type {State} */ state) => chosenWords(state, lanes()) };
}

/** @param {State} state */
function inputs({ history, former, past, config, task }) {
  return [...curveInputs({ history, config }), former, past, config.clip, config.clip_threshold, task?.name];
}

/** @param {Pick<State, "history" | "config">} state */
function curveInputs({ history: { loss, length, iteration }, config }) {
  return [loss, length, iteration[length - 1], config];
}

/** The sentence is about one network. @param {State} state @param {State[]} lanes */
function chosenWords(state, lanes) {
  const place = lanes.indexOf(state);
  return place < 0 ? lossWords(state) : say.ofLane(place + 1, lossWords(state));
}

/**
 * At most so many of the points, each of them a measured one; which ones does not change from frame to frame.
 * @param {History} history @param {Float64Array} column
 */
export function thinned(history, column) {
  const stride = 2 ** Math.max(0, Math.ceil(Math.log2(history.length / MOST_POINTS)));
  const x = [];
  const y = [];
  for (let index = 0; index < history.length; index += 1) {
    if (index % stride !== 0 && index !== history.length - 1) continue;
    x.push(history.iteration[index]);
    y.push(column[index] > 0 ? column[index] : Number.NaN);
  }
  return { x, y };
}

/** The points at which it was measured, which is not at every record. @param {History} history @param {Float64Array} column */
export function measured(history, column) {
  const places = Array.from({ length: history.length }, (_, index) => index).filter((index) => column[index] > 0);
  const stride = 2 ** Math.max(0, Math.ceil(Math.log2(places.length / MOST_POINTS)));
  const kept = places.filter((_, rank) => rank % stride === 0 || rank === places.length - 1);
  return { x: kept.map((index) => history.iteration[index]), y: kept.map((index) => column[index]) };
}

/** What came after a branch before it was one. @param {NonNullable<State["former"]>} former */
function since({ history, from }) {
  const { x, y } = thinned(history, history.loss);
  const first = x.findIndex((iteration) => iteration >= from);
  return first < 0 ? { x: [], y: [] } : { x: x.slice(first), y: y.slice(first) };
}

/**
 * @typedef {{history: History, name: string, dash: string, chosen: boolean}} Curve one network's
 * @param {State} state @param {State[]} lanes @param {number} unit
 * @returns {Curve[]}
 */
function curvesOf(state, lanes, unit) {
  if (lanes.length === 0) return [{ history: state.history, name: "", dash: "solid", chosen: true }];
  const configs = lanes.map(({ config }) => config);
  return laneNames(configs, state.schema).map((name, index) => ({
    history: lanes[index].history,
    name: `${index + 1} ${name}`,
    dash: DASHES[index].map((length) => `${length * unit}px`).join(",") || "solid",
    chosen: lanes[index] === state,
  }));
}

/** @param {State} state @param {Sheet} sheet @param {State[]} lanes none where there is one network */
export function figure(state, sheet, lanes = []) {
  const { former, past, record, config, task } = state;
  const { ink, ink2, ink3, border, forward, backward } = sheet.colours;
  const held = measured(state.history, state.history.validation);
  const curves = curvesOf(state, lanes, sheet.unit);
  const baseline = record?.meta.baseline ?? null;
  const persistence = record?.meta.persistence || null;
  const threshold = config.clip === "norm" && hasRoomForBoth(sheet) ? Number(config.clip_threshold) : null;
  const line = { type: "scatter", mode: "lines" };
  const title = { xref: "paper", x: 0, xanchor: "left", y: 1, yanchor: "bottom" };
  const level = { xref: "paper", x: 1, xanchor: "right", yanchor: "bottom" };
  const baselinePlace = lanes.length === 0 ? level : { ...level, x: 0, xanchor: "left" };
  const lossAxis = logAxis(lossesOf(curves, persistence), baseline);
  const both = hasRoomForBoth(sheet);
  const layout = {
    hovermode: "x unified",
    margin: {
      l: MARGIN.left * sheet.unit,
      r: MARGIN.right * sheet.unit,
      t: MARGIN.top * sheet.unit,
      b: MARGIN.bottom * sheet.unit,
    },
    xaxis: axis(sheet, {
      anchor: both ? "y2" : "y",
      rangemode: "tozero",
      nticks: 4,
      showgrid: false,
      title: axisTitle(sheet, say.ITERATION),
    }),
    yaxis: axis(sheet, { ...lossAxis, domain: lossDomain(sheet) }),
    ...(both ? { yaxis2: axis(sheet, { ...logAxis(valuesOf(curves, "gradNorm"), threshold), domain: LOWER }) } : {}),
    shapes: [
      ...(baseline === null ? [] : [lineAt("y", baseline, { color: ink3, dash: "dot" })]),
      ...(persistence === null ? [] : [lineAt("y", persistence, { color: ink3, dash: "dashdot" })]),
      ...(threshold === null ? [] : [lineAt("y2", threshold, { color: ink, dash: "dash" })]),
      ...(past === null ? [] : [lineAt("x", past.iteration, { color: ink, width: 1 })]),
    ],
    annotations: [
      note(sheet, say.LOSS_PER_TIMESTEP, { ...title, yref: "y domain" }, ink2),
      ...(both ? [note(sheet, say.BEFORE_CLIPPING, { ...title, yref: "y2 domain" }, ink2)] : []),
      ...(baseline === null
        ? []
        : [
            note(sheet, longestFitting(sheet, say.baselineNames(task?.baseline ?? "")), {
              ...baselinePlace,
              yref: "y",
              y: Math.log10(baseline),
            }),
          ]),
      ...(persistence === null || lanes.length > 0
        ? []
        : [persistenceNote(sheet, persistence, baseline, task, lossAxis.range)]),
      ...(held.x.length === 0 ? [] : [note(sheet, HELD_OUT, { ...title, x: 0.5, yref: "y domain" }, forward)]),
      ...(threshold === null
        ? []
        : [note(sheet, say.thresholdName(threshold), { ...level, yref: "y2", y: Math.log10(threshold) })]),
      ...(lanes.length === 0 ? [] : namesOf(curves, sheet, lossAxis.range)),
    ],
  };
  const ofCurves = curves.flatMap(({ history, name, dash, chosen }) => {
    const called = name && `${name}: `;
    // A single point makes no line.
    const mode = history.length === 1 ? "markers" : "lines";
    const marker = { color: ink, size: 5 * sheet.unit };
    const drawn = {
      ...line,
      mode,
      marker,
      cliponaxis: mode === "lines",
      hovertemplate: `${called}%{y:.3~g}<extra></extra>`,
    };
    const width = lanes.length === 0 ? 1.5 : chosen ? 2 : 1.2;
    const norm = {
      ...thinned(history, history.gradNorm),
      yaxis: "y2",
      line: { color: backward, width, dash },
      marker: { ...marker, color: backward },
    };
    return [
      { ...drawn, ...thinned(history, history.loss), name: say.lossName(name), line: { color: ink, width, dash } },
      ...(both ? [{ ...drawn, ...norm }] : []),
    ];
  });
  const before =
    former === null ? [] : [{ ...line, ...since(former), hoverinfo: "skip", line: { color: border, width: 1.2 } }];
  const heldOut =
    held.x.length === 0
      ? []
      : [
          {
            ...line,
            ...held,
            mode: "lines+markers",
            name: HELD_OUT,
            hovertemplate: `${HELD_OUT}: %{y:.3~g}<extra></extra>`,
            line: { color: forward, width: 1.5, dash: "dot" },
            marker: { color: forward, size: 3 * sheet.unit },
          },
        ];
  return { traces: [...before, ...ofCurves, ...heldOut], layout };
}

/** @param {Sheet} sheet */
function hasRoomForBoth({ height, unit }) {
  return height >= LOWEST_FOR_BOTH * unit;
}

/** The first of the names that keeps between the axis and the edge, else the last. @param {Sheet} sheet @param {string[]} names the longest first */
function longestFitting({ width, unit }, names) {
  const room = (width / unit - MARGIN.left - MARGIN.right) / LETTER;
  return names.find(({ length }) => length <= room) ?? names[names.length - 1];
}

/** @param {Sheet} sheet */
function lossDomain(sheet) {
  return hasRoomForBoth(sheet) ? UPPER : WHOLE;
}

/** All that stands on the axis of the losses. @param {Curve[]} curves @param {number | null} persistence */
function* lossesOf(curves, persistence) {
  yield* valuesOf(curves, "loss");
  for (const { history } of curves) yield* history.validation.subarray(0, history.length);
  if (persistence !== null) yield persistence;
}

/**
 * Above its line, where the axis of iterations is far; below it where the baseline's name stands close above.
 * @param {Sheet} sheet @param {number} persistence @param {number | null} baseline @param {State["task"]} task @param {number[]} range of the axis, log₁₀
 */
function persistenceNote(sheet, persistence, baseline, task, [low, high]) {
  const apart = baseline === null ? Number.POSITIVE_INFINITY : Math.log10(baseline / persistence) / (high - low);
  const above = apart < 0 || apart > CLOSE;
  const place = { xref: "paper", x: 1, xanchor: "right", yref: "y", y: Math.log10(persistence) };
  return note(sheet, persistenceName(task), { ...place, yanchor: above ? "bottom" : "top" });
}

/** Of all networks. @param {Curve[]} curves @param {"loss" | "gradNorm"} column */
function* valuesOf(curves, column) {
  for (const { history } of curves) yield* history[column].subarray(0, history.length);
}

/**
 * The lanes' numbers at the ends of their lines, none on another, and in a row above what they are called, if it fits.
 * @param {Curve[]} curves @param {Sheet} sheet @param {number[]} range of the loss, log₁₀
 */
function namesOf(curves, sheet, [low, high]) {
  const { ink, ink2 } = sheet.colours;
  const plot = sheet.height / sheet.unit - MARGIN.top - MARGIN.bottom;
  const [bottom, top] = lossDomain(sheet);
  const height = (top - bottom) * plot;
  const wanted = curves.map(({ history }) => {
    const value = history.loss[history.length - 1];
    const share = value > 0 ? (Math.log10(value) - low) / (high - low) : 0;
    return Math.min(1, Math.max(0, share)) * height;
  });
  const places = apart(wanted, NAME_HEIGHT, height);
  const numbers = curves.map(({ chosen }, index) => {
    const place = { xref: "paper", x: 1, xanchor: "left", yref: "y domain", y: places[index] / height };
    return note(sheet, String(index + 1), { ...place, yanchor: "middle", borderpad: 0 }, chosen ? ink : ink2);
  });
  const names = curves.map(({ name }) => name).join("  ");
  if (names.length > LONGEST_NAMES) return numbers;
  const place = { xref: "paper", x: 1, xanchor: "right", yref: "y domain", y: 1, yanchor: "bottom" };
  return [...numbers, note(sheet, names, place, ink2)];
}

/** As near to where they were wanted as there is room, from below, and none above the top. @param {number[]} wanted @param {number} room @param {number} top */
export function apart(wanted, room, top) {
  const places = [...wanted];
  const order = wanted.map((_, index) => index).sort((a, b) => wanted[a] - wanted[b]);
  for (const [rank, index] of order.entries()) {
    if (rank > 0) places[index] = Math.max(places[index], places[order[rank - 1]] + room);
  }
  for (const [rank, index] of [...order].reverse().entries()) {
    places[index] = Math.min(places[index], top - rank * room);
  }
  return places;
}

/**
 * A range that holds all values so far and ends at a 1, 2 or 5 of its decade: it changes in steps, never with one frame.
 * Ticks are powers of ten; a short axis has 2 and 5 between them.
 * @param {Iterable<number>} values @param {number | null} level
 */
export function logAxis(values, level) {
  let low = level !== null && level > 0 ? level : Number.POSITIVE_INFINITY;
  let high = level ?? 0;
  for (const value of values) {
    if (!(value > 0) || value === Number.POSITIVE_INFINITY) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (!(low < Number.POSITIVE_INFINITY)) [low, high] = [1, 1];
  const to = stepAbove(high);
  const from = Math.min(to - 1, -stepAbove(1 / low));
  const ticks = to - from > FEW_DECADES ? powersBetween(from, to) : stepsBetween(from, to);
  return { type: "log", range: [from, to], tickvals: ticks, ticktext: ticks.map(formatTick) };
}

/** Powers of ten, at most about five of them. @param {number} from @param {number} to log₁₀ */
function powersBetween(from, to) {
  const every = Math.ceil((to - from) / 4);
  const powers = [];
  for (let exponent = Math.ceil(from); exponent <= to; exponent += 1) {
    if (exponent % every === 0) powers.push(10 ** exponent);
  }
  return powers;
}

/** On a short axis every 1, 2 and 5. @param {number} from @param {number} to log₁₀ */
function stepsBetween(from, to) {
  const steps = [];
  for (let exponent = Math.floor(from); exponent <= to; exponent += 1) {
    steps.push(...[1, 2, 5].map((step) => Number(`${step}e${exponent}`)));
  }
  return steps.filter((step) => Math.log10(step) > from - 1e-9 && Math.log10(step) < to + 1e-9);
}

/** @param {number} tick */
function formatTick(tick) {
  const exponent = Math.round(Math.log10(tick));
  if (10 ** exponent === tick) return formatPower(exponent);
  return tick < 1e4 ? formatSetting(tick) : formatNumber(tick, 1);
}

/** log₁₀ of the next 1, 2 or 5 times a power of ten above a value. @param {number} value */
function stepAbove(value) {
  return Math.log10(stepFor(value * (1 + 1e-8)));
}

/** The Slope view: the activation, its derivative, and where on it the units of all timesteps sit. */

import { element } from "../lib/dom.js";
import { Fault } from "../lib/fault.js";
import { fetchedOnce } from "../lib/fetched.js";
import { formatPercent } from "../lib/format.js";
import { axis, axisTitle, createChart, note } from "../kit/chart.js";
import * as say from "../words/charts.js";

/** @typedef {import("../run/state.js").State} State */
/** @typedef {import("../kit/chart.js").Sheet} Sheet */

export const RANGE = 3;
export const BIN = 0.125;
const SHARES = [0.1, 0.25, 0.5, 1];
const NO_SAMPLES = { a: [], phi: [], slope: [] };

/** What could not be loaded is asked for again after so long, ms. */
const AGAIN_AFTER = 5000;

/** One activation at many places, as the server publishes it. @typedef {{a: number[], phi: number[], slope: number[]}} Samples */

/** The page itself is sent without the samples: only this view needs them. @type {() => Promise<{activations: Record<string, Samples>}>} */
const fetchSchema = fetchedOnce("api/schema", (status) => new Fault("no_curves", { status }));

/**
 * @param {HTMLElement} node
 * @param {import("../run/session.js").PageStore} store
 * @param {import("./views.js").ViewActions} actions
 */
export function createView(node, store, { redraw }) {
  /** @type {Record<string, Samples>} */
  let activations = {};
  const missing = element("p", { class: "view-note" }, say.CURVES_NOT_LOADED);
  let askAt = Number.NEGATIVE_INFINITY;
  // A page that is one file has nobody to ask.
  if ("alone" in document.body.dataset) {
    node.prepend(missing);
    askAt = Number.POSITIVE_INFINITY;
  }

  async function ask() {
    askAt = Number.POSITIVE_INFINITY;
    try {
      ({ activations } = await fetchSchema());
      missing.remove();
    } catch {
      node.prepend(missing);
      askAt = performance.now() + AGAIN_AFTER;
    }
    redraw();
  }

  const samplesOf = (/** @type {State} */ { config }) => activations[String(config.activation)] ?? NO_SAMPLES;
  const chart = createChart(node, store, "slope", {
    label: say.PICTURES.slope,
    inputs: (state) => [state.record, samplesOf(state)],
    figure: (state, sheet) => figure(state, sheet, samplesOf(state)),
  });
  return {
    /** @param {number} now @param {number} unit */
    draw(now, unit) {
      if (now >= askAt) void ask();
      return Math.min(chart.draw(now, unit), askAt - now);
    },
  };
}

/**
 * The share of all sums in each bin from −RANGE to RANGE; the outermost bins hold what lies beyond them too.
 * @param {import("../wire/protocol.js").Numbers} sums
 */
export function histogram(sums) {
  const bins = Math.round((2 * RANGE) / BIN);
  const shares = new Float64Array(bins);
  for (const sum of sums) {
    if (Number.isNaN(sum)) continue;
    const bin = Math.floor((sum + RANGE) / BIN);
    shares[Math.min(bins - 1, Math.max(0, bin))] += 1 / sums.length;
  }
  const centres = Float64Array.from(shares, (_, bin) => -RANGE + (bin + 0.5) * BIN);
  return { centres, shares };
}

/** @param {State} state @param {Sheet} sheet @param {Samples} samples */
function figure({ config, record }, sheet, samples) {
  const { ink2, forward, backward, activation } = sheet.colours;
  const name = String(config.activation).replaceAll("_", " ");
  const within = samples.a.flatMap((a, i) => (Math.abs(a) <= RANGE + 1e-9 ? [i] : []));
  const curve = (/** @type {number[]} */ values) => ({
    type: "scatter",
    mode: "lines",
    x: within.map((i) => samples.a[i]),
    y: within.map((i) => values[i]),
  });
  const a = record?.tensors.a;
  const { centres, shares } = histogram(a?.data ?? new Float64Array());
  const tallest = Math.max(...shares);
  const top = SHARES.find((share) => tallest <= share) ?? 1;
  const bars = {
    type: "bar",
    x: centres,
    y: shares,
    width: BIN * 0.86,
    yaxis: "y3",
    marker: { color: activation.css[190] },
    text: Array.from(shares, (share) => formatPercent(share)),
    textposition: "none",
    hovertemplate: `${say.shareHover("%{text}", "%{x:.2f}")}<extra></extra>`,
  };
  const heights = within.map((i) => samples.phi[i]);
  const layout = {
    hovermode: "closest",
    xaxis: axis(sheet, {
      anchor: "y2",
      range: [-RANGE, RANGE],
      tickvals: [-RANGE, 0, RANGE],
      ticktext: ["−3", "0", "3"],
      title: axisTitle(sheet, a ? say.sumsWords(a.shape[1], a.shape[0]) : "a"),
    }),
    yaxis: axis(sheet, {
      domain: [0.56, 1],
      range: padded(Math.min(0, ...heights), Math.max(1, ...heights)),
      nticks: 4,
      showgrid: false,
      zeroline: true,
      zerolinecolor: sheet.colours.hairline,
    }),
    yaxis2: axis(sheet, { domain: [0, 0.46], range: padded(Math.min(0, ...samples.slope), 1.1), tickvals: [0, 1] }),
    yaxis3: axis(sheet, {
      overlaying: "y2",
      side: "right",
      range: padded(0, top * 1.1),
      tickvals: [top],
      ticktext: [formatPercent(top)],
      showgrid: false,
      tickfont: { color: forward },
    }),
    margin: { l: 34 * sheet.unit, r: 38 * sheet.unit, t: 12 * sheet.unit, b: 34 * sheet.unit },
    annotations: [
      note(sheet, name, { xref: "paper", x: 0.02, xanchor: "left", yref: "y domain", y: 1, yanchor: "top" }, forward),
      note(
        sheet,
        say.slopeName(name),
        { xref: "paper", x: 0.02, xanchor: "left", yref: "y2 domain", y: 1, yanchor: "top" },
        backward,
      ),
      ...(a ? [] : [note(sheet, say.NEXT_RECORD, { xref: "paper", x: 0.5, yref: "paper", y: 0.2 }, ink2)]),
    ],
  };
  return {
    traces: [
      { ...curve(samples.phi), line: { color: forward, width: 2 }, hovertemplate: "φ = %{y:.3f}<extra></extra>" },
      {
        ...curve(samples.slope),
        yaxis: "y2",
        line: { color: backward, width: 2 },
        hovertemplate: "φ′ = %{y:.3f}<extra></extra>",
      },
      bars,
    ],
    layout,
  };
}

/** A range with a little air, so that lines at its ends are whole. @param {number} low @param {number} high */
function padded(low, high) {
  const air = 0.03 * (high - low);
  return [low - air, high + air];
}

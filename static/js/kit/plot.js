/** The one file that names Plotly: loaded when the first chart is wanted, then create, change, resize. */

import { Fault } from "../lib/fault.js";

/** @type {Promise<any> | null} */
let loading = null;

/** Plotly comes as a classic script that leaves a global behind. @returns {Promise<any>} */
function load() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = /** @type {string} */ (document.body.dataset.plotly);
    // The first chart is drawn in a task of its own: reading the library is a long one already.
    script.onload = () => setTimeout(() => resolve(/** @type {any} */ (window).Plotly));
    script.onerror = () => {
      loading = null;
      reject(new Fault("no_chart_library"));
    };
    document.head.append(script);
  });
  return loading;
}

const CONFIG = { displayModeBar: false, doubleClick: false, scrollZoom: false };

/**
 * A chart in `node`. `show` draws traces and layout; before the library is there it only remembers the last ones.
 * @param {HTMLElement} node
 */
export function createPlot(node) {
  /** @type {any} */
  let plotly = null;
  /** @type {{traces: object[], layout: object} | null} */
  let wanted = null;

  function draw() {
    if (plotly && wanted) plotly.react(node, wanted.traces, wanted.layout, CONFIG);
  }

  return {
    /** @param {(error: unknown) => void} failed told where the library cannot be fetched */
    load(failed) {
      load().then((loaded) => {
        plotly = loaded;
        draw();
      }, failed);
    },
    /** @param {object[]} traces @param {object} layout */
    show(traces, layout) {
      wanted = { traces, layout };
      draw();
    },
  };
}

/**
 * A chart as it stands, drawn as SVG by the library itself.
 * @param {HTMLElement} node
 * @param {number} width @param {number} height
 * @returns {Promise<string>}
 */
export async function chartAsSvg(node, width, height) {
  const plotly = await load();
  const url = /** @type {string} */ (await plotly.toImage(node, { format: "svg", width, height }));
  return decodeURIComponent(url.slice(url.indexOf(",") + 1));
}

/**
 * The views of the right rail: which there are, which are open, what of the record they need, and their sentences. A view's
 * module is fetched when it is opened first; only open views are drawn.
 */

import { createBeat, READING } from "../lib/beat.js";
import { byId, element, setSentence, setText } from "../lib/dom.js";
import { cellOf, statesMeetBy } from "../record/cells.js";
import { lossCount } from "../record/readings.js";
import { USES_PANEL } from "../run/choices.js";
import { createTabStrip } from "../kit/tab_strip.js";
import { createTabs } from "../kit/tabs.js";
import { createLayerChooser } from "./layers.js";
import { PICTURE as FLOW_PICTURE } from "../words/flow.js";
import { flowWords, lagsWords, lossWords, outputWords, slopeWords, spectrumWords } from "../words/views.js";
import * as say from "../words/charts.js";

/** @typedef {import("../run/state.js").State} State */
/** @typedef {import("../run/session.js").PageStore} PageStore */

/**
 * @typedef {object} ViewActions
 * @property {(tensor: string, index: number[], value: number, before: number) => void} edit
 * @property {(quantities: string[]) => void} watch
 * @property {() => void} redraw
 * @property {() => State[]} lanes all networks where several stand side by side; none where there is one
 */

/**
 * What a view's module makes. `draw` gives how many milliseconds later it wants to be called again.
 * @typedef {object} View
 * @property {(now: number, unit: number) => number} draw
 * @property {() => void} [resize]
 * @property {(state: State) => string} [words] where the sentence depends on what is chosen in the view
 * @property {() => string[]} [quantities] where they depend on it too
 */

/**
 * @typedef {object} Kind
 * @property {string} name
 * @property {string} title
 * @property {string[]} quantities of the record, beside those that are always watched
 * @property {(state: State) => string} words
 * @property {() => Promise<{createView: (node: HTMLElement, store: PageStore, actions: ViewActions) => View}>} load
 */

const own = () => "";

/** @type {Kind[]} */
export const VIEWS = [
  {
    name: "flow",
    title: say.TITLES.flow,
    quantities: [],
    words: flowWords,
    load: () => import("./flow.js").then(flowView),
  },
  { name: "loss", title: say.TITLES.loss, quantities: [], words: lossWords, load: () => import("./loss.js") },
  {
    name: "output",
    title: say.TITLES.output,
    quantities: ["sample"],
    words: outputWords,
    load: () => import("./output.js"),
  },
  {
    name: "spectrum",
    title: say.TITLES.spectrum,
    quantities: ["spectrum"],
    words: spectrumWords,
    load: () => import("./spectrum.js"),
  },
  {
    name: "slope",
    title: say.TITLES.slope,
    quantities: ["saturation"],
    words: slopeWords,
    load: () => import("./slope.js"),
  },
  { name: "weights", title: say.TITLES.weights, quantities: [], words: own, load: () => import("./weights.js") },
  { name: "lags", title: say.TITLES.lags, quantities: [], words: lagsWords, load: () => import("./lags.js") },
  { name: "gates", title: say.TITLES.gates, quantities: [], words: own, load: () => import("./gates.js") },
];

/** @param {typeof import("./flow.js")} module */
function flowView({ createFlowView }) {
  return {
    createView(/** @type {HTMLElement} */ node, /** @type {PageStore} */ store) {
      const canvas = element("canvas", {
        class: "flow",
        id: "flow",
        tabindex: "0",
        role: "img",
        "aria-label": FLOW_PICTURE,
        "aria-describedby": "flow-words",
      });
      node.append(canvas);
      const flow = createFlowView(canvas, store);
      new ResizeObserver(() => {
        flow.resize();
        flow.draw(performance.now());
      }).observe(canvas);
      return {
        draw(/** @type {number} */ now) {
          return flow.draw(now);
        },
        resize: flow.resize,
      };
    },
  };
}

/** With fewer losses the flow is a few lines only, and another view has more to say. */
const FEW_LOSSES = 4;

/** Whether the network has what a view shows. @param {string} name @param {State} state */
export function isPossible(name, { config }) {
  if (name === "spectrum") return statesMeetBy(config) !== null;
  return name !== "gates" || cellOf(config).gates.length > 0;
}

/**
 * The open views, from above: the chosen one, in a tall window below the flow.
 * @param {State} state
 * @returns {string[]}
 */
export function openViews(state) {
  const chosen = state.tab !== "auto" && isPossible(state.tab, state) ? state.tab : suggested(state);
  if (!state.stacked) return [chosen];
  return ["flow", chosen === "flow" ? "loss" : chosen];
}

/**
 * Whether the open views may stay although others are suggested: nobody chose others, and they still have their places.
 * @param {string[]} open
 * @param {State} state
 */
export function mayStay(open, state) {
  const wanted = openViews(state);
  const differ = open.length === wanted.length && open.join() !== wanted.join();
  return differ && state.tab === "auto" && open.every((name) => isPossible(name, state));
}

/** @param {State} state */
function suggested({ record, config }) {
  if (!record) return "flow";
  if (lossCount(record) >= FEW_LOSSES) return "flow";
  return cellOf(config).gates.length > 0 ? "gates" : "spectrum";
}

/** Settings that have stood for so long, ms, are meant. */
const MEANT_AFTER = 500;

/**
 * Tells in how many ms the settings will have stood long enough to be meant, 0 where they have. Another view opens by itself
 * only then: while somebody tries settings out, reading the charts' library would hold up what they wait for.
 */
export function createMeant() {
  /** @type {State["config"] | null} */
  let standing = null;
  let since = Number.NEGATIVE_INFINITY;
  /** @param {State["config"]} config @param {number} now */
  return (config, now) => {
    if (standing && config !== standing && JSON.stringify(config) !== JSON.stringify(standing)) since = now;
    standing = config;
    return Math.max(0, since + MEANT_AFTER - now);
  };
}

/** Room for two views below each other, in design pixels. */
const STACKED_FROM = 540;

/**
 * @param {PageStore} store
 * @param {ViewActions} actions
 */
export function createViews(store, actions) {
  const node = byId("views");
  const tabs = createViewTabs(store);
  const shells = new Map(VIEWS.map((kind) => [kind.name, createShell(kind)]));
  const layers = createLayerChooser(store);
  node.append(
    element("div", { class: "views-head" }, tabs.node, layers.node),
    ...[...shells.values()].map(({ panel }) => panel),
  );
  /** @type {string[]} */
  let open = [];
  let watched = "";
  let arranged = "";
  const untilMeant = createMeant();

  /** How many ms later another view may open. @param {State} state @param {number} now */
  function arrange(state, now) {
    const rest = untilMeant(state.config, now);
    const stays = rest > 0 && mayStay(open, state);
    if (!stays) open = openViews(state);
    const key = [state.stacked, state.config.cell, ...open].join();
    const wait = stays ? rest : Number.POSITIVE_INFINITY;
    if (key === arranged) return wait;
    arranged = key;
    node.dataset.stacked = String(state.stacked);
    document.body.dataset.cell = String(state.config.cell);
    for (const [name, { panel }] of shells) panel.hidden = !open.includes(name);
    tabs.show(state, /** @type {string} */ (open.at(-1)));
    return wait;
  }

  function watch() {
    const wanted = open.flatMap((name) => shells.get(name)?.quantities() ?? []);
    const { weight, question, panel } = store.get();
    if (weight) wanted.push("gradients");
    if (panel === USES_PANEL) wanted.push("terms");
    if (question) wanted.push(...question.watch);
    const key = [...new Set(wanted)].sort().join();
    if (key === watched) return;
    watched = key;
    actions.watch(key === "" ? [] : key.split(","));
  }

  return {
    watch,

    /** Draws the open views; how many milliseconds later one of them wants to be drawn again. @param {number} now @param {number} unit */
    draw(now, unit) {
      const state = store.get();
      let wait = arrange(state, now);
      layers.show(state);
      watch();
      for (const name of open) {
        const shell = /** @type {ReturnType<typeof createShell>} */ (shells.get(name));
        shell.load(store, actions);
        wait = Math.min(wait, shell.draw(now, unit, state));
      }
      return wait;
    },

    /** @param {number} unit pixels per design pixel */
    resize(unit) {
      const stacked = node.clientHeight / unit >= STACKED_FROM;
      if (stacked !== store.get().stacked) store.dispatch({ type: "stacked", stacked });
      for (const { resize } of shells.values()) resize();
    },
  };
}

/** A view's place in the page: its panel, its sentence, and its module once it is there. @param {Kind} kind */
function createShell(kind) {
  const body = element("div", { class: "view-body" });
  const words = element("p", { class: "view-words", id: `${kind.name}-words` });
  const title = element("h2", { class: "view-title" }, kind.title);
  const panel = element(
    "div",
    {
      class: "view",
      id: `view-${kind.name}`,
      role: "tabpanel",
      "aria-labelledby": `tab-${kind.name}`,
      hidden: true,
    },
    title,
    body,
    words,
  );
  /** @type {View | null} */
  let view = null;
  let asked = false;
  /** @type {() => State[]} */
  let lanes = () => [];
  const writing = createBeat(READING);

  return {
    panel,
    quantities: () => view?.quantities?.() ?? kind.quantities,
    resize: () => view?.resize?.(),

    /** @param {PageStore} store @param {ViewActions} actions */
    load(store, actions) {
      if (asked) return;
      asked = true;
      lanes = actions.lanes;
      kind.load().then(
        (module) => {
          view = module.createView(body, store, actions);
          actions.redraw();
        },
        () => {
          asked = false;
          setSentence(words, say.NOT_LOADED);
        },
      );
    },

    /** @param {number} now @param {number} unit @param {State} state */
    draw(now, unit, state) {
      if (!view) return Number.POSITIVE_INFINITY;
      const wait = view.draw(now, unit);
      const untilWords = writing.wait(now);
      if (untilWords > 0) return Math.min(wait, untilWords);
      writing.take(now);
      setText(title, of(kind, state, lanes()));
      setSentence(words, view.words ? view.words(state) : kind.words(state));
      return wait;
    },
  };
}

/** What stands above a view: where several networks stand side by side, of which it is; the loss is shown of all. @param {Kind} kind @param {State} state @param {State[]} lanes */
function of({ name, title }, state, lanes) {
  const place = lanes.indexOf(state);
  return place < 0 || name === "loss" ? title : say.titleOfLane(title, place + 1);
}

/** @param {PageStore} store */
function createViewTabs(store) {
  const tabs = VIEWS.map(({ name, title }) =>
    element(
      "button",
      { class: "tab", id: `tab-${name}`, role: "tab", type: "button", "aria-controls": `view-${name}` },
      title,
    ),
  );
  const node = element("div", { class: "tabs", role: "tablist", "aria-label": say.VIEWS }, ...tabs);
  const strip = createTabStrip(node, say.MORE_VIEWS);
  const row = createTabs(tabs, (index) => store.dispatch({ type: "tab", tab: VIEWS[index].name }));

  return {
    node: strip.node,
    /** @param {State} state @param {string} chosen */
    show(state, chosen) {
      for (const [index, { name }] of VIEWS.entries()) {
        tabs[index].hidden = !isPossible(name, state) || (state.stacked && name === "flow");
      }
      const index = VIEWS.findIndex(({ name }) => name === chosen);
      row.show(index);
      strip.reveal(tabs[index]);
    },
  };
}

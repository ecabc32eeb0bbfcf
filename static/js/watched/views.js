/** The views beside the picture: the flow, and what else of the shown layer its record holds. A module is fetched at first use. */

import { createTabs } from "../kit/tabs.js";
import { byId, element, setSentence } from "../lib/dom.js";
import { pageUnit } from "../stage/unit.js";
import { NOT_LOADED, TITLES, VIEWS } from "../words/charts.js";
import { lagsWords, spectrumWords } from "../words/views.js";
import { comparedWords } from "../words/watched.js";

/** @typedef {import("../views/views.js").View} View */
/** @typedef {import("../views/views.js").ViewActions} ViewActions */
/** @typedef {import("../run/state.js").State} State */
/** @typedef {import("../run/session.js").PageStore} PageStore */
/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */
/** What another capture holds, read as the shown one is. @typedef {{step: number, state: State}} Compared */

/**
 * @typedef {object} Kind
 * @property {string} name
 * @property {string} needs the tensor without which there is nothing to show
 * @property {(state: State) => string} [words] where the view has none of its own
 * @property {() => Promise<{createView: (node: HTMLElement, store: PageStore, actions: ViewActions) => View}>} load
 */

const FLOW = "flow";

/** Beside the flow, which is there at once. @type {Kind[]} */
const MORE = [
  { name: "gates", needs: "gates", load: () => import("../views/gates.js") },
  { name: "lags", needs: "lag_norm", words: lagsWords, load: () => import("../views/lags.js") },
  {
    name: "spectrum",
    needs: "eigenvalues",
    words: spectrumWords,
    load: () => import("../views/spectrum.js"),
  },
  { name: "weights", needs: "W_hh", load: () => import("../views/weights.js") },
];

/** Which views a record has something for. @param {DecodedRecord | null} record @returns {string[]} */
export function viewsOf(record) {
  return [FLOW, ...MORE.filter(({ needs }) => record && needs in record.tensors).map(({ name }) => name)];
}

/** The view that is open: the chosen one, or the flow where the record has nothing for it. @param {string} tab @param {DecodedRecord | null} record */
export function openView(tab, record) {
  return viewsOf(record).includes(tab) ? tab : FLOW;
}

/**
 * What a view says of the shown capture, and of the one it is compared with.
 * @param {(state: State) => string} say @param {State} shown @param {Compared | null} compared
 */
export function wordsOf(say, shown, compared) {
  return compared ? comparedWords(say(shown), compared.step, say(compared.state)) : say(shown);
}

/**
 * @param {PageStore} store whose record is the one that is shown, at its place
 * @param {{open: (tab: string) => void, redraw: () => void, compared: () => Compared | null}} page
 */
export function createWatchedViews(store, { open, redraw, compared }) {
  const node = byId("views");
  const names = [FLOW, ...MORE.map(({ name }) => name)];
  const tabs = names.map((name) =>
    element(
      "button",
      { class: "tab", id: `tab-${name}`, role: "tab", type: "button", "aria-controls": `view-${name}` },
      TITLES[/** @type {keyof typeof TITLES} */ (name)],
    ),
  );
  const row = createTabs(tabs, (index) => open(names[index]));
  const shells = new Map(MORE.map((kind) => [kind.name, createShell(kind)]));
  const flow = byId("view-flow");
  node.prepend(element("div", { class: "tabs", role: "tablist", "aria-label": VIEWS }, ...tabs));
  node.append(...[...shells.values()].map(({ panel }) => panel));
  const panels = [flow, ...[...shells.values()].map(({ panel }) => panel)];
  for (const [index, panel] of panels.entries()) {
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tabs[index].id);
  }
  const actions = { edit() {}, watch() {}, redraw, lanes: () => [] };

  return {
    /** After how many ms the open view wants to be drawn again. @param {string} tab @param {number} now */
    draw(tab, now) {
      const state = store.get();
      const there = viewsOf(state.record);
      const opened = openView(tab, state.record);
      for (const [index, name] of names.entries()) {
        tabs[index].hidden = !there.includes(name);
        panels[index].hidden = name !== opened;
      }
      row.show(names.indexOf(opened));
      return shells.get(opened)?.draw(store, actions, now, compared()) ?? Number.POSITIVE_INFINITY;
    },
  };
}

/** @param {Kind} kind */
function createShell({ name, words: saysItself, load }) {
  const body = element("div", { class: "view-body" });
  const words = element("p", { class: "view-words", id: `${name}-words` });
  const panel = element("div", { class: "view", id: `view-${name}`, hidden: true }, body, words);
  /** @type {View | null} */
  let view = null;
  let asked = false;

  /** @param {PageStore} store @param {ViewActions} actions */
  function fetched(store, actions) {
    if (asked) return;
    asked = true;
    load().then(
      (module) => {
        view = module.createView(body, store, actions);
        actions.redraw();
      },
      () => {
        asked = false;
        setSentence(words, NOT_LOADED);
      },
    );
  }

  return {
    panel,
    /** @param {PageStore} store @param {ViewActions} actions @param {number} now @param {Compared | null} compared */
    draw(store, actions, now, compared) {
      fetched(store, actions);
      if (!view) return Number.POSITIVE_INFINITY;
      // Before the words: with the record a view may choose what it shows, such as the gate of another cell.
      const wait = view.draw(now, pageUnit());
      setSentence(words, wordsOf(view.words ?? saysItself ?? (() => ""), store.get(), compared));
      return wait;
    },
  };
}

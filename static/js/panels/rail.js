/**
 * The right rail: the inspector above the views, or one panel that takes it whole. A panel's module is fetched when it is
 * opened first.
 */

import { byId, element, setAttribute, setText } from "../lib/dom.js";
import { addStyle } from "../lib/styles.js";
import { USES_PANEL } from "../run/choices.js";
import { createViews } from "../views/views.js";
import * as say from "../words/panels.js";

/** @typedef {import("../run/session.js").PageStore} PageStore */
/** @typedef {import("../run/state.js").State} State */

/**
 * @typedef {import("../views/views.js").ViewActions & {
 *   remedy: (remedy: import("./remedies.js").Remedy) => void,
 *   checkGradients: (bug: string | null) => Promise<unknown>
 * }} RailActions
 */

/** What takes the whole rail now. @param {State} state */
function panelOf({ divergence, panel }) {
  return divergence ? "divergence" : panel;
}

/** @param {PageStore} store @param {RailActions} actions */
export function createRail(store, actions) {
  void addStyle("views.css");
  void addStyle("inspector.css");
  const inspector = createInspectorPanel(store, actions);
  const views = createViews(store, actions);
  const check = createCheckPanel(store, actions);
  const divergence = createDivergencePanel(store, actions);
  const uses = createUsesPanel(store, actions);
  const usual = [byId("inspector"), byId("views")];
  /** @type {string | null | undefined} */
  let shown;

  return {
    /** How many milliseconds later something here wants to be drawn again. @param {number} now @param {number} unit */
    draw(now, unit) {
      const panel = panelOf(store.get());
      if (panel !== shown) {
        shown = panel;
        for (const node of usual) node.hidden = panel !== null;
        check.show(panel === "check");
      }
      divergence.show(panel === "divergence");
      const wait = uses.draw(panel === USES_PANEL, now);
      if (panel === USES_PANEL) {
        views.watch();
        return wait;
      }
      if (panel !== null) return Number.POSITIVE_INFINITY;
      return Math.min(inspector.draw(now), views.draw(now, unit));
    },
    resize: views.resize,
  };
}

/** It comes after the picture moves, and where it is hidden not at all. @param {PageStore} store @param {RailActions} actions */
function createInspectorPanel(store, actions) {
  const node = byId("inspector");
  /** @type {{draw: (now: number) => number} | null} */
  let panel = null;
  let asked = false;

  function load() {
    asked = true;
    import("./inspector/inspector.js").then(
      ({ createInspector }) => {
        node.replaceChildren();
        panel = createInspector(node, store, actions);
        actions.redraw();
      },
      () => {
        setText(node, say.INSPECTOR_NOT_LOADED);
        const end = store.watch(
          ({ pin }) => pin,
          () => {
            end();
            asked = false;
          },
        );
      },
    );
  }

  return {
    /** How many milliseconds later it wants to be drawn again. @param {number} now */
    draw(now) {
      if (!asked && !store.get().first) load();
      return panel ? panel.draw(now) : Number.POSITIVE_INFINITY;
    },
  };
}

/** @param {PageStore} store @param {RailActions} actions */
function createCheckPanel(store, { checkGradients }) {
  const button = byId("check-gradients");
  const node = element("section", { class: "panel", id: "check", "aria-label": say.CHECK, hidden: true });
  byId("views").after(node);
  /** @type {Promise<{run: () => Promise<void>}> | null} */
  let loading = null;
  button.addEventListener("click", () => {
    const open = store.get().panel === "check";
    store.dispatch({ type: "panel", panel: open ? null : "check" });
  });
  return {
    /** @param {boolean} open */
    show(open) {
      setAttribute(button, "aria-expanded", String(open));
      if (node.hidden === !open) return;
      node.hidden = !open;
      if (!open) return;
      loading ??= import("./check.js").then(({ createCheck }) =>
        createCheck(node, store, /** @type {any} */ (checkGradients)),
      );
      void loading.then(({ run }) => run());
    },
  };
}

/** @param {PageStore} store @param {RailActions} actions */
function createDivergencePanel(store, { remedy }) {
  /** @type {{draw: () => void} | null} */
  let panel = null;
  let asked = false;
  return {
    /** @param {boolean} open */
    show(open) {
      panel?.draw();
      if (!open || asked) return;
      asked = true;
      void import("./divergence.js")
        .then(({ createDivergence }) => createDivergence(store, remedy))
        .then((created) => {
          panel = created;
          panel.draw();
        });
    },
  };
}

/** @param {PageStore} store @param {RailActions} actions */
function createUsesPanel(store, { redraw }) {
  const node = element("section", {
    class: "panel",
    id: "uses",
    "aria-label": say.USES,
    hidden: true,
  });
  byId("views").after(node);
  /** @type {{draw: (now: number) => number} | null} */
  let panel = null;
  let asked = false;
  return {
    /** How many milliseconds later it wants to be drawn again. @param {boolean} open @param {number} now */
    draw(open, now) {
      if (node.hidden === open) node.hidden = !open;
      if (!open) return Number.POSITIVE_INFINITY;
      if (!asked) {
        asked = true;
        void import("./uses/uses.js").then(({ createUses }) => {
          panel = createUses(node, store);
          redraw();
        });
      }
      return panel ? panel.draw(now) : Number.POSITIVE_INFINITY;
    },
  };
}

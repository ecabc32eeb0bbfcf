/** The Share panel: a link to what is seen, telling configurations, files in, files out. Built when first opened. */

import { createTabs } from "../kit/tabs.js";
import { element } from "../lib/dom.js";
import { createLinkPane } from "./link_pane.js";
import { createLivePane } from "./live_pane.js";
import { createOpenPane } from "./open_pane.js";
import { createRecordPane } from "./record_pane.js";
import { createSavePane } from "./save_pane.js";
import { createTeachersPane } from "./teachers_pane.js";
import * as say from "../words/share.js";

/** @typedef {import("../run/session.js").PageStore} PageStore */
/** @typedef {import("./start.js").Session} Session */
/** @typedef {{node: HTMLElement, show: () => void}} Pane show: whatever may have changed since it was last seen */

/** @typedef {keyof typeof say.PANES} PaneName */

/**
 * @param {HTMLElement} node the popover
 * @param {PageStore} store
 * @param {Session} session
 * @param {() => import("../run/state.js").State[]} lanes
 * @param {(recording: import("../wire/recording.js").Recording, name: string) => void} openRecording
 */
export function createPanel(node, store, session, lanes, openRecording) {
  const files = createOpenPane(store, session, (recording, name) => {
    node.hidePopover();
    openRecording(recording, name);
  });
  /** @type {Record<PaneName, Pane>} */
  const panes = {
    link: createLinkPane(store, lanes),
    teachers: createTeachersPane(store, lanes),
    live: createLivePane(store, session),
    open: files,
    save: createSavePane(store, session, lanes),
    record: createRecordPane(store, session),
  };
  const list = element("div", { class: "tabs", role: "tablist", "aria-label": say.SHARE });
  const names = /** @type {PaneName[]} */ (Object.keys(say.PANES));
  const tabs = names.map((name) => {
    const tab = element("button", {
      class: "tab",
      type: "button",
      role: "tab",
      id: `share-tab-${name}`,
      "aria-controls": `share-${name}`,
    });
    tab.append(say.PANES[name]);
    return tab;
  });
  list.append(...tabs);
  const row = createTabs(tabs, (index) => show(names[index]));
  for (const name of names) {
    const pane = panes[name].node;
    pane.id = `share-${name}`;
    pane.classList.add("share-pane");
    pane.setAttribute("role", "tabpanel");
    pane.setAttribute("aria-labelledby", `share-tab-${name}`);
  }
  node.replaceChildren(list, ...names.map((name) => panes[name].node));

  /** @param {PaneName} chosen */
  function show(chosen) {
    row.show(names.indexOf(chosen));
    for (const name of names) panes[name].node.hidden = name !== chosen;
    panes[chosen].show();
  }

  show("link");
  return {
    show,
    /** The pane that is seen catches up with the page. */
    refresh: () => show(names[tabs.findIndex((tab) => tab.tabIndex === 0)]),
    /** @param {File[]} dropped */
    open(dropped) {
      show("open");
      return files.open(dropped);
    },
    /** Where a text or a table is pasted. */
    paste() {
      show("open");
      files.paste();
    },
  };
}

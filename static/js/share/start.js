/** Everything about links and files that the first picture does not need; the panel loads when it is first opened. */

import { byId, element } from "../lib/dom.js";
import { addStyle } from "../lib/styles.js";
import { keepAddress } from "./address.js";
import { followedRun } from "./followed.js";
import { ignoredWords } from "../words/notices.js";
import { readLink } from "./read_link.js";
import { openMore } from "./menu.js";
import { TABS } from "./opening.js";
import { createPresenter } from "./presenter.js";
import { createSeedLink } from "./seed_link.js";
import * as say from "../words/share.js";

/** @typedef {import("../run/session.js").PageStore} PageStore */
/** @typedef {import("../wire/protocol.js").Config} Config */
/** @typedef {import("../run/state.js").State} State */
/** @typedef {import("../run/active.js").Session} Session */
/** @typedef {ReturnType<typeof import("./panel.js").createPanel>} Panel */
/** @typedef {{states: () => State[], open: (configs: Config[]) => void, end: () => void}} Lanes */

/**
 * @param {PageStore} store
 * @param {Session} session
 * @param {Lanes} lanes
 * @param {string | null} opened the link that the page shows; null where a reload goes on
 * @param {(recording: import("../wire/recording.js").Recording, name: string) => void} openRecording
 * @param {boolean} keepsAddress whether the address becomes that of what is seen; else `keepAddress` begins it later
 */
export function startSharing(store, session, lanes, opened, openRecording, keepsAddress = true) {
  const setTimer = (/** @type {() => void} */ callback, /** @type {number} */ ms) => window.setTimeout(callback, ms);
  // A link that is pasted into the same tab, also before this was here; the address may have been kept since.
  if (opened !== null && location.hash !== opened) void openLink(location.hash);
  else if (opened !== null) openLanes(understood(opened).link.lanes);
  let isOwn = keepsAddress;
  window.addEventListener("hashchange", ({ newURL }) => {
    const { hash } = new URL(newURL);
    // The page of a run that is followed is another one: it begins anew.
    if (isOwn && store.get().can.replace && followedRun(hash) === null) void openLink(hash);
    else location.reload();
  });
  if (isOwn) keepOwnAddress();
  createPresenter(store);
  void addStyle("share.css").then(() => createSeedLink(store, lanes.states));

  function keepOwnAddress() {
    isOwn = true;
    keepAddress(store, lanes.states, { location, history, setTimer });
  }

  const node = byId("share");
  /** @type {Promise<Panel> | null} */
  let loading = null;
  const panel = () => {
    loading ??= Promise.all([import("./panel.js"), addStyle("share.css")]).then(([{ createPanel }]) =>
      createPanel(node, store, session, lanes.states, openRecording),
    );
    return loading;
  };
  const showPanel = () => {
    const isOpen = node.matches(":popover-open");
    byId("share-button").setAttribute("aria-expanded", String(isOpen));
    if (isOpen) void panel().then(({ refresh }) => refresh());
  };
  node.addEventListener("toggle", showPanel);
  // Whoever was quick has opened it already.
  showPanel();
  takeDrops(panel, (files) => {
    node.showPopover();
    void panel().then(({ open }) => open(files));
  });
  takeExamples();
  openMore();

  return { keepAddress: keepOwnAddress, paste };

  /** The place to paste a text or a table of one's own. */
  function paste() {
    node.showPopover();
    void panel().then((opened) => opened.paste());
  }

  function takeExamples() {
    const popover = byId("examples");
    /** @type {Promise<{show: () => void}> | null} */
    let coming = null;
    popover.addEventListener("toggle", (event) => {
      const isOpen = /** @type {ToggleEvent} */ (event).newState === "open";
      byId("examples-button").setAttribute("aria-expanded", String(isOpen));
      if (!isOpen) return;
      coming ??= Promise.all([import("./examples.js"), addStyle("examples.css")]).then(([{ createExamples }]) =>
        createExamples(popover, store, { open: (link) => void openLink(link), paste }),
      );
      void coming.then(({ show }) => show());
    });
  }

  /** @param {string} fragment */
  function understood(fragment) {
    return readLink(fragment, { schema: store.get().schema, tabs: TABS });
  }

  /** Another run with another view, in this tab. @param {string} fragment */
  async function openLink(fragment) {
    const { link, ignored } = understood(fragment);
    const { config, rate, tab, track, layer, direction, ruler, pin, zoom, folded, presents, locks, lesson, question } =
      link;
    store.dispatch({ type: "present", presents });
    store.dispatch({ type: "lesson", lesson, locks });
    store.dispatch({ type: "question", question });
    if (lesson || question) return;
    lanes.end();
    if (!(await session.startInstead(config))) return;
    store.dispatch({ type: "tab", tab });
    store.dispatch({ type: "track", track });
    store.dispatch({ type: "layer", layer, direction });
    store.dispatch({ type: "ruler", ruler });
    store.dispatch({ type: "pin", pin });
    store.dispatch({ type: "fold", folded });
    zoomWhenShown(zoom);
    session.setRate(rate);
    session.play();
    openLanes(link.lanes);
    const text = ignoredWords(ignored);
    if (text) store.dispatch({ type: "notice", notice: { text, undo: true, at: performance.now() } });
  }

  /** A zoom is about one length: it comes with the first record that has it. @param {State["zoom"]} zoom */
  function zoomWhenShown(zoom) {
    const isShown = () => store.get().record?.tensors.loss_t.shape[0] === Number(store.get().config.sequence_length);
    if (isShown()) return store.dispatch({ type: "zoom", zoom });
    const end = store.watch(isShown, () => {
      end();
      store.dispatch({ type: "zoom", zoom });
    });
  }

  /** The first network has to play before others can be put beside it: they go on as it does. @param {Config[]} changes */
  function openLanes(changes) {
    if (changes.length === 0) return;
    const isOnItsWay = () => ["running", "diverged"].includes(store.get().phase);
    const open = () => lanes.open(changes.map((one) => ({ ...store.get().live.config, ...one })));
    if (isOnItsWay()) return open();
    const end = store.watch(isOnItsWay, () => {
      end();
      open();
    });
  }
}

/** The whole page takes files; while one hovers, it says so. @param {() => unknown} prepare @param {(files: File[]) => void} take */
function takeDrops(prepare, take) {
  const hint = element("p", { class: "drop-hint", hidden: true }, say.DROP);
  document.body.append(hint);
  const hasFile = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files") ?? false;
  document.addEventListener("dragover", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    if (hint.hidden) prepare();
    hint.hidden = false;
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) hint.hidden = true;
  });
  document.addEventListener("drop", (event) => {
    hint.hidden = true;
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    take(files);
  });
}

/** The first picture: the record that the server wrote into the page, drawn before anything else is fetched. */

import { byId, element } from "./lib/dom.js";
import { fileAddress } from "./lib/files.js";
import { learnCells } from "./record/cells.js";
import { createStage } from "./stage/view.js";
import { createTheme } from "./kit/theme.js";
import { bytesFromBase64, decodeRecord } from "./wire/protocol.js";
import { beginning, showing } from "./run/beginning.js";
import { createStore, createSwitch } from "./lib/store.js";

/** @typedef {import("./run/state.js").State} State */
/** @typedef {import("./run/state.js").Action} Action */

/** @returns {any} what a run that was just started would say */
function bootstrap() {
  return JSON.parse(byId("bootstrap").textContent ?? "{}");
}

function firstRecord() {
  const base64 = byId("first-record").textContent?.trim();
  return base64 ? decodeRecord(bytesFromBase64(base64)) : null;
}

/** A page that is one file shows what stands in it. */
const isRecorded = "alone" in document.body.dataset;

/** A link may lead to a run that somebody shares; what is drawn first is theirs. */
async function followed() {
  if (!link.startsWith("#follow=")) return null;
  const [{ followedRun }, { openFollowed }] = await Promise.all([
    import("./share/followed.js"),
    import("./share/follow_page.js"),
  ]);
  const run = followedRun(link);
  if (run === null) return null;
  /** @type {import("./page.js").Elsewhere} */
  const elsewhere = { open: (store, platform, goOn, url) => openFollowed(url, store, platform, run, goOn) };
  return elsewhere;
}

/** A link says what else to open with; then the server's own first record would be another network's. */
async function opening() {
  const { first_view: small, ...facts } = bootstrap();
  learnCells(facts.schema?.cells);
  // What the server computed for the first view is of another network than the whole instrument's.
  const record = small && !isFirst ? null : firstRecord();
  if (follow) return beginning({ ...facts, task: null });
  if (isFirst) return { ...showing(beginning({ ...facts, ...small }), record), ...FIRST_VIEW };
  if (isRecorded) return (await import("./run/state.js")).initialState(facts, record);
  if (link.length < 2) return showing(beginning(facts), record);
  const { openedState } = await import("./share/opening.js");
  const state = openedState(facts, record, link, performance.now());
  if (kept || !(state.lesson || state.question)) return state;
  const { openedOn } = await import("./questions/opening.js");
  return openedOn(state);
}

/** After a reload the tab goes on where it was, if its browser kept the run. */
async function findKept() {
  const [navigation] = performance.getEntriesByType("navigation");
  const { type } = /** @type {PerformanceNavigationTiming} */ (navigation ?? {});
  if (type !== "reload" && type !== "back_forward") return null;
  const keeper = await import("./run/keeper.js");
  return keeper.findKept();
}

/** Slow enough to be followed, near enough to see an ordinary decay, named. */
const FIRST_VIEW = /** @type {const} */ ({ first: true, names: true, rate: 2, ruler: "near" });

/** Until the page is there nothing changes but the theme. @param {State} state @param {Action} action @returns {State} */
function themed(state, action) {
  return action.type === "theme" ? { ...state, theme: action.theme, dark: action.dark } : state;
}

/** A run of this page's own needs a socket: while the rest is fetched it is opened. The page can do without. */
async function openingAhead() {
  const [{ openAhead }, { socketAddressOf }, { BROWSER }] = await Promise.all([
    import("./wire/ahead.js"),
    import("./lib/address.js"),
    import("./lib/platform.js"),
  ]);
  return openAhead(socketAddressOf("ws"), BROWSER.open);
}

/** What the rest of the page is made of, asked for at once: one import after the other it would come in five rounds. */
function fetchAhead() {
  /** @type {string[]} */
  const names = JSON.parse(document.getElementById("later")?.textContent ?? "[]");
  document.head.append(...names.map((name) => element("link", { rel: "modulepreload", href: fileAddress(name) })));
}

const link = location.hash;
/** The server renders the first view for a browser that was never here; a link opens the whole instrument all the same. */
const isNew = document.body.hasAttribute("data-first");
const follow = isRecorded ? null : await followed();
const kept = follow || isRecorded ? null : await findKept();
const isFirst = isNew && link.length < 2 && !kept;
if (isNew && !isFirst) (await import("./first/visit.js")).showWhole();
const opened = await opening();
const store = createSwitch(createStore(kept ? kept.begin(opened) : opened, themed));
const theme = createTheme(store);
if (new URLSearchParams(location.search).has("embed")) {
  const { addStyle, holdEverywhere } = await import("./lib/styles.js");
  document.body.dataset.embed = "";
  await Promise.all([
    addStyle("essential.css"),
    holdEverywhere(/** @type {HTMLLinkElement} */ (byId("compact-style")), true),
  ]);
}
const stage = createStage(/** @type {HTMLCanvasElement} */ (byId("network")), store);
stage.resize();
stage.draw(performance.now());
performance.mark("first picture");
const ahead = isRecorded || follow ? null : openingAhead().catch(() => null);
fetchAhead();

const elsewhere = isRecorded ? await (await import("./share/recorded.js")).readRecorded() : follow;
const { startPage } = await import("./page.js");
startPage(store, stage, theme, kept, link, elsewhere, await ahead);

/** The first picture: the record that the server wrote into the page, drawn before anything else is fetched. */

import { byId } from "./lib/dom.js";
import { createStage } from "./stage/view.js";
import { createTheme } from "./kit/theme.js";
import { bytesFromBase64, decodeRecord } from "./wire/protocol.js";
import { initialState, reduce } from "./run/state.js";
import { createStore, createSwitch } from "./lib/store.js";

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
  if (follow) return initialState({ ...bootstrap(), task: null });
  if (link.length < 2 || isRecorded) return initialState(bootstrap(), firstRecord());
  const { openedState } = await import("./share/opening.js");
  return openedState(bootstrap(), firstRecord(), link, performance.now());
}

/** After a reload the tab goes on where it was, if its browser kept the run. */
async function findKept() {
  const [navigation] = performance.getEntriesByType("navigation");
  const { type } = /** @type {PerformanceNavigationTiming} */ (navigation ?? {});
  if (type !== "reload" && type !== "back_forward") return null;
  const keeper = await import("./run/keeper.js");
  return keeper.findKept();
}

const link = location.hash;
const follow = isRecorded ? null : await followed();
const kept = follow || isRecorded ? null : await findKept();
const opened = await opening();
const store = createSwitch(createStore(kept ? kept.begin(opened) : opened, reduce));
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

const elsewhere = isRecorded ? await (await import("./share/recorded.js")).readRecorded() : follow;
const { startPage } = await import("./page.js");
startPage(store, stage, theme, kept, link, elsewhere);

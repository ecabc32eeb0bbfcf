/** The page of a watched run: a model that a script trains, seen through `unroll.watch`. */

import { createNames } from "../first/names.js";
import { createTheme } from "../kit/theme.js";
import { socketAddressOf } from "../lib/address.js";
import { watchResolution } from "../lib/canvas/resolution.js";
import { byId, setText } from "../lib/dom.js";
import { createFrames } from "../lib/frames.js";
import { createGuard } from "../lib/guard.js";
import { listenToKeys } from "../lib/keyboard.js";
import { BROWSER } from "../lib/platform.js";
import { inBrowser } from "../lib/storage.js";
import { onSizes } from "../lib/sizes.js";
import { createStore } from "../lib/store.js";
import { createFlowView } from "../views/flow.js";
import { failureWords } from "../words/notices.js";
import { COPIED, COPY, FREEZE, flowNote, GO_ON, NOT_HANDED_IN } from "../words/watched.js";
import { createChoosers } from "./choosers.js";
import { drawFound, drawHeader, drawSentences, drawStatus, drawTimestep } from "./panels.js";
import { watchedPage } from "./named.js";
import { hasEveryPair, pictureOf } from "./picture.js";
import { factsOf, recordAt } from "./place.js";
import { createSource, runIn } from "./source.js";
import { EXAMPLE, openStored } from "./stored.js";
import { createWatchedStage, stageCanvas } from "./stage.js";
import { comparedCapture, initialWatched, reduceWatched, shownCapture } from "./state.js";
import { createWatchedViews } from "./views.js";

/** @typedef {import("../record/picture.js").Picture} Picture */
/** @typedef {import("./state.js").Capture} Capture */
/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */

const store = createStore(initialWatched(), reduceWatched);
const theme = createTheme(/** @type {any} */ (store));
const guard = createGuard(BROWSER, (error) => store.dispatch({ type: "failed", failed: failureWords(error) }));
const source = createSource(socketAddressOf("ws"), runIn(location.hash) ?? "", store, BROWSER, guard.failed);
const choosers = createChoosers(store, source.showSequence);

/** The pictures of the captures at the shown place, each worked out once. @type {{place: string, of: WeakMap<object, Picture>}} */
const pictures = { place: "", of: new WeakMap() };

/** @param {Capture} capture */
function pictureAt({ record }) {
  const { place } = store.get();
  const name = `${place.layer} ${place.reverse}`;
  if (pictures.place !== name) Object.assign(pictures, { place: name, of: new WeakMap() });
  const known = pictures.of.get(record);
  if (known) return known;
  const picture = pictureOf(record, place);
  pictures.of.set(record, picture);
  return picture;
}

const stage = createWatchedStage(stageCanvas(), {
  hover: (t) => store.dispatch({ type: "hover", hover: t === null ? null : { t } }),
  pin: (t) => store.dispatch({ type: "pin", pin: store.get().pin?.t === t ? null : { t } }),
});

const named = watchedPage(store, { scene: stage.shown, capture: () => shownCapture(store.get()) });
const names = createNames(named);

/**
 * A capture as the views of the playground ask for a state; `readAt` reads its record for a view.
 * @param {Capture | null} capture
 * @param {(record: DecodedRecord, place: Place) => DecodedRecord} readAt
 */
function stateOf(capture, readAt) {
  const { place, dark, hover, pin, status } = store.get();
  const record = capture && readAt(capture.record, place);
  const { cell, activation } = capture ? factsOf(capture.record) : { cell: "rnn", activation: "tanh" };
  const can = { edit: false, present: status !== "stored" };
  return /** @type {any} */ ({ record, config: { ...place, cell, activation }, can, dark, hover, pin, slow: null });
}

/** What is shown. @param {(record: DecodedRecord, place: Place) => DecodedRecord} readAt */
function viewStore(readAt) {
  return /** @type {any} */ ({
    get: () => stateOf(shownCapture(store.get()), readAt),
    /** A view that keeps its own choice is drawn anew. @param {import("./state.js").Action} action */
    dispatch(action) {
      store.dispatch(action);
      frames.changed();
    },
    watch: store.watch,
  });
}
const flow = createFlowView(
  /** @type {HTMLCanvasElement} */ (byId("flow")),
  viewStore((record) => record),
  {
    read() {
      const shown = shownCapture(store.get());
      return shown ? pictureAt(shown) : null;
    },
    without: NOT_HANDED_IN,
  },
);

const views = createWatchedViews(viewStore(recordAt), {
  open: (tab) => store.dispatch({ type: "tab", tab }),
  redraw: () => frames.changed(),
  compared() {
    const other = otherCapture();
    return other && { step: other.step, state: stateOf(other, recordAt) };
  },
});

/** What the shown capture is compared with. */
function otherCapture() {
  const other = comparedCapture(store.get());
  return other === shownCapture(store.get()) ? null : other;
}

const frames = createFrames(
  {
    requestFrame: (callback) => requestAnimationFrame(callback),
    setTimer: BROWSER.setTimer,
    clearTimer: BROWSER.clearTimer,
  },
  draw,
  () => false,
);

/** @param {number} now */
function draw(now) {
  const state = store.get();
  const shown = shownCapture(state);
  drawStatus(state);
  guard.run(choosers.draw, undefined);
  document.body.dataset.captured = String(shown !== null);
  document.body.dataset.status = state.status;
  setText(byId("freeze"), state.at === null ? FREEZE : GO_ON);
  byId("freeze").setAttribute("aria-pressed", String(state.at !== null));
  if (!shown) return Number.POSITIVE_INFINITY;
  guard.run(() => drawCapture(state, shown), undefined);
  guard.run(names.draw, undefined);
  const wait = guard.run(() => views.draw(state.tab, now), Number.POSITIVE_INFINITY);
  guard.run(() => flow.draw(now), undefined);
  return wait;
}

/** The stage, and what is said of it. @param {import("./state.js").Watched} state @param {Capture} shown */
function drawCapture(state, shown) {
  const picture = pictureAt(shown);
  const other = otherCapture();
  const compared = other && { picture: pictureAt(other), step: other.step };
  drawHeader(state, shown);
  drawSentences(state, picture, compared);
  drawFound(shown);
  drawTimestep(state, shown, picture);
  const note = flowNote(hasEveryPair(factsOf(shown.record), state.place));
  setText(byId("flow-note"), note);
  byId("flow-note").hidden = note === "";
  const inputs = shown.record.tensors.x.shape[1];
  stage.draw({ ...state, picture, compared, step: shown.step, inputs });
}

byId("freeze").addEventListener("click", () => {
  const { at } = store.get();
  const newest = shownCapture(store.get());
  store.dispatch({ type: "at", at: at === null ? (newest?.step ?? null) : null });
});
byId("theme").addEventListener("click", theme.toggle);
byId("unpin").addEventListener("click", () => store.dispatch({ type: "pin", pin: null }));
byId("copy").addEventListener("click", async () => {
  await navigator.clipboard.writeText(byId("code").textContent ?? "");
  setText(byId("copy"), COPIED);
  window.setTimeout(() => setText(byId("copy"), COPY), 2000);
});
stageCanvas().addEventListener("keydown", (event) => {
  const shown = shownCapture(store.get());
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!shown || step === undefined) return;
  event.preventDefault();
  const T = pictureAt(shown).T;
  const t = Math.min(T, Math.max(1, (store.get().pin?.t ?? T + 1) + step));
  store.dispatch({ type: "pin", pin: { t } });
});
listenToKeys(document, { i: named.toggle, Escape: () => store.dispatch({ type: "pin", pin: null }) }, inBrowser);

function resize() {
  stage.resize();
  flow.resize();
  frames.changed();
}

const resizes = new ResizeObserver(resize);
for (const id of ["network", "flow"]) resizes.observe(byId(id));
onSizes(frames.changed); // a view that is opened gets its size
watchResolution(resize);
store.watch((state) => state, frames.changed);
store.watch(({ module, place }) => `${module} ${place.layer} ${place.reverse}`, stage.forget);
resize();
if (location.hash === EXAMPLE) void openStored(document.body.dataset.example ?? "", store);
else source.connect();

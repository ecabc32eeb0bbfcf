/** Wires the page around its first picture: the session, the views, one loop of frames. It may import everything. */

import { createActs } from "./stage/acts.js";
import { createBeat, FIRST_READING, READING } from "./lib/beat.js";
import { createControls } from "./panels/controls/controls.js";
import { byId } from "./lib/dom.js";
import { socketAddressOf } from "./lib/address.js";
import { watchResolution } from "./lib/canvas/resolution.js";
import { createEdits } from "./run/edits.js";
import { createFirstView } from "./first/view.js";
import { createFlowName } from "./first/flow_name.js";
import { playground } from "./first/named.js";
import { createNames } from "./first/names.js";
import { createReader } from "./first/reader.js";
import { rememberVisit } from "./first/visit.js";
import { createFrames } from "./lib/frames.js";
import { createGuard } from "./lib/guard.js";
import { createHeader } from "./panels/header.js";
import { createHistory } from "./panels/footer/footer.js";
import { showTitles } from "./kit/titles.js";
import { listenToKeys } from "./lib/keyboard.js";
import { createActiveSession } from "./run/active.js";
import { createLanesEntry } from "./lanes/entry.js";
import { createLessonsEntry } from "./lessons/entry.js";
import { listenToStage } from "./stage/listening.js";
import { measureUnit } from "./stage/unit.js";
import { createSheet } from "./panels/sheet.js";
import { scrolled } from "./share/presenter.js";
import { createRail } from "./panels/rail.js";
import { shortcutsOf } from "./panels/shortcuts.js";
import { createSentences } from "./panels/sentences.js";
import { createQuestionsEntry } from "./questions/entry.js";
import { createSession } from "./run/session.js";
import { missing } from "./run/source.js";
import { isPlaying, reduce, takenUp } from "./run/state.js";
import { BROWSER } from "./lib/platform.js";
import { createStore } from "./lib/store.js";
import { inBrowser } from "./lib/storage.js";
import { onSizes } from "./lib/sizes.js";
import { addStyle } from "./lib/styles.js";
import { failureWords } from "./words/notices.js";
import { createTravel } from "./run/travel.js";

const TICK = 1000;
const COUNTDOWN = 250;

/**
 * Somebody else's run, or the file that the page is. `goOn` makes a run of one's own from a copy.
 * @typedef {object} Elsewhere
 * @property {(store: import("./run/session.js").PageStore, platform: import("./wire/connection.js").Platform,
 *   goOn: (bytes: ArrayBuffer, iteration: number) => void, url: string) => import("./run/source.js").Source} open
 * @property {boolean} [isFile] nothing can be fetched
 * @property {any[] | null} [story] the lessons that the file tells
 */

/**
 * @param {import("./lanes/entry.js").PageSwitch} store
 * @param {ReturnType<typeof import("./stage/view.js").createStage>} stage
 * @param {ReturnType<typeof import("./kit/theme.js").createTheme>} theme
 * @param {import("./run/keeper.js").Found | null} kept what a reload goes on with
 * @param {string} link what the address said when the page was opened
 * @param {Elsewhere | null} elsewhere where records come from, if not from a run of this page
 * @param {ReturnType<typeof import("./wire/ahead.js").openAhead> | null} ahead the socket of a run of this page
 */
export function startPage(store, stage, theme, kept, link, elsewhere, ahead) {
  // What the first picture showed goes on, with everything that can happen to it.
  store.choose(createStore(takenUp(store.get()), reduce));
  if (!elsewhere?.isFile) rememberVisit();
  /** What of the browser the parts need that are tested without one. */
  const browser = {
    ...BROWSER,
    open: (/** @type {string} */ address) => ahead?.take(address) ?? BROWSER.open(address),
    requestFrame: (/** @type {(now: number) => void} */ callback) => requestAnimationFrame(callback),
  };
  const url = socketAddressOf("ws");
  /** @param {import("./run/session.js").PageStore} of @param {boolean} plays */
  const openSession = (of, plays) => createSession(url, of, browser, (...did) => lessons.onAccepted(...did), plays);
  const active = createActiveSession(
    elsewhere
      ? elsewhere.open(store.chosen(), browser, goOnAlone, url)
      : openSession(store.chosen(), kept?.playing ?? store.get().standsFor === null),
  );
  const { session } = active;
  const reducedMotion = window.matchMedia("(prefers-reduced-motion: reduce)");
  const tellMotion = () => store.dispatch({ type: "reducedMotion", reducedMotion: reducedMotion.matches });
  reducedMotion.addEventListener("change", tellMotion);
  tellMotion();

  /** What a link locked is changed by nobody; data of one's own are pasted first. @param {import("./wire/protocol.js").Config} changes */
  const configure = (changes) => {
    const { locks, config } = store.get();
    if (changes.task === "own" && config.task !== "own" && !("task" in locks)) {
      store.dispatch({ type: "wanted", wanted: { ...store.get().wanted } });
      return void sharing?.then(({ paste }) => paste());
    }
    session.configure(Object.fromEntries(Object.entries(changes).filter(([field]) => !(field in locks))));
  };
  const travel = createTravel(store, session);
  const acts = createActs(store, stage, travel, () => lanes.isAlone());
  const header = createHeader(store, {
    toggle: acts.transport.toggle,
    back: acts.transport.back,
    step: acts.transport.next,
    slowMotion: acts.setSlowMotion,
    reset: travel.reset,
    undo: () => void session.undo(),
    retryNow: session.retryNow,
    nextExample: () => void session.show(store.get().probe + 1),
    toggleTheme: theme.toggle,
    setRate: session.setRate,
  });
  const controls = createControls(/** @type {HTMLFormElement} */ (byId("controls")), store, configure);
  const history = createHistory(/** @type {HTMLCanvasElement} */ (byId("history")), store, {
    ...travel,
    asLane: () => lanes.add(),
  });
  const sentences = createSentences(store, (changes) => configure(changes));
  const rail = createRail(store, {
    edit: createEdits(store, session.edit, browser),
    watch: session.watch,
    checkGradients: session.checkGradients,
    redraw: () => frames.changed(),
    lanes: () => lanes.states(),
    remedy({ changes }) {
      if (changes) configure(changes);
      else session.reset();
      session.play();
    },
  });
  createSheet();
  /** What lessons and questions do with the page. */
  const visiting = {
    keepRun: session.keepRun,
    startOther: session.startOther,
    returnTo: session.returnTo,
    play: session.play,
    compare: (/** @type {import("./wire/protocol.js").Config[]} */ configs) => lanes.open(configs),
    endCompare: () => lanes.end(),
    lanes: () => lanes.states(),
    chooseLane: (/** @type {number} */ index) => lanes.choose(index),
    endSlowMotion: () => acts.setSlowMotion(false),
    stageLayout: stage.layout,
    copy: async (/** @type {string} */ text) => navigator.clipboard.writeText(text),
    request: session.fetch,
  };
  /** @type {import("./lessons/visit.js").Home} */
  const home = { before: null, standsFor: store.get().standsFor };
  const lessons = createLessonsEntry(store, visiting, home, elsewhere?.story);
  const questions = createQuestionsEntry(store, visiting, home);

  const lanes = createLanesEntry({
    store,
    active,
    openSession,
    platform: browser,
    redraw: () => frames.changed(),
  });

  /** Who follows a run may be asked something. */
  const endOfQuiet = store.watch(
    ({ asked }) => asked !== null,
    async () => {
      endOfQuiet();
      const { createClassQuestion } = await import("./lessons/class_question.js");
      createClassQuestion(store, session.fetch);
    },
  );

  const named = playground(store, stage.shown, () => lanes.isAlone());
  const names = createNames(named);
  const flowName = createFlowName(store);
  const firstView = createFirstView(store, lessons.toggle);
  const reader = createReader(store);
  showTitles(document, browser);

  // One loop draws everything, and acknowledges a record in the frame in which it is drawn.

  const guard = createGuard(browser, (error) => {
    store.dispatch({ type: "notice", notice: { text: failureWords(error), undo: false, at: performance.now() } });
  });
  /** @type {import("./wire/protocol.js").DecodedRecord | null} */
  let drawnRecord = null;
  const everyBeat = createBeat(READING);
  const firstBeat = createBeat(FIRST_READING);

  const drifts = () => store.get().phase === "running" && !store.get().reducedMotion;
  const frames = createFrames(browser, drawFrame, drifts);
  stage.listen(listenToStage);
  stage.shareFrames(frames.changed);
  onSizes(frames.changed);

  /** @param {number} now */
  function drawFrame(now) {
    const { record } = store.get();
    const { phase, past, first, lockstep } = store.get();
    const trains = phase === "running" || typeof lockstep === "number";
    const reading = first ? firstBeat : everyBeat;
    const reads = !trains || past !== null || reading.wait(now) === 0;
    if (reads) reading.take(now);
    const stageWaits = guard.run(() => stage.draw(now, reads), Number.POSITIVE_INFINITY);
    if (record && record !== drawnRecord) {
      drawnRecord = record;
      session.drawn(record.meta.iteration);
    }
    // Before any words change: words on a canvas would make the browser work out the new styles at once, and once more.
    guard.run(() => history.draw(unit, reads), undefined);
    guard.run(controls.draw, undefined);
    guard.run(lessons.look, undefined);
    guard.run(names.draw, undefined);
    guard.run(flowName.draw, undefined);
    guard.run(() => header.draw(now, reads), undefined);
    if (reads) for (const part of [firstView, reader]) guard.run(part.draw, undefined);
    const wait = Math.min(stageWaits, reads ? Number.POSITIVE_INFINITY : reading.wait(now));
    const parts = [() => rail.draw(now, unit), () => lanes.draw(now, reads), () => sentences.draw(now)];
    return Math.min(wait, ...parts.map((draw) => guard.run(draw, Number.POSITIVE_INFINITY)));
  }

  /** At once, as if a moment had passed: what is drawn only a few times a second is drawn as well. */
  function drawNow() {
    drawFrame(performance.now() + TICK);
  }

  /** Pixels a design pixel. */
  let unit = 1;

  const paper = window.matchMedia("print");

  function resize() {
    // On paper there is no next frame: pictures are printed as they stand, in the size the paper gives them.
    if (paper.matches) return;
    unit = measureUnit();
    rail.resize(unit);
    stage.resize();
    history.resize();
    history.draw(unit, true);
    frames.changed();
  }

  const resizes = new ResizeObserver(resize);
  for (const id of ["network", "views", "history"]) resizes.observe(byId(id));
  watchResolution(resize);
  store.watch((state) => state, frames.changed);
  for (const part of /** @type {const} */ (["config", "ruler", "track"]))
    store.watch((state) => state[part], frames.slides);
  store.watch(
    ({ connection }) => connection.status,
    (status) => {
      document.body.dataset.connection = status;
    },
  );
  const showAbilities = () => {
    const cannot = missing(store.get().can);
    document.body.dataset.cannot = cannot.join(" ");
    if (cannot.length > 0) void addStyle("source.css");
  };
  store.watch(({ can }) => can, showAbilities);
  showAbilities();
  document.addEventListener("visibilitychange", frames.changed);
  window.setInterval(() => {
    store.dispatch({ type: "tick", at: performance.now() });
    session.keep(document.visibilityState === "visible");
  }, TICK);
  window.setInterval(() => {
    if (store.get().connection.status === "lost") frames.changed();
  }, COUNTDOWN);

  const shortcuts = shortcutsOf(store, {
    transport: acts.transport,
    reset: travel.reset,
    fold: acts.toggleFold,
    slowMotion: acts.toggleSlowMotion,
    names: named.toggle,
    lessons: lessons.toggle,
    nextPage: () => void (scrolled(1) || lessons.next()),
    previousPage: () => void (scrolled(-1) || lessons.back()),
    ask: questions.ask,
    help: () => byId("keys").togglePopover(),
    closeCheck: () => byId("check-gradients").focus(),
    endFirstView: firstView.end,
    configure,
    lanes: lanes.keys,
  });
  const listening = listenToKeys(document, shortcuts, inBrowser);
  const single = /** @type {HTMLInputElement} */ (byId("single-keys"));
  single.checked = listening.areOn();
  single.addEventListener("change", () => listening.setOn(single.checked));

  resize();
  if (kept) lanes.takeUp(kept);
  session.connect();
  firstView.takeUpChoice();
  if (elsewhere?.story) lessons.toggle();
  if (!elsewhere) keepRuns();
  // A page that is one file has nothing to share it with.
  const sharing = elsewhere?.isFile ? null : startSharing();

  void import("./share/paper.js").then(({ createPaper }) => createPaper(store, lanes.states, drawNow));

  async function startSharing() {
    const { startSharing: start } = await import("./share/start.js");
    return start(store, session, lanes, kept || elsewhere ? null : link, openRecording, elsewhere === null);
  }

  /** @type {ReturnType<typeof import("./share/player.js").createPlayer> | null} */
  let player = null;

  /** @param {import("./wire/recording.js").Recording} recording @param {string} name */
  async function openRecording(recording, name) {
    const { createPlayer } = await import("./share/player.js");
    player ??= createPlayer({ store, active, endLanes: () => lanes.end(), platform: browser });
    firstView.end();
    player.open(recording, name);
  }

  /** With a copy of the run that was followed. @param {ArrayBuffer} bytes @param {number} iteration */
  async function goOnAlone(bytes, iteration) {
    const alone = openSession(store.chosen(), isPlaying(store.get()));
    store.dispatch({ type: "show", moment: null });
    alone.past.keepSnapshot(bytes, iteration);
    active.choose(alone);
    session.connect();
    keepRuns();
    (await sharing)?.keepAddress();
  }

  /** A reload goes on with what was kept. */
  function keepRuns() {
    void import("./run/keeper.js").then(({ createKeeper }) => {
      const runs = () => (store.get().can.train ? lanes.all() : []);
      const keeper = createKeeper(runs, () => isPlaying(store.get()));
      window.setInterval(keeper.keep, TICK);
      store.watch(isPlaying, (plays) => keeper.keep(!plays));
    });
  }
}

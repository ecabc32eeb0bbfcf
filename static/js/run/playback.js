/**
 * A recording as a source of records: it plays, stands still, and is moved through at will, with no server. Where training
 * began anew in between, its iterations begin anew: such parts are moments of a past each.
 */

import { READ_ONLY_RECORDING } from "../words/notices.js";
import { emptyHistory } from "./columns.js";
import { appendToHistory } from "./curve.js";
import { only, readOnly } from "./source.js";

/** @typedef {import("../wire/recording.js").Recording} Recording */
/** @typedef {import("./history.js").Moment} Moment */
/** @typedef {import("./source.js").Source} Source */
/** @typedef {{moments: Moment[], history: import("./columns.js").History}} Part of a recording whose iterations only go up */

/** @type {import("./source.js").Abilities} */
const RECORDED = only("play");

/** How often a recording that plays looks whether another record is due, ms. */
const TICK = 16;
/** Records a second at which a recording is played unless another speed is chosen. */
const USUAL = 30;
const FASTEST = 1000;

/**
 * @param {import("./session.js").PageStore} store
 * @param {Recording} recording
 * @param {Pick<import("../wire/connection.js").Platform, "now" | "setTimer" | "clearTimer">} platform
 * @returns {Source}
 */
export function createPlayback(store, recording, platform) {
  const parts = partsOf(recording.records);
  const all = parts.flatMap(({ moments }) => moments);
  /** Which of all moments is shown. */
  let place = 0;
  let playing = false;
  let timer = 0;
  /** Since when it plays at this speed, and from which moment on. */
  let since = { at: 0, place: 0 };
  /** Whether what is shown was drawn, so that another record may follow. */
  let drawn = true;
  /** Of which part the curve is that stands in the state. */
  let curve = -1;

  const current = () => all[place];
  const part = () => parts[current().run];
  const isLast = () => place === all.length - 1;

  /** @param {number} to */
  function show(to) {
    drawn &&= place === to;
    place = to;
    if (curve !== current().run) store.dispatch({ type: "restored", history: part().history });
    curve = current().run;
    store.dispatch({ type: "seek", moment: current(), phase: playing ? "running" : "paused" });
  }

  /** @param {Moment | null} moment */
  function seek(moment) {
    if (moment === null) return false;
    show(all.indexOf(moment));
    begin();
    return true;
  }

  /** From here on time is counted. */
  function begin() {
    since = { at: platform.now(), place };
  }

  /** @param {boolean} wanted */
  function setPlaying(wanted) {
    platform.clearTimer(timer);
    playing = wanted;
    if (playing && isLast()) place = 0;
    show(place);
    begin();
    if (playing) timer = platform.setTimer(tick, TICK);
  }

  function tick() {
    const due = duePlace();
    if (due > place) show(due);
    if (isLast()) return setPlayed();
    if (current().run !== all[since.place].run) begin();
    timer = platform.setTimer(tick, TICK);
  }

  function setPlayed() {
    playing = false;
    show(place);
  }

  /** As far as the speed leads since it plays; as fast as possible is one record a frame. */
  function duePlace() {
    const { rate } = store.get();
    if (rate === null) return drawn ? place + 1 : place;
    const from = all[since.place];
    const passed = ((platform.now() - since.at) / 1000) * rate;
    const { moments } = parts[from.run];
    const last = moments.findLastIndex(({ iteration }) => iteration <= from.iteration + passed);
    const first = all.indexOf(moments[0]);
    // The next part begins as long after the last record of this one as an iteration takes.
    const isOver = last === moments.length - 1 && passed >= moments[last].iteration + 1 - from.iteration;
    return Math.min(all.length - 1, first + last + (isOver ? 1 : 0));
  }

  function refuse() {
    store.dispatch({ type: "wanted", wanted: {} });
    store.dispatch({
      type: "notice",
      notice: { text: READ_ONLY_RECORDING, undo: false, at: platform.now() },
    });
  }

  store.dispatch({ type: "can", can: RECORDED });
  store.dispatch({ type: "connection", connection: { status: "open", retryAt: null, attempt: 0 } });
  store.dispatch({ type: "rate", rate: usualRate(all) });
  show(0);

  const past = /** @type {import("./history.js").Past} */ (
    /** @type {unknown} */ ({
      moments: () => part().moments,
      at: (/** @type {number} */ iteration) => {
        const { moments } = part();
        return moments.findLast((one) => one.iteration <= iteration) ?? moments[0];
      },
      newest: () => null,
      newestSnapshots: () => [],
      limit() {},
    })
  );

  return {
    ...readOnly(refuse),
    past,
    can: RECORDED,
    travel: {
      to: (iteration) => void seek(past.at(iteration)),
      back: () => {
        stand();
        if (place > 0) seek(all[place - 1]);
      },
      next: () => {
        stand();
        return isLast() ? false : seek(all[place + 1]);
      },
      now: () => void seek(part().moments.at(-1) ?? null),
      toggle: () => setPlaying(!playing),
      reset: () => void seek(all[0]),
    },
    play: () => setPlaying(true),
    pause: () => setPlaying(false),
    setRate(rate) {
      store.dispatch({ type: "rate", rate });
      begin();
    },
    drawn() {
      drawn = true;
    },
    tap: () => () => {},
    close() {
      playing = false;
      platform.clearTimer(timer);
    },
    show: async () => refuse(),
    fetch: async () => null,
    connect() {},
    retryNow() {},
    keep() {},
    watch() {},
    hold() {},
    release() {},
  };

  function stand() {
    if (playing) setPlaying(false);
  }
}

/** @param {import("../wire/recording.js").Recorded[]} records @returns {Part[]} */
function partsOf(records) {
  /** @type {Part[]} */
  const parts = [];
  const decode = rememberLast();
  for (const recorded of records) {
    const { meta, tensors } = decode(recorded);
    const before = parts.at(-1)?.moments.at(-1);
    if (!before || before.iteration >= meta.iteration) parts.push({ moments: [], history: emptyHistory() });
    const last = /** @type {Part} */ (parts.at(-1));
    last.history = appendToHistory(last.history, meta, tensors);
    last.moments.push(momentOf(recorded, parts.length - 1, meta, decode));
  }
  return parts;
}

/**
 * Its record is decoded when it is asked for: a recording may be larger than what a page can hold at once.
 * @param {import("../wire/recording.js").Recorded} recorded @param {number} run
 * @param {import("../wire/protocol.js").RecordMeta & {solved_at?: number | null}} meta
 * @param {ReturnType<typeof rememberLast>} decode
 * @returns {Moment}
 */
function momentOf(recorded, run, { solved_at: solvedAt = null }, decode) {
  const { iteration, config, task } = recorded;
  return {
    get record() {
      return decode(recorded);
    },
    ...{ config, task, solvedAt, iteration, run },
    accepted: 0,
    bytes: 0,
  };
}

/** The same record again is the same object: nothing is drawn anew for it. */
function rememberLast() {
  /** @type {import("../wire/recording.js").Recorded | null} */
  let last = null;
  /** @type {import("../wire/protocol.js").DecodedRecord | null} */
  let record = null;
  return (/** @type {import("../wire/recording.js").Recorded} */ recorded) => {
    if (last !== recorded || record === null) record = recorded.decode();
    last = recorded;
    return record;
  };
}

/** Iterations a second at which most records are seen, and not too fast. @param {Moment[]} moments */
function usualRate(moments) {
  const gaps = moments.slice(1).map(({ iteration }, index) => iteration - moments[index].iteration);
  const steps = gaps.filter((gap) => gap > 0).sort((a, b) => a - b);
  const middle = steps[Math.floor(steps.length / 2)] ?? 1;
  return Math.min(FASTEST, USUAL * middle);
}

/** Edits of weights and inputs: at most thirty a second, the last one always, and the curve before them left as a ghost. */

import { formatSetting } from "../lib/format.js";

const INTERVAL = 1000 / 30;
/** Changes of one entry that follow each other so fast are one gesture. */
const GESTURE = 1500;

/** @typedef {{tensor: string, index: number[], value: number}} Edit */
/** @typedef {{now: () => number, setTimer: (callback: () => void, ms: number) => number}} Clock */

/**
 * @param {import("./session.js").PageStore} store
 * @param {(tensor: string, index: number[], value: number) => unknown} send
 * @param {Clock} clock
 */
export function createEdits(store, send, { now, setTimer }) {
  /** @type {Map<string, Edit>} those on their way */
  const waiting = new Map();
  let sentAt = Number.NEGATIVE_INFINITY;
  let timer = 0;
  let gesture = { key: "", at: Number.NEGATIVE_INFINITY };

  function flush() {
    timer = 0;
    sentAt = now();
    for (const { tensor, index, value } of waiting.values()) send(tensor, index, value);
    waiting.clear();
  }

  /** @param {string} tensor @param {number[]} index @param {number} value @param {number} before what stood there */
  return function edit(tensor, index, value, before) {
    const key = `${tensor} ${index}`;
    if (gesture.key !== key || now() - gesture.at > GESTURE) {
      store.dispatch({ type: "ghost", label: `${entryName(tensor, index)} = ${formatSetting(before)}`, at: now() });
    }
    gesture = { key, at: now() };
    waiting.set(key, { tensor, index, value });
    const wait = sentAt + INTERVAL - now();
    if (wait <= 0) flush();
    else if (timer === 0) timer = setTimer(flush, wait);
  };
}

/** As people count: from 1. @param {string} tensor @param {number[]} index */
export function entryName(tensor, index) {
  return `${tensor}[${index.map((place) => place + 1).join(", ")}]`;
}

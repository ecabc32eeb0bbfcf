/** Captures that are stored: fetched once, and shown as if they had come one after the other. */

import { readCaptures } from "../wire/recording.js";
import { faultWords } from "../words/faults.js";
import { noRecordingThere } from "../words/watched.js";

/** @typedef {import("./state.js").Watched} Watched */
/** @typedef {import("./state.js").Action} Action */

/** The address that opens the example. */
export const EXAMPLE = "#example";

/**
 * @param {string} address
 * @param {import("../lib/store.js").Store<Watched, Action>} store
 * @param {(address: string) => Promise<Response>} ask
 */
export async function openStored(address, store, ask = (of) => fetch(of)) {
  try {
    const answer = await ask(address);
    if (!answer.ok) throw new Error(noRecordingThere(answer.status));
    const { facts, captures } = readCaptures(await answer.arrayBuffer());
    store.dispatch({ type: "facts", every: typeof facts.every === "number" ? facts.every : null });
    for (const record of captures) store.dispatch({ type: "capture", record });
    store.dispatch({ type: "status", status: "stored" });
  } catch (error) {
    store.dispatch({ type: "status", status: "stored", why: faultWords(error) });
  }
}

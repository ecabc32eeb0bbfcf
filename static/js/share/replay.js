/**
 * A hand-in replayed over a connection of its own: the run from its seed, every change where it was made, every loss
 * compared bit for bit. The run of the page goes on meanwhile.
 */

import * as say from "../words/handin.js";
import { command } from "../wire/protocol.js";
import { openRun } from "./quiet_run.js";

/** @typedef {import("./hand_in.js").HandIn} HandIn */
/** @typedef {import("./hand_in.js").HandedChange} HandedChange */
/** @typedef {"same" | "different" | "not-comparable" | "not-finished"} Outcome */
/** @typedef {{outcome: Outcome, sentence: string}} Verdict */

/** Why a replay would say nothing, before it is tried; empty where it would. @param {HandIn} handedIn */
export function whyNotComparable({ config, why, curve }) {
  if (config === null) return why || say.UNKNOWN_BEGINNING;
  if (config.task === "own") return say.OWN_DATA;
  return curve.length === 0 ? say.EMPTY : "";
}

/**
 * @param {string} url
 * @param {HandIn} handedIn
 * @param {import("../wire/connection.js").Platform} platform
 * @param {(words: string) => void} tell how far it is
 * @returns {Promise<Verdict>}
 */
export function replay(url, handedIn, platform, tell) {
  const why = whyNotComparable(handedIn);
  if (why) return Promise.resolve({ outcome: "not-comparable", sentence: say.notComparableWords(why) });
  return new Promise((resolve) => {
    const run = openRun(url, platform, {
      opened: async () => end(await compared(run, handedIn, tell)),
      lost: () => end({ outcome: "not-finished", sentence: say.LOST }),
    });
    /** @param {Verdict} verdict */
    function end(verdict) {
      run.close();
      resolve(verdict);
    }
    run.connect();
  });
}

/**
 * @param {ReturnType<typeof openRun>} run
 * @param {HandIn} handedIn
 * @param {(words: string) => void} tell
 * @returns {Promise<Verdict>}
 */
async function compared(run, { config, numerics, changes, curve }, tell) {
  const refused = await run.change(command.start(/** @type {import("../wire/protocol.js").Config} */ (config)));
  if (refused) return { outcome: "different", sentence: say.impossibleWords(refused) };
  if ((await run.numerics()) !== numerics) {
    return { outcome: "not-comparable", sentence: say.notComparableWords(say.OTHER_ARITHMETIC) };
  }
  let changed = 0;
  for (const [place, [iteration, loss]] of curve.entries()) {
    while (changed < changes.length && changes[changed].iteration < iteration) {
      const wrong = (await run.to(changes[changed].iteration)) || (await run.change(commandOf(changes[changed])));
      if (wrong) return { outcome: "different", sentence: say.impossibleWords(wrong) };
      changed += 1;
    }
    const wrong = await run.to(iteration);
    if (wrong) return { outcome: "different", sentence: say.impossibleWords(wrong) };
    // A loss may have been noted before a change or after it.
    while (run.loss() !== loss && changes[changed]?.iteration === iteration) {
      const refusal = await run.change(commandOf(changes[changed]));
      if (refusal) return { outcome: "different", sentence: say.impossibleWords(refusal) };
      changed += 1;
    }
    if (run.loss() !== loss) return { outcome: "different", sentence: say.differentWords(iteration, run.loss(), loss) };
    tell(say.progressWords(place + 1, curve.length));
  }
  const [iteration] = /** @type {[number, number]} */ (curve.at(-1));
  return { outcome: "same", sentence: say.sameWords(curve.length, iteration) };
}

/** @param {HandedChange} change */
function commandOf({ configure, edit }) {
  if (configure) return command.configure(configure);
  const { tensor, index, value } = /** @type {NonNullable<typeof edit>} */ (edit);
  return command.edit(tensor, index, value);
}

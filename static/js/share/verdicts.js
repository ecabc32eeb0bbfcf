/** Hand-ins that were dropped on the page: who handed in what, and what came of replaying it. One after the other. */

import { socketAddressOf } from "../lib/address.js";
import { element, setText } from "../lib/dom.js";
import { BROWSER } from "../lib/platform.js";
import { faultWords } from "../words/faults.js";
import { HAND_INS, handedInWords } from "../words/handin.js";
import { readHandIn } from "./hand_in.js";
import { replay } from "./replay.js";

/** @typedef {import("../words/handin.js")} Words */

export function createVerdicts() {
  const node = element("ul", { class: "verdicts", "aria-label": HAND_INS });
  /** @type {Promise<unknown>} */
  let last = Promise.resolve();

  /** @param {string} file its name @param {string} text */
  async function judge(file, text) {
    const who = element("b", {}, file);
    const said = element("span", { role: "status" });
    const item = element("li", {}, who, " ", said);
    node.append(item);
    try {
      const handedIn = readHandIn(text);
      setText(who, handedInWords(handedIn));
      const verdict = await replay(socketAddressOf("ws"), handedIn, BROWSER, (words) => setText(said, words));
      item.dataset.outcome = verdict.outcome;
      setText(said, verdict.sentence);
    } catch (error) {
      item.dataset.outcome = "refused";
      setText(said, faultWords(error));
    }
  }

  return {
    node,
    /** @param {string} file @param {string} text */
    add(file, text) {
      last = last.then(() => judge(file, text));
      return last;
    },
  };
}

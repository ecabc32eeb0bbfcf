/** The page when it follows somebody else's run: a bar in place of what trains, and controls that only show. */

import { element, setText } from "../lib/dom.js";
import { createFollowing } from "../run/following.js";
import { createSourceBar } from "./source_bar.js";

/** @typedef {import("../run/session.js").PageStore} PageStore */
/** @typedef {import("../run/following.js").Status} Status */

/** @type {Record<Status, (why: string) => string>} */
const WORDS = {
  looking: () => "Looking for the run. Its owner may not be here yet.",
  followed: () => "You follow somebody else’s run.",
  ended: (why) => `${why || "The owner left."} What you have seen stays; the run comes back when they do.`,
};

/**
 * @param {string} url
 * @param {PageStore} store
 * @param {import("../wire/connection.js").Platform} platform
 * @param {string} run
 * @param {(bytes: ArrayBuffer, iteration: number) => void} goOn with a copy
 */
export function openFollowed(url, store, platform, run, goOn) {
  const said = element("span", { role: "status" });
  const button = element("button", { class: "outline-button", type: "button" }, "Copy this network and go on");
  button.title = "A network of your own, as this one is now; you can train and change it";
  const bar = createSourceBar(false, said, button);

  const session = createFollowing(url, store, platform, run, (status, why) => {
    setText(said, WORDS[status](why));
    button.hidden = status !== "followed";
  });
  setText(said, WORDS.looking(""));
  button.hidden = true;

  button.addEventListener("click", async () => {
    button.disabled = true;
    const answer = await session.copy();
    button.disabled = false;
    if (answer?.type !== "file") return;
    session.close();
    bar.remove();
    goOn(answer.bytes, answer.iteration);
  });

  return session;
}

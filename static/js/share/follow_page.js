/** The page when it follows somebody else's run: a bar in place of what trains, and controls that only show. */

import { element, setText } from "../lib/dom.js";
import { createFollowing } from "../run/following.js";
import { createSourceBar } from "./source_bar.js";
import * as say from "../words/follow.js";
import { refusalWords } from "../words/refusals.js";

/** @typedef {import("../run/session.js").PageStore} PageStore */

/**
 * @param {string} url
 * @param {PageStore} store
 * @param {import("../wire/connection.js").Platform} platform
 * @param {string} run
 * @param {(bytes: ArrayBuffer, iteration: number) => void} goOn with a copy
 */
export function openFollowed(url, store, platform, run, goOn) {
  const said = element("span", { role: "status" });
  const button = element("button", { class: "outline-button", type: "button" }, say.COPY);
  button.title = say.COPY_MAKES;
  const bar = createSourceBar(false, said, button);

  const session = createFollowing(url, store, platform, run, (status, why) => {
    setText(said, say.STATUS[status](why));
    button.hidden = status !== "followed";
  });
  setText(said, say.STATUS.looking(""));
  button.hidden = true;

  button.addEventListener("click", async () => {
    button.disabled = true;
    const answer = await session.copy();
    button.disabled = false;
    if (answer?.type === "error") setText(said, answer.field === "dataset" ? say.TOO_LARGE : refusalWords(answer));
    if (answer?.type !== "file") return;
    session.close();
    bar.remove();
    goOn(answer.bytes, answer.iteration);
  });

  return session;
}

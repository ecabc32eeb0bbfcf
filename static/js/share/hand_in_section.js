/** Handing in: a name, and the file. */

import { element } from "../lib/dom.js";
import { command, decodeFrame } from "../wire/protocol.js";
import * as say from "../words/handin.js";
import { asItIsNow, captionOf } from "./caption.js";
import { download } from "./download.js";
import { handInOf, LONGEST_NAME, textOf } from "./hand_in.js";

/** @typedef {import("../run/session.js").PageStore} PageStore */
/** @typedef {import("./start.js").Session} Session */

/**
 * @param {PageStore} store
 * @param {Session} session
 */
export function createHandInSection(store, session) {
  const name = element("input", {
    class: "share-text",
    id: "hand-in-name",
    maxlength: String(LONGEST_NAME),
    autocomplete: "name",
    placeholder: say.NAME,
    "aria-label": say.NAME,
  });
  const button = element("button", { class: "outline-button", id: "hand-in", type: "button" }, say.SAVE);
  const said = element("p", { class: "share-said", role: "status" });

  /** The fingerprint of the arithmetic stands in every snapshot. */
  async function numerics() {
    const answer = await session.fetch(command.snapshot());
    return answer?.type === "file" ? /** @type {any} */ (decodeFrame(answer.bytes).meta).fingerprint : null;
  }

  async function save() {
    const typed = name.value.trim();
    if (typed === "") {
      name.focus();
      return say.NEEDS_NAME;
    }
    const state = asItIsNow(store.get());
    if (!state.can.train) return say.NO_RUN;
    if (state.history.length === 0) return say.NO_LOSSES;
    const { link } = captionOf(state, location.origin + location.pathname);
    const about = { name: typed, made: new Date().toISOString(), program: document.body.dataset.program ?? "", link };
    const handedIn = handInOf(state, session.past.beginning(), { ...about, numerics: await numerics() });
    const file = `${fileNameOf(typed)}-hand-in.json`;
    download(new Blob([textOf(handedIn)], { type: "application/json" }), file);
    return say.savedWords(file, handedIn.why ?? "");
  }

  button.addEventListener("click", async () => {
    button.disabled = true;
    said.textContent = await save();
    button.disabled = false;
  });

  return element(
    "div",
    {},
    element("h2", { class: "share-title" }, say.TITLE),
    element("div", { class: "share-line" }, name, button),
    element("p", { class: "quiet" }, say.EXPLAINS),
    said,
  );
}

/** A name of any alphabet as part of a file's name. @param {string} name */
function fileNameOf(name) {
  return name.replaceAll(/[^\p{L}\p{N}]+/gu, "-").replaceAll(/^-+|-+$/g, "") || "nobody";
}

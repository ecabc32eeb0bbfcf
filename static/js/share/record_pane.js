/** Recording what is shown: into a file that plays on any page. */

import { element, setText } from "../lib/dom.js";
import { createRecorder } from "../run/recorder.js";
import { faultWords } from "../words/faults.js";
import * as say from "../words/recording.js";
import { captionOf, fileName } from "./caption.js";
import { download } from "./download.js";

/** @typedef {import("../run/session.js").PageStore} PageStore */
/** @typedef {import("./start.js").Session} Session */

const COUNT_AGAIN = 500;

/**
 * @param {PageStore} store
 * @param {Session} session
 * @returns {import("./panel.js").Pane}
 */
export function createRecordPane(store, session) {
  /** @type {ReturnType<typeof createRecorder> | null} */
  let recorder = null;
  const button = element("button", { class: "outline-button", id: "record", type: "button" }, say.START);
  const said = element("p", { class: "share-said", role: "status" });
  const explains = element("p", { class: "quiet" });

  function begin() {
    const { link } = captionOf(store.get(), location.origin + location.pathname);
    recorder = createRecorder(session, store.get().live, { link, recorded: new Date().toISOString() });
    setText(button, say.STOP);
    count();
  }

  function count() {
    if (!recorder) return;
    setText(said, say.statusWords(recorder.status()));
    window.setTimeout(count, COUNT_AGAIN);
  }

  function save() {
    const made = /** @type {NonNullable<typeof recorder>} */ (recorder).stop();
    recorder = null;
    setText(button, say.START);
    if (made.records === 0) return setText(said, say.NOTHING);
    const name = `${fileName(store.get(), String(made.records), made.iteration)}-records.unroll`;
    download(made.file, name);
    setText(said, say.savedWords(name, made.records, made.file.size));
  }

  button.addEventListener("click", () => (recorder ? save() : begin()));

  const page = element("button", { class: "outline-button", type: "button" }, say.PAGE);
  const pageSaid = element("p", { class: "share-said", role: "status" });

  async function savePage() {
    const moments = session.past.moments();
    const state = store.get();
    const { title, link } = captionOf(state, location.origin + location.pathname);
    const { onePage } = await import("./one_page.js");
    const { file, records, from, to } = await onePage(moments, { schema: state.schema, title, link });
    const name = `${fileName(state, String(records), to)}-records.html`;
    download(file, name);
    return say.pageWords(name, { records, bytes: file.size, from, to, all: moments.length });
  }

  page.addEventListener("click", async () => {
    if (session.past.moments().length === 0) return setText(pageSaid, say.NO_RECORD);
    page.disabled = true;
    setText(pageSaid, say.PAGE_MAKING);
    try {
      setText(pageSaid, await savePage());
    } catch (error) {
      setText(pageSaid, faultWords(error));
    }
    page.disabled = false;
  });

  return {
    node: element(
      "div",
      {},
      explains,
      element("div", { class: "share-line" }, button),
      said,
      element("h2", { class: "share-title" }, say.PAGE_TITLE),
      element("p", { class: "quiet" }, say.PAGE_EXPLAINS),
      element("div", { class: "share-line" }, page),
      pageSaid,
    ),
    show() {
      const { present } = store.get().can;
      setText(explains, present ? say.EXPLAINS : say.IS_ONE);
      const cannot = !present && !recorder;
      button.hidden = cannot;
      said.hidden = cannot;
    },
  };
}

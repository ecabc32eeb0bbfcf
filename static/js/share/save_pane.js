/** What can be kept of a run: the run itself, its weights, a report, the record as numbers, the picture. */

import { element } from "../lib/dom.js";
import { ownColumns } from "../record/own.js";
import { command, decodeFrame } from "../wire/protocol.js";
import { asItIsNow, captionOf, fileName } from "./caption.js";
import { download } from "./download.js";
import { createHandInSection } from "./hand_in_section.js";
import { reportAbout } from "./report.js";
import { faultWords } from "../words/faults.js";
import * as say from "../words/share.js";

/** @typedef {import("../run/session.js").PageStore} PageStore */
/** @typedef {import("./start.js").Session} Session */
/** @typedef {import("../run/state.js").State} State */

/**
 * A file, the iteration that it holds, and what has to be said of it.
 * @typedef {{blob: Blob, iteration: number, note?: string}} Made
 */
/**
 * What can be saved: `make` is given what the page shows when it is asked for. The server makes files of the run, and knows
 * it only as it is now.
 * @typedef {{name: string, says: string, suffix: string, ofTheRun?: boolean, option?: HTMLElement,
 *   make: (state: State) => Promise<Made>}} Choice
 */

/**
 * @param {PageStore} store
 * @param {Session} session
 * @param {() => State[]} lanes
 * @returns {import("./panel.js").Pane}
 */
export function createSavePane(store, session, lanes) {
  const said = element("p", { class: "share-said", role: "status" });
  const library = element("input", { type: "checkbox", id: "report-library" });
  const pictures = element("select", { class: "select", "aria-label": say.PICTURE_OF });

  /** @param {import("../wire/protocol.js").Command} message */
  async function file(message) {
    return asFile(await session.fetch(message));
  }

  /** The same bytes. @param {import("../wire/protocol.js").Command} message @returns {Promise<Made>} */
  async function asItCame(message) {
    return asMade(await file(message));
  }

  /** The run with its own data, or without those where they are too large for a file. @returns {Promise<Made>} */
  async function snapshot() {
    const answer = await session.fetch(command.snapshot(true), true);
    const leavesDataOut = answer?.type === "error" && answer.field === "dataset";
    const made = leavesDataOut ? await asItCame(command.snapshot()) : asMade(asFile(answer));
    if (leavesDataOut) return { ...made, note: say.WITHOUT_ITS_DATA };
    const most = store.get().limits?.snapshot_bytes ?? Number.POSITIVE_INFINITY;
    return made.blob.size > most ? { ...made, note: say.FOR_PYTHON } : made;
  }

  // The files hold all layers and directions, whichever is open.
  const caption = (/** @type {State} */ state) => captionOf(state, location.origin + location.pathname, [], false);

  /** @type {Choice[]} */
  const choices = [
    {
      name: say.SNAPSHOT,
      says: say.SNAPSHOT_IS,
      suffix: "snapshot.safetensors",
      ofTheRun: true,
      make: snapshot,
    },
    {
      name: say.WEIGHTS,
      says: say.WEIGHTS_ARE,
      suffix: "weights.safetensors",
      ofTheRun: true,
      make: () => asItCame(command.export("pytorch")),
    },
    {
      name: say.REPORT,
      says: say.REPORT_IS,
      suffix: "report.html",
      ofTheRun: true,
      option: element("label", { for: "report-library" }, library, ` ${say.REPORT_LIBRARY}`),
      make: async (state) => {
        const { link } = caption(asItIsNow(state));
        const about = reportAbout(link, session.past.beginning().changes);
        const { bytes, iteration } = await file(command.export("report", { ...about, library: library.checked }));
        const { tensors } = decodeFrame(bytes);
        const blob = new Blob([/** @type {BlobPart} */ (tensors.html.data)], { type: "text/html" });
        return { blob, iteration };
      },
    },
    {
      name: say.TABLE,
      says: say.TABLE_IS,
      suffix: "record.csv",
      make: async (state) => {
        const record = recordOf(state);
        const { recordAsCsv } = await import("./tables.js");
        const { title, settings, iteration, link } = caption(state);
        const table = recordAsCsv(record, [`${title}, ${iteration}`, settings, link], ownColumns(state.task));
        return { blob: new Blob([table], { type: "text/csv" }), iteration: record.meta.iteration };
      },
    },
    {
      name: say.TENSORS,
      says: say.TENSORS_ARE,
      suffix: "record.safetensors",
      make: async (state) => {
        const record = recordOf(state);
        const { recordAsSafetensors } = await import("./tables.js");
        return {
          blob: recordAsSafetensors(record, { link: caption(state).link }),
          iteration: record.meta.iteration,
        };
      },
    },
  ];

  /** @param {"png" | "svg"} format @returns {Promise<Made>} */
  async function picture(format) {
    const { openPictures, pictureAsPng, pictureAsSvg } = await import("./pictures.js");
    const view = openPictures().find(({ name }) => name === pictures.value);
    if (!view) throw new Error(say.VIEW_CLOSED);
    const about = { state: store.get(), lanes: lanes() };
    const { iteration } = recordOf(about.state).meta;
    if (format === "png") return { blob: await pictureAsPng(view, about), iteration };
    return { blob: new Blob([await pictureAsSvg(view, about)], { type: "image/svg+xml" }), iteration };
  }

  /** @param {string} name @param {() => string} suffix @param {(state: State) => Promise<Made>} make @param {(state: State) => State} about */
  function button(name, suffix, make, about = (state) => state) {
    const node = element("button", { class: "outline-button", type: "button" }, name);
    node.addEventListener("click", async () => {
      node.disabled = true;
      said.textContent = "";
      try {
        const state = store.get();
        const { blob, iteration, note } = await make(state);
        const title = fileName(about(state), suffix(), iteration);
        download(blob, title);
        said.textContent = note ? `${say.savedWords(title)} ${note}` : say.savedWords(title);
      } catch (error) {
        said.textContent = faultWords(error);
      }
      node.disabled = false;
    });
    return node;
  }

  const inThePast = element("p", { class: "quiet", hidden: true });

  async function show() {
    const words = say.pastWords(store.get());
    inThePast.hidden = words === "";
    inThePast.textContent = words;
    const { openPictures } = await import("./pictures.js");
    const chosen = pictures.value;
    const open = openPictures();
    pictures.replaceChildren(...open.map(({ name, title }) => element("option", { value: name }, title)));
    if (open.some(({ name }) => name === chosen)) pictures.value = chosen;
  }

  const rows = choices.map(({ name, says, suffix, ofTheRun, option, make }) =>
    element(
      "div",
      { class: "save-row" },
      button(name, () => suffix, make, ofTheRun ? asItIsNow : undefined),
      element("span", { class: "quiet" }, says, ...(option ? [". ", option] : [])),
    ),
  );
  const formats = /** @type {const} */ (["png", "svg"]).map((format) =>
    button(
      format.toUpperCase(),
      () => `${pictures.value}.${format}`,
      () => picture(format),
    ),
  );
  return {
    node: element(
      "div",
      {},
      inThePast,
      ...rows,
      element("h2", { class: "share-title" }, say.PICTURE),
      element("div", { class: "share-line" }, pictures, ...formats),
      element("p", { class: "quiet" }, say.PICTURES_ARE),
      said,
      createHandInSection(store, session),
    ),
    show: () => void show(),
  };
}

/** @param {{bytes: ArrayBuffer, iteration: number}} file @returns {Made} */
function asMade({ bytes, iteration }) {
  return { blob: new Blob([bytes]), iteration };
}

/** @param {import("../wire/requests.js").Answer} answer */
function asFile(answer) {
  if (answer?.type === "file") return answer;
  throw new Error(answer?.type === "error" ? answer.message : say.NO_FILES);
}

/** @param {State} state */
function recordOf({ record }) {
  if (!record) throw new Error(say.NO_RECORD);
  return record;
}

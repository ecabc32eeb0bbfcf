/** A reader's own files: a run, weights, sequences, a text, a table; dropped, picked or pasted. What is wrong stands here. */

import { element } from "../lib/dom.js";
import { isRecording, LARGEST_RECORDING, readRecording } from "../wire/recording.js";
import { activationWords, changesWords, openedWords, previewTitle, previewedWords } from "../words/brought.js";
import { createReadPanel } from "./read_panel.js";
import { LARGEST_HAND_IN, looksLikeHandIn } from "./hand_in.js";
import { beginsAsSnapshot, kindOf } from "./kinds.js";
import { createVerdicts } from "./verdicts.js";
import * as say from "../words/share.js";

/** @typedef {import("./start.js").Session} Session */
/** @typedef {import("./kinds.js").Kind} Kind */
/** @typedef {import("../wire/protocol.js").FileOptions} FileOptions */
/** @typedef {import("../wire/protocol.js").PreviewMessage} Preview */

/** What is looked at before it replaces anything. @type {Kind[]} */
const LOOKED_AT = ["text", "series", "dataset"];
const ACCEPTED = ".unroll,.safetensors,.npz,.npy,.txt,.csv,.tsv,.psv,.dat,.md,.json,.jsonl,text/*";
/** Characters by which a hand-in is known. */
const START = 200;
/** Of a file's name that the run remembers. */
const LONGEST_NAME = 100;
/** Halves of surrogate pairs, which a name may have, and no JSON that a server takes. */
const HALF_CHARACTERS = /\p{Cs}/gu;

/**
 * A file that was opened: to be read again, otherwise.
 * @typedef {{name: string, kind: Kind, bytes: ArrayBuffer, options: FileOptions}} Opened
 */

/**
 * @param {import("../run/session.js").PageStore} store
 * @param {Session} session
 * @param {(recording: import("../wire/recording.js").Recording, name: string) => void} play
 * @returns {import("./panel.js").Pane & {open: (files: File[]) => Promise<void>, paste: () => void}}
 */
export function createOpenPane(store, session, play) {
  /** How large a file may be. @param {boolean} isSnapshot */
  function mostOf(isSnapshot) {
    const { limits } = store.get();
    return (isSnapshot ? limits?.snapshot_bytes : limits?.upload_bytes) ?? Number.POSITIVE_INFINITY;
  }
  const picker = element("input", {
    type: "file",
    multiple: true,
    accept: ACCEPTED,
    id: "share-file",
    class: "visually-hidden",
  });
  const verdicts = createVerdicts();
  const zone = element(
    "label",
    { class: "drop-zone", for: "share-file" },
    element("span", {}, say.DROP_ANYWHERE),
    element("span", { class: "text-button" }, say.CHOOSE_FILE),
    element("span", { class: "quiet" }, say.OPENS),
  );
  const problem = element("p", { class: "row-error share-problem", role: "alert", hidden: true });
  const done = element("p", { class: "share-said", role: "status" });
  const text = element("textarea", {
    class: "share-text",
    rows: "5",
    id: "share-own",
    placeholder: say.OWN_EXAMPLE,
  });

  const ways = element("div", { class: "share-line ways", hidden: true });
  /** The table that the run learns from, as long as this page knows its file. @type {Opened | null} */
  let table = null;
  /** What was read of a file that the run does not learn from yet. @type {(Opened & {preview: Preview}) | null} */
  let proposed = null;
  const read = createReadPanel({
    again(options) {
      const file = proposed ?? table;
      if (file) void look({ ...file, options });
    },
    train() {
      if (proposed) void load(proposed);
    },
    cancel() {
      withdraw();
      show();
    },
  });

  function withdraw() {
    proposed = null;
    done.textContent = "";
  }

  /** @param {string} words @param {HTMLElement[]} buttons for other ways to read the same file */
  function refuse(words, buttons = []) {
    problem.textContent = words;
    problem.hidden = words === "";
    zone.dataset.error = String(words !== "");
    ways.replaceChildren(...buttons);
    ways.hidden = buttons.length === 0;
  }

  /** What is recognised is looked at before it replaces anything; a run, or its weights, is opened at once. @param {string} name @param {Kind} kind @param {ArrayBuffer} bytes */
  function take(name, kind, bytes) {
    if (bytes.byteLength === 0) return refuse(`${name}: ${say.EMPTY_FILE}`);
    const file = { name, kind, bytes, options: {} };
    return LOOKED_AT.includes(kind) ? look(file) : load(file);
  }

  /** Asks what would be read of it. @param {Opened} file */
  async function look(file) {
    begin(file);
    const answer = await session.preview(file.kind, file.bytes, file.options);
    done.textContent = "";
    if (answer?.type === "error") return refuseFile(file, answer, look);
    if (answer?.type !== "preview") return refuse(say.NOT_OPENED);
    proposed = { ...file, preview: answer };
    done.textContent = previewedWords(file.name, say.KINDS[file.kind]);
    show();
  }

  /** Takes it. @param {Opened} file */
  async function load(file) {
    begin(file);
    const { name, kind, bytes, options } = file;
    const said = [...name.replace(HALF_CHARACTERS, "")].slice(0, LONGEST_NAME).join("");
    const answer = await session.load(kind, bytes, { ...options, name: said });
    done.textContent = "";
    if (answer?.type === "error") return refuseFile(file, answer, load);
    if (answer?.type !== "state") return refuse(say.NOT_OPENED);
    withdraw();
    if (kind !== "weights") table = kind === "series" ? file : null;
    done.textContent = openedWords(name, say.KINDS[kind], answer) + activationWords(kind, answer.config);
    show();
  }

  /** @param {Opened} file */
  function begin({ name }) {
    refuse("");
    done.textContent = say.readingWords(name);
  }

  /** @param {Opened} file @param {import("../wire/protocol.js").ErrorMessage} error @param {(file: Opened) => void} otherwise what its other ways lead to */
  function refuseFile(file, { message, choices = [] }, otherwise) {
    const buttons = choices.map(({ label, options: { kind, ...options } }) => {
      const button = element("button", { class: "outline-button", type: "button" }, label);
      button.addEventListener("click", () =>
        otherwise({
          ...file,
          kind: /** @type {Kind} */ (kind ?? file.kind),
          options: kind ? {} : together(file.options, options),
        }),
      );
      return button;
    });
    refuse(say.refusedWords(file.name, message), buttons);
  }

  function show() {
    const { task, schema } = store.get();
    if (proposed) {
      const { name, preview, options } = proposed;
      const titleOf = (/** @type {string} */ field) =>
        String(schema?.properties?.[field]?.title ?? field).toLowerCase();
      const words = { title: previewTitle(name), changes: changesWords(preview.changes, titleOf) };
      return read.show(preview.read, options, words);
    }
    read.show(task?.read, task?.read?.columns && table ? table.options : null);
  }

  /** @param {File} file */
  async function openRecording(file) {
    const words = say.tooLargeWords(file.name, file.size, LARGEST_RECORDING);
    if (words) return refuse(words);
    refuse("");
    try {
      play(readRecording(await file.arrayBuffer()), file.name);
    } catch (error) {
      refuse(say.notARecording(file.name, error));
    }
  }

  /** A file that is too large is not even read: it would fill the memory first. @param {File} file */
  async function open(file) {
    done.textContent = "";
    const { can } = store.get();
    if (can.present && !can.replace) return refuse(say.OF_ANOTHER);
    if (isRecording(await file.slice(0, 8).arrayBuffer())) return openRecording(file);
    if (!can.replace) return refuse(say.OF_A_RECORDING);
    const most = mostOf(beginsAsSnapshot(await file.slice(0, START).text()));
    const words = say.tooLargeWords(file.name, file.size, most);
    if (words) return refuse(words);
    const bytes = await file.arrayBuffer();
    withdraw();
    show();
    await take(file.name, kindOf(file.name, bytes), bytes);
  }

  /** Hand-ins come by the dozen; of anything else there is one. @param {File[]} files */
  async function openReadable(files) {
    const starts = await Promise.all(files.map((file) => file.slice(0, START).text()));
    const handIns = files.filter((_, index) => looksLikeHandIn(starts[index]));
    if (handIns.length === 0) return open(files[0]);
    refuse("");
    done.textContent = "";
    for (const file of handIns) void verdicts.add(file.name, await file.slice(0, LARGEST_HAND_IN + 1).text());
  }

  /** A folder that was dropped cannot be read, nor a file that was moved since. @param {File[]} files */
  async function openAll(files) {
    try {
      await openReadable(files);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      done.textContent = "";
      refuse(say.unreadableWords(files.map(({ name }) => name)));
    }
  }

  picker.addEventListener("change", () => {
    const files = [...(picker.files ?? [])];
    picker.value = "";
    if (files.length > 0) void openAll(files);
  });

  /** @param {string} name @param {Kind} kind */
  function paste(name, kind) {
    const button = element("button", { class: "outline-button", type: "button" }, name);
    button.addEventListener("click", () => {
      if (text.value.trim() === "") return refuse(say.NOTHING_PASTED);
      const { buffer } = new TextEncoder().encode(text.value);
      const words = say.tooLargeWords(say.PASTED, buffer.byteLength, mostOf(false));
      if (words) return refuse(words);
      withdraw();
      void take(say.PASTED, kind, buffer);
    });
    return button;
  }

  return {
    node: element(
      "div",
      {},
      picker,
      zone,
      problem,
      ways,
      done,
      verdicts.node,
      read.node,
      element("label", { class: "share-title", for: "share-own" }, say.OWN_TITLE),
      text,
      element("div", { class: "share-line" }, paste(say.READ_TEXT, "text"), paste(say.READ_TABLE, "series")),
      element("p", { class: "quiet" }, say.OWN_EXPLAINS),
    ),
    show,
    open: openAll,
    paste: () => text.focus(),
  };
}

/** What was chosen before and what is chosen now; columns and cells are left out one after the other. @param {FileOptions} before @param {FileOptions} now @returns {FileOptions} */
function together(before, now) {
  const drop = [...new Set([...(before.drop ?? []), ...(now.drop ?? [])])];
  const missing = [...new Set([...(before.missing ?? []), ...(now.missing ?? [])])];
  return {
    ...before,
    ...now,
    ...(drop.length > 0 ? { drop } : {}),
    ...(missing.length > 0 ? { missing } : {}),
    ...(before.changes || now.changes ? { changes: { ...before.changes, ...now.changes } } : {}),
  };
}

/** What the Share panel says: links, locks, followers, files in and files out. Pure. */

import { formatCount } from "../lib/format.js";
import { faultWords } from "./faults.js";

export const EMBED_CODE = "HTML to embed";

export const EMBED_NEEDS = "The server must allow the page that embeds it: UNROLL_FRAME_ANCESTORS.";

export const OWN_DATA_STAYS = "Your own data is not part of a link: save a snapshot and send that file.";

export const LINK_TITLE = "Link to exactly this";

export const COPY_LINK = "Copy link";

export const EMBED = "for embedding: the picture and its essential controls";

/** What a link brings back. @param {import("../wire/protocol.js").FieldValue} seed */
export const linkWords = (seed) =>
  `Opens with these settings, seed ${seed} and this view. To send what the network has learned, save a snapshot: see Save.`;

export const LIVE_EXPLAINS =
  "Whoever opens the link sees this run on a screen of their own, as it trains: they can point, pin, look back and open other views, but change nothing. The link works as long as this page is open.";

export const NOT_YOUR_RUN =
  "What is shown here does not train on this page: only the page that trains a run can share it.";

export const NO_CONNECTION = "There is no connection: try again when it is back.";

/** @param {number} followers */
export function followersWords(followers) {
  if (followers === 0) return "Nobody is following yet.";
  return followers === 1 ? "One person is following." : `${followers} people are following.`;
}

export const FOLLOW_LINK = "Link to follow this run";

export const SHARE_RUN = "Share this run";

export const STOP_SHARING = "Stop sharing";

export const LINK_ENDED = "The link no longer works.";

export const EMPTY_FILE = "The file is empty.";

/** @param {string[]} names */
export function unreadableWords(names) {
  return `${names.join(", ")}: not all of it can be read. A folder does not open, only the files in it; a file that was moved or changed has to be chosen again. The run continues unchanged.`;
}

export const NOT_OPENED = "There is no connection: try again when it is back. The run continues unchanged.";

export const OF_ANOTHER = "What is shown here belongs to somebody else. Open the file on a page of your own.";

export const OF_A_RECORDING = "This is a recording: close it to open a file for a network of your own.";

export const OWN_EXPLAINS =
  "The network learns to continue the text character by character, or to predict the table’s next row. What you paste stays on this server while the run lasts, and in this tab.";

/** @param {string} name of a file */
export const readingWords = (name) => `Reading ${name} …`;

/** @param {string} name of a file @param {string} why the server refused it */
export const refusedWords = (name, why) => `${name}: ${why} The run continues unchanged.`;

/** @param {string} name of a file @param {unknown} error */
export const notARecording = (name, error) => `${name}: ${faultWords(error)}`;

export const DROP_ANYWHERE = "Drop a file anywhere on the page, or ";

export const CHOOSE_FILE = "choose one";

export const OPENS = "A recording, a snapshot, PyTorch weights, sequences, a text, a table as CSV, hand-ins.";

export const OWN_EXAMPLE = "A poem, a few pages of a book, columns of numbers …";

export const NOTHING_PASTED = "Paste or type something first.";

export const PASTED = "your paste";

export const OWN_TITLE = "Or paste a text, or a table";

export const READ_TEXT = "Read as a text";

export const READ_TABLE = "Read as a table";

export const NO_FILES = "There is no connection: files of the run come from the server. Try again when it is back.";

/** @param {string} name of a file */
export const savedWords = (name) => `Saved ${name}.`;

/** Which of the files are about what is seen. @param {import("../run/state.js").State} state */
export function pastWords({ past, live }) {
  if (!past) return "";
  const then = formatCount(past.iteration);
  return `You are looking at iteration ${then}: table, tensors and pictures are of it. Snapshot, weights and report are of the run as it is now, at iteration ${formatCount(live.iteration)}; to have those of ${then}, branch from it first.`;
}

export const PICTURE_OF = "Picture of";

export const SNAPSHOT_IS = "the run as it is, with your own data; open it here or elsewhere to continue bit for bit";

export const WEIGHTS_ARE = "for PyTorch: a module with parts rnn and readout loads them with load_state_dict";

export const REPORT_IS =
  "one page of HTML to read, print and hand on: finding, changes, link and all figures, less than 300 kB";

export const REPORT_LIBRARY = "with figures to zoom into (5 MB)";

export const TABLE_IS = "every value that belongs to a timestep, one row each, as CSV";

export const TENSORS_ARE = "everything computed for this iteration, as safetensors";

export const VIEW_CLOSED = "This view is no longer open.";

export const PICTURES_ARE = "With its settings, seed and link in it. Other views can be kept when they are open.";

export const NO_RECORD = "There is no record yet.";

export const PICTURE = "Picture";

export const WITHOUT_ITS_DATA =
  "The data are too large to be in it: open their own file first, then this one, and the run goes on.";
export const FOR_PYTHON = "It is too large to be opened here; Python reads it: Trainer(snapshot=path).";
export const SNAPSHOT = "Snapshot";

export const WEIGHTS = "Weights";

export const REPORT = "Report";

export const TABLE = "Table";

export const TENSORS = "Tensors";

export const MADE_BY_ANOTHER = "This link was made for a class: what it locks stays locked here.";

export const CLASS_LINK = "Link for pupils";

export const COPY_CLASS_LINK = "Copy locked link for pupils";

export const CLASS_LINK_IS =
  "It opens this network and view. A locked control only shows its value; a hidden one is not shown. Every lesson has such a link of its own.";

export const LOCK_ALL = "Lock all";

export const UNLOCK_ALL = "Unlock all";

export const COPY_EXACTLY = "Copy the link to exactly this: settings, seed and view";

export const COPIED = "copied";

export const COPY_SHORT = "copy link";

export const NO_COPYING = "This browser does not allow copying here: the same link is in the address bar.";

export const DROP = "Drop it: a recording, a snapshot, weights, sequences, a text, a table, hand-ins";

export const SHARE = "Share";

/** The panel’s tabs. */
export const PANES = /** @type {const} */ ({
  link: "Link",
  teachers: "For teachers",
  live: "Live",
  open: "Open",
  save: "Save",
  record: "Record",
});

export const COPIED_BUTTON = "Copied";

export const PRESS_COPY = "Press Ctrl+C";

export const LANES_PICTURE = "The lanes";

export const NETWORK_PICTURE = "The network";

export const HISTORY_PICTURE = "Training history";

export const TOO_LARGE_FOR_PNG = "This picture is too large for this browser as PNG: save it as SVG.";

/** Over a picture that is kept. @param {string} task @param {string} cell @param {string} activation */
export function pictureTitle(task, cell, activation) {
  return `Unroll: ${task}, ${cell}, ${activation}`;
}

/** What kinds of files are called. */
export const KINDS = /** @type {const} */ ({
  snapshot: "a run",
  weights: "weights",
  dataset: "sequences",
  text: "a text",
  series: "a table",
});

/** One setting under a picture. @param {string} name @param {string} value */
export const settingWords = (name, value) => `${name} ${value}`;

/** @param {number} iteration of the picture */
export const iterationWords = (iteration) => `iteration ${formatCount(iteration)}`;

/** Why a file cannot be opened, if it is its size. @param {string} name @param {number} bytes @param {number} most */
export function tooLargeWords(name, bytes, most) {
  if (bytes <= most) return "";
  return `${name}: expected at most ${megabytes(most)}, got ${megabytes(bytes)}. Open a part of it. The run continues unchanged.`;
}

/** @param {number} bytes */
function megabytes(bytes) {
  const amount = bytes / 2 ** 20;
  // Upwards: what is too large by one byte is not said to be as large as the limit.
  return `${Math.ceil(amount * 10) / 10} MiB`;
}

/** What the numbers of a table of own data are. */
export const SCALED_COLUMNS =
  "Columns by name are in the table's own numbers; x, y and target with a number are scaled, as are the losses.";

/** What a control may be in a link for a class. */
export const LOCK_STATES = /** @type {const} */ ({ free: "free", locked: "locked", hidden: "hidden" });

/** Notices in the header: what happened to the run or the page that nobody asked for. Pure. */

export const SERVER_UPDATED = "The server was updated: reload the page to continue.";

export const OTHER_ROUNDING = "Restored on a server that rounds differently: last digits may differ from before.";

export const READ_ONLY_RECORDING =
  "This is a recording: nothing of it can be changed. Close it to go on with a network of your own.";

export const NO_BRANCH = "The run could not return to the iteration shown; nothing was changed.";

/** Part of the page could not be drawn, or a record not be read. @param {unknown} error */
export function failureWords(error) {
  const reason = error instanceof Error ? error.message : String(error);
  return `Part of the page could not be drawn (${reason}). Training continues; if the picture stays wrong, reload the page.`;
}

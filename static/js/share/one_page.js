/** What was seen of a run as one HTML file that plays it: the page itself, from the server, with the records put in. */

import { addressOf } from "../lib/address.js";
import { Fault } from "../lib/fault.js";
import { encodeFrame } from "../wire/frame.js";
import { pack } from "../wire/packed.js";
import { toText } from "../wire/text.js";

/** @typedef {import("../run/history.js").Moment} Moment */
/** @typedef {Pick<Moment, "record" | "config" | "task" | "solvedAt" | "iteration">} Shown */

/** A file larger than this is not taken everywhere. */
export const LARGEST_PAGE = 10_000_000;

/**
 * The newest of the moments, as many as fit.
 * @param {Moment[]} moments
 * @param {{schema: any, title: string, link: string}} about
 * @returns {Promise<{file: Blob, records: number, from: number, to: number}>}
 */
export async function onePage(moments, about) {
  const answer = await fetch(addressOf("api/player"));
  if (!answer.ok) throw new Fault("no_page", { status: answer.status });
  const shell = await answer.text();
  let kept = moments;
  for (;;) {
    const { schema, title, link } = about;
    const file = new Blob([filled(shell, await partsOf(kept, { schema, title, facts: { link } }))], {
      type: "text/html",
    });
    if (file.size <= LARGEST_PAGE || kept.length === 1) {
      return { file, records: kept.length, from: kept[0].iteration, to: /** @type {Moment} */ (kept.at(-1)).iteration };
    }
    const room = LARGEST_PAGE - new Blob([shell]).size;
    const fits = Math.floor((0.97 * kept.length * Math.max(0, room)) / (file.size - (LARGEST_PAGE - room)));
    kept = kept.slice(-Math.max(1, Math.min(kept.length - 1, fits)));
  }
}

/**
 * What belongs at each mark. `facts` are told to the player.
 * @param {Shown[]} moments @param {{schema: any, title: string, facts: Record<string, unknown>}} about
 * @returns {Promise<Record<string, string>>}
 */
export async function partsOf(moments, { schema, title, facts }) {
  const [first] = moments;
  const { record, config, task, iteration, solvedAt } = first;
  const bytes = await deflated(pack(recordsOf(moments), { facts, states: statesOf(moments) }));
  return {
    title: escaped(title),
    bootstrap: inScript({ schema, config, task, iteration, solved_at: solvedAt, phase: "paused" }),
    first_record: base64(encodeFrame(record.meta, record.tensors)),
    recorded: `<script type="text/plain" id="recorded" data-bytes="${bytes.length}">${toText(bytes)}</script>`,
  };
}

/** @param {Shown[]} moments */
function recordsOf(moments) {
  return moments.map(({ record }) => record);
}

/** Where a configuration or a task begins to hold. @param {Shown[]} moments */
function statesOf(moments) {
  let before = "";
  return moments.flatMap(({ config, task }, from) => {
    const now = JSON.stringify([config, task]);
    const same = now === before;
    before = now;
    return same ? [] : [{ from, config, task }];
  });
}

/** @param {string} shell @param {Record<string, string>} parts */
export function filled(shell, parts) {
  return shell.replaceAll(/@@(\w+)@@/g, (mark, name) => parts[name] ?? mark);
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
async function deflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** @param {Uint8Array} bytes */
function base64(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** JSON that cannot end the script element it stands in. @param {unknown} value */
function inScript(value) {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}

/** @param {string} text */
function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

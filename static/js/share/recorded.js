/** The page when it is one file: what it shows stands in it, and nothing is fetched. */

import { byId, element } from "../lib/dom.js";
import { createPlayback } from "../run/playback.js";
import { unpack } from "../wire/packed.js";
import { fromText } from "../wire/text.js";
import { EXPORTED, TOLD, TRAIN } from "../words/recording.js";
import { openMore } from "./menu.js";
import { createPresenter } from "./presenter.js";
import { createSourceBar } from "./source_bar.js";
import { createStory } from "./recorded_lessons.js";

/** @typedef {import("../wire/recording.js").Recording} Recording */
/** @typedef {import("../run/session.js").PageStore} PageStore */
/** @typedef {import("../wire/connection.js").Platform} Platform */

/** Everything that stands in the file, once all of it has come. */
export async function readRecorded() {
  if (document.readyState === "loading") {
    await new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve, { once: true }));
  }
  const recording = recordingOf(unpack(await inflated("recorded")));
  const charts = new Blob([await inflated("charts")], { type: "text/javascript" });
  document.body.dataset.plotly = URL.createObjectURL(charts);
  return {
    isFile: true,
    story: recording.facts.story ?? null,
    open: (/** @type {PageStore} */ store, /** @type {Platform} */ platform) => open(recording, store, platform),
  };
}

/** @param {Recording} recording @param {PageStore} store @param {Platform} platform */
function open(recording, store, platform) {
  const { link, story } = recording.facts;
  const words = element("span", { role: "status" }, story ? TOLD : EXPORTED);
  // A file may be handed on by anybody: only addresses of the web are offered.
  const way = /^https?:\/\//.test(String(link)) ? [element("a", { href: link, class: "outline-button" }, TRAIN)] : [];
  createSourceBar(true, words, ...way);
  createPresenter(store);
  openMore();
  if (!story) return createPlayback(store, recording, platform);
  document.body.dataset.story = "";
  return createStory(store, recording, story, platform);
}

/** @param {ReturnType<typeof unpack>} unpacked @returns {Recording} */
function recordingOf({ records, more: { facts, states } }) {
  let state = -1;
  return {
    facts,
    cutShort: false,
    records: records.map((record, place) => {
      while (states[state + 1]?.from <= place) state += 1;
      const { config, task } = states[state];
      return { iteration: record.meta.iteration, config, task, decode: () => record };
    }),
  };
}

/** The bytes that an element holds as text, compressed. @param {string} id */
async function inflated(id) {
  const { textContent, dataset } = byId(id);
  const bytes = fromText(String(textContent), Number(dataset.bytes));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

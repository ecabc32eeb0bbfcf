/** What stands under a picture, and beside a table: which run it shows, its settings, and the link that opens it. Pure. */

import { iterationWords, pictureTitle, settingWords } from "../words/share.js";
import { formatSetting } from "../lib/format.js";
import { loadedWords } from "../words/brought.js";
import { layerWords } from "../words/layers.js";
import { linkOf } from "./link.js";
import { writeLink } from "./write_link.js";

/** @typedef {import("../run/state.js").State} State */

/**
 * @param {State} state
 * @param {string} page the page's own address, without a fragment
 * @param {State[]} lanes of all networks, where several stand side by side
 * @param {boolean} ofLayer whether it shows the open layer and direction, not what is one for the whole network
 */
export function captionOf(state, page, lanes = [], ofLayer = true) {
  const { config, record, schema } = state;
  const layer = record && ofLayer ? layerWords(record) : "";
  const words = (/** @type {string} */ field) => {
    const value = config[field];
    const { title, symbol } = schema.properties[field];
    return settingWords(
      symbol ?? title.toLowerCase(),
      typeof value === "number" ? formatSetting(value) : String(value),
    );
  };
  const changed = Object.keys(config).filter((field) => {
    const property = schema.properties[field];
    return property && !ALWAYS.includes(field) && config[field] !== property.default;
  });
  const fragment = writeLink(linkOf(state, lanes), schema);
  return {
    title: pictureTitle(String(state.task?.title ?? config.task), String(config.cell), String(config.activation)),
    settings: [...ALWAYS, ...changed].map(words).join(" · "),
    iteration: [iterationWords(record?.meta.iteration ?? 0), ...loadedWords(record), ...(layer ? [layer] : [])].join(
      ", ",
    ),
    link: fragment ? `${page}#${fragment}` : page,
  };
}

const ALWAYS = ["sequence_length", "hidden_size", "seed"];

/** A name for a file that says what is in it. @param {State} state @param {string} what @param {number} [iteration] that it holds */
export function fileName({ config, record }, what, iteration = record?.meta.iteration ?? 0) {
  return `unroll-${config.task}-${config.cell}-${iteration}-${what}`;
}

/** The run itself, also where the page shows a moment of its past. @param {State} state @returns {State} */
export function asItIsNow(state) {
  return { ...state, ...state.live, past: null };
}

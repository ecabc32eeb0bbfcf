/**
 * A link to a lesson or a question opens on the network of that, and on no other before it: nothing else is computed,
 * drawn or read out.
 */

import { fetchStory, networkOf } from "../lessons/story.js";
import { fetchQuestions } from "./list.js";

/** @typedef {import("../run/state.js").State} State */
/** @typedef {import("../wire/protocol.js").Config} Config */

/** Where the network cannot be found out, the page opens with its own, and says later why. @param {State} opened @returns {Promise<State>} */
export async function openedOn(opened) {
  try {
    const config = await networkFor(opened);
    return config ? standingIn(opened, config) : opened;
  } catch {
    return opened;
  }
}

/** @param {State} opened @returns {Promise<Config | null>} */
async function networkFor({ lesson, question }) {
  if (lesson) return networkOf(await fetchStory(), lesson);
  if (!question) return null;
  return (await fetchQuestions()).find(({ id }) => id === question.id)?.config ?? null;
}

/** The page with another network in place of its own, of which no record has come. Pure. @param {State} opened @param {Config} config @returns {State} */
export function standingIn(opened, config) {
  const network = { config, task: null, record: null };
  return { ...opened, ...network, live: { ...opened.live, ...network }, standsFor: opened.live.config };
}

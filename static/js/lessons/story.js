/** The lessons as the server has them: fetched once, by whoever needs them first. */

import { Fault } from "../lib/fault.js";
import { fetchedOnce } from "../lib/fetched.js";
import { storyOf } from "./order.js";

/** @typedef {import("./lessons.js").Scene} Scene */
/** @typedef {import("../wire/protocol.js").Config} Config */

/** @type {() => Promise<Scene[]>} */
export const fetchStory = fetchedOnce("api/scenes", (status) => new Fault("no_lessons", { status }));

/**
 * The network that a link's lesson begins with: its own as the link changes it, or the first of those side by side. Pure.
 * @param {Scene[]} story
 * @param {import("../run/state.js").Lesson} lesson
 * @returns {Config}
 */
export function networkOf(story, { slug, order, changes }) {
  const { told } = storyOf(story, order);
  const { config, lanes } = told.find((one) => one.slug === slug) ?? told[0];
  return lanes.length > 0 ? lanes[0].config : { ...config, ...changes };
}

/** A story of lessons as one HTML file that needs no server: the page that tells them, and a recorded run of each. */

import { addressOf, socketAddressOf } from "../lib/address.js";
import { Fault } from "../lib/fault.js";
import { recordLesson, thinned } from "./lesson_recording.js";
import { filled, LARGEST_PAGE, partsOf } from "./one_page.js";
import * as say from "../words/lessons.js";

/** @typedef {import("./lesson_recording.js").Lesson} Lesson */
/** @typedef {import("./lesson_recording.js").LessonRun} LessonRun */

/**
 * @param {string[]} slugs in the order in which they are told
 * @param {{schema: any, link: string, platform: import("../wire/connection.js").Platform}} page
 * @param {(words: string) => void} tell how far it is
 * @returns {Promise<{file: Blob, told: Lesson[], left: string[]}>} `left`: lessons that need a server
 */
export async function lessonsPage(slugs, { schema, link, platform }, tell) {
  const answer = await fetch(addressOf("api/player/lessons"));
  if (!answer.ok) throw new Fault("no_page", { status: answer.status });
  /** @type {{page: string, lessons: Lesson[]}} */
  const { page: shell, lessons } = await answer.json();
  const known = slugs.map((slug) => lessons.find((lesson) => lesson.slug === slug));
  const told = known.filter((lesson) => lesson !== undefined);
  const left = slugs.filter((_, place) => known[place] === undefined);
  if (told.length === 0) throw new Fault("lessons_need_server");
  /** @type {LessonRun[]} */
  const runs = [];
  for (const [index, lesson] of told.entries()) {
    tell(say.recordingWords(lesson.title, index + 1, told.length));
    runs.push(await recordLesson(socketAddressOf("ws"), lesson, platform));
  }
  return { file: await fitted(shell, told, runs, { schema, link }), told, left };
}

/**
 * Of each lesson as many records as fit, evenly chosen.
 * @param {string} shell @param {Lesson[]} told @param {LessonRun[]} runs @param {{schema: any, link: string}} about
 */
async function fitted(shell, told, runs, { schema, link }) {
  const { most_records: all, fewest_records: fewest } = told[0].record;
  const title = say.storyTitle(told.map((lesson) => lesson.title));
  let most = Math.max(fewest, Math.floor(all / told.length));
  for (;;) {
    const kept = runs.map(({ moments }) => thinned(moments, most));
    const story = storyOf(told, runs, kept);
    const parts = await partsOf(kept.flat(), { schema, title, facts: { link, story } });
    const file = new Blob([filled(shell, parts)], { type: "text/html" });
    if (file.size <= LARGEST_PAGE || most <= fewest) return file;
    most = Math.max(fewest, Math.floor((most * 2) / 3));
  }
}

/** Each lesson with the place of its first record. @param {Lesson[]} told @param {LessonRun[]} runs @param {unknown[][]} kept */
function storyOf(told, runs, kept) {
  let from = 0;
  return told.map(({ record: _, ...lesson }, index) => {
    const one = { ...lesson, steps: runs[index].steps, number: index + 1, from };
    from += kept[index].length;
    return one;
  });
}

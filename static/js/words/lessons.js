/** Sentences around the lessons. Pure. */

/** @param {string[]} unknown addresses that no lesson has */
export function unknownLessonsWords(unknown) {
  const names = unknown.slice(0, 3).map((slug) => `“${slug}”`);
  const more = unknown.length > names.length ? ` and ${unknown.length - names.length} more` : "";
  const [are, they] = unknown.length === 1 ? ["is no lesson", "it is"] : ["are no lessons", "they are"];
  return `There ${are} ${names.join(", ")}${more} here: ${they} left out of the story.`;
}

// The story that a lecturer builds.

export const STORY = "Your own story";

export const STORY_IS = "Choose lessons and their order: one link opens them as a story of their own.";

export const COPY_STORY = "Copy link to the story";

export const LOCK_REST = "Lock all controls but those a lesson asks for";

export const IN_ORDER = "Lessons in the order of the story";

export const NONE_CHOSEN = "Choose at least one lesson.";

export const UNREACHABLE = "The lessons could not be fetched. Open this again to retry.";

export const move = (/** @type {string} */ title, /** @type {1 | -1} */ by) =>
  `Move ${title} ${by < 0 ? "up" : "down"}`;

// The same as a file.

export const AS_A_PAGE = "Save the story as a page";

export const PAGE_IS =
  "One HTML file with a recorded run of each lesson: text, questions, charts, and the steps that a recording can bring about. It needs no server.";

/** Of the page. @param {string[]} titles of its lessons */
export function storyTitle(titles) {
  return `Unroll: ${titles.length === 1 ? titles[0] : "Backpropagation through time"}`;
}

/** @param {string} title @param {number} number @param {number} count */
export const recordingWords = (title, number, count) => `Recording ${number} of ${count}: ${title} …`;

/** @param {string} name of the file @param {number} lessons @param {number} bytes @param {string[]} left titles of lessons that need a server */
export function storySavedWords(name, lessons, bytes, left) {
  const count = lessons === 1 ? "1 lesson" : `${lessons} lessons`;
  const saved = `Saved ${name}: ${count}, ${(bytes / 1e6).toFixed(1)} MB.`;
  return left.length === 0 ? saved : `${saved} Left out, as without a server they cannot be told: ${left.join("; ")}.`;
}

// The stored training of a watched script.

export const OPEN_STORED = "Open the stored training";

export const STORED_IS = "In a tab of its own: six captures of a real PyTorch training. Nothing runs there.";

// The panel.

export const NOT_LOADED = "The lessons could not be loaded: try again.";
export const COPY_LOCKED = "Copy locked link for pupils";
export const LINK_COPIED = "Link copied";
export const REVEAL = "Reveal";
export const NEXT = "Next";
export const CLOSE = "Close";
export const DONE = " Done.";

/** @param {number} number @param {number} count */
export function numberWords(number, count) {
  return `${number} of ${count}`;
}

/** @param {number} step */
export function stepDone(step) {
  return `Step ${step} is done.`;
}

/** @param {string | null | undefined} step what the next step asks for; none after the last */
export function toDo(step) {
  return step ? `To do: ${step}` : "All steps are done.";
}

/** What a lesson's network has that the one before had not. @param {string[]} names of controls */
export function setWords(names) {
  return `Set for this scene: ${names.join(", ")}.`;
}

/** Sentences around the lessons. Pure. */

/** @param {string[]} unknown addresses that no lesson has */
export function unknownLessonsWords(unknown) {
  const names = unknown.slice(0, 3).map((slug) => `“${slug}”`);
  const more = unknown.length > names.length ? ` and ${unknown.length - names.length} more` : "";
  const [are, they] = unknown.length === 1 ? ["is no lesson", "it is"] : ["are no lessons", "they are"];
  return `There ${are} ${names.join(", ")}${more} here: ${they} left out of the story.`;
}

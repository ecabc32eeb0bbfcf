/** Which lessons a lecturer's own story tells, and in which order. Pure. */

/** @typedef {{slug: string, title: string, chosen: boolean}} Chosen */

/** @param {Chosen[]} lessons @returns {string[]} the addresses of the chosen ones */
export function orderOf(lessons) {
  return lessons.filter(({ chosen }) => chosen).map(({ slug }) => slug);
}

/** The same lessons with one of them a place further up or down. @param {Chosen[]} lessons @param {number} index @param {1 | -1} by */
export function moved(lessons, index, by) {
  const to = index + by;
  if (to < 0 || to >= lessons.length) return lessons;
  const others = lessons.filter((_, place) => place !== index);
  return [...others.slice(0, to), lessons[index], ...others.slice(to)];
}

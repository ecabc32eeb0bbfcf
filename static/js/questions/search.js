/** Finding an entry by the words people type: every word counts, beginnings of words are enough. Pure. */

import { STOP_WORDS } from "../words/questions.js";

/**
 * @typedef {object} Entry
 * @property {string} title what is shown
 * @property {string} [words] further words under which people look for it
 * @property {string} [text] what it says; a word found only here counts least
 */

const STOP = new Set(STOP_WORDS.split(" "));
const WEIGHTS = { title: 4, words: 3, text: 1 };
/** A shorter word must be met whole: "h" is not every word that begins with h. */
const SHORTEST_BEGINNING = 3;

/** @param {string} text @returns {string[]} */
export function wordsOf(text) {
  return (
    text
      .toLowerCase()
      .normalize("NFKD")
      .match(/[\p{L}\p{N}]+(?:_[\p{L}\p{N}]+)*/gu) ?? []
  ).filter((word) => !STOP.has(word));
}

/**
 * The entries that fit, best first; all of them, in their own order, where nothing was typed.
 * @template {Entry} T
 * @param {readonly T[]} entries
 * @param {string} typed
 * @returns {T[]}
 */
export function search(entries, typed) {
  const wanted = wordsOf(typed);
  if (wanted.length === 0) return [...entries];
  const scored = entries.map((entry, index) => ({ entry, index, score: scoreOf(entry, wanted) }));
  return scored
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score || one.index - other.index)
    .map(({ entry }) => entry);
}

/** The sum over the words that are met, 0 where fewer than half are. @param {Entry} entry @param {string[]} wanted */
function scoreOf(entry, wanted) {
  const places = /** @type {const} */ (["title", "words", "text"]).map((name) => ({
    weight: WEIGHTS[name],
    words: wordsOf(entry[name] ?? ""),
  }));
  const scores = wanted.map((word) =>
    Math.max(0, ...places.filter(({ words }) => words.some((one) => meets(one, word))).map(({ weight }) => weight)),
  );
  const met = scores.filter((score) => score > 0).length;
  return 2 * met < wanted.length ? 0 : scores.reduce((sum, score) => sum + score, 0);
}

/** Whether one word begins with the other: "vanish", "vanishes" and "vanishing" meet. @param {string} one @param {string} other */
function meets(one, other) {
  if (one === other) return true;
  const shorter = Math.min(one.length, other.length);
  let same = 0;
  while (same < shorter && one[same] === other[same]) same += 1;
  return same >= SHORTEST_BEGINNING && (same === other.length || same >= Math.max(5, other.length - 3));
}

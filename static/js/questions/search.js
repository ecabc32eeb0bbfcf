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
function wordsOf(text) {
  return (
    text
      .toLowerCase()
      .normalize("NFKD")
      .match(/[\p{L}\p{N}]+(?:_[\p{L}\p{N}]+)*/gu) ?? []
  ).filter((word) => !STOP.has(word));
}

/**
 * The entries that fit, best first; all of them, in their own order, where nothing was typed. What meets more of the words
 * comes first; among those, what meets rarer words in more telling places.
 * @template {Entry} T
 * @param {readonly T[]} entries
 * @param {string} typed
 * @returns {T[]}
 */
export function search(entries, typed) {
  const wanted = wordsOf(typed);
  if (wanted.length === 0) return [...entries];
  const weights = entries.map((entry) => weightsIn(entry, wanted));
  const rarity = wanted.map((_, place) => {
    const having = weights.filter((of) => of[place] > 0).length;
    return Math.log(1 + entries.length / Math.max(1, having));
  });
  const scored = entries.map((entry, index) => {
    const met = weights[index].filter((weight) => weight > 0).length;
    const score = weights[index].reduce((sum, weight, place) => sum + weight * rarity[place], 0);
    return { entry, index, met, score };
  });
  return scored
    .filter(({ met }) => met > 0 && 2 * met >= wanted.length)
    .sort((one, other) => other.met - one.met || other.score - one.score || one.index - other.index)
    .map(({ entry }) => entry);
}

/** For each word how telling the place is where it is met, 0 where it is not. @param {Entry} entry @param {string[]} wanted */
function weightsIn(entry, wanted) {
  const places = /** @type {const} */ (["title", "words", "text"]).map((name) => ({
    weight: WEIGHTS[name],
    words: wordsOf(entry[name] ?? ""),
  }));
  return wanted.map((word) =>
    Math.max(0, ...places.filter(({ words }) => words.some((one) => meets(one, word))).map(({ weight }) => weight)),
  );
}

/** Whether one word begins with the other: "vanish", "vanishes" and "vanishing" meet. @param {string} one @param {string} other */
function meets(one, other) {
  if (one === other) return true;
  const shorter = Math.min(one.length, other.length);
  let same = 0;
  while (same < shorter && one[same] === other[same]) same += 1;
  return same >= SHORTEST_BEGINNING && (same === other.length || same >= Math.max(5, other.length - 3));
}

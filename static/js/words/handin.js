/** What is said about hand-ins: when one is saved, and when one is replayed. Pure. */

import { formatCount } from "../lib/format.js";

export const TITLE = "Hand in";
export const EXPLAINS =
  "A small file with your name, what you changed and at which iteration, the losses and your answers. Whoever gets it drops it on this page: the run is computed again, and the page says whether the numbers are equal, bit for bit.";
export const NAME = "Your name";
export const SAVE = "Save hand-in";
export const NEEDS_NAME = "Type your name first.";
export const NO_LOSSES = "There is no loss yet: train first.";
export const NO_RUN = "What is shown here is not a run of this page: only who trains a run can hand it in.";

// Why a run cannot be computed again.
export const FROM_A_FILE = "The run goes on from a file, which a hand-in does not hold.";
export const FROM_A_COPY = "The run goes on from a run of somebody else, which a hand-in does not hold.";
export const WITHOUT_A_CHANGE =
  "When the run was taken up again, the server refused a change of it, which a hand-in does not hold.";
export const TOO_MANY_CHANGES = "More was changed than a hand-in holds.";
export const OWN_DATA = "The run learned from own data, which a hand-in does not hold.";
export const OTHER_ARITHMETIC =
  "It was computed on arithmetic with other last digits than this server’s: another processor, library, number of threads or version of Unroll.";
export const UNKNOWN_BEGINNING = "It does not say how the run began.";
export const EMPTY = "It holds no losses.";
export const LOST = "The connection was lost: drop it again when it is back.";

// Why a file cannot be read.
export const TOO_LARGE = "Expected a hand-in of at most 300 kB; this file is larger.";
export const DAMAGED = "Expected a hand-in, which is JSON; this file is damaged.";
export const NEWER = "A newer Unroll wrote this hand-in: open it there.";
export const NOT_IN_ORDER =
  "This is not a hand-in that can be read: its changes and losses are not in the order of training.";

/** @param {string} field */
export function wrongFieldWords(field) {
  return `This is not a hand-in that can be read: “${field}” is missing, or not what it should be.`;
}

// Why a run cannot have been as a file says.
export const NOT_FINITE = "A number is not finite.";
export const BEGINS_AGAIN = "A change begins the run again.";

/** @param {string} name of the file @param {string} why the run could not be computed again from it; empty where it can */
export function savedWords(name, why) {
  return why ? `Saved ${name}. It cannot be replayed: ${why}` : `Saved ${name}.`;
}

/** While it is replayed. @param {number} compared @param {number} all */
export function progressWords(compared, all) {
  return `Comparing: ${formatCount(compared)} of ${formatCount(all)} losses are equal.`;
}

/** @param {number} losses @param {number} iteration */
export function sameWords(losses, iteration) {
  return `Equal bit for bit: computed again, all ${formatCount(losses)} losses up to iteration ${formatCount(iteration)} are those of the file.`;
}

/** @param {number} iteration @param {number} found @param {number} said by the file */
export function differentWords(iteration, found, said) {
  return `Different: computed again, the loss at iteration ${formatCount(iteration)} is ${found}; the file says ${said}.`;
}

/** @param {string} why */
export function impossibleWords(why) {
  return `Different: the run cannot be computed again as the file says. ${why}`;
}

/** @param {string} why */
export function notComparableWords(why) {
  return `Not comparable: ${why}`;
}

/** Who handed in what. @param {{name: string, iteration: number, changes: unknown[], scene: string | null, answers: {option: number, right: number}[]}} handedIn */
export function handedInWords({ name, iteration, changes, scene, answers }) {
  const right = answers.filter((answer) => answer.option === answer.right).length;
  const parts = [
    `${formatCount(iteration)} updates`,
    ...(changes.length > 0 ? [changes.length === 1 ? "1 change" : `${formatCount(changes.length)} changes`] : []),
    ...(answers.length > 0 ? [`${right} of ${answers.length} answers right`] : []),
    ...(scene ? [`lesson ${scene}`] : []),
  ];
  return `${name}: ${parts.join(", ")}.`;
}

export const HAND_INS = "Hand-ins";

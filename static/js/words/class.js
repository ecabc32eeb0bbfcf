/** Sentences of a class that is asked a question. Pure. */

import { formatCount } from "../lib/format.js";

export const PREDICT = "Predict before you look.";
export const ASKED = "Question to the class";
export const CLOSE = "Close";
export const SENT = "Sent. Until the answer is revealed you can change it.";
export const NOT_SENT = "Your answer could not be sent: choose again when the connection is back.";
export const UNKNOWN_SCENE = "The class is asked a question that this page does not have. Reload it to get the newest.";

/** @param {{counts: number[], followers: number}} given */
export function answeredWords({ counts, followers }) {
  const answered = counts.reduce((sum, count) => sum + count, 0);
  return `${formatCount(answered)} of ${formatCount(followers)} who follow answered.`;
}

export const PREDICTED = "your prediction";

export const RIGHT = "✓";

export const RIGHTLY_PREDICTED = "✓ as you predicted";

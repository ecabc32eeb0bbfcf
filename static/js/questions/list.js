/** The questions as the server has them: fetched once, by whoever needs them first. */

import { addressOf } from "../lib/address.js";
import { Fault } from "../lib/fault.js";

/** @typedef {import("./ask.js").Question} Question */

/** @type {Promise<Question[]> | null} */
let coming = null;

/** @returns {Promise<Question[]>} */
export function fetchQuestions() {
  coming ??= ask();
  return coming;
}

async function ask() {
  try {
    const answer = await fetch(addressOf("api/questions"));
    if (!answer.ok) throw new Fault("no_questions", { status: answer.status });
    return await answer.json();
  } catch (error) {
    coming = null;
    throw error;
  }
}

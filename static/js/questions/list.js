/** The questions as the server has them: fetched once, by whoever needs them first. */

import { Fault } from "../lib/fault.js";
import { fetchedOnce } from "../lib/fetched.js";

/** @typedef {import("./ask.js").Question} Question */

/** @type {() => Promise<Question[]>} */
export const fetchQuestions = fetchedOnce("api/questions", (status) => new Fault("no_questions", { status }));

/** How often the shown sequence uses a parameter. Pure. */

import { baseOf, INITIAL } from "../record/chosen.js";
import { usesIn } from "../record/picture.js";
import { length } from "../record/readings.js";

/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */

/** An initial state once, of an embedding one row at a time, the others at every timestep that gives them more than zeros. @param {DecodedRecord} record @param {string} tensor */
export function usedWords(record, tensor) {
  const [T, base, uses] = [length(record), baseOf(tensor), usesIn(record, tensor)];
  if (INITIAL.includes(base)) return "used once, where the state starts";
  const all = T === 1 ? "at the one timestep" : `at all ${T} timesteps`;
  if (base === "W_emb") return `one row used ${all}`;
  if (uses === T) return `used ${all}`;
  return uses === 0
    ? "not used: the only timestep starts from zeros"
    : `used at ${uses} of ${T} timesteps, as the state starts at 0`;
}

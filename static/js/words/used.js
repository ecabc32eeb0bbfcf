/** How often the shown sequence uses a parameter. Pure. */

import { baseOf, INITIAL, placeOf } from "../record/chosen.js";
import { usesIn } from "../record/picture.js";
import { length } from "../record/readings.js";

/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */

/** Every timestep uses the same weights. @param {number} T */
export const everywhere = (T) => (T === 1 ? "at the one timestep" : `at all ${T} timesteps`);

/**
 * A weight of the state before is used where that is 0 too, the timestep that is read first, and nothing comes of it.
 * @param {number} T
 * @param {boolean} reverse whether the sequence is read from its end
 * @param {(t: number) => string} [state] how a state is written
 */
export function idleWords(T, reverse, state = (t) => `h_${t}`) {
  const where = T === 1 ? "there" : `at the ${reverse ? "last" : "first"}`;
  return `${where} it meets ${state(reverse ? T + 1 : 0)} = 0 and adds nothing`;
}

/** An initial state once, of an embedding one row at a time, the others at every timestep. @param {DecodedRecord} record @param {string} tensor */
export function usedWords(record, tensor) {
  const [T, base] = [length(record), baseOf(tensor)];
  if (INITIAL.includes(base)) return "used once, where the state starts";
  if (base === "W_emb") return `one row used ${everywhere(T)}`;
  const used = `used ${everywhere(T)}`;
  return usesIn(record, base) === T ? used : `${used}; ${idleWords(T, placeOf(record).direction === "reverse")}`;
}

/** Which layer and direction the shown record is seen from. Pure. */

import { chosenRecord } from "../record/chosen.js";

/** @typedef {import("./state.js").State} State */

/** The shown record as it came, with all its layers. @param {State} state */
function whole({ past, live }) {
  return (past ?? live).record;
}

/** Seen from the chosen layer, where the record or the choice has changed. @param {State} state @param {State} before @returns {State} */
export function withLayer(state, before) {
  const came = whole(state);
  const same =
    state.record === before.record &&
    state.layer === before.layer &&
    state.direction === before.direction &&
    came === whole(before);
  if (same || !came) return state;
  const record = chosenRecord(came, state);
  return record === state.record ? state : { ...state, record };
}

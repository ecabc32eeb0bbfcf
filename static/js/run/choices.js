/** Choices of the reader, or of a lesson, that change more than themselves. Pure. */

import { isSame } from "../record/chosen.js";
import { startingRuler } from "../record/ruler.js";
import { allLocked } from "./source.js";
import { samePlace } from "./view.js";

/** @typedef {import("./shape.js").State} State */
/** @typedef {import("./shape.js").ChosenWeight} ChosenWeight */
/** @typedef {import("./shape.js").Lesson} Lesson */

/** The panel on which a weight's gradient adds up over its uses. */
export const USES_PANEL = "uses";

/** @param {State} state @param {State["pin"]} pin @returns {State} */
export function takePin(state, pin) {
  if (samePlace(state.pin, pin) && state.weight === null) return state;
  return { ...state, pin, weight: null, panel: state.panel === USES_PANEL ? null : state.panel };
}

/** @param {State} state @param {{weight: ChosenWeight | null, takesRail?: boolean}} action @returns {State} */
export function takeWeight(state, action) {
  return { ...state, weight: action.weight, pin: null, panel: panelAfter(state, action) };
}

/** @param {State} state @param {import("../record/chosen.js").Choice} choice @returns {State} */
export function takeLayer(state, choice) {
  if (isSame(state, choice)) return state;
  return {
    ...state,
    ...{ layer: choice.layer, direction: choice.direction, weight: null, ghost: null },
    panel: panelAfter(state, { weight: null }),
  };
}

/** How a chosen weight's gradient adds up takes the rail where nothing else has it. @param {State} state @param {{weight: ChosenWeight | null, takesRail?: boolean}} action */
function panelAfter({ panel, record }, { weight, takesRail }) {
  // The sums are told apart of a network of one layer only: its chain of steps is the whole way.
  if (record?.of) return panel === USES_PANEL ? null : panel;
  if (panel !== null && panel !== USES_PANEL) return panel;
  return weight && (takesRail || panel === USES_PANEL) ? USES_PANEL : null;
}

/** Null leaves the choice to the start of each run, and so to this one where it stands there. @param {State} state @param {{ruler: State["ruler"] | null, chosen?: boolean}} action @returns {State} */
export function takeRuler(state, { ruler, chosen = true }) {
  if (ruler) return { ...state, ruler, rulerIsChosen: chosen };
  const { record } = state;
  const fitting = record?.meta.iteration === 0 ? startingRuler(record) : state.ruler;
  return { ...state, ruler: fitting, rulerIsChosen: false };
}

/** Where nothing can be changed, every control only shows its value. @param {State} state @param {State["can"]} can @returns {State} */
export function takeAbilities(state, can) {
  if (state.can === can) return state;
  return { ...state, can, locks: can.configure ? {} : allLocked(state.schema) };
}

/** What cannot be configured stays locked. @param {State} state @param {{lesson: Lesson | null, locks: State["locks"]}} action @returns {State} */
export function takeLesson(state, { lesson, locks }) {
  const question = lesson ? null : state.question;
  return { ...state, lesson, locks: state.can.configure ? locks : state.locks, question };
}

/** The first answer to a scene counts: the next one knows the solution. @param {State["answers"]} answers @param {State["answers"][number]} answer */
export function withAnswer(answers, answer) {
  return answers.some(({ scene }) => scene === answer.scene) ? answers : [...answers, answer];
}

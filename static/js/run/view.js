/** What the reader looks at: places in the picture, and what stays the same when another lane is chosen. Pure. */

/** @typedef {import("./state.js").Place} Place */
/** @typedef {import("./state.js").State} State */

/** What the reader looks at, and may do: everything but the run. */
const LOOK = /** @type {const} */ ([
  ...["rate", "ruler", "rulerIsChosen", "theme", "dark", "reducedMotion", "tab", "panel", "stacked", "track"],
  ...["layer", "direction", "names", "presents"],
  ...["narration", "locks", "lesson", "question", "answers", "hover", "pin"],
]);

/** It stays the same when another lane is chosen. @param {State} state @param {State} from @returns {State} */
export function adopt(state, from) {
  const look = Object.fromEntries(LOOK.map((part) => [part, from[part]]));
  return inside({ ...state, ...look }, state);
}

/** Nothing outside the shown picture is chosen, and a picture of another length is seen whole. @param {State} state @param {State} before @returns {State} */
export function inside(state, before) {
  if (!state.record) return state;
  const [rows, H] = state.record.tensors.h.shape;
  return {
    ...state,
    hover: insidePicture(state.hover, rows - 1, H),
    pin: insidePicture(state.pin, rows - 1, H),
    zoom: (before.record?.tensors.h.shape[0] ?? rows) === rows ? insideAxis(state.zoom, rows - 1) : null,
  };
}

/** A link may ask for more than there is. @param {State["zoom"]} zoom @param {number} T */
function insideAxis(zoom, T) {
  return zoom && zoom.to <= T ? zoom : null;
}

/** @param {Place | null} place @param {number} T @param {number} H @returns {Place | null} */
function insidePicture(place, T, H) {
  if (!place) return null;
  if (place.t > T || (place.source ?? 0) > T || (place.k ?? 0) > T) return null;
  return (place.unit ?? 0) < H ? place : { t: place.t };
}

/** @param {Place | null} a @param {Place | null} b */
export function samePlace(a, b) {
  if (a === null || b === null) return a === b;
  return a.t === b.t && a.unit === b.unit && a.source === b.source && a.k === b.k;
}

/** A scene's texts: symbols set in type, references that say what they point at to whoever asks. */

import { element, typeset } from "../lib/dom.js";
import { acts, familyOf } from "./places.js";

/** @typedef {import("./places.js").Reference} Reference */
/** @typedef {{text: string, ref?: Reference}} Span */

/**
 * @typedef {object} Pointing
 * @property {(ref: Reference | null) => void} ring the pointer or the focus is on a reference; null: on none any more
 * @property {(ref: Reference) => void} go it was chosen
 */

/**
 * @param {Span[]} spans
 * @param {Pointing} pointing
 * @returns {Node[]}
 */
export function textNodes(spans, pointing) {
  return spans.flatMap(({ text, ref }) =>
    ref ? [reference(text, ref, pointing)] : typeset(text).map((part) => node(part)),
  );
}

/** @param {Node | string} part @returns {Node} */
function node(part) {
  return typeof part === "string" ? document.createTextNode(part) : part;
}

/** @param {string} text @param {Reference} ref @param {Pointing} pointing */
function reference(text, ref, { ring, go }) {
  const does = acts(ref) ? "acts" : "shows";
  const link = element(
    "a",
    { class: `reference ${familyOf(ref)} ${does}`, role: "button", tabindex: "0" },
    ...typeset(text),
  );
  for (const enter of ["pointerenter", "focus"]) link.addEventListener(enter, () => ring(ref));
  for (const leave of ["pointerleave", "blur"]) link.addEventListener(leave, () => ring(null));
  link.addEventListener("click", () => go(ref));
  link.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    go(ref);
  });
  return link;
}

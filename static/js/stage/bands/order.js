/** Which layers and directions stand above the open one, and which below: the lowest layer at the bottom, forward above reverse. Pure. */

import { choicesOf, isSame } from "../../record/chosen.js";

/** @typedef {import("../../record/chosen.js").Choice} Choice */

/** From the top down. @param {{layers: number, directions: number}} extent @returns {Choice[]} */
export function fromTheTop({ layers, directions }) {
  const choices = choicesOf({ layers, directions });
  return Array.from({ length: layers }, (_, index) => layers - index).flatMap((layer) =>
    choices.filter((choice) => choice.layer === layer),
  );
}

/** @param {Choice & {layers: number, directions: number}} place @returns {{above: Choice[], below: Choice[]}} */
export function around(place) {
  const all = fromTheTop(place);
  const open = all.findIndex((choice) => isSame(choice, place));
  return { above: all.slice(0, open), below: all.slice(open + 1) };
}

/** The one that stands so many further up; the outermost where there are no more. @param {Choice & {layers: number, directions: number}} place @param {number} steps */
export function furtherUp(place, steps) {
  const all = fromTheTop(place);
  const open = all.findIndex((choice) => isSame(choice, place));
  return all[Math.min(all.length - 1, Math.max(0, open - steps))];
}

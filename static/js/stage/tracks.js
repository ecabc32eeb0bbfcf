/** Which quantities the second track can show, and in which order a click leads through them. Pure. */

import { CELLS } from "../record/cells.js";

/** The tracks a network has, in the order in which a click leads through them. @param {string} cell */
export function tracksOf(cell) {
  return CELLS[cell]?.gates.length ? ["dh", "h", "gates", "dW_hh"] : ["dh", "h", "dW_hh"];
}

/** The chosen track, unless this network has no such thing. @param {string} track @param {string} cell */
export function shownTrack(track, cell) {
  return tracksOf(cell).includes(track) ? track : "dh";
}

/** @param {string} track @param {string} cell */
export function nextTrack(track, cell) {
  const tracks = tracksOf(cell);
  return tracks[(tracks.indexOf(track) + 1) % tracks.length];
}

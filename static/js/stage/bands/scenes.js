/** What of the network stands around the open layer: every other layer and direction as a slim scene of its own. Pure. */

import { chosenRecord, wholeOf } from "../../record/chosen.js";
import { readPicture } from "../../record/picture.js";
import { layerName } from "../../words/layers.js";
import { ribbonOf } from "../river/river.js";

/** @typedef {import("../scene.js").Scene} Scene */
/** @typedef {import("../layout.js").Layout} Layout */
/** @typedef {import("../../record/picture.js").Picture} Picture */
/** @typedef {import("../../run/state.js").State} State */

/** A layer that is not open: its name, and its part of the stage as a scene. @typedef {{name: string, scene: Scene}} Band */

/**
 * @param {Omit<Scene, "bands">} scene of the open layer
 * @param {State} state
 * @returns {Band[]} from the top down
 */
export function bandsOf(scene, { record, config, task, ruler }) {
  const { layout, picture } = scene;
  if (!picture || !record) return [];
  const whole = wholeOf(record);
  return layout.bands.map(({ choice, river, units }) => {
    const of = readPicture(chosenRecord(whole, choice), config, task);
    const [lane] = of.lanes;
    const bed = { ...bedOf(layout), height: river.bottom - river.top };
    const part = { ...layout, lanes: [river], units, bands: [], isTop: of.top, reverse: of.reverse };
    const ribbons = [ribbonOf(of, lane, bed, ruler)];
    return {
      name: layerName(choice, of.place),
      scene: { ...scene, layout: part, picture: { ...of, lanes: [lane] }, ribbons, bands: [] },
    };
  });
}

/** @param {Layout} layout */
function bedOf({ edges, left, right, U }) {
  return { edges, left, right, U };
}

/** The open layer and all bands, from the top down. @param {Scene} scene @returns {Scene[]} */
export function stackOf(scene) {
  const bands = scene.bands.map((band) => band.scene);
  const above = scene.layout.bands.filter((band) => band.above).length;
  return [...bands.slice(0, above), scene, ...bands.slice(above)];
}

/** Timesteps at which something reaches a layer from above it: losses at the top, else the gradient of the layer above. @param {Scene} scene of a part of the stack @param {Scene[]} stack */
export function fedAt({ picture }, stack) {
  if (!picture || picture.top) return picture?.hasTarget ?? new Uint8Array();
  const fed = new Uint8Array(picture.T + 1);
  for (const { picture: other } of stack) {
    if (other?.place.layer !== picture.place.layer + 1) continue;
    for (let t = 1; t <= picture.T; t++) if (other.lanes[0].ln[t] > Number.NEGATIVE_INFINITY) fed[t] = 1;
  }
  return fed;
}

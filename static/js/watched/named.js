/** A watched run's page, as the names of the parts of its picture need it. */

import { watchedMissing, watchedNames } from "../words/watched_names.js";
import { watchedKinds } from "./names.js";
import { factsOf, overTime } from "./place.js";

/** @typedef {import("./state.js").Watched} Watched */
/** @typedef {import("./state.js").Action} Action */
/** @typedef {import("./state.js").Capture} Capture */
/** @typedef {import("./place.js").Place} Place */

/** What the picture of a capture does not say of the layer it shows. @param {Capture["record"]} record @param {Place} place @returns {import("../words/watched_names.js").Layer} */
export function layerOf(record, place) {
  const { num_layers, bidirectional, proj_size, restarts } = factsOf(record);
  return {
    ...place,
    layers: num_layers,
    both: bidirectional,
    projected: proj_size > 0,
    inputs: record.tensors.x.shape[1],
    restarts: restarts ?? [],
    carried: overTime(record, "dh_carried_norm", place)?.data ?? null,
  };
}

/**
 * @param {import("../lib/store.js").Store<Watched, Action>} store
 * @param {{scene: () => import("../stage/scene.js").Scene | null, capture: () => Capture | null}} shown
 * @returns {import("../first/names.js").NamedPage}
 */
export function watchedPage(store, { scene, capture }) {
  const about = () => {
    const shown = /** @type {Capture} */ (capture()); // there is one wherever there is a scene
    return layerOf(shown.record, store.get().place);
  };
  return {
    areOn: () => store.get().names,
    toggle: () => store.dispatch({ type: "names", names: !store.get().names }),
    shown: scene,
    elsewhere: () => "",
    kinds: () => watchedKinds(scene()),
    names: () => watchedNames(about()),
    missing: (missing, picture) => watchedMissing(missing, picture, about()),
  };
}

/** The chooser above the views: which layer, and which direction, everything on the page speaks of. */

import { createChoice } from "../kit/choice.js";
import { element } from "../lib/dom.js";
import { placeOf } from "../record/chosen.js";
import * as say from "../words/layers.js";

/** @typedef {import("../record/chosen.js").Direction} Direction */
/** @typedef {import("../run/session.js").PageStore} PageStore */

/** @param {PageStore} store */
export function createLayerChooser(store) {
  const node = element("div", { class: "layer-chooser", id: "layer-chooser", hidden: true });
  /** @type {{layer: ReturnType<typeof createChoice>, direction: ReturnType<typeof createChoice>}} */
  let choices = chooserOf(store, 1);
  let offered = "";

  return {
    node,
    /** @param {import("../run/state.js").State} state */
    show({ record }) {
      if (!record) return;
      const { layer, direction, layers, directions } = placeOf(record);
      const extent = `${layers} ${directions}`;
      if (extent !== offered) {
        offered = extent;
        choices = chooserOf(store, layers);
        const label = element("span", { "aria-hidden": "true" }, say.LAYER);
        node.replaceChildren(
          ...(layers > 1 ? [label, choices.layer.node] : []),
          ...(directions > 1 ? [choices.direction.node] : []),
        );
        node.hidden = layers * directions === 1;
      }
      choices.layer.show(String(layer));
      choices.direction.show(direction);
    },
  };
}

/** @param {PageStore} store @param {number} layers */
function chooserOf(store, layers) {
  const numbers = Array.from({ length: layers }, (_, index) => String(index + 1));
  const layer = createChoice(
    say.LAYER,
    numbers.map((value) => ({ value, text: value })),
    (value) => store.dispatch({ type: "layer", layer: Number(value), direction: store.get().direction }),
  );
  const direction = createChoice(say.DIRECTION, say.DIRECTIONS, (value) =>
    store.dispatch({ type: "layer", layer: store.get().layer, direction: /** @type {Direction} */ (value) }),
  );
  return { layer, direction };
}

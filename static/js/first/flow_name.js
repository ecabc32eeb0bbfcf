/** “What am I seeing?” in the Flow view: the name of the line that steps through it, as a button that opens its sentence. */

import { createTooltip } from "../kit/tooltip.js";
import { byId, element, setText } from "../lib/dom.js";
import { isReverse, length } from "../record/readings.js";
import { neededLagSaid, NEEDED_LAG } from "../words/names.js";

/** @typedef {import("../run/state.js").State} State */

/** The lag whose line Flow draws; null where it draws none. @param {State} state */
export function drawnLag({ record }) {
  const lag = record?.meta.needed_lag;
  return record && lag && lag < length(record) && !isReverse(record) ? lag : null;
}

/** @param {import("../run/session.js").PageStore} store */
export function createFlowName(store) {
  const button = element("button", {
    class: "name-pill flow-name",
    type: "button",
    "aria-expanded": "false",
    hidden: true,
  });
  setText(button, NEEDED_LAG);
  byId("flow-words").before(button);
  const tip = createTooltip("lag-said");

  /** @param {boolean} isOpen */
  function open(isOpen) {
    const lag = drawnLag(store.get());
    button.setAttribute("aria-expanded", String(isOpen && lag !== null));
    if (isOpen && lag !== null) tip.show(button, neededLagSaid(lag));
    else tip.hide();
  }

  button.addEventListener("click", () => open(button.getAttribute("aria-expanded") === "false"));
  button.addEventListener("blur", () => open(false));
  button.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || tip.of() === null) return;
    event.stopPropagation();
    open(false);
  });

  return {
    /** Called once a frame. */
    draw() {
      const state = store.get();
      const isHidden = !state.names || state.first || drawnLag(state) === null;
      if (button.hidden === isHidden) return;
      button.hidden = isHidden;
      if (isHidden) open(false);
    },
  };
}

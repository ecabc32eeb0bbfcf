/**
 * The picture for whoever does not see it: a control that stands at one timestep and says it in words. Left and right go
 * through time, up and down from the whole to a row of the picture: loss, output, gradient, state, input.
 */

import { byId, element, setAttribute, setText } from "../lib/dom.js";
import { length } from "../record/readings.js";
import { ASPECTS, timestepWords } from "../words/timestep.js";
import * as say from "../words/timestep.js";

/** @param {import("../run/session.js").PageStore} store */
export function createReader(store) {
  const node = element("div", {
    class: "timestep-reader",
    id: "timestep-reader",
    tabindex: "0",
    role: "slider",
    "aria-label": say.READER,
    "aria-orientation": "horizontal",
    "aria-valuemin": "1",
  });
  byId("network").after(node);
  let aspect = 0;

  function place() {
    const { record, pin } = store.get();
    if (!record) return null;
    const T = length(record);
    return { record, T, t: Math.min(T, pin?.t ?? T) };
  }

  function tell() {
    const found = place();
    if (!found) return;
    const words = timestepWords(found.record, found.t, ASPECTS[aspect]);
    setAttribute(node, "aria-valuemax", String(found.T));
    setAttribute(node, "aria-valuenow", String(found.t));
    setAttribute(node, "aria-valuetext", words);
    setText(node, words);
  }

  node.addEventListener("keydown", (event) => {
    const found = place();
    if (!found) return;
    const { t, T } = found;
    const to = { ArrowRight: t + 1, ArrowLeft: t - 1, Home: 1, End: T }[event.key];
    const turn = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (to === undefined && turn === undefined) return;
    event.preventDefault();
    if (turn !== undefined) aspect = (aspect + turn + ASPECTS.length) % ASPECTS.length;
    if (to !== undefined) store.dispatch({ type: "pin", pin: { t: Math.max(1, Math.min(T, to)) } });
    tell();
  });
  node.addEventListener("focus", tell);

  return {
    /** What is heard stays what is shown, as often as numbers are read. */
    draw: tell,
  };
}

/**
 * The inspector: what was chosen, in its equations, forward and backward, with the numbers of this record in them. Every
 * kind of thing has its face; one of them is shown.
 */

import { createBeat, READING } from "../../lib/beat.js";
import { element, setSentence, setText } from "../../lib/dom.js";
import { equationsOf } from "../equations/cells.js";
import { backwardMath } from "../equations/gradients.js";
import { wayOf } from "../equations/way.js";
import { createLossFace } from "./loss.js";
import { createPairFace } from "./pair.js";
import { createEquation } from "./parts.js";
import { layerTitle } from "../../words/layers.js";
import { placedTitle, statusOf } from "../../words/inspector/subject.js";
import { subjectOf } from "./subject.js";
import { createTimestepFace } from "./timestep.js";
import { createUpdateFace } from "./update.js";
import { createWeightFace } from "./weight.js";
import * as say from "../../words/panels.js";

/** @typedef {import("../../run/state.js").State} State */
/** @typedef {import("../../wire/protocol.js").DecodedRecord} DecodedRecord */
/** @typedef {{node: HTMLElement, show: (state: State, record: DecodedRecord, subject: any) => void}} Face */

/**
 * @param {HTMLElement} node
 * @param {import("../../run/session.js").PageStore} store
 * @param {import("../../views/views.js").ViewActions} actions
 */
export function createInspector(node, store, actions) {
  const heading = element("h2");
  const status = element("span", { class: "quiet" });
  const unpin = element("button", { class: "text-button", type: "button" }, say.UNPIN);
  /** @type {Record<string, Face>} */
  const faces = {
    nothing: createNothingFace(),
    timestep: createTimestepFace(actions),
    loss: createLossFace(),
    pair: createPairFace(),
    weight: createWeightFace(),
  };
  const title = element("div", { class: "inspector-title" }, heading, element("span", {}, status, unpin));
  node.append(title, ...Object.values(faces).map((face) => face.node));
  unpin.addEventListener("click", () => store.dispatch({ type: "pin", pin: null }));

  /** @type {unknown[]} */
  let shown = [];
  const idling = createBeat(READING);

  return {
    /** How many milliseconds later there is something left to show. @param {number} now */
    draw(now) {
      const state = store.get();
      const { record, pin, hover, weight, dark, config, past } = state;
      const seen = [record, pin, pin ? null : hover, weight, dark, config, past];
      if (!record || seen.every((part, index) => part === shown[index])) return Number.POSITIVE_INFINITY;
      const subject = subjectOf(state);
      const chosen = seen.slice(1).some((part, index) => part !== shown[index + 1]);
      const wait = chosen || subject.kind !== "nothing" ? 0 : idling.wait(now);
      if (wait > 0) return wait;
      shown = seen;
      idling.take(now);
      setSentence(heading, placedTitle(subject, record));
      setText(status, statusOf(subject, layerTitle(record)));
      unpin.hidden = subject.kind === "nothing" || !subject.pinned;
      for (const [kind, face] of Object.entries(faces)) face.node.hidden = kind !== subject.kind;
      faces[subject.kind].show(state, record, subject);
      return Number.POSITIVE_INFINITY;
    },
  };
}

/** Nothing chosen: the equations without numbers, and what the next update will be. @returns {Face} */
function createNothingFace() {
  const forward = createEquation("forward");
  const backward = createEquation("backward");
  const hint = element("p", { class: "inspector-hint" }, say.NOTHING_PINNED);
  const update = createUpdateFace();
  return {
    node: element("div", {}, forward.node, backward.node, hint, update.node),
    show(state, record) {
      const activation = String(state.config.activation ?? "φ").replaceAll("_", " ");
      const cell = String(state.config.cell ?? "rnn");
      const way = wayOf(record);
      const formula = () => equationsOf(cell).forward(activation, way.before);
      forward.show(`${cell} ${activation} ${way.key}`, formula, "");
      backward.show(`h ${way.key}`, () => backwardMath(way), "");
      update.show(state, record);
    },
  };
}

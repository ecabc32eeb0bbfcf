/** The words of a watched run: header, sentences, what was found and what helps, the chosen timestep. */

import { palette, sourceIndex } from "../kit/colour.js";
import { byId, element, setSentence, setText } from "../lib/dom.js";
import * as words from "../words/watched.js";
import { meansAt } from "./picture.js";
import { factsOf } from "./place.js";

/** @typedef {import("../record/picture.js").Picture} Picture */
/** @typedef {import("./state.js").Watched} Watched */
/** @typedef {import("./state.js").Capture} Capture */

/** @param {Watched} state */
export function drawStatus(state) {
  setText(byId("status"), state.failed || words.statusText(state.status, state.why));
}

/** @param {Watched} state @param {Capture} shown */
export function drawHeader(state, shown) {
  const facts = factsOf(shown.record);
  setText(byId("watched-module"), words.moduleName(facts.module));
  const place = words.placeName(state.place.layer, state.place.reverse, facts.num_layers, facts.bidirectional);
  setText(byId("watched-class"), `${words.className(facts)}, ${place}`);
  setText(byId("read-step"), String(shown.step));
  setText(byId("read-every"), words.everyWords(state.every));
  const residual = byId("read-residual");
  setText(residual, words.residualText(facts.grad_residual, Number.isFinite(facts.grad_residual)));
  const trusted = facts.own ? words.OWN_GRADIENTS : words.residualSentence(facts.grad_residual);
  residual.title = trusted;
  setText(byId("trust"), [trusted, ...words.notExactWords(facts.notes)].join(" "));
  setText(byId("fact-timesteps"), String(facts.timesteps));
  setText(byId("fact-batch"), String(facts.sequences));
  setText(byId("fact-inputs"), String(shown.record.tensors.x.shape[1]));
}

/** @param {Watched} state @param {Picture} picture @param {{picture: Picture, step: number} | null} compared */
export function drawSentences(state, picture, compared) {
  setSentence(byId("finding"), words.headline(picture));
  setSentence(byId("reason"), words.underHeadline(picture, compared, state.place.reverse));
}

/** @param {Capture} shown */
export function drawFound(shown) {
  const { finding, sentence, remedy, code } = factsOf(shown.record).verdict;
  const said = remedy !== null && code !== null ? remedy.slice(0, remedy.length - code.length) : remedy;
  setText(byId("found-title"), words.findingTitle(finding));
  setText(byId("found"), sentence);
  const help = byId("remedy");
  help.hidden = remedy === null;
  setText(help, said ?? "");
  const block = byId("code-block");
  block.hidden = code === null;
  setText(byId("code"), code ?? "");
}

/** @param {Watched} state @param {Capture} shown @param {Picture} picture */
export function drawTimestep(state, shown, picture) {
  const t = state.pin?.t ?? state.hover?.t ?? picture.T;
  setText(byId("timestep-title"), words.timestepTitle(t));
  byId("unpin").hidden = state.pin === null;
  const lines = words.timestepLines(picture, t, meansAt(shown.record, state.place, t));
  const key = JSON.stringify([lines, state.dark]);
  const list = byId("timestep");
  if (list.dataset.shown === key) return;
  list.dataset.shown = key;
  const colours = palette(state.dark ? "dark" : "light");
  list.replaceChildren(
    ...lines.map(({ label, value, bar, source }) => {
      const name = element("dt", {});
      setSentence(name, label);
      const number = element("dd", {}, value);
      const row = element("div", { class: "timestep-line" }, name, number);
      if (bar !== undefined) {
        const ground = element("span", { class: "share-bar", "aria-hidden": "true" });
        const fill = element("span", {});
        fill.style.width = `${100 * bar}%`;
        fill.style.background = colours.source.css[sourceIndex(source ?? 1, picture.T, picture.losses < 2)];
        ground.append(fill);
        row.append(ground);
      }
      return row;
    }),
  );
}

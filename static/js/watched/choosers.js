/** What the reader chooses: module, layer and direction, sequence, capture, what it is compared with, the ruler. */

import { byId, element, setText } from "../lib/dom.js";
import { RULERS } from "../stage/river/ruler.js";
import { formatPower } from "../lib/format.js";
import { className, moduleName, NO_OTHER, placeName, sequenceWords, shownWords, stepWords } from "../words/watched.js";
import { factsOf, placesOf } from "./place.js";
import { shownCapture } from "./state.js";

/** @typedef {import("./state.js").Watched} Watched */
/** @typedef {import("./state.js").Action} Action */

const CHOICES = /** @type {const} */ (["small", "far", "abyss"]);
const NOTHING = "nothing";

/**
 * @param {import("../lib/store.js").Store<Watched, Action>} store
 * @param {(sequence: number) => void} showSequence
 */
export function createChoosers(store, showSequence) {
  const modules = choice("module", (value) => store.dispatch({ type: "module", module: value }));
  const places = choice("place", (value) => {
    const [layer, reverse] = value.split(" ");
    store.dispatch({ type: "place", place: { layer: Number(layer), reverse: reverse === "reverse" } });
  });
  const sequences = choice("sequence", (value) => showSequence(Number(value)));
  const compared = choice("compared", (value) =>
    store.dispatch({ type: "compared", compared: value === NOTHING ? null : Number(value) }),
  );
  const rulers = choice("ruler", (value) =>
    store.dispatch({ type: "ruler", ruler: /** @type {Watched["ruler"]} */ (value) }),
  );
  const slider = /** @type {HTMLInputElement} */ (byId("captures"));
  slider.addEventListener("input", () => {
    const all = capturesOf(store.get());
    const index = Number(slider.value);
    store.dispatch({ type: "at", at: all[index]?.step ?? null });
  });

  return {
    draw() {
      const state = store.get();
      const all = capturesOf(state);
      const shown = shownCapture(state);
      modules.show(
        Object.entries(state.captures).map(([name, its]) => {
          const newest = its.at(-1);
          return [name, newest ? `${moduleName(name)} · ${className(factsOf(newest.record))}` : moduleName(name)];
        }),
        state.module ?? "",
      );
      if (!shown) return;
      const facts = factsOf(shown.record);
      const { layer, reverse } = state.place;
      places.show(
        placesOf(facts).map((one) => [
          placeValue(one),
          placeName(one.layer, one.reverse, facts.num_layers, facts.bidirectional),
        ]),
        placeValue({ layer, reverse }),
      );
      sequences.show(
        Array.from({ length: Math.min(facts.sequences, 1000) }, (_, i) => [
          String(i),
          sequenceWords(i + 1, facts.sequences),
        ]),
        String(facts.sequence),
      );
      compared.show(
        [[NOTHING, NO_OTHER], ...all.map(({ step }) => [String(step), stepWords(step)])],
        state.compared === null ? NOTHING : String(state.compared),
      );
      rulers.show(
        CHOICES.map((name) => [name, `${formatPower(RULERS[name].low)} … ${formatPower(RULERS[name].high)}`]),
        state.ruler,
      );
      const index = all.indexOf(shown);
      slider.max = String(Math.max(0, all.length - 1));
      slider.value = String(index);
      slider.style.setProperty("--fill", `${all.length < 2 ? 100 : (100 * index) / (all.length - 1)}%`);
      slider.setAttribute("aria-valuetext", stepWords(shown.step));
      slider.disabled = all.length < 2;
      setText(byId("where"), shownWords(shown.step, state.at === null ? null : (all.at(-1)?.step ?? null)));
    },
  };
}

/** @param {Watched} state */
function capturesOf({ captures, module }) {
  return module === null ? [] : (captures[module] ?? []);
}

/** @param {{layer: number, reverse: boolean}} place */
function placeValue({ layer, reverse }) {
  return `${layer} ${reverse ? "reverse" : "forward"}`;
}

/** A select whose options change only where they differ. @param {string} id @param {(value: string) => void} chosen */
function choice(id, chosen) {
  const select = /** @type {HTMLSelectElement} */ (byId(id));
  select.addEventListener("change", () => chosen(select.value));
  let seen = "";
  return {
    /** @param {string[][]} options value and name @param {string} value */
    show(options, value) {
      const what = JSON.stringify(options);
      if (what !== seen) {
        seen = what;
        select.replaceChildren(...options.map(([of, name]) => element("option", { value: of }, name)));
      }
      if (select.value !== value) select.value = value;
      select.disabled = options.length < 2;
    },
  };
}

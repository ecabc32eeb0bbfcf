/**
 * The check of the gradients: backpropagation against differences, tensor by tensor, and what can be concluded from those
 * that fail. A classic bug can be switched on, for the check alone.
 */

import { element, setSentence, svg } from "../lib/dom.js";
import { formatNumber, formatPower } from "../lib/format.js";
import { addStyle } from "../lib/styles.js";
import { LIMIT, bugFits, failing } from "../record/check.js";
import { BUGS, factsOf, verdict } from "../words/check.js";
import * as say from "../words/check.js";

/** @typedef {import("../wire/protocol.js").GradientCheckMessage | import("../wire/protocol.js").ErrorMessage | null} CheckAnswer */
/** @typedef {import("../record/check.js").PerTensor} PerTensor */

const AXIS = /** @type {const} */ ([-12, 2]);

const TICKS = [-12, -9, -5, -2, 1];

/** A name is a letter and small ones below the line, each about so wide. */
const CHART = { width: 268, left: 46, right: 62, row: 27, top: 18, bottom: 34, letter: 22, perSmall: 5.2 };

/**
 * Where an error stands on the axis, from 0 to 1; what is smaller or larger than the axis stands at its end.
 * @param {number | null} error
 */
export function positionOf(error) {
  if (error === null || !(error < Number.POSITIVE_INFINITY)) return 1;
  const [low, high] = AXIS;
  return Math.min(1, Math.max(0, (Math.log10(error) - low) / (high - low)));
}

/**
 * @param {HTMLElement} node
 * @param {import("../run/session.js").PageStore} store
 * @param {(bug: string | null) => Promise<any>} check
 */
export async function createCheck(node, store, check) {
  await addStyle("check.css");
  const close = element("button", { class: "text-button", type: "button" }, say.CLOSE);
  const chart = element("div", { class: "check-chart" });
  const result = element("div", { class: "verdict", role: "status" });
  const bugs = element(
    "fieldset",
    { class: "bugs" },
    element("legend", {}, say.ADD_A_BUG),
    element("span", { class: "quiet" }, say.THIS_CHECK_ONLY),
  );
  const facts = element("p", { class: "quiet" });
  const again = element("button", { class: "outline-button", type: "button" }, say.CHECK_AGAIN);
  const mend = element("button", { class: "outline-button", type: "button" }, say.REMOVE_THE_BUG);
  node.append(
    element("div", { class: "panel-title" }, element("h2", {}, say.TITLE), close),
    facts,
    chart,
    result,
    bugs,
    element("div", { class: "panel-actions" }, again, mend),
  );

  /** @type {string | null} */
  let bug = null;
  /** The last check of the code as it is. @type {PerTensor | null} */
  let before = null;
  let asked = 0;

  for (const value of ["", ...(store.get().limits?.breaks ?? Object.keys(BUGS))]) {
    const input = element("input", { type: "radio", name: "bug", value });
    const words = element("span");
    setSentence(words, value === "" ? say.NO_BUG : (BUGS[value] ?? value.replaceAll("_", " ")));
    input.checked = value === "";
    input.addEventListener("change", () => {
      bug = value === "" ? null : value;
      void run();
    });
    bugs.append(element("label", {}, input, words));
  }

  /** Only what can be wrong with this network is offered. @param {import("../wire/protocol.js").Config} config */
  function offer(config) {
    for (const input of bugs.querySelectorAll("input")) {
      const fits = bugFits(input.value, config);
      /** @type {HTMLElement} */ (input.parentElement).hidden = !fits;
      if (!fits && input.checked) choose(null);
    }
  }

  /** @param {string | null} wanted */
  function choose(wanted) {
    bug = wanted;
    /** @type {HTMLInputElement} */ (bugs.querySelector(`input[value="${wanted ?? ""}"]`)).checked = true;
  }

  store.watch(({ live }) => live.config, offer);
  offer(store.get().live.config);
  again.addEventListener("click", () => void run());
  mend.addEventListener("click", () => {
    choose(null);
    void run();
  });
  close.addEventListener("click", () => store.dispatch({ type: "panel", panel: null }));

  const tell = () => {
    facts.textContent = factsOf(store.get());
  };
  store.watch(({ past }) => past, tell);
  tell();

  async function run() {
    asked += 1;
    const [mine, switchedOn] = [asked, bug];
    node.setAttribute("aria-busy", "true");
    again.disabled = true;
    mend.hidden = switchedOn === null;
    const answer = /** @type {CheckAnswer} */ (await check(switchedOn));
    if (mine !== asked) return;
    node.setAttribute("aria-busy", "false");
    again.disabled = false;
    if (answer?.type !== "gradient_check") {
      show({
        caught: true,
        title: say.COULD_NOT_RUN,
        reason: answer?.message ?? say.CONNECTION_LOST,
      });
      return;
    }
    if (switchedOn === null) before = answer.per_tensor;
    chart.replaceChildren(drawErrors(answer.per_tensor, switchedOn ? before : null));
    show(verdict(answer.per_tensor, switchedOn));
  }

  /** @param {ReturnType<typeof verdict>} found */
  function show({ caught, title, reason }) {
    result.dataset.caught = String(caught);
    const [head, why] = [element("strong"), element("span")];
    setSentence(head, title);
    setSentence(why, reason);
    result.replaceChildren(head, " ", why);
  }

  return { run };
}

/** Where the axis begins, right of the longest name. @param {{sub: string}[]} labels */
function leftOf(labels) {
  return Math.max(CHART.left, ...labels.map(({ sub }) => CHART.letter + CHART.perSmall * sub.length));
}

/** @param {PerTensor[string]} tensor */
function errorOf({ max_rel_error: error, samples }) {
  return samples > 0 ? formatNumber(error, 2) : say.NOT_COMPARED;
}

/**
 * One row a tensor: a dot where it stands, or, with a bug, an open ring where it stood and a cross where it was caught.
 * @param {PerTensor} tensors @param {PerTensor | null} before
 */
function drawErrors(tensors, before) {
  const { width, right, row, top, bottom } = CHART;
  const names = Object.keys(tensors);
  const labels = names.map(say.symbolOf);
  const left = leftOf(labels);
  const height = top + names.length * row + bottom;
  const x = (/** @type {number} */ share) => left + share * (width - left - right);
  const at = (/** @type {number} */ exponent) => x(positionOf(10 ** exponent));
  const base = top + names.length * row;
  const text = (/** @type {string} */ words, /** @type {Record<string, string>} */ place) => svg("text", place, words);
  const rows = names.flatMap((name, index) => {
    const y = top + (index + 0.5) * row;
    const { max_rel_error: error } = tensors[name];
    const wrong = failing({ [name]: tensors[name] }).length > 0;
    const here = x(positionOf(error));
    const old = before?.[name];
    const was = old ? x(positionOf(old.max_rel_error)) : here;
    const dot =
      tensors[name].samples > 0 ? [svg("circle", { class: "dot", cx: String(here), cy: String(y), r: "4" })] : [];
    const marks = !wrong
      ? dot
      : [
          svg("path", { class: "way", d: `M${was + 4} ${y}H${here - 6}` }),
          svg("circle", { class: "ring", cx: String(was), cy: String(y), r: "3.5" }),
          svg("path", { class: "cross", d: `M${here - 5} ${y - 5}l10 10m0-10l-10 10` }),
        ];
    return [
      svg("path", { class: "line", d: `M${left} ${y}H${width - right}` }),
      svg(
        "text",
        { class: "name", x: "0", y: String(y + 4) },
        labels[index].letter,
        svg("tspan", { class: "sub", dy: "3" }, labels[index].sub),
      ),
      ...marks,
      text(errorOf(tensors[name]), {
        class: wrong ? "value wrong" : "value",
        x: String(width),
        y: String(y + 4),
        "text-anchor": "end",
      }),
    ];
  });
  const words = say.chartWords(names.map((name) => `${name} ${errorOf(tensors[name])}`));
  const entries = Math.max(...names.map((name) => tensors[name].samples));
  return svg(
    "svg",
    { class: "errors", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": words },
    svg("rect", {
      class: "beyond",
      x: String(at(LIMIT)),
      y: String(top),
      width: String(x(1) - at(LIMIT)),
      height: String(base - top),
    }),
    svg("path", { class: "limit", d: `M${at(LIMIT)} ${top - 2}V${base}` }),
    text(say.limit(formatPower(LIMIT)), { x: String(at(LIMIT)), y: "11", "text-anchor": "middle" }),
    ...rows,
    ...TICKS.map((exponent) =>
      text(formatPower(exponent), { x: String(at(exponent)), y: String(base + 13), "text-anchor": "middle" }),
    ),
    text(say.axis(entries), {
      x: String(width),
      y: String(base + 29),
      "text-anchor": "end",
    }),
  );
}

/**
 * The check of the gradients: backpropagation against differences, tensor by tensor, and what can be concluded from those
 * that fail. A classic bug can be switched on, for the check alone.
 */

import { element, setSentence, svg } from "../lib/dom.js";
import { formatCount, formatNumber, formatPower } from "../lib/format.js";

/** @typedef {Record<string, {max_rel_error: number | null, samples: number}>} PerTensor */
/** @typedef {import("../wire/protocol.js").GradientCheckMessage | import("../wire/protocol.js").ErrorMessage | null} CheckAnswer */

/** The bugs a server may offer, as one would say them. @type {Record<string, string>} */
const BUGS = {
  drop_carried: "drop the carried gradient",
  no_accumulation: "forget to add up over t",
  stale_h: "use h_t where h_{t−1} belongs",
  transpose_W_hh: "transpose W_hh on the way back",
};
const READOUT = ["W_hy", "b_y"];
const LIMIT = -5;
const AXIS = /** @type {const} */ ([-12, 2]);
const TICKS = [-12, -9, -5, -2, 1];
const CHART = { width: 268, left: 46, right: 62, row: 27, top: 18, bottom: 34 };

/** @param {PerTensor} tensors */
function failing(tensors) {
  return Object.keys(tensors).filter(
    (name) => tensors[name].samples > 0 && !(Number(tensors[name].max_rel_error ?? Number.NaN) < 10 ** LIMIT),
  );
}

/**
 * What follows from which tensors fail, before one knows the bug: the title, and the reason.
 * @param {PerTensor} tensors
 * @param {string | null} bug
 * @returns {{caught: boolean, title: string, reason: string}}
 */
export function verdict(tensors, bug) {
  const wrong = failing(tensors);
  const names = Object.keys(tensors);
  if (wrong.length === 0) return agreement(tensors, bug);
  const listed = wrong.length === 1 ? `${wrong[0]} is wrong.` : `${listOf(wrong)} are wrong.`;
  const title = `Caught: ${listed}`;
  const recurrent = names.filter((name) => !READOUT.includes(name));
  if (wrong.length === 1 && wrong[0] === "W_hh") {
    return {
      caught: true,
      title,
      reason:
        "All others agree, so ∂E/∂a_t is right at every t. Wrong is what W_hh alone does with it: the h_{t−1} it is multiplied with, or the sum over t.",
    };
  }
  if (wrong.every((name) => recurrent.includes(name))) {
    return {
      caught: true,
      title,
      reason:
        "The readout agrees, so the forward pass, the loss and ∂E/∂y_t are right. The recurrent tensors fail together, so ∂E/∂a_t itself is wrong: look at what is carried from t+1 back to t.",
    };
  }
  return {
    caught: true,
    title,
    reason: "The readout fails too: look at ∂E/∂y_t first, everything else is built on it.",
  };
}

/** @param {PerTensor} tensors @param {string | null} bug */
function agreement(tensors, bug) {
  const worst = Object.entries(tensors).reduce((a, b) =>
    Number(b[1].max_rel_error) > Number(a[1].max_rel_error) ? b : a,
  );
  const largest = `The largest difference is ${formatNumber(worst[1].max_rel_error, 2)}, at ${worst[0]}.`;
  if (bug)
    return {
      caught: false,
      title: "Not caught: this bug changes nothing here.",
      reason: `${largest} A longer sequence, or losses at more timesteps, would show it.`,
    };
  return { caught: false, title: `All ${Object.keys(tensors).length} tensors agree.`, reason: largest };
}

/** @param {string[]} names */
function listOf(names) {
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

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
export function createCheck(node, store, check) {
  const close = element("button", { class: "text-button", type: "button" }, "close");
  const chart = element("div", { class: "check-chart" });
  const result = element("div", { class: "verdict", role: "status" });
  const bugs = element(
    "fieldset",
    { class: "bugs" },
    element("legend", {}, "Break it"),
    element("span", { class: "quiet" }, "for this check only"),
  );
  const facts = element("p", { class: "quiet" });
  const again = element("button", { class: "outline-button", type: "button" }, "Check again");
  const mend = element("button", { class: "outline-button", type: "button" }, "Mend it");
  node.append(
    element("div", { class: "panel-title" }, element("h2", {}, "Check the gradients"), close),
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
    setSentence(words, value === "" ? "nothing: the code as it is" : (BUGS[value] ?? value.replaceAll("_", " ")));
    input.checked = value === "";
    input.addEventListener("change", () => {
      bug = value === "" ? null : value;
      void run();
    });
    bugs.append(element("label", {}, input, words));
  }
  again.addEventListener("click", () => void run());
  mend.addEventListener("click", () => {
    bug = null;
    /** @type {HTMLInputElement} */ (bugs.querySelector("input[value='']")).checked = true;
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
      say({
        caught: true,
        title: "The check could not be made.",
        reason: answer?.message ?? "The connection was lost.",
      });
      return;
    }
    if (switchedOn === null) before = answer.per_tensor;
    chart.replaceChildren(drawErrors(answer.per_tensor, switchedOn ? before : null));
    say(verdict(answer.per_tensor, switchedOn));
  }

  /** @param {ReturnType<typeof verdict>} found */
  function say({ caught, title, reason }) {
    result.dataset.caught = String(caught);
    const [head, why] = [element("strong"), element("span")];
    setSentence(head, title);
    setSentence(why, reason);
    result.replaceChildren(head, " ", why);
  }

  return { run };
}

/** What is checked, which is not always what is seen. @param {import("../run/state.js").State} state */
export function factsOf({ past, live }) {
  const what = "Backpropagation against central differences of the loss, on this batch. Training waits meanwhile.";
  if (!past) return what;
  const now = `at iteration ${formatCount(live.iteration)}`;
  return `${what} You look at iteration ${formatCount(past.iteration)}: what is checked is the network as it is now, ${now}.`;
}

/**
 * One row a tensor: a dot where it stands, or, with a bug, an open ring where it stood and a cross where it was caught.
 * @param {PerTensor} tensors @param {PerTensor | null} before
 */
function drawErrors(tensors, before) {
  const { width, left, right, row, top, bottom } = CHART;
  const names = Object.keys(tensors);
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
    const marks = !wrong
      ? [svg("circle", { class: "dot", cx: String(here), cy: String(y), r: "4" })]
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
        name[0],
        svg("tspan", { class: "sub", dy: "3" }, name.slice(2)),
      ),
      ...marks,
      text(formatNumber(error, 2), {
        class: wrong ? "value wrong" : "value",
        x: String(width),
        y: String(y + 4),
        "text-anchor": "end",
      }),
    ];
  });
  const words = `Largest relative error: ${names.map((name) => `${name} ${formatNumber(tensors[name].max_rel_error, 2)}`).join(", ")}`;
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
    text(`limit ${formatPower(LIMIT)}`, { x: String(at(LIMIT)), y: "11", "text-anchor": "middle" }),
    ...rows,
    ...TICKS.map((exponent) =>
      text(formatPower(exponent), { x: String(at(exponent)), y: String(base + 13), "text-anchor": "middle" }),
    ),
    text(`relative error, largest of ${entries} entries`, {
      x: String(width),
      y: String(base + 29),
      "text-anchor": "end",
    }),
  );
}

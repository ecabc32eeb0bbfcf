/** In what lanes differ, what each is called for it, and what the first sentence says of them. Pure. */

import { formatExp, formatNumber, formatSetting, subscript } from "../lib/format.js";
import { cellOf, meaningless } from "../record/cells.js";
import { wholeOf } from "../record/chosen.js";
import { keptNorms } from "../record/norms.js";
import { isReverse } from "../record/readings.js";
import { layerWords } from "./layers.js";
import { LABELS } from "./controls.js";

/** @typedef {import("../run/state.js").State} State */
/** @typedef {import("../wire/protocol.js").Config} Config */
/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */

/** @typedef {{label: string, values: string[], bold: boolean}} Row */

/** What decides which sequences a network learns from. */
const DATA = ["task", "lag", "sequence_length", "batch_size", "seed"];
/** A difference in the first of these names the lane. */
const NAMING = ["cell", "activation", "task", "optimizer", "init", "clip", "precision", "loss_reduction"];
/** Their values can be understood without the field's name. */
const SPEAKING = ["cell", "activation", "task", "optimizer", "init", "precision"];
/** What a field that is on or off makes of a network: off, on. @type {Record<string, [string, string]>} */
const SWITCHED = {
  bidirectional: ["one direction", "both directions"],
  carry_state: ["state from zeros", "state carried"],
  train_h0: ["initial state fixed", "initial state learned"],
};
/** Of fields that count few things. @type {Record<string, (count: any) => string>} */
const COUNTED = {
  num_layers: (count) => `${["no", "one", "two", "three", "four"][count] ?? count} ${count === 1 ? "layer" : "layers"}`,
};
/** What is said of every lane. */
const USUAL = ["cell", "activation", "hidden_size"];
const COUNTS = ["no difference", "one difference", "two differences", "three differences"];
/** From so many lanes on what all have alike is said once. */
export const MANY = 3;
const LANES = ["No lane", "One lane", "Two lanes", "Three lanes", "Four lanes"];

/** @param {Config} config @param {string} field */
function settingOf(config, field) {
  return meaningless(config).includes(field) ? null : config[field];
}

/** The fields that are not the same in all lanes, the naming ones first. @param {Config[]} configs */
export function differences(configs) {
  const fields = Object.keys(configs[0] ?? {});
  const differing = fields.filter((field) => new Set(configs.map((config) => settingOf(config, field))).size > 1);
  const rank = (/** @type {string} */ field) => (NAMING.includes(field) ? NAMING.indexOf(field) : NAMING.length);
  return differing.sort((a, b) => rank(a) - rank(b));
}

/** @param {import("../wire/protocol.js").FieldValue | undefined} value */
function formatValue(value) {
  if (value === null || value === undefined) return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "number" ? formatSetting(value) : value.replaceAll("_", " ");
}

/** @param {any} schema @param {string} field */
function labelOf(schema, field) {
  return (schema?.properties?.[field]?.title ?? field.replaceAll("_", " ")).toLowerCase();
}

/** @param {Config} config @param {string} field @param {any} schema */
function named(config, field, schema) {
  const setting = settingOf(config, field);
  if (typeof setting === "boolean" && field in SWITCHED) return SWITCHED[field][Number(setting)];
  if (field in COUNTED) return COUNTED[field](setting);
  const value = formatValue(setting);
  return SPEAKING.includes(field) && value !== "none" ? value : `${labelOf(schema, field)} ${value}`;
}

/**
 * What each lane is called: by its own value of what differs first; where that is the same in two of them, by what it
 * does not share with the first lane.
 * @param {Config[]} configs @param {any} schema
 */
export function shortNames(configs, schema) {
  const differing = differences(configs);
  const [first = "cell"] = differing;
  const names = configs.map((config) => named(config, first, schema));
  if (new Set(names).size === names.length) return names;
  return configs.map((config) => {
    const own = differing.find((field) => settingOf(config, field) !== settingOf(configs[0], field));
    return named(config, own ?? first, schema);
  });
}

/** The same, with what tells them apart next where several would be called alike. @param {Config[]} configs @param {any} schema */
export function laneNames(configs, schema) {
  const names = shortNames(configs, schema);
  return names.map((name, index) => {
    const [next] = differences(configs.filter((_, other) => names[other] === name));
    return next === undefined ? name : `${name}, ${named(configs[index], next, schema)}`;
  });
}

/** The second line of a lane: the network, and what else differs, without what it is called. @param {Config} config @param {string[]} differing @param {any} schema @param {string} name */
export function laneWords(config, differing, schema, name) {
  const more = differing
    .filter((field) => !USUAL.includes(field) && settingOf(config, field) !== null)
    .map((field) => named(config, field, schema));
  const usual = USUAL.map((field) => {
    return field === "hidden_size" ? `${config[field]} units` : formatValue(config[field]);
  });
  const called = name.split(", ");
  return [...usual, ...more].filter((words) => !called.includes(words)).join(", ");
}

/** How many the record has; a network's first record may have none of them yet. @param {DecodedRecord | null} record */
function parameters(record) {
  if (!record) return "–";
  const own = Object.entries(wholeOf(record).tensors).filter(([name]) => /^([Wubg]_|[hc]0)/.test(name));
  return own.length === 0 ? "–" : String(own.reduce((sum, [, { data }]) => sum + data.length, 0));
}

/** @param {State} state @param {"h" | "c"} of */
function normAt1({ record, config }, of) {
  const ln = record && keptNorms(record, config, of);
  return ln ? formatExp(ln[1]) : "none";
}

/** The table: what differs in bold, then what came of it. @param {State[]} states @returns {Row[]} */
export function tableOf(states) {
  const configs = states.map(({ config }) => config);
  const schema = states[0].schema;
  const differing = differences(configs).map((field) => ({
    label: LABELS[field] ?? labelOf(schema, field),
    values: configs.map((config) => formatValue(settingOf(config, field))),
    bold: true,
  }));
  const measured = (/** @type {string} */ label, /** @type {(state: State) => string} */ read) => ({
    label,
    values: states.map(read),
    bold: false,
  });
  const rows = [
    measured("parameters", ({ record }) => parameters(record)),
    measured("loss now", ({ record }) => formatNumber(record?.meta.loss_per_timestep)),
    measured("‖∂E/∂h_1‖", (state) => normAt1(state, "h")),
  ];
  if (states.some(({ config }) => cellOf(config).states.includes("c"))) {
    rows.push(measured("‖∂E/∂c_1‖", (state) => normAt1(state, "c")));
  }
  const layers = states.map(({ record }) => (record ? layerWords(record) : ""));
  if (layers.some(Boolean))
    rows.splice(2, 0, { label: "shown", values: layers.map((one) => one || "all"), bold: false });
  rows.push(measured("horizon", ({ record }) => String(record?.meta.horizon ?? "–")));
  // Of many lanes the first sentence says that their data are the same.
  if (states.length < MANY || states.some((state) => !sameData(state, states[0])))
    rows.push(measured("data, seed", (state) => (sameData(state, states[0]) ? "same" : "other")));
  return [...differing, ...rows];
}

/** In the table: what every lane has. @param {string} value */
export const inAll = (value) => `${value} in all`;

/** Where a narrow column may part a long word or number. @param {string} value */
export const breakable = (value) =>
  value
    .replace("orthogonal", "ortho\u00adgonal")
    .replace("timestep", "time\u00adstep")
    .replace("×\u2009", "×\u200b\u2009");

/** @param {State} a @param {State} b */
function sameData(a, b) {
  return DATA.every((field) => a.config[field] === b.config[field]) && ownOf(a) === ownOf(b);
}

/** What was read of own data, which no setting tells. @param {State} state */
function ownOf({ config, task }) {
  return config.task === "own" ? JSON.stringify([task?.title, task?.read, task?.baseline_loss]) : "";
}

/** Whether every lane is where the first one is, to the last bit. @param {State[]} states */
function isSameRun(states) {
  const [first] = states.map(({ record }) => record?.meta);
  return states.every(({ record }) => record?.meta.loss === first?.loss && record?.meta.iteration === first?.iteration);
}

/** @param {Config[]} configs */
export function titleOf(configs) {
  const count = Object.keys(configs[0]).filter((field) =>
    configs.some((one) => one[field] !== configs[0][field]),
  ).length;
  return `${LANES[configs.length]}, ${COUNTS[count] ?? `${count} differences`}`;
}

/**
 * What the gradient loses on its way back in each lane.
 * @param {State[]} states
 * @returns {import("../run/state.js").Narration}
 */
export function tellLanes(states) {
  const configs = states.map(({ config }) => config);
  const names = shortNames(configs, states[0].schema);
  const same = states.every((state) => sameData(state, states[0]));
  const lost = states.findIndex(({ connection }) => connection.status === "lost");
  const alikeSet = differences(configs).length === 0;
  const what = same ? (alikeSet ? "Same settings, other weights" : "Same data, same seed") : "Not the same data";
  if (alikeSet && same && isSameRun(states)) {
    return {
      finding: `${LANES[states.length]}, all the same: the same losses to the last bit.`,
      reason: "Change one thing in the chosen lane. Keys 1 to 4 choose a lane, all move together.",
    };
  }
  const ways = states.flatMap(({ record, config }, index) => {
    const ln = record && keptNorms(record, config);
    // Nothing may arrive; what is infinite or no number has no factor.
    if (!ln) return [];
    const T = ln.length - 1;
    const [from, to] = isReverse(record) ? [ln[1], ln[T]] : [ln[T], ln[1]];
    if (!(to < Number.POSITIVE_INFINITY) || !Number.isFinite(from)) return [];
    return [{ name: names[index], number: index + 1, change: to - from, T }];
  });
  const [first] = ways;
  if (!first || ways.length < states.length) return { finding: `${what}.`, reason: "" };
  const called = (/** @type {{number: number, name: string}} */ { number, name }) =>
    ways.length > 2 ? String(number) : `${number} (${name})`;
  const alike = ways.every(({ T }) => T === first.T);
  const over = (/** @type {number} */ T) => `over ${T - 1} ${T === 2 ? "step" : "steps"} back`;
  const factors = inLanes(
    ways.map((way) => [formatExp(way.change), `${called(way)}${alike ? "" : ` ${over(way.T)}`}`]),
  );
  const finding = `${what}: ${alike ? `${over(first.T)} ` : ""}∂E/∂h_t is multiplied by ${factors}.`;
  const losses = inLanes(
    states.map(({ record }, index) => [formatNumber(record?.meta.loss_per_timestep), String(index + 1)]),
  );
  const baselines = states.map(({ record }) => formatNumber(record?.meta.baseline));
  const baseline =
    new Set(baselines).size === 1
      ? baselines[0]
      : inLanes(baselines.map((reached, index) => [reached, String(index + 1)]));
  if (lost >= 0) return { finding, reason: `Lane ${lost + 1} has lost its connection; the others wait for it.` };
  return {
    finding,
    reason: `${shownWords(states)}Loss ${losses}; without reading the input ${baseline} can be reached.`,
  };
}

/** Which layer and direction of a lane is spoken of, where it has several. @param {State[]} states */
function shownWords(states) {
  const shown = states.flatMap(({ record }, index) => {
    const layer = record ? layerWords(record) : "";
    return layer ? [/** @type {[string, string]} */ ([layer, String(index + 1)])] : [];
  });
  return shown.length > 0 ? `Shown: ${inLanes(shown)}. ` : "";
}

/** A number once, with all lanes that have it: “151 in 1, 2 and 3, 0.98 in 4”. @param {[string, string][]} pairs number and lane */
function inLanes(pairs) {
  const numbers = [...new Set(pairs.map(([number]) => number))];
  return numbers
    .map((number) => {
      const lanes = pairs.filter(([other]) => other === number).map(([, lane]) => lane);
      const last = lanes.pop();
      return `${number} in ${lanes.length > 0 ? `${lanes.join(", ")} and ` : ""}${last}`;
    })
    .join(", ");
}

/** The read-out of one timestep. @param {State[]} states @param {number} t */
export function readoutOf(states, t) {
  const names = laneNames(
    states.map(({ config }) => config),
    states[0].schema,
  );
  const lines = states.flatMap(({ record, config }, index) => {
    const ln = record && keptNorms(record, config);
    return ln && t < ln.length ? [`${index + 1} ${names[index]}: ${formatExp(ln[t])}`] : [];
  });
  return [`‖∂E/∂h${subscript(t)}‖`, ...lines];
}

/** What a lane has come to. @param {import("../wire/protocol.js").RecordMeta} meta */
export function laneReading({ loss_per_timestep: loss, horizon }) {
  return `loss ${formatNumber(loss)}${horizon === null ? "" : ` · horizon ${horizon}`}`;
}

export const PICTURE = "Lanes: the gradient and the hidden units of each network, on the same time axis";

export const NAME = "Lanes";

export const ADD = "Add a lane";

export const ADDS = "A copy of the chosen lane: change one thing in it";

/** @param {number} lane */
export function keepWords(lane) {
  return `Keep lane ${lane}`;
}

/** @param {number} lane */
export function closeWords(lane) {
  return `Close lane ${lane}`;
}

export const KEEPS = "Closes the other lanes and continues with this one";

/** Behind a lane's name: which of its layers is drawn. @param {string} layer */
export const shownLayer = (layer) => `, ${layer} shown`;

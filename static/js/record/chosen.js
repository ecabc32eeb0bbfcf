/**
 * One layer and direction of a record, under the names of the first: whoever reads `h`, `ln_flow` or `W_hh` reads those of
 * the chosen layer. The rule of names (layer l ≥ 2 appends `_l2`, the reverse direction then `_reverse`) is known here only.
 *
 * In what is read from here row 0 of the T+1 rows is the initial state in both directions, and row t the state at t.
 */

/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */
/** @typedef {import("../wire/protocol.js").Tensor} Tensor */
/** @typedef {"forward" | "reverse"} Direction */
/** @typedef {{layer: number, direction: Direction}} Choice layers count from 1, the lowest */

/**
 * What a record of several layers, directions or an embedding says of itself once one of them is chosen.
 * @typedef {Choice & {whole: DecodedRecord, layers: number, directions: number, ending: string}} Chosen
 */

/** Every parameter that a layer or the network may have, in the order of the equations. */
export const PARAMETERS = [
  ...["W_emb", "W_xh", "W_hh", "u_hh", "b_h", "b_hn", "W_hr", "g_x", "g_h", "g_c", "b_c", "h0", "c0"],
  ...["W_hy", "b_y"],
];

/** Those that are used once, where the sequence begins. */
export const INITIAL = ["h0", "c0"];

/** @type {Choice} */
const FIRST = { layer: 1, direction: "forward" };

/** @type {Omit<Chosen, "whole">} */
export const ONE_LAYER = { ...FIRST, layers: 1, directions: 1, ending: "" };

const NAME = /^(.*?)(_l[2-9])?(_reverse)?$/;
/** Of each state, at t = 0…T. */
const STATES = new Set(
  ["h", "c"].flatMap((s) => [s, `d${s}`, `d${s}_norm`, `ln_d${s}_norm`, `d${s}_norm_used`, `d${s}_carried_norm`]),
);
/** Of each pair of a loss and a state. */
const PAIRS = new Set(["ln_flow", "share", "ln_flow_a", "ln_flow_c", "share_used", "carried_share", "above_share"]);

/** What the names of a layer and direction end with. @param {Choice} choice */
export function endingOf({ layer, direction }) {
  return `${layer > 1 ? `_l${layer}` : ""}${direction === "reverse" ? "_reverse" : ""}`;
}

/** How many layers and directions the network of a record has. @param {DecodedRecord} record */
export function extentOf({ tensors }) {
  let layers = 1;
  while (`h_l${layers + 1}` in tensors) layers += 1;
  return { layers, directions: "h_reverse" in tensors ? 2 : 1 };
}

/** The chosen place as far as a network has it. @param {Choice} choice @param {{layers: number, directions: number}} extent @returns {Choice} */
function within({ layer, direction }, { layers, directions }) {
  return { layer: Math.min(layer, layers), direction: directions > 1 ? direction : "forward" };
}

/** All layers and directions, from the lowest up, forward first. @param {{layers: number, directions: number}} extent @returns {Choice[]} */
export function choicesOf({ layers, directions }) {
  return Array.from({ length: layers }, (_, index) => index + 1).flatMap((layer) => [
    { layer, direction: /** @type {const} */ ("forward") },
    ...(directions > 1 ? [{ layer, direction: /** @type {const} */ ("reverse") }] : []),
  ]);
}

/** @param {Choice} a @param {Choice} b */
export function isSame(a, b) {
  return a.layer === b.layer && a.direction === b.direction;
}

/** Which layer and direction a record shows, of how many. @param {DecodedRecord} record @returns {Omit<Chosen, "whole">} */
export function placeOf({ of }) {
  return of ?? ONE_LAYER;
}

/** The same for the same layer, direction and number of them. @param {Omit<Chosen, "whole">} place */
export function placeKey({ ending, layers, directions }) {
  return `${ending}/${layers}/${directions}`;
}

/** The record as it came. @param {DecodedRecord} record */
export function wholeOf(record) {
  return record.of?.whole ?? record;
}

/** The name under which the first layer and direction has it. @param {string} name */
export function baseOf(name) {
  return partsOf(name).base;
}

/** Which layer and direction a name is of. @param {string} name @returns {Choice} */
export function placeNamed(name) {
  const { ending } = partsOf(name);
  return {
    layer: Number(/_l(\d)/.exec(ending)?.[1] ?? 1),
    direction: ending.endsWith("_reverse") ? "reverse" : "forward",
  };
}

/** What a tensor of the chosen layer is called by the server. @param {string} base @param {DecodedRecord} record */
export function nameIn(base, record) {
  const own = `${base}${placeOf(record).ending}`;
  return own in record.tensors ? own : base;
}

/** The parameters of the chosen layer, and those of the whole network, by the server's names. @param {DecodedRecord} record */
export function parametersOf(record) {
  return PARAMETERS.filter((name) => name in record.tensors).map((name) => nameIn(name, record));
}

/** Whether the readout reads this layer, so that losses reach it directly. @param {DecodedRecord} record */
export function isTop(record) {
  const { layer, layers } = placeOf(record);
  return layer === layers;
}

/**
 * Whether a path leads from E_t to h_k of a layer and direction.
 * @param {Choice & {layers: number, directions: number}} place
 * @param {number} t
 * @param {number} k
 */
export function hasPath({ layer, direction, layers, directions }, t, k) {
  if (directions > 1 && layer < layers) return true;
  return direction === "reverse" ? k >= t : k <= t;
}

/** @type {WeakMap<DecodedRecord, Map<string, DecodedRecord>>} */
const views = new WeakMap();

/**
 * The record as the chosen layer and direction sees it; always the same object for the same choice.
 * @param {DecodedRecord} record
 * @param {Choice} choice
 * @returns {DecodedRecord}
 */
export function chosenRecord(record, choice) {
  const whole = wholeOf(record);
  const extent = extentOf(whole);
  if (extent.layers * extent.directions === 1 && !("W_emb" in whole.tensors)) return whole;
  const chosen = within(choice, extent);
  const ending = endingOf(chosen);
  const known = views.get(whole) ?? new Map();
  views.set(whole, known);
  if (!known.has(ending)) {
    const of = { ...chosen, ...extent, ending, whole };
    known.set(ending, { meta: whole.meta, tensors: tensorsOf(whole, of), of });
  }
  return known.get(ending);
}

/** @param {DecodedRecord} whole @param {Chosen} of @returns {Record<string, Tensor>} */
function tensorsOf({ tensors }, of) {
  const names = Object.keys(tensors).map((name) => ({ name, ...partsOf(name) }));
  const layered = new Set(names.filter(({ ending }) => ending !== "").map(({ base }) => base));
  const T = tensors.loss_t.shape[0];
  /** @type {Record<string, Tensor>} */
  const seen = {};
  for (const { name, base, ending } of names) {
    if (!layered.has(base)) seen[name] = tensors[name];
    else if (ending === of.ending) {
      seen[name] = tensors[name];
      define(seen, base, () => (of.direction === "reverse" ? initialFirst(base, tensors[name], T) : tensors[name]));
    }
  }
  define(seen, "layer_input", () => inputOf(tensors, of, T));
  return seen;
}

/** @param {string} name */
function partsOf(name) {
  const [, base, layer = "", reverse = ""] = /** @type {RegExpExecArray} */ (NAME.exec(name));
  return { base, ending: layer + reverse };
}

/** Made when it is read first. @param {Record<string, Tensor>} into @param {string} name @param {() => Tensor} make */
function define(into, name, make) {
  Object.defineProperty(into, name, {
    configurable: true,
    enumerable: true,
    get() {
      const value = make();
      Object.defineProperty(into, name, { value, enumerable: true });
      return value;
    },
  });
}

/** The initial state of the reverse direction comes last, at T+1: it goes to the front. @param {string} base @param {Tensor} tensor @param {number} T */
function initialFirst(base, tensor, T) {
  const width = STATES.has(base) ? (tensor.shape[1] ?? 1) : 1;
  if (STATES.has(base)) return { shape: tensor.shape, data: rotated(tensor.data, tensor.data.length, width) };
  if (PAIRS.has(base)) return { shape: tensor.shape, data: rotated(tensor.data, T + 1, 1) };
  return tensor;
}

/**
 * In every stretch of `length` numbers the last `width` before all others.
 * @param {import("../wire/protocol.js").Numbers} data
 * @param {number} length
 * @param {number} width
 */
function rotated(data, length, width) {
  const turned = data.slice();
  for (let from = 0; from < data.length; from += length) {
    turned.set(data.subarray(from + length - width, from + length), from);
    turned.set(data.subarray(from, from + length - width), from + width);
  }
  return turned;
}

/**
 * What W_xh multiplies: x_t, its embedding, or [h_t; that of the reverse direction] of the layer below.
 * @param {Record<string, Tensor>} tensors of the whole record
 * @param {Choice} choice
 * @param {number} T
 * @returns {Tensor} (T, inputs of the layer)
 */
function inputOf(tensors, { layer }, T) {
  if (layer === 1) return tensors.W_emb ? embedded(tensors.x, tensors.W_emb) : tensors.x;
  const below = endingOf({ layer: layer - 1, direction: "forward" });
  const forward = tensors[`h${below}`];
  const reverse = tensors[`h${below}_reverse`];
  const H = forward.shape[1];
  if (!reverse) return { shape: [T, H], data: forward.data.subarray(H) };
  const data = new Float32Array(2 * T * H);
  for (let row = 0; row < T; row += 1) {
    data.set(forward.data.subarray((row + 1) * H, (row + 2) * H), 2 * row * H);
    data.set(reverse.data.subarray(row * H, (row + 1) * H), (2 * row + 1) * H);
  }
  return { shape: [T, 2 * H], data };
}

/** x_t W_emb: of a one-hot x_t the row of its class. @param {Tensor} x @param {Tensor} W_emb @returns {Tensor} */
function embedded(x, W_emb) {
  const [T, classes] = x.shape;
  const size = W_emb.shape[1];
  const data = new Float64Array(T * size);
  for (let row = 0; row < T; row += 1) {
    for (let one = 0; one < classes; one += 1) {
      const value = x.data[row * classes + one];
      for (let j = 0; value !== 0 && j < size; j += 1) data[row * size + j] += value * W_emb.data[one * size + j];
    }
  }
  return { shape: [T, size], data };
}

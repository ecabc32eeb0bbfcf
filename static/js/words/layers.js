/** What layers and directions are called. Pure. */

import { placeNamed, placeOf } from "../record/chosen.js";

/** @typedef {import("../record/chosen.js").Choice} Choice */
/** @typedef {import("../wire/protocol.js").DecodedRecord} DecodedRecord */

export const LAYER = "layer";

export const DIRECTION = "direction";

export const OPENS = "click opens";

/** @type {{value: import("../record/chosen.js").Direction, text: string}[]} */
export const DIRECTIONS = [
  { value: "forward", text: "forward →" },
  { value: "reverse", text: "reverse ←" },
];

const ARROWS = { forward: "→", reverse: "←" };

/** On a button or beside a river: as short as tells it from the others. @param {Choice} choice @param {{layers: number, directions: number}} extent */
export function layerName({ layer, direction }, { layers, directions }) {
  if (directions === 1) return `layer ${layer}`;
  return layers === 1 ? `${direction} ${ARROWS[direction]}` : `layer ${layer} ${ARROWS[direction]}`;
}

/** The same where there is hardly any room. @param {Choice} choice @param {{layers: number, directions: number}} extent */
export function shortLayerName(choice, extent) {
  return layerName(choice, extent).replace(/^(layer|forward|reverse) /, "");
}

/** In a sentence; empty where there is one layer and one direction only. @param {DecodedRecord} record */
export function layerWords(record) {
  return placeWords(placeOf(record));
}

/** The same of a place in a network. @param {Choice & {layers: number, directions: number}} place */
export function placeWords({ layer, direction, layers, directions }) {
  const parts = [layers > 1 ? `layer ${layer}` : "", directions > 1 ? `${direction} direction` : ""];
  return parts.filter(Boolean).join(", ");
}

/** Of what is one number for the whole network, whichever layer is open; empty for one layer in one direction. @param {DecodedRecord} record */
export function ofAllWords(record) {
  return ofAll(placeOf(record));
}

/** @param {{layers: number, directions: number}} extent */
export function ofAll({ layers, directions }) {
  const parts = [...(layers > 1 ? ["all layers"] : []), ...(directions > 1 ? ["both directions"] : [])];
  return parts.length > 0 ? ` of ${parts.join(" and ")}` : "";
}

/** Which layer and direction a state's name is of, where there are several layers, or it is not the first. @param {string} name @param {{layers: number}} extent */
export function ofLayer(name, { layers }) {
  const { layer, direction } = placeNamed(name);
  const isOfALayer = !OF_THE_NETWORK.includes(name) && (layer > 1 || layers > 1);
  return `${isOfALayer ? ` of layer ${layer}` : ""}${direction === "reverse" ? " in the reverse direction" : ""}`;
}

/** What no layer has of its own. */
const OF_THE_NETWORK = ["y", "loss_t"];

/** Short, as the start of a title or a sentence: “Layer 2”, “Reverse”, “Layer 2 reverse”. @param {DecodedRecord} record */
export function layerTitle(record) {
  const { layer, direction, layers, directions } = placeOf(record);
  const parts = [...(layers > 1 ? [`layer ${layer}`] : []), ...(directions > 1 ? [direction] : [])];
  const words = parts.join(" ");
  return words && words[0].toUpperCase() + words.slice(1);
}

/** What is meant by x_t in the equations of the chosen layer; empty where it is the network's input. @param {DecodedRecord} record */
export function inputWords(record) {
  const { layer, directions } = placeOf(record);
  if (layer === 1) return "W_emb" in record.tensors ? "x_t here: the embedding of the input." : "";
  if (directions === 1) return `x_t here: h_t of layer ${layer - 1}.`;
  return `x_t here: h_t of layer ${layer - 1}, both directions.`;
}

/** Of what a layer above the loss is fed; empty at the top. @param {DecodedRecord} record */
export function fedWords(record) {
  const { layer, layers } = placeOf(record);
  if (layer === layers) return "";
  return `No loss touches layer ${layer} directly: what comes from above is ∂E/∂x_t of layer ${layer + 1}, at every timestep.`;
}

/** What the folded cell of an upper layer reads; empty for the lowest. @param {Choice} place */
export function belowWords({ layer }) {
  return layer > 1 ? `from layer ${layer - 1}` : "";
}

/** Where the folded cell of a lower layer sends its state; empty for the highest. @param {Choice & {layers: number}} place */
export function aboveWords({ layer, layers }) {
  return layer < layers ? `to layer ${layer + 1}` : "";
}

/** The layer that is open, where others are drawn above and below it. @param {string} name */
export const openLayer = (name) => `▾ ${name}`;

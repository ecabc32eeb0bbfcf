/** The inspector’s title, and how what it shows was chosen. Pure. */

import { layerTitle } from "../layers.js";

/** @typedef {import("../../panels/inspector/subject.js").Subject} Subject */
/** @typedef {import("../../wire/protocol.js").DecodedRecord} DecodedRecord */

/** The title, with the layer where there are several. @param {Subject} subject @param {DecodedRecord} record */
export function placedTitle(subject, record) {
  const layer = subject.kind === "loss" || subject.kind === "weight" ? "" : layerTitle(record);
  if (!layer) return titleOf(subject);
  if (subject.kind === "nothing") return layer;
  return `${layer}, ${subject.kind === "timestep" ? `timestep ${subject.t}` : titleOf(subject)}`;
}

/** @param {Subject} subject */
export function titleOf(subject) {
  switch (subject.kind) {
    case "timestep":
      return `Timestep ${subject.t}`;
    case "loss":
      return `Loss E_${subject.t}`;
    case "pair":
      return `E_${subject.t} at h_${subject.k}`;
    case "weight":
      return `${subject.tensor} [${subject.index.map((place) => place + 1).join(", ")}]`;
    default:
      return "Each timestep";
  }
}

/** How it was chosen; beside a longer title, of a layer, without what “unpin” says as well. @param {Subject} subject @param {string} [layer] as its title begins */
export function statusOf(subject, layer = "") {
  if (subject.kind === "nothing") return "nothing pinned";
  const unit = subject.kind === "timestep" ? ` · unit ${subject.unit + 1}` : "";
  if (subject.pinned && layer && unit) return `${unit.slice(3)} · `;
  return subject.pinned ? `pinned${unit} · ` : `under the pointer${unit}`;
}

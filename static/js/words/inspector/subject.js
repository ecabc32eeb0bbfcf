/** The inspector’s title, and how what it shows was chosen. Pure. */

/** @typedef {import("../../panels/inspector/subject.js").Subject} Subject */

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

/** How it was chosen. @param {Subject} subject */
export function statusOf(subject) {
  if (subject.kind === "nothing") return "nothing pinned";
  const unit = subject.kind === "timestep" ? ` · unit ${subject.unit + 1}` : "";
  return subject.pinned ? `pinned${unit} · ` : `under the pointer${unit}`;
}

/** The words around the questions: the bar, its field and its list. Pure; questions and answers come from the server. */

export const NAME = "Ask";
export const FIELD = "Ask, or type the name of a control, view or lesson";
export const FOUND = "What fits";
export const COPY = "copy link";
export const COPIED = "link copied";
export const NOT_COPIED = "this browser lets no page copy: the link is in the address bar";
export const OTHER = "another question";
export const NEXT = "next question";
export const CLOSE = "close";
export const COMPUTING = "Computing the numbers of the answer…";
export const LOCKED =
  "Questions open other networks, and this link locks its own. Open the page without the link to ask.";

/** @param {number} all how many fit @param {number} more how many of them are not listed */
export function foundWords(all, more) {
  if (all === 0) return "Nothing fits. Try other words.";
  return more > 0 ? `${more} more: type to narrow down.` : "";
}

/** Where the numbers of an answer come from. @param {string} source where it can be read up */
export function sourceWords(source) {
  return `Computed at iteration 0 of the network that opens with this question. Read more: ${source}.`;
}

/** @param {string} id */
export function unknownWords(id) {
  return `There is no question “${id}” here. These are the ones there are.`;
}
export const UNREACHABLE = "The questions could not be fetched. Try again.";

/** Words that say nothing about what is looked for. */
export const STOP_WORDS =
  "a an and are at be between by can do does for from get goes how i if in is it its many me much my need not of on or should so than that the then there to use versus vs we what when where which why with you";

export const KINDS = { control: "control", view: "view", lesson: "lesson", names: "on the picture" };

/** Under which words a view is looked for, beside its name. @type {Record<string, string>} */
export const VIEW_WORDS = {
  flow: "matrix heatmap pairs of loss and timestep staircase",
  loss: "training curve baseline gradient norm history",
  output: "prediction target guess accuracy",
  spectrum: "eigenvalues singular values spectral radius unit circle",
  slope: "derivative activation saturation saturated histogram",
  weights: "parameters matrix edit entries",
  lags: "horizon memory truncation cosine long term dependencies dependency",
  gates: "forget input update reset lstm gru",
};

export const NAMES_TITLE = "What am I seeing?";

/** Under which words the names on the picture are looked for. */
export const NAMES_WORDS =
  "names meaning explain legend key signs picture colour color blue orange green river width striped stripes hatch hatched cone disc dot dash bar chevron arrow seam weir";

/** What is said about examples. Pure. */

export const EXAMPLES_CLOSED =
  "This link locks some controls for its task. An example would bring another network, so none opens here.";

export const OWN = "Your own text";

export const OWN_IS = "Paste a text or a table: the network learns to continue it.";

export const MORE = "more examples";

export const STARTS_NEW = "Each starts a new run; Undo in the header brings yours back.";

/** A text of one's own, as the card shows it. */
export const OWN_SAMPLE = "to be or not to b_";

/** What is said about examples. Pure. */

export const EXAMPLES_CLOSED =
  "This link locks some controls for its task. An example would bring another network, so none opens here.";

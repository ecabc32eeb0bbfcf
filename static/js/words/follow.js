/** What is said to somebody who follows another reader’s run. Pure. */

/** How it stands. @type {Record<import("../run/following.js").Status, (why: string) => string>} */
export const STATUS = {
  looking: () => "Looking for the run. Its owner may not be here yet.",
  followed: () => "You follow somebody else’s run.",
  ended: (why) => `${why || "The owner left."} What you have seen stays; the run comes back when they do.`,
};

export const TOO_LARGE =
  "The network was not copied: its data are too large to come with it. Open their file in a run of your own.";

export const COPY = "Copy this network and go on";

export const COPY_MAKES = "A network of your own, as this one is now; you can train and change it";

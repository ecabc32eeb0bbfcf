/**
 * The seam between the page and where records come from. A source is a session of a run (session.js), a run that somebody
 * else trains (following.js), or a recording (playback.js): all have the same members, and say with flags what they can do.
 * Panels ask the flags, which stand in the state as `can`, and never which kind of source it is. Pure.
 */

/**
 * What a source of records can do.
 * @typedef {object} Abilities
 * @property {boolean} play time goes on, stands still and takes one step as the reader likes
 * @property {boolean} train updates are computed for the reader: reset, undo, the last step of slow motion
 * @property {boolean} present there is a newest record to come back to from the past; else all moments are alike
 * @property {boolean} configure the configuration can be changed
 * @property {boolean} edit single weights and inputs can be set
 * @property {boolean} branch the run can go on from a moment of its past
 * @property {boolean} check the gradients can be compared with numerical differences
 * @property {boolean} lanes other networks can stand beside it
 * @property {boolean} replace another run can take its place: lessons, questions, presets, links, files
 * @property {boolean} probes other sequences of the same task can be shown
 * @property {boolean} files there are a snapshot, weights and a report of it
 * @property {boolean} share others can follow it
 */
/** @typedef {keyof Abilities} Ability */

/**
 * How a source without a present is moved through; null for those that have one: there travel.js does it.
 * @typedef {object} Travel
 * @property {(iteration: number) => void} to
 * @property {() => void} back
 * @property {() => boolean} next whether there was one
 * @property {() => void} now the last moment
 * @property {() => void} toggle
 * @property {() => void} reset the first moment
 */

/** @typedef {ReturnType<typeof import("./session.js").createSession>} Source */

/** A run of one's own. @type {Abilities} */
export const EVERYTHING = Object.freeze({
  play: true,
  train: true,
  present: true,
  configure: true,
  edit: true,
  branch: true,
  check: true,
  lanes: true,
  replace: true,
  probes: true,
  files: true,
  share: true,
});

/** @type {Abilities} */
const NOTHING = Object.freeze(
  /** @type {Abilities} */ (Object.fromEntries(Object.keys(EVERYTHING).map((one) => [one, false]))),
);

/** Only these. @param {Ability[]} abilities @returns {Abilities} */
export function only(...abilities) {
  return Object.freeze({ ...NOTHING, ...Object.fromEntries(abilities.map((one) => [one, true])) });
}

/** What it cannot do, by name. @param {Abilities} can */
export function missing(can) {
  return /** @type {Ability[]} */ (Object.keys(can)).filter((one) => !can[one]);
}

/** Fields of which a control only shows the value, because the source lets none be changed. @param {any} schema */
export function allLocked(schema) {
  const fields = Object.keys(schema?.properties ?? {});
  return Object.fromEntries(fields.map((field) => [field, /** @type {const} */ ("locked")]));
}

/**
 * What a source answers that cannot be changed: `refuse` says why, nothing is sent.
 * @param {() => void} refuse
 */
export function readOnly(refuse) {
  const never = async () => {
    refuse();
    return false;
  };
  const unanswered = async () => {
    refuse();
    return null;
  };
  return {
    configure: refuse,
    step: refuse,
    advance: async () => refuse(),
    reset: async () => refuse(),
    undo: async () => {},
    keepRun: async () => null,
    returnTo: async () => {},
    branch: never,
    startOther: never,
    startInstead: never,
    load: unanswered,
    preview: unanswered,
    edit: unanswered,
    checkGradients: unanswered,
    share: unanswered,
    unshare: unanswered,
  };
}

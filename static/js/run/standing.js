/** Where a session stands with its server: one object, read and written by the parts that the session is made of. */

/**
 * @typedef {object} Standing
 * @property {boolean} settled the run stands on the server: records are shown, and kept
 * @property {boolean} playing the reader wants the run to play
 * @property {boolean} starting a run that is to play as soon as it stands counts as playing while the server only has it
 * @property {number} losses how often the connection was lost: what began before a loss is not carried on after it
 */

/** @param {boolean} plays @returns {Standing} */
export function createStanding(plays) {
  return { settled: false, playing: plays, starting: false, losses: 0 };
}

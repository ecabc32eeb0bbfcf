/**
 * A reader's own table: the network is shown its columns in standard deviations from their means; here they become the
 * reader's own numbers again. Pure.
 */

/** @typedef {import("../wire/protocol.js").Task} Task */
/** One column: own number = mean + unit × scaled. @typedef {{name: string, mean: number, unit: number}} Column */

/** Of the standard deviation, that are written. */
const DIGITS = 5;

/** The first columns of the task's table, those whose scale is known; null where it is about no table. @param {Task | null | undefined} task @returns {Column[] | null} */
export function ownColumns(task) {
  const scale = task?.read?.scale;
  if (!task || !scale || scale.length === 0) return null;
  return scale.map(({ mean, deviation, unit }, index) => ({
    name: task.outputs[index] ?? String(index + 1),
    mean,
    unit: unit ?? deviation,
  }));
}

/** @param {Column} column @param {number} scaled */
export function toOwn({ mean, unit }, scaled) {
  return mean + unit * scaled;
}

/** As many digits as a record's float32 can tell apart: a number of the file is that number again. @param {Column} column @param {number} scaled */
export function toOwnWritten(column, scaled) {
  const own = toOwn(column, scaled);
  const decimals = Math.min(20, Math.max(0, DIGITS - Math.floor(Math.log10(column.unit))));
  return Number.isFinite(own) && column.unit > 0 ? Number(own.toFixed(decimals)) : own;
}

/** @param {Column} column @param {number} own */
export function fromOwn({ mean, unit }, own) {
  return unit > 0 ? (own - mean) / unit : 0;
}

/**
 * The root of the mean squared error of each column over the timesteps with a target, in its own numbers.
 * @param {import("./picture.js").Picture} picture
 * @returns {number[]} NaN without a target
 */
export function ownErrors({ own, T, O, y, target, hasTarget, losses }) {
  return (own ?? []).map(({ unit }, o) => {
    let squares = 0;
    for (let t = 1; t <= T; t += 1) {
      if (hasTarget[t]) squares += (y[(t - 1) * O + o] - target[(t - 1) * O + o]) ** 2;
    }
    return unit * Math.sqrt(squares / losses);
  });
}

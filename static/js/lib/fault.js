/** What went wrong, as a code and its values; the sentence about it stands in words/faults.js. Pure. */

export class Fault extends Error {
  /** @param {string} code @param {Record<string, any>} [values] */
  constructor(code, values = {}) {
    super(`${code} ${JSON.stringify(values)}`);
    this.name = "Fault";
    this.code = code;
    this.values = values;
  }
}

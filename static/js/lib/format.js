/** Numbers as the page prints them: three significant digits, a true minus, powers of ten in small figures. Pure. */

const MINUS = "−";
const THIN_SPACE = "\u2009";
const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const PLAIN_FROM = 0.001;
const PLAIN_TO = 9999.5;

/**
 * Plain from 0.001 to 9999, otherwise m × 10ⁿ; what is missing is a dash, infinity is ∞.
 * @param {number | null | undefined} value
 * @param {number} [digits] significant ones
 */
export function formatNumber(value, digits = 3) {
  if (value === null || value === undefined) return "–";
  if (Number.isNaN(value)) return "NaN";
  const sign = value < 0 ? MINUS : "";
  const size = Math.abs(value);
  if (size === Number.POSITIVE_INFINITY) return `${sign}∞`;
  if (size === 0) return "0";
  const rounded = Number(size.toPrecision(digits));
  if (rounded >= PLAIN_FROM && rounded < PLAIN_TO) return sign + plain(rounded, digits);
  const [mantissa, exponent] = size.toExponential(digits - 1).split("e");
  return `${sign}${scientific(mantissa, Number(exponent))}`;
}

/**
 * exp(ln), printed even where it is far outside a double's range.
 * @param {number} ln
 * @param {number} [digits]
 */
export function formatExp(ln, digits = 3) {
  if (ln === Number.NEGATIVE_INFINITY) return "0";
  const log10 = ln / Math.LN10;
  if (!Number.isFinite(log10) || Math.abs(log10) < 300) return formatNumber(Math.exp(ln), digits);
  const exponent = Math.floor(log10);
  return scientific((10 ** (log10 - exponent)).toFixed(digits - 1), exponent);
}

/** 10ⁿ @param {number} exponent */
export function formatPower(exponent) {
  if (exponent === 0) return "1";
  return exponent === 1 ? "10" : `10${superscript(exponent)}`;
}

/** @param {number} exponent */
function superscript(exponent) {
  const figures = [...String(Math.abs(exponent))].map((figure) => SUPERSCRIPTS[Number(figure)]).join("");
  return (exponent < 0 ? "⁻" : "") + figures;
}

/**
 * A setting as one would type it: no zeros at the end, integers in full.
 * @param {number} value
 */
export function formatSetting(value) {
  if (Number.isInteger(value) && Math.abs(value) < 1e10) return formatFixed(value, 0);
  const size = Math.abs(value);
  if (size >= 1e-4 && size < PLAIN_TO) return (value < 0 ? MINUS : "") + String(Number(size.toPrecision(4)));
  const [mantissa, exponent] = size.toExponential().split("e");
  const short = String(Number(Number(mantissa).toPrecision(3)));
  return (
    (value < 0 ? MINUS : "") + (short === "1" ? formatPower(Number(exponent)) : scientific(short, Number(exponent)))
  );
}

/**
 * A fixed number of decimals, for terms that must add up as printed.
 * @param {number} value
 * @param {number} decimals
 */
export function formatFixed(value, decimals) {
  if (!Number.isFinite(value)) return formatNumber(value);
  const text = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/**
 * A sum that adds up as it is printed: the total is that of the printed terms.
 * @param {number[]} terms
 * @param {number} decimals
 */
export function printSum(terms, decimals) {
  const rounded = terms.map((term) => Number(term.toFixed(decimals)));
  const total = rounded.reduce((sum, term) => sum + term, 0);
  return { terms: rounded.map((term) => formatFixed(term, decimals)), total: formatFixed(total, decimals) };
}

/**
 * Numbers in a sentence of the server, such as 6.8e+200 and 10^2.5, as the page prints them.
 * @param {string} sentence
 */
export function printPowers(sentence) {
  return sentence
    .replace(/(\d+(?:\.\d+)?)e([+-]\d+)/g, (_, mantissa, exponent) => scientific(mantissa, Number(exponent)))
    .replace(/10\^(-?\d+)(?!\.?\d)/g, (_, exponent) => formatPower(Number(exponent)));
}

/** @param {number} share 1 is the whole */
export function formatPercent(share) {
  if (!Number.isFinite(share)) return "–";
  const percent = share * 100;
  const size = Math.abs(percent);
  if (size > 0 && size < 0.95) return `${formatNumber(percent, 1)} %`;
  return `${formatFixed(percent, size < 9.95 ? 1 : 0).replace(/\.0$/, "")} %`;
}

/**
 * A part and what is left of the whole, so that both together are 100 % as printed; a tiny part keeps its digits.
 * @param {number} share 1 is the whole
 * @returns {[string, string]}
 */
export function formatShares(share) {
  const smaller = 100 * Math.min(Math.abs(share), Math.abs(1 - share));
  if (!(smaller >= 0.05)) return [formatPercent(share), formatPercent(1 - share)];
  const decimals = smaller < 9.95 ? 1 : 0;
  const part = Number((100 * share).toFixed(decimals));
  const print = (/** @type {number} */ percent) => `${formatFixed(percent, decimals).replace(/\.0$/, "")} %`;
  return [print(part), print(100 - part)];
}

/** @param {number} count */
export function formatCount(count) {
  return count < 10_000 ? String(count) : String(count).replace(/\B(?=(\d{3})+$)/g, THIN_SPACE);
}

/**
 * What somebody typed: a plain or scientific number, also with a true minus, a comma or "3 × 10⁻⁴"; NaN if it is none.
 * @param {string} text
 */
export function parseNumber(text) {
  const ascii = text
    .replaceAll(MINUS, "-")
    .replace(/\s*[×x]\s*10\^?/i, "e")
    .replace(/^(-?)10(?=[⁻⁰¹²³⁴⁵⁶⁷⁸⁹])/, "$11e")
    .replace(/[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]/g, (figure) => (figure === "⁻" ? "-" : String(SUPERSCRIPTS.indexOf(figure))))
    .replace(/[\s\u2009]/g, "")
    .replace(",", ".");
  const number = ascii === "" ? Number.NaN : Number(ascii);
  return Number.isFinite(number) ? number : Number.NaN; // JSON has no infinity: null would be sent in its place
}

/** @param {number} value @param {number} digits */
function plain(value, digits) {
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(value)));
  return value.toFixed(decimals);
}

/** @param {string} mantissa @param {number} exponent */
function scientific(mantissa, exponent) {
  return `${mantissa}${THIN_SPACE}×${THIN_SPACE}10${superscript(exponent)}`;
}

const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";

/** With a capital letter, to begin a sentence. */
export function capital(/** @type {string} */ words) {
  return words[0].toUpperCase() + words.slice(1);
}

/** An index in subscript digits, for words: E₂₄. */
export function subscript(/** @type {number} */ n) {
  return [...String(n)].map((digit) => SUBSCRIPTS[Number(digit)]).join("");
}

/** How a symbol is shown on a tile: what cannot be seen gets a sign, a long name its first letters. */
export function visibleSymbol(/** @type {string} */ symbol) {
  if (symbol === " ") return "␣";
  if (symbol === "\n") return "↵";
  if (symbol === "\t") return "⇥";
  if (symbol === "blank") return "·";
  return [...symbol].slice(0, 2).join("");
}

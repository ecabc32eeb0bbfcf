import assert from "node:assert/strict";
import test from "node:test";
import {
  formatCount,
  formatExp,
  formatNumber,
  formatPercent,
  formatPower,
  formatSetting,
  formatShares,
  parseNumber,
  printPowers,
  printSum,
} from "../../../static/js/lib/format.js";

const THIN = "\u2009";

test("numbers have three significant digits, plain from 0.001 to 9999", () => {
  const cases = [
    [0.016, "0.0160"],
    [1, "1.00"],
    [-0.1024, "−0.102"],
    [389, "389"],
    [9999, "10000".replace("10000", `1.00${THIN}×${THIN}10⁴`)],
    [9994, "9990"],
    [0.001, "0.00100"],
    [0.00099, `9.90${THIN}×${THIN}10⁻⁴`],
    [6.7e-16, `6.70${THIN}×${THIN}10⁻¹⁶`],
    [-12345, `−1.23${THIN}×${THIN}10⁴`],
    [0, "0"],
  ];
  for (const [value, text] of cases) assert.equal(formatNumber(value), text);
});

test("what is no finite number looks like what it is", () => {
  assert.equal(formatNumber(null), "–");
  assert.equal(formatNumber(Number.NaN), "NaN");
  assert.equal(formatNumber(Number.NEGATIVE_INFINITY), "−∞");
});

test("a logarithm is printed as its number even beyond the range of doubles", () => {
  assert.equal(formatExp(Math.log(2.5)), "2.50");
  assert.equal(formatExp(Number.NEGATIVE_INFINITY), "0");
  assert.equal(formatExp(-1000 * Math.LN10), `1.00${THIN}×${THIN}10⁻¹⁰⁰⁰`);
});

test("settings are printed as one would type them, and read back as the same number", () => {
  for (const [value, text] of [
    [0.005, "0.005"],
    [1, "1"],
    [24, "24"],
    [1e-5, "10⁻⁵"],
    [3e-5, `3${THIN}×${THIN}10⁻⁵`],
    [1e15, "10¹⁵"],
    [-0.5, "−0.5"],
  ]) {
    assert.equal(formatSetting(value), text);
    assert.equal(parseNumber(text), value);
  }
});

test("typed numbers may have a true minus, a comma or an exponent; other text is NaN", () => {
  assert.equal(parseNumber(" −0,003 "), -0.003);
  assert.equal(parseNumber("1e-4"), 1e-4);
  assert.equal(parseNumber("2 x 10^-3"), 2e-3);
  assert.ok(Number.isNaN(parseNumber("")));
  for (const text of ["fast", "1e999", "-Infinity", "1,000.5"]) assert.ok(Number.isNaN(parseNumber(text)), text);
});

test("a printed sum adds up as printed, even where rounding would not", () => {
  assert.deepEqual(printSum([-0.6049, 1.2349], 2), { terms: ["−0.60", "1.23"], total: "0.63" });
  assert.deepEqual(printSum([0.24, 0.24], 1), { terms: ["0.2", "0.2"], total: "0.4" });
});

test("a part and the rest are together 100 % as printed", () => {
  assert.deepEqual(formatShares(0.0134), ["1.3 %", "98.7 %"]);
  assert.deepEqual(formatShares(0.584), ["58 %", "42 %"]);
  assert.deepEqual(formatShares(0.995), ["99.5 %", "0.5 %"]);
  assert.deepEqual(formatShares(-0.34), ["−34 %", "134 %"]);
  assert.deepEqual(formatShares(0), ["0 %", "100 %"]);
  assert.deepEqual(formatShares(0.05), ["5 %", "95 %"]);
  assert.deepEqual(formatShares(Number.NaN), ["–", "–"]);
});

test("percentages, powers and counts", () => {
  assert.equal(formatPercent(0.992), "99 %");
  assert.equal(formatPercent(0.016), "1.6 %");
  assert.equal(formatPercent(1), "100 %");
  assert.equal(formatPercent(Number.NaN), "–");
  assert.equal(formatPower(-12), "10⁻¹²");
  assert.equal(formatPower(0), "1");
  assert.equal(formatCount(1234567), `1${THIN}234${THIN}567`);
});

test("powers in a sentence are printed like all others", () => {
  const printed = printPowers("They grew to 6.8e+200, by 10^2.5 a timestep, beyond 10^300.");
  assert.equal(printed, `They grew to 6.8${THIN}×${THIN}10²⁰⁰, by 10^2.5 a timestep, beyond 10³⁰⁰.`);
});

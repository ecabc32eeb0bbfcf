import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

/** The root's size of type, a hundred units, as the style sheet has it: the window's size, in both ways to divide. */
const FORMULAS = [
  "clamp(1, pow(var(--window), 0.6), 2)",
  "--window: tan(atan2(min(100vw, 100vh * 1280 / 720), 80rem));",
  "--window: min(100vw, 100vh * 1280 / 720) / 80rem;",
];

/** @param {number} width @param {number} height of the window, and the reader's size of type, px */
function unit(width, height, type = 16) {
  const window = Math.min(width, (height * 1280) / 720) / (80 * type);
  return (type / 16) * Math.min(2, Math.max(1, window ** 0.6));
}

const WINDOWS = [
  [390, 844],
  [1280, 720],
  [1920, 1080],
  [2560, 1440],
  [3840, 2160],
];
const ZOOMS = [1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4, 5];

test("the design unit is 1 at 1280 × 720, grows with the window, and stays between 1 and 2", () => {
  const sheet = readFileSync(new URL("../../../static/css/base.css", import.meta.url), "utf8").replaceAll(/\s+/g, " ");
  for (const formula of FORMULAS) assert.ok(sheet.includes(formula), formula);
  assert.equal(unit(1280, 720), 1);
  assert.ok(Math.abs(unit(1920, 1080) - 1.275) < 0.01);
  assert.equal(unit(768, 1024), 1);
  assert.equal(unit(9000, 9000), 2);
});

test("the browser's zoom enlarges text, in every window to twice its size and beyond", () => {
  for (const [width, height] of WINDOWS) {
    const sizes = ZOOMS.map((zoom) => zoom * unit(width / zoom, height / zoom));
    for (const [at, size] of sizes.slice(1).entries()) {
      assert.ok(size > 1.03 * sizes[at], `${width} × ${height}: zoom ${ZOOMS[at + 1]} is no larger than ${ZOOMS[at]}`);
    }
    const twice = ZOOMS[sizes.findIndex((size) => size >= 2 * sizes[0])];
    assert.ok(twice <= 4, `${width} × ${height}: text is twice as large at ${twice}`);
  }
});

test("the reader's own size of type enlarges text as zoom does", () => {
  for (const [width, height] of WINDOWS) {
    for (const zoom of ZOOMS) {
      assert.ok(Math.abs(unit(width, height, 16 * zoom) - zoom * unit(width / zoom, height / zoom)) < 1e-9);
    }
  }
});

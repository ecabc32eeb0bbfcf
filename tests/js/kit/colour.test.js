import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import {
  activationIndex,
  blend,
  fromOklab,
  gradientIndex,
  palette,
  resolveTheme,
  sizeIndex,
  sourceIndex,
  toOklab,
} from "../../../static/js/kit/colour.js";

const THEMES = [palette("light"), palette("dark")];

function bytes(css) {
  return [1, 3, 5].map((at) => Number.parseInt(css.slice(at, at + 2), 16));
}

function luminance(css) {
  const [r, g, b] = bytes(css).map((byte) => {
    const s = byte / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

test("OKLab goes there and back", () => {
  for (const rgb of [
    [0, 0, 0],
    [255, 255, 255],
    [18, 149, 124],
    [176, 67, 12],
  ]) {
    assert.deepEqual(fromOklab(toOklab(rgb)), rgb);
  }
});

test("text colours keep their contrast on paper and bed in both themes", () => {
  for (const theme of THEMES) {
    for (const ground of [theme.paper, theme.bed]) {
      for (const text of ["ink", "ink2", "ink3", "forward", "backward", "error"]) {
        assert.ok(contrast(theme[text], ground) >= 4.5, `${text} on ${ground} in ${theme.name}`);
      }
    }
  }
});

test("the canvas and the style sheet use the same colours", () => {
  const css = readFileSync(new URL("../../../static/css/base.css", import.meta.url), "utf8").toLowerCase();
  const names = {
    paper: "paper",
    ink: "ink",
    forward: "forward",
    backward: "backward",
    bed: "bed",
    error: "error",
    border: "border",
  };
  for (const [token, property] of Object.entries(names)) {
    const pair = `light-dark(${THEMES[0][token]}, ${THEMES[1][token]})`.toLowerCase();
    assert.ok(css.includes(`--${property}: ${pair}`), `${property} should be ${pair}`);
  }
});

test("ramps begin and end with their stops, as CSS and as pixels alike", () => {
  const [light] = THEMES;
  assert.equal(light.activation.css[0].toUpperCase(), "#12957C");
  assert.equal(light.activation.css[255].toUpperCase(), "#0C3A78");
  const [r, g, b] = bytes(light.activation.css[200]);
  assert.equal(light.activation.rgba[200], (0xff000000 | (b << 16) | (g << 8) | r) >>> 0);
});

test("lightness is monotone where order matters: source and size", () => {
  for (const theme of THEMES) {
    const sourceLightness = theme.source.css.map((css) => toOklab(bytes(css))[0]);
    for (let i = 1; i < 256; i++) assert.ok(sourceLightness[i] <= sourceLightness[i - 1] + 0.006);
  }
});

test("10⁻³⁰, 10⁻¹⁰ and 1 are three plainly different colours", () => {
  for (const theme of THEMES) {
    const labs = [-30, -10, 0].map((e) => toOklab(bytes(theme.size.css[sizeIndex(e * Math.LN10)])));
    for (const [a, b] of [
      [0, 1],
      [1, 2],
      [0, 2],
    ]) {
      const distance = Math.hypot(...labs[a].map((channel, c) => channel - labs[b][c]));
      assert.ok(distance > 0.03, `${theme.name}: ${distance}`);
    }
  }
});

test("activations are linear on −1…1 and hold their ends", () => {
  assert.equal(activationIndex(-1), 0);
  assert.equal(activationIndex(1), 255);
  assert.equal(activationIndex(7), 255);
  assert.ok(Math.abs(activationIndex(0) - 127.5) <= 0.5);
});

test("a gradient's side is its sign, its depth grows with the power of ten, the smallest keeps a tint", () => {
  const depths = [1e-40, 1e-3, 1e-1, 1, 10, 100, 1e9].map((value) => gradientIndex(value));
  for (let i = 1; i < depths.length; i++) assert.ok(depths[i] >= depths[i - 1]);
  assert.ok(depths[0] > 128);
  assert.equal(depths.at(-1), 255);
  assert.equal(gradientIndex(-100), 0);
});

test("losses are told apart by their place, a lone one needs no telling apart", () => {
  assert.equal(sourceIndex(1, 24, false), 0);
  assert.equal(sourceIndex(24, 24, false), 255);
  assert.equal(sourceIndex(24, 24, true), sourceIndex(1, 1, false));
});

test("blending lies between both colours", () => {
  assert.equal(blend(0xff000000, 0xffffffff, 1), 0xff000000);
  assert.equal(blend(0xff000000, 0xffffffff, 0), 0xffffffff);
  assert.equal(blend(0xff000000, 0xff640000, 0.5), 0xff320000);
});

test("the theme follows the system only when left to it", () => {
  assert.equal(resolveTheme("auto", true), "dark");
  assert.equal(resolveTheme("light", true), "light");
});

test("a gradient's colour is that of its power of ten, to the neighbour, however far it lies", () => {
  const half = 127.5;
  for (let exponent = -6; exponent < 5; exponent += 0.0137) {
    const depth = Math.min(1, Math.max(0.06, (exponent + 3) / 5));
    for (const sign of [1, -1]) {
      const index = gradientIndex(sign * 10 ** exponent);
      assert.ok(Math.abs(index - (half + sign * depth * half)) <= 1, `${sign} × 10^${exponent}: ${index}`);
    }
  }
  assert.deepEqual([1e300, Number.POSITIVE_INFINITY, -1e300, 1e-300].map(gradientIndex), [255, 255, 0, 135]);
});

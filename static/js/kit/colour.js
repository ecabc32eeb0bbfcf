/**
 * The colours of both themes. Chrome is ink on paper; hue is spent on data only.
 *
 * Ramps are interpolated in OKLab once and kept as tables of 256 colours: as CSS strings for paths and as
 * little-endian RGBA words for pixels. Looking a colour up is an index, never a computation.
 */
import { clamp, decades } from "../lib/scales.js";

/** @typedef {{css: string[], rgba: Uint32Array}} Ramp */
/** @typedef {"light" | "dark"} ThemeName */

const TOKENS = {
  light: {
    paper: "#FBFAF7",
    rail: "#F3F1EB",
    raised: "#FFFFFF",
    hairline: "#DEDAD0",
    border: "#8E897D",
    ink: "#1B1D20",
    ink2: "#474B52",
    ink3: "#676B72",
    forward: "#1C5AA0",
    backward: "#B0430C",
    bed: "#F0ECE3",
    zero: "#ECE9E1",
    error: "#A3121F",
    errorGround: "#FBEAE8",
  },
  dark: {
    paper: "#121416",
    rail: "#181B1E",
    raised: "#1F2327",
    hairline: "#2C3136",
    border: "#71777E",
    ink: "#EDEBE5",
    ink2: "#BDBEBE",
    ink3: "#92959A",
    forward: "#7DB3F2",
    backward: "#F59A5C",
    bed: "#1A1D20",
    zero: "#23272B",
    error: "#FF8E86",
    errorGround: "#321B1B",
  },
};

const STOPS = {
  light: {
    activation: ["#12957C", "#7FC4B0", "#ECE9E1", "#5B93D3", "#0C3A78"],
    gradient: ["#6C2A86", "#B893C6", "#ECE9E1", "#EFA36A", "#C24A00"],
    source: ["#CF920E", "#DF7628", "#CB4438", "#94214F", "#4C1038"],
    size: ["#DCE2E8", "#F1EDE3", "#F8DDB4", "#F2B269", "#DE7F2B", "#B9530F", "#8A3207", "#551A04", "#1C0801"],
  },
  dark: {
    activation: ["#2FB393", "#236E5E", "#23272B", "#3A78B8", "#9CCBFF"],
    gradient: ["#BE86DE", "#674A7B", "#23272B", "#8F5530", "#FF9448"],
    source: ["#FFD15C", "#FFA14A", "#F26D5B", "#CC5080", "#94467A"],
    size: ["#2A3038", "#26241F", "#4A3013", "#7C4514", "#B4651C", "#DB8A35", "#F2B266", "#FBD7A3", "#FFF6E6"],
  },
};

/** Colour is spent where gradients live: uneven stops on an even axis of powers of ten. */
const SIZE_EXPONENTS = [-32, -12, -6, -3, -1, 0, 1, 3, 8];
export const SIZE_DOMAIN = /** @type {const} */ ([-32, 8]);
export const GRADIENT_DOMAIN = /** @type {const} */ ([-3, 2]);

const ENTRIES = 256;

/** Where a lone loss sits on the source ramp, and where the cell state's channel does. */
const LONE_SOURCE = 0.43;
const CELL_STATE_SOURCE = 0.68;

/** The ribbon's edge: the ramp's own hue, darker on light paper, lighter on dark. */
const EDGE_LIGHTNESS = { light: -0.14, dark: 0.06 };

/**
 * @typedef {typeof TOKENS.light & {
 *   name: ThemeName, activation: Ramp, gradient: Ramp, source: Ramp, sourceEdge: Ramp, size: Ramp,
 *   pixel: Record<keyof typeof TOKENS.light, number>
 * }} Palette
 */

/** @type {Partial<Record<ThemeName, Palette>>} */
const palettes = {};

/** @returns {Palette} */
export function palette(/** @type {ThemeName} */ name) {
  const made = palettes[name] ?? makePalette(name);
  palettes[name] = made;
  return made;
}

/**
 * @param {"auto" | ThemeName} theme
 * @param {boolean} prefersDark
 * @returns {ThemeName}
 */
export function resolveTheme(theme, prefersDark) {
  if (theme === "auto") return prefersDark ? "dark" : "light";
  return theme;
}

/** @returns {Palette} */
function makePalette(/** @type {ThemeName} */ name) {
  const stops = STOPS[name];
  const even = [0, 0.25, 0.5, 0.75, 1];
  const [low, high] = SIZE_DOMAIN;
  const uneven = SIZE_EXPONENTS.map((e) => (e - low) / (high - low));
  const pixel = /** @type {Palette["pixel"]} */ (
    Object.fromEntries(Object.entries(TOKENS[name]).map(([token, hex]) => [token, packed(bytesOf(hex))]))
  );
  return {
    name,
    ...TOKENS[name],
    pixel,
    activation: ramp(stops.activation, even, 0),
    gradient: ramp(stops.gradient, even, 0),
    source: ramp(stops.source, even, 0),
    sourceEdge: ramp(stops.source, even, EDGE_LIGHTNESS[name]),
    size: ramp(stops.size, uneven, 0),
  };
}

/**
 * @param {string[]} hexes
 * @param {number[]} places of the stops, 0…1, rising
 * @param {number} lightness added in OKLab
 * @returns {Ramp}
 */
function ramp(hexes, places, lightness) {
  const stops = hexes.map((hex) => toOklab(bytesOf(hex)));
  const css = [];
  const rgba = new Uint32Array(ENTRIES);
  let right = 1;
  for (let i = 0; i < ENTRIES; i++) {
    const place = i / (ENTRIES - 1);
    while (right < places.length - 1 && place > places[right]) right++;
    const share = (place - places[right - 1]) / (places[right] - places[right - 1]);
    const [from, to] = [stops[right - 1], stops[right]];
    const lab = from.map((channel, c) => channel + (to[c] - channel) * share);
    lab[0] = clamp(lab[0] + lightness, 0, 1);
    const bytes = fromOklab(lab);
    css.push(cssOf(bytes));
    rgba[i] = packed(bytes);
  }
  return { css, rgba };
}

/** A hidden value, input or weight on −1…1, both ends holding what lies beyond. */
export function activationIndex(/** @type {number} */ value) {
  return Math.round(clamp((value + 1) / 2, 0, 1) * (ENTRIES - 1));
}

/** A number in single precision, and its bits. */
const SINGLE = new Float32Array(1);
const BITS = new Uint32Array(SINGLE.buffer);
/** Of the bits without the sign, the exponent and so many of the fraction say the colour: 12 steps for each that is seen. */
const COARSE = 16;
const UNSIGNED = 0x7fffffff;
const FIRST_STEP = stepOf(10 ** (GRADIENT_DOMAIN[0] - 0.1));
/** Places on the ramp by step, of either sign: made with the first gradient that is shown. @type {Record<"positive" | "negative", Uint8Array> | null} */
let places = null;

function makePlaces() {
  const [low, high] = GRADIENT_DOMAIN;
  const steps = stepOf(10 ** (high + 0.1)) - FIRST_STEP + 1;
  const made = { positive: new Uint8Array(steps), negative: new Uint8Array(steps) };
  for (let step = 0; step < steps; step++) {
    BITS[0] = (FIRST_STEP + step + 0.5) * 2 ** COARSE;
    const depth = clamp((Math.log10(SINGLE[0]) - low) / (high - low), 0.06, 1);
    made.positive[step] = Math.round(((ENTRIES - 1) / 2) * (1 + depth));
    made.negative[step] = Math.round(((ENTRIES - 1) / 2) * (1 - depth));
  }
  return made;
}

function stepOf(/** @type {number} */ size) {
  SINGLE[0] = size;
  return (BITS[0] & UNSIGNED) >>> COARSE;
}

/**
 * A signed gradient: the side is its sign, the depth its power of ten. The smallest non-zero keeps a tint. Looked up by the
 * number's own bits: a logarithm for every unit at every timestep would cost more than all else of its picture.
 */
export function gradientIndex(/** @type {number} */ value) {
  places ??= makePlaces();
  const { positive, negative } = places;
  const step = stepOf(value) - FIRST_STEP;
  const at = step < 0 ? 0 : step < positive.length ? step : positive.length - 1;
  return value < 0 ? negative[at] : positive[at];
}

/** The size of a gradient from its natural logarithm, on the even axis 10⁻³²…10⁸. */
export function sizeIndex(/** @type {number} */ ln) {
  const [low, high] = SIZE_DOMAIN;
  return Math.round(clamp((decades(ln) - low) / (high - low), 0, 1) * (ENTRIES - 1));
}

/**
 * Which loss a part of the gradient came from, by its place in the sequence.
 * @param {number} t 1…T
 * @param {number} T
 * @param {boolean} alone with one loss only there is nothing to tell apart
 */
export function sourceIndex(t, T, alone) {
  const place = alone ? LONE_SOURCE : T > 1 ? (t - 1) / (T - 1) : LONE_SOURCE;
  return Math.round(place * (ENTRIES - 1));
}

export const CELL_STATE_INDEX = Math.round(CELL_STATE_SOURCE * (ENTRIES - 1));

/**
 * One packed colour laid over another.
 * @param {number} over packed
 * @param {number} under packed
 * @param {number} opacity of `over`
 */
export function blend(over, under, opacity) {
  let word = 0xff000000;
  for (const shift of [0, 8, 16]) {
    const mixed = ((over >>> shift) & 255) * opacity + ((under >>> shift) & 255) * (1 - opacity);
    word |= Math.round(mixed) << shift;
  }
  return word >>> 0;
}

/** @returns {number[]} three bytes */
function bytesOf(/** @type {string} */ hex) {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}

function cssOf(/** @type {number[]} */ bytes) {
  return "#" + bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The word a pixel array holds on a little-endian machine: opaque, blue green red from the top. */
function packed(/** @type {number[]} */ [r, g, b]) {
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
}

/** sRGB bytes to OKLab (Ottosson 2020). */
export function toOklab(/** @type {number[]} */ bytes) {
  const [r, g, b] = bytes.map((byte) => {
    const s = byte / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  });
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** OKLab back to sRGB bytes, clipped to the gamut. */
export function fromOklab(/** @type {number[]} */ [L, A, B]) {
  const l = (L + 0.3963377774 * A + 0.2158037573 * B) ** 3;
  const m = (L - 0.1055613458 * A - 0.0638541728 * B) ** 3;
  const s = (L - 0.0894841775 * A - 1.291485548 * B) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return linear.map((value) => {
    const c = clamp(value, 0, 1);
    return Math.round(255 * (c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055));
  });
}

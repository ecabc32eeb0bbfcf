import assert from "node:assert/strict";
import test from "node:test";
import { paintRiver } from "../../../../static/js/stage/river/strata.js";

const BOTH = Float32Array.of(0, 0, 0, 200, 0, 0, 0, 0, 200);

/** A flat river of the given half width, 2 losses, over 40 × 20 px. */
function paint({ half, strata = null, share = null, T = 2, scale = 1, apart = 0, colours = BOTH }) {
  const pixels = new Uint32Array(40 * scale * 20 * scale);
  const edges = colours.map((channel) => channel / 2);
  paintRiver(pixels, 40 * scale, 20 * scale, {
    T,
    runs: [{ x: [0, 30], half: [half, half], column: [1, 1], head: 4 }],
    left: 0,
    mid: 10,
    scale,
    strata,
    share,
    apart,
    colours,
    edges,
    seam: Float32Array.of(255, 255, 255),
    U: 1,
  });
  return { at: (x, y) => pixels[y * 40 * scale + x], pixels };
}

const alpha = (word) => word >>> 24;
const red = (word) => word & 255;
const blue = (word) => (word >>> 16) & 255;

test("the ribbon is as wide as it should be, opaque inside, with a darker rim", () => {
  const { at } = paint({ half: 5 });
  const opaque = [...Array(20).keys()].filter((y) => alpha(at(10, y)) === 255);
  assert.deepEqual(opaque, [5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
  assert.equal(blue(at(10, 10)), 200);
  assert.equal(blue(at(10, 5)), 100);
  assert.equal(blue(at(10, 14)), 100);
});

test("half a pixel of river is half opaque: widths are exact below the pixel", () => {
  const { at } = paint({ half: 4.5 });
  assert.ok(Math.abs(alpha(at(10, 5)) - 128) <= 1);
  assert.equal(alpha(at(10, 6)), 255);
});

test("widths scale with the pixel ratio", () => {
  const { at } = paint({ half: 5, scale: 2 });
  const opaque = [...Array(40).keys()].filter((y) => alpha(at(20, y)) === 255);
  assert.equal(opaque.length, 20);
});

test("strata lie on one another, the latest loss at the bottom, by their shares", () => {
  const strata = new Float32Array(9);
  strata.set([1, 1, 0.25], 3);
  const { at } = paint({ half: 8, strata });
  assert.ok(blue(at(10, 16)) > 150 && red(at(10, 16)) === 0, "a quarter from below is loss 2");
  assert.ok(red(at(10, 8)) > 150 && blue(at(10, 8)) === 0, "the rest is loss 1");
});

test("a negative share is striped", () => {
  const strata = new Float32Array(9);
  strata.set([1, 1, 0.5], 3);
  const share = new Float32Array(6).fill(Number.NaN);
  share[1] = 1.5;
  share[4] = -0.5;
  const { at } = paint({ half: 9, strata, share });
  const column = [...Array(8).keys()].map((i) => red(at(10, 11 + i)));
  assert.ok(
    column.some((value) => value > 200),
    "stripes of bed in the lower stratum",
  );
  const plain = paint({ half: 9, strata, share: Float32Array.from(share, Math.abs) });
  const unstriped = [...Array(6).keys()].map((i) => red(plain.at(10, 12 + i)));
  assert.ok(unstriped.every((value) => value < 60));
});

/** 200 losses of one share each, the red of whose colours rises by one a loss; one is as thick as a third of all. */
function crowd({ thick = 0, apart = 0 } = {}) {
  const T = 200;
  const strata = new Float32Array((T + 1) ** 2);
  const weights = Float32Array.from({ length: T + 1 }, (_, t) => (t === thick ? 100 : 1));
  const whole = weights.subarray(1).reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  for (let t = T; t >= 1; t--) {
    sum += weights[t] / whole;
    strata[T + 1 + t] = sum;
  }
  const colours = Float32Array.from({ length: 3 * (T + 1) }, (_, i) => (i % 3 === 0 ? i / 3 : 0));
  if (apart) colours[3 * apart + 2] = 255;
  return paint({ half: 10, strata, T, colours, apart });
}

test("of many losses thin neighbours are painted as one, in a colour nobody can tell from theirs", () => {
  const { at } = crowd();
  for (let y = 2; y < 18; y++) {
    const wanted = 200 - (19.5 - y) * 10;
    assert.ok(Math.abs(red(at(10, y)) - wanted) <= 3, `${y} px from the top: ${red(at(10, y))}, not ${wanted}`);
  }
});

test("among many losses a thick stratum keeps its exact borders", () => {
  const { at } = crowd({ thick: 100 });
  const rows = [...Array(20).keys()].filter((y) => red(at(10, y)) === 100);
  assert.deepEqual(rows, [8, 9, 10, 11, 12], "from 6.7 to 13.4 px above the bottom, with a seam on top");
});

test("a loss that stands out is not merged with its neighbours", () => {
  const { at } = crowd({ apart: 100 });
  const blues = [...Array(20).keys()].map((y) => blue(at(10, y)));
  assert.equal(
    Math.round((10 * blues.reduce((sum, value) => sum + value, 0)) / 255),
    1,
    "a tenth of a pixel, and no more",
  );
});

test("the head is rounded and ends where it should", () => {
  const { at } = paint({ half: 8 });
  assert.equal(alpha(at(31, 10)), 255);
  assert.equal(alpha(at(36, 10)), 0);
  assert.equal(alpha(at(33, 2)), 0, "the corner is cut");
});

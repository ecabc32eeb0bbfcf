import assert from "node:assert/strict";
import test from "node:test";
import { palette } from "../../../../static/js/kit/colour.js";
import { drawChrome, drawCurrentLabel, drawMarks, drawRecord } from "../../../../static/js/stage/paint/stage.js";
import { lossRadius } from "../../../../static/js/stage/paint/ends.js";
import { readPicture } from "../../../../static/js/record/picture.js";
import { buildScene } from "../../../../static/js/stage/scene.js";
import { placeAt } from "../../../../static/js/stage/under.js";
import { xOf } from "../../../../static/js/stage/axis.js";
import { tilesOf, wayX } from "../../../../static/js/stage/matrices.js";
import { initialState } from "../../../../static/js/run/state.js";
import { callsOf, recordingBitmaps, recordingContext, textsOf } from "../recording.js";
import { recordWithLogNorms, sampleRecord } from "../sample.js";

const SIZE = { width: 764, height: 620, U: 1 };

function sceneOf(record, { config = {}, task = null, state = {}, domain = [-4, 2] } = {}) {
  const picture = record ? readPicture(record, config, task) : null;
  return buildScene(picture, { ...initialState({ config }), ...state }, SIZE, domain, 0.9);
}

function drawn(record, options = {}) {
  const scene = sceneOf(record, options);
  const ctx = recordingContext();
  const bitmaps = recordingBitmaps();
  drawRecord(ctx, scene, bitmaps, 1);
  const chrome = recordingContext();
  drawChrome(chrome, scene);
  return { ctx, scene, bitmaps, texts: textsOf(ctx), labels: textsOf(chrome) };
}

const riverPixels = (bitmaps) => bitmaps("river/0").pixels.filter((word) => word >>> 24 > 0).length;
const river = (exponent, T = 6) => recordWithLogNorms(new Array(T).fill(exponent * Math.LN10));

/** The horizontal pieces stroked on the lane's midline. */
function midlineDashes({ ctx, scene }) {
  const { mid } = scene.layout.lanes[0];
  return callsOf(ctx, "lineTo").filter(([, y, state]) => y === mid && state.strokeStyle === scene.palette.backward);
}

test("before the first record the bed, axes and labels stand", () => {
  const ctx = recordingContext();
  drawChrome(ctx, sceneOf(null, { config: { sequence_length: 24, hidden_size: 16 } }));
  const texts = textsOf(ctx);
  for (const word of ["loss", "target", "units", "input", "10⁶", "10⁻¹²", "1", "24", "10⁻²"])
    assert.ok(texts.includes(word), word);
  const beds = callsOf(ctx, "fill").filter(([state]) => state.fillStyle === palette("light").bed);
  assert.equal(beds.length, 1);
});

test("10⁻³⁰, 10⁻¹⁰ and exact zero are three different pictures on the default ruler", () => {
  const faint = drawn(river(-10));
  assert.ok(riverPixels(faint.bitmaps) > 14 * 500, "a ribbon 14 px wide");
  assert.equal(midlineDashes(faint).length, 0);

  const dry = drawn(river(-30));
  assert.equal(riverPixels(dry.bitmaps), 0);
  const dashes = midlineDashes(dry);
  assert.ok(dashes.length > 20, "a dashed bed");
  assert.ok(dry.texts.some((text) => text.startsWith("below 10⁻¹²")));
  assert.ok(dry.texts.some((text) => text.includes("10⁻³⁰ at t = 1")));

  const zero = drawn(recordWithLogNorms(new Array(6).fill(Number.NEGATIVE_INFINITY)));
  assert.equal(riverPixels(zero.bitmaps), 0);
  assert.equal(midlineDashes(zero).length, 0);
  assert.ok(zero.texts.includes("exactly 0: no loss reaches here"));
});

test("10⁻¹⁵ and 10⁻³⁰ differ too: fewer dashes further below", () => {
  assert.ok(midlineDashes(drawn(river(-15))).length > 1.5 * midlineDashes(drawn(river(-30))).length);
});

test("NaN is hatched and says so, infinity is solid ink", () => {
  const nan = drawn(recordWithLogNorms(new Array(6).fill(Number.NaN)));
  assert.ok(nan.texts.includes("NaN: no gradient"));
  const infinite = drawn(recordWithLogNorms(new Array(6).fill(Number.POSITIVE_INFINITY)));
  const { layout } = infinite.scene;
  const solid = callsOf(infinite.ctx, "fillRect").filter(
    ([, y, , height, state]) => y === layout.lanes[0].top && height > 100 && state.fillStyle === palette("light").ink,
  );
  assert.equal(solid.length, 1);
});

test("a flood carries waves, a calm river none", () => {
  const strokes = ({ ctx }) =>
    callsOf(ctx, "stroke").filter(
      ([state]) => state.strokeStyle === palette("light").paper && state.globalAlpha === 0.75,
    );
  assert.equal(strokes(drawn(river(4))).length, 1);
  assert.equal(strokes(drawn(river(1))).length, 0);
});

test("what is larger than the ruler reaches is marked with its number", () => {
  assert.ok(
    drawn(river(3), { state: { ruler: "near" } }).texts.some((text) =>
      /^1\.0.×.10³ at t = 1$|^1000 at t = 1$/.test(text),
    ),
  );
  assert.ok(!drawn(river(3)).texts.some((text) => text.endsWith("at t = 1")));
});

test("the offer of another ruler stays clear of the ruler", () => {
  const offered = (exponent, ruler) =>
    drawn(river(exponent), { state: { ruler } }).texts.find((text) => /^(see|wider) /.test(text));
  assert.equal(offered(-6, "near"), "see 10⁻¹²…10⁶");
  assert.equal(offered(0, "far"), "see 10⁻⁴…10²");
  assert.equal(offered(-20, "far"), "wider scale");
  assert.equal(offered(0, "near"), undefined);
});

test("with a cell state the other ruler is offered beside its lane, clear of what is written there, where a click takes it", () => {
  for (const cell of ["lstm", "ln_lstm"]) {
    const record = river(0);
    const { ln_dh_norm } = record.tensors;
    Object.assign(record.tensors, { ln_dc_norm: ln_dh_norm, dc_norm_used: record.tensors.dh_norm_used });
    const { ctx, scene } = drawn(record, { config: { cell, clip: "norm" }, state: { ruler: "far" } });
    const { layout } = scene;
    const [, lane] = layout.lanes;
    const chrome = recordingContext();
    drawChrome(chrome, scene);
    const written = [ctx, chrome].flatMap((one) =>
      callsOf(one, "fillText").map(([text, x, y, { textAlign }]) => {
        const width = 0.58 * 11 * text.length;
        return { text, y, from: textAlign === "right" ? x - width : x, to: textAlign === "right" ? x : x + width };
      }),
    );
    const offer = written.find(({ text }) => text === "see 10⁻⁴…10²");
    assert.ok(offer && offer.y > lane.top && offer.y + 6 <= lane.bottom, `${cell}: ${offer?.y}`);
    assert.equal(placeAt(layout, offer.from + 5, offer.y).row, "ruler");
    for (const { text, y, from, to } of written) {
      if (text === offer.text || to <= offer.from || from >= offer.to) continue;
      assert.ok(Math.abs(y - offer.y) >= 12, `“${text}” at ${y}, the offer at ${offer.y}`);
    }
  }
});

test("norm clipping puts one weir at the mouth and says what it leaves", () => {
  const record = sampleRecord({ T: 6, meta: { clip_scale: 0.302 } });
  const { texts, ctx, scene } = drawn(record, { config: { clip: "norm", clip_threshold: 1 } });
  assert.ok(texts.join(" ").includes("clipped to 30 %"), "in one line or two");
  const posts = callsOf(ctx, "fillRect").filter(([x, , width]) => x === scene.layout.left - 4 && width === 3);
  assert.equal(posts.length, 2);
  assert.ok(drawn(sampleRecord({ T: 6 }), { config: { clip: "norm" } }).texts.includes("not clipped"));
  const little = sampleRecord({ T: 6, meta: { clip_scale: 0.9999 } });
  assert.ok(drawn(little, { config: { clip: "norm" } }).texts.includes("just clipped"), "not “to 100 %”");
  assert.ok(!drawn(sampleRecord({ T: 6 })).texts.some((text) => text.includes("clipped")));
});

test("a very small part takes a second line instead of running into the ruler", () => {
  const record = sampleRecord({ T: 6, meta: { clip_scale: 1.8e-13 } });
  const { texts } = drawn(record, { config: { clip: "norm" } });
  assert.ok(texts.includes("clipped") && texts.some((text) => /^to 2.×.10⁻¹¹ %$/.test(text)), texts.join());
});

test("per-timestep clipping puts gate posts where it cut, and dashes the river without it", () => {
  const record = recordWithLogNorms([9, 8, 7, 0]);
  record.tensors.dh_norm_used.data.set([0, 2, 2, 2, 1]);
  const { ctx, scene } = drawn(record, { config: { clip: "timestep", clip_threshold: 2 } });
  const posts = callsOf(ctx, "fillRect").filter(
    ([, y, width, , state]) => y === 118 && width < 4 && state.fillStyle === scene.palette.ink,
  );
  assert.equal(posts.length, 3);
  assert.ok(callsOf(ctx, "bezierCurveTo").length >= 6);
});

test("truncation draws a double line through the lane at every cut", () => {
  const { ctx, scene } = drawn(sampleRecord({ T: 6 }), { config: { k1: 3, k2: 3 } });
  const { top, bottom } = scene.layout.lanes[0];
  const lines = callsOf(ctx, "lineTo").filter(([, y]) => y === bottom + 4);
  assert.equal(lines.length, 2);
  assert.ok(callsOf(ctx, "moveTo").some(([, y]) => y === top - 4));
});

test("each loss has a disc and a tributary, a timestep without target a dash and a hollow dot", () => {
  const record = sampleRecord({ T: 6, hasLoss: (t) => t > 2 });
  const { ctx, scene } = drawn(record);
  const y = scene.layout.loss.y;
  assert.equal(callsOf(ctx, "arc").filter(([, at]) => at === y).length, 4);
  assert.equal(callsOf(ctx, "quadraticCurveTo").length, 8);
  assert.equal(callsOf(ctx, "moveTo").filter(([, at]) => at === Math.round(y) + 0.5).length, 2);
});

test("packed columns have one tributary a group and no arrows", () => {
  const { ctx, scene } = drawn(sampleRecord({ T: 120 }));
  assert.equal(scene.layout.packed, true);
  assert.equal(callsOf(ctx, "quadraticCurveTo").length, 2 * (120 / scene.layout.group));
  const rowOfHeads = callsOf(ctx, "lineTo").filter(([, y]) => Math.abs(y - scene.layout.units.bottom - 5.2) < 1e-9);
  assert.equal(rowOfHeads.length, 0);
});

test("the disc's area grows with the loss, the baseline's has the radius 7.5", () => {
  const layout = sceneOf(sampleRecord({ T: 6 })).layout;
  const picture = readPicture(sampleRecord({ T: 6 }), {}, null);
  picture.loss = Float64Array.of(1, 0.25, 0, 100, 1, 1);
  assert.equal(lossRadius(picture, layout, 1), 7.5);
  assert.equal(lossRadius(picture, layout, 2), 3.75);
  assert.equal(lossRadius(picture, layout, 3), 1.4);
  assert.equal(lossRadius(picture, layout, 4), 9);
});

/** Runs of painted pixels in the row of tiles. */
function tilesDrawn({ ctx, bitmaps }, matrix) {
  if (!callsOf(ctx, "drawImage").some(([image]) => image.name === `tile/${matrix}`)) return 0;
  const { pixels, width, height } = bitmaps(`tile/${matrix}`);
  const row = [...pixels.subarray(width * (height >> 1), width * ((height >> 1) + 1))];
  return row.filter((word, i) => word !== 0 && (i === 0 || row[i - 1] === 0)).length;
}

test("the same small matrices stand on every arrow, once each in the gutter with how often they are used", () => {
  const few = drawn(sampleRecord({ T: 12 }));
  assert.deepEqual(
    ["W_xh", "W_hh", "W_hy"].map((matrix) => tilesDrawn(few, matrix)),
    [12, 11, 12],
  );
  assert.equal(few.labels.filter((text) => text === "× 12").length, 2);
  assert.ok(few.labels.includes("× 11"));
  assert.equal(tilesDrawn(drawn(sampleRecord({ T: 40 })), "W_hh"), 0);
});

test("packed, tiles and ways go; the matrices and their counts stay", () => {
  const packed = drawn(sampleRecord({ T: 120 }));
  assert.deepEqual(
    ["W_xh", "W_hh", "W_hy"].map((matrix) => tilesDrawn(packed, matrix)),
    [0, 0, 0],
  );
  for (const count of ["× 120", "× 119"]) assert.ok(packed.labels.includes(count), count);
});

test("a learned initial state is one use of W_hh more", () => {
  const record = sampleRecord({ T: 12 });
  record.tensors.h.data[1] = 0.5;
  assert.equal(drawn(record).labels.filter((text) => text === "× 12").length, 3);
});

test("from each h_t a line in the colour of what goes forward leads to its output, beneath the river", () => {
  const picture = drawn(sampleRecord({ T: 6 }));
  const { layout } = picture.scene;
  const { forward } = picture.scene.palette;
  const boxes = picture.ctx.calls.filter(([name, , , , , state]) => name === "fillRect" && state.fillStyle === forward);
  const lines = boxes.filter(([, x, , width]) => Math.abs(x + width / 2 - wayX(layout, 3)) < 1e-9);
  assert.equal(lines.length, 1);
  const [, x, y, width, height] = lines[0];
  assert.ok(y > layout.output.top - 4 && y < layout.output.bottom + 4, `it ends at ${y}`);
  assert.ok(Math.abs(y + height - layout.units.top) < 2, "it begins at the units");
  const across = boxes.filter(([, left, top]) => Math.abs(left - x - width) < 1e-9 && top === y);
  assert.equal(across.length, 1);
  assert.ok(Math.abs(across[0][1] + across[0][3] - xOf(layout, 3)) < 1e-9, "and turns to the output");
  const order = picture.ctx.calls.map(([name, image]) => (name === "drawImage" ? image.name : ""));
  assert.ok(picture.ctx.calls.indexOf(lines[0]) < order.indexOf("river/0"));
});

test("T = 1 draws: W_xh and W_hy once, no arrow and no W_hh in use", () => {
  const one = drawn(sampleRecord({ T: 1 }));
  assert.deepEqual(
    one.labels.filter((text) => text.startsWith("×")),
    ["× 1", "× 1"],
  );
  assert.equal(tilesDrawn(one, "W_hh"), 0);
});

test("one-hot inputs stand as letters on tiles, blanks and line ends as signs", () => {
  const x = { shape: [3, 4], data: Float32Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0) };
  const task = { inputs: ["q", " ", "\n", "blank"] };
  const { texts } = drawn(sampleRecord({ T: 3, tensors: { x } }), { task });
  for (const symbol of ["q", "␣", "↵"]) assert.ok(texts.includes(symbol), symbol);
});

test("the first number that is not finite is framed in the error colour and named", () => {
  const record = sampleRecord({ T: 6 });
  record.tensors.h.data[3 * 4 + 1] = Number.POSITIVE_INFINITY;
  record.tensors.h.data[4 * 4] = Number.NaN;
  const { texts, ctx, scene } = drawn(record);
  assert.ok(texts.includes("∞"));
  assert.equal(callsOf(ctx, "stroke").filter(([state]) => state.strokeStyle === scene.palette.error).length, 1);
});

test("the frame stands where the message says: at y_5 when the output overflows before the state after it", () => {
  const record = sampleRecord({ T: 6 });
  record.tensors.y.data[4] = Number.POSITIVE_INFINITY;
  record.tensors.h.data[6 * 4] = Number.POSITIVE_INFINITY;
  const { ctx, scene } = drawn(record);
  const { output } = scene.layout;
  const frames = ctx.calls.filter(
    ([name, ...args]) => /^stroke/.test(name) && args.at(-1).strokeStyle === scene.palette.error,
  );
  assert.equal(frames.length, 1);
  const [, x, y, width, height] = frames[0];
  assert.ok(Math.abs(x + width / 2 - xOf(scene.layout, 5)) < 1e-9);
  assert.ok(y < output.top && y + height > output.bottom);
});

test("a gradient that is not finite is framed in the river, the last timestep's first", () => {
  const record = sampleRecord({ T: 6 });
  for (const t of [2, 3]) record.tensors.dh.data[t * 4] = Number.NaN;
  assert.deepEqual(readPicture(record, {}, null).firstBad, {
    ...{ of: "dh", ending: "" },
    ...{ t: 3, unit: 0, value: Number.NaN },
  });
});

test("saturated units carry a dot, values beyond ±1 a bar; the legend names the dot", () => {
  const calm = sampleRecord({ T: 6, H: 16 });
  calm.tensors.h.data.fill(0.5);
  const record = sampleRecord({ T: 6, H: 16 });
  record.tensors.h.data.fill(0.5);
  record.tensors.h.data[25] = 3;
  record.tensors.h.data[26] = -0.97;
  const dots = ({ ctx }) => callsOf(ctx, "arc").filter(([, , radius]) => radius === 1.4).length;
  const bars = ({ ctx }) => callsOf(ctx, "rect").filter(([, , width, height]) => width === 5 && height === 1.4).length;
  const [before, after] = [drawn(calm), drawn(record)];
  assert.deepEqual([dots(before), bars(before)], [0, 0]);
  assert.deepEqual([dots(after), bars(after)], [1, 1]);
  const gated = drawn(record, { config: { cell: "gru" } });
  assert.deepEqual([dots(gated), bars(gated)], [0, 1], "the state of a gated cell has no slope of its own");
  for (const [scene, named] of [
    [after.scene, true],
    [gated.scene, false],
  ]) {
    const ctx = recordingContext();
    drawChrome(ctx, scene);
    assert.equal(textsOf(ctx).includes("saturated"), named);
  }
});

test("exact zeros of the gradient leave paper in units × time, other values a tile", () => {
  const record = sampleRecord({ T: 2, H: 2 });
  record.tensors.dh.data.set([0, 0, 0, 1e-30, 1, 1]);
  const { bitmaps } = drawn(record);
  const { pixels, width, height } = bitmaps("track");
  const at = (t, unit) => pixels[Math.floor((unit + 0.3) * (height / 2)) * width + Math.floor((t - 0.5) * (width / 2))];
  assert.equal(at(1, 0), 0);
  assert.notEqual(at(1, 1), 0);
  assert.notEqual(at(1, 1), at(2, 1));
});

test("with a loss hovered the others fall back", () => {
  const plain = drawn(sampleRecord({ T: 6 })).bitmaps("river/0").pixels;
  const hovered = drawn(sampleRecord({ T: 6 }), { state: { hover: { t: 2, source: 6 } } });
  assert.equal(hovered.scene.highlight, 6);
  assert.notDeepEqual(hovered.bitmaps("river/0").pixels, plain);
  const alone = drawn(recordWithLogNorms([0, 0, 0]), { state: { hover: { t: 3 } } });
  assert.equal(alone.scene.highlight, 0, "a lone loss has nothing to stand out from");
});

const LEGEND_NAMES = ["all losses", "only E₆", "(γσ)ⁿ, bound for E₆", "before: T = 16"];

test("on a phone the legend takes a second row before it leaves a line without its name", () => {
  const ghost = { label: "T = 16", ln_dh_norm: new Float64Array(17), T: 16, at: 0, fields: "sequence_length" };
  const legendAt = (/** @type {number} */ width) => {
    const scene = buildScene(
      readPicture(sampleRecord({ T: 6 }), {}, null),
      { ...initialState({}), ghost },
      { width, height: 520, U: 1 },
      [-4, 2],
      0.9,
    );
    const ctx = recordingContext();
    drawChrome(ctx, scene);
    const rows = callsOf(ctx, "fillText").filter(([text]) => LEGEND_NAMES.includes(text));
    assert.deepEqual(
      rows.map(([text]) => text),
      LEGEND_NAMES,
    );
    for (const [text, x] of rows) assert.ok(x + 0.58 * 11 * text.length <= width, text);
    const { labels, norm } = scene.layout;
    const ys = [...new Set(rows.map(([, , y]) => y))];
    for (const y of ys) assert.ok(y - 5.5 >= labels.y + 5.5 && y + 5.5 <= norm.top, "between timesteps and chart");
    return ys.length;
  };
  assert.equal(legendAt(900), 1);
  assert.equal(legendAt(400), 2);
});

test("a number beside that of the pinned timestep is there or not, never cut", () => {
  const picture = readPicture(sampleRecord({ T: 24 }), {}, null);
  const scene = buildScene(picture, initialState({}), { width: 390, height: 520, U: 1 }, [-4, 2], 0.9);
  const chrome = recordingContext();
  drawChrome(chrome, scene);
  const { layout } = scene;
  const numbers = callsOf(chrome, "fillText").filter(([, , y]) => y === layout.labels.y);
  const half = (2 * 0.58 * 11) / 2;
  for (let t = 1; t <= 24; t += 1) {
    const ctx = recordingContext();
    drawCurrentLabel(ctx, scene, t);
    const [[left, , width]] = callsOf(ctx, "fillRect");
    const right = left + width;
    for (const [text, x] of numbers) {
      const cut =
        (x - half < left - 0.01 && x + half > left + 0.01) || (x - half < right - 0.01 && x + half > right + 0.01);
      assert.ok(!cut, `${text} beside ${t}`);
    }
  }
});

test("the legend names every line it shows, the ghost too", () => {
  const ghost = { label: "T = 16", ln_dh_norm: new Float64Array(17), T: 16, at: 0, fields: "sequence_length" };
  const { labels } = drawn(sampleRecord({ T: 24 }), { state: { ghost } });
  for (const label of ["all losses", "only E₂₄", "(γσ)ⁿ, bound for E₂₄", "before: T = 16"])
    assert.ok(labels.includes(label), label);
});

test("a line that leaves the frame ends in a triangle", () => {
  const falling = recordWithLogNorms([-20, -10, -3, 0].map((e) => e * Math.LN10));
  const { ctx, scene } = drawn(falling);
  const { bottom } = scene.layout.norm;
  assert.equal(callsOf(ctx, "lineTo").filter(([, y]) => y === bottom + 5).length, 1);
});

test("the hovered and the pinned timestep have their band, the pinned one its outline and forward line", () => {
  const scene = sceneOf(sampleRecord({ T: 6 }));
  const bands = (marks) => {
    const ctx = recordingContext();
    drawMarks(ctx, scene, { hover: null, pin: null, ...marks });
    const { height } = { height: scene.layout.band.bottom - scene.layout.band.top };
    return {
      bands: callsOf(ctx, "fillRect").filter(([, , , h, state]) => h === height && state.globalAlpha === 0.055).length,
      lines: callsOf(ctx, "stroke").filter(([state]) => state.strokeStyle === scene.palette.forward).length,
      texts: textsOf(ctx),
    };
  };
  assert.equal(bands({}).bands, 0);
  assert.deepEqual([bands({ hover: { t: 3 } }).bands, bands({ hover: { t: 3 } }).lines], [1, 0]);
  assert.deepEqual(
    [bands({ hover: { t: 3 }, pin: { t: 3 } }).bands, bands({ hover: { t: 3 }, pin: { t: 3 } }).lines],
    [1, 1],
  );
  assert.equal(bands({ hover: { t: 2 }, pin: { t: 5 } }).bands, 2);
  assert.ok(bands({ pin: { t: 5 } }).texts.includes("5"));
});

test("a pair of a loss and a timestep lights its path: down from the loss, back through the states, to the weights", () => {
  const scene = sceneOf(sampleRecord({ T: 6 }));
  const ctx = recordingContext();
  drawMarks(ctx, scene, { hover: { t: 3, source: 6, k: 3 }, pin: null, weights: "W_hh" });
  const { backward } = scene.palette;
  const points = callsOf(ctx, "lineTo").filter(
    ([, , state]) => state.strokeStyle === backward && state.lineWidth === 3.2,
  );
  const tile = tilesOf(scene.layout, "W_hh").find(({ t }) => t === 3);
  assert.ok(
    points.some(([x, y]) => x === tile.x + tile.width / 2 && y === tile.y + tile.height),
    "it ends at the tile",
  );
  const [framed] = callsOf(ctx, "strokeRect").filter(([, , , , state]) => state.strokeStyle === backward);
  assert.ok(framed[0] < tile.x && framed[2] > tile.width);
  assert.equal(textsOf(ctx).filter((text) => text.startsWith("∂h")).length, 3, "∂h_6/∂h_5, ∂h_5/∂h_4, ∂h_4/∂h_3");
});

test("a chosen unit's cell is framed, in the row that shows it", () => {
  const scene = sceneOf(sampleRecord({ T: 6, H: 256 }));
  const ctx = recordingContext();
  drawMarks(ctx, scene, { hover: { t: 2, unit: 255 }, pin: null });
  const [[, y, , height]] = callsOf(ctx, "strokeRect");
  const { units } = scene.layout;
  assert.ok(y + height <= units.bottom + 2 && y >= units.bottom - 2 * units.rowHeight - 2);
});

test("every text is at least 10 px and stays within the stage", () => {
  for (const record of [sampleRecord({ T: 24, H: 16 }), sampleRecord({ T: 120 }), sampleRecord({ T: 1 })]) {
    const scene = sceneOf(record);
    const ctx = recordingContext();
    drawChrome(ctx, scene);
    drawRecord(ctx, scene, recordingBitmaps(), 1);
    for (const [text, x, y, state] of callsOf(ctx, "fillText")) {
      assert.ok(Number.parseFloat(state.font.match(/([\d.]+)px/)[1]) >= 10, text);
      assert.ok(x >= 0 && x <= 764 && y >= 0 && y <= 620, `${text} at ${x}, ${y}`);
    }
  }
});

import assert from "node:assert/strict";
import test from "node:test";
import { readPicture } from "../../../static/js/record/picture.js";
import { drawnLag } from "../../../static/js/first/flow_name.js";
import { elsewhereWords, missingWords, NAMES, neededLagSaid } from "../../../static/js/words/names.js";
import { echoWords, paceWords, plainWords, progressWords } from "../../../static/js/words/first.js";
import { formatNumber } from "../../../static/js/lib/format.js";
import { chosenRecord } from "../../../static/js/record/chosen.js";
import { readoutLines } from "../../../static/js/stage/readout.js";
import { initialState } from "../../../static/js/run/state.js";
import { deepRecord } from "../stage/deep.js";
import { nothingCarried, sampleRecord } from "../stage/sample.js";

const CONFIG = { clip: "norm", clip_threshold: 1, task: "echo" };
const pictureOf = (options = {}, config = {}) =>
  readPicture(sampleRecord({ T: 8, H: 6, ...options }), { ...CONFIG, ...config }, null);

test("every name has two lengths and a sentence with the numbers of the picture", () => {
  const picture = pictureOf({ meta: { clip_scale: 0.25 } });
  for (const [key, { long, short, said }] of Object.entries(NAMES)) {
    assert.ok(short(picture).length <= long(picture).length, key);
    const sentence = said(picture, { t: 4, source: 6 });
    assert.match(sentence, /[.]$/, key);
    assert.doesNotMatch(sentence, /NaN|undefined|null|Infinity/, `${key}: ${sentence}`);
    assert.ok(sentence.length <= 180, `${key}: ${sentence.length} characters`);
  }
});

test("a sentence's numbers are those of the record", () => {
  const record = sampleRecord({ T: 8, H: 6 });
  const picture = readPicture(record, CONFIG, null);
  record.tensors.loss_t.data[4] = 0.268;
  assert.match(NAMES.loss.said(picture, { t: 5 }), /E_5 is 0\.268/);
  record.tensors.x.data[2] = -1;
  assert.match(NAMES.input.said(picture, { t: 3 }), /x_3 is −1/);
  const share = picture.lanes[0].share;
  share[(6 - 1) * 9 + 4] = -0.28;
  assert.match(
    NAMES.against.said(picture, { t: 4, source: 6 }),
    /E_6 pulls the other way here: its share of ∂E\/∂h_4 is −28 %/,
  );
});

test("an h_0 that is not 0 is one more use of W_hh, and a carried one is where the gradient is cut", () => {
  const record = sampleRecord({ T: 8, H: 6 });
  assert.equal(NAMES.W_hh.long(readPicture(record, CONFIG, null)), "the same W_hh, 7 times");
  record.tensors.h.data[0] = 0.5;
  record.tensors.ln_dh_norm.data[0] = Math.log(0.125);
  const picture = readPicture(record, { ...CONFIG, carry_state: true }, null);
  assert.equal(NAMES.W_hh.long(picture), "the same W_hh, 8 times");
  assert.match(NAMES.start.said(picture, { t: 0 }), /of norm 0\.125, is discarded/);
});

test("a lower layer's names speak of the layer above it, an upper one's of the layer below, and none of a loss of its own", () => {
  const record = deepRecord({ layers: 2, T: 8, H: 6, I: 3 });
  const said = (layer, name) => {
    const picture = readPicture(chosenRecord(record, { layer, direction: "forward" }), CONFIG, null);
    return [NAMES[name].long(picture), NAMES[name].said(picture, { t: 4 })];
  };
  const [long, own] = said(1, "own");
  assert.equal(long, "cone: comes down from layer 2");
  const norm = formatNumber(record.tensors.dh_norm.data[4]);
  assert.ok(own.startsWith("Here layer 2 sends its gradient down, as at every timestep."), own);
  assert.ok(own.endsWith(`the norm of ∂E/∂h_4 is ${norm}.`), own);
  assert.match(said(2, "own")[1], /^Here E_4 joins what comes back from later steps/);
  assert.match(said(1, "W_xh")[1], /^The weights from the 3 inputs to the 6 units of layer 1,/);
  assert.deepEqual(said(2, "W_xh"), [
    "weights: layer 1 to 2",
    "The weights from the 6 units of layer 1 to the 6 units of layer 2, the same at every timestep.",
  ]);
  assert.match(said(2, "units")[1], /^The hidden state h_4 of layer 2, 6 units/);
});

test("where the sequence is read from its end, names say so: earlier losses come back, to the right", () => {
  const record = deepRecord({ layers: 1, directions: 2, T: 8, H: 6 });
  const picture = readPicture(chosenRecord(record, { layer: 1, direction: "reverse" }), CONFIG, null);
  assert.match(NAMES.own.said(picture, { t: 4 }), /joins what comes back from earlier steps/);
  assert.equal(NAMES.carried.long(picture), "carried back from earlier steps");
  const norm = formatNumber(record.tensors.dh_norm_reverse.data[3]); // row 3 is the state at t = 4
  assert.match(NAMES.carried.said(picture, { t: 4 }), /^Earlier losses come back through W_hh, from h_3 to h_4;/);
  assert.ok(NAMES.carried.said(picture, { t: 4 }).includes(`norm is ${norm}:`));
  assert.match(NAMES.W_hh.said(picture, { t: 4 }), /from every hidden state to the one before it/);
  assert.match(NAMES.W_hy.said(picture, { t: 4 }), /^The weights from the 6 units of each direction to the 1 output/);
});

test("what is carried over a gap has the number that stands there at the pointer", () => {
  const carried = Float64Array.from({ length: 9 }, (_, t) => t / 16);
  const picture = pictureOf({ tensors: { dh_carried_norm: { shape: [9], data: carried } } });
  assert.match(NAMES.carried.said(picture, { t: 4 }), /from h_4 to h_3; .* What is carried there has the norm 0\.188:/);
  const place = { row: "lane", t: 3, unit: null, lane: 0, carriedTo: 3 };
  assert.deepEqual(readoutLines({ picture }, place, 0), ["carried from h₄ to h₃: 0.188"]);
  const clipped = pictureOf({}, { clip: "timestep", clip_threshold: 5 });
  const norm = formatNumber(Math.exp(clipped.lanes[0].shown[3]));
  assert.ok(NAMES.carried.said(clipped, { t: 4 }).includes(`At h_3 the gradient’s norm is ${norm}:`));
});

test("a loss joins what comes back from others, and where nothing does the river begins with it", () => {
  const said = (options, t, config = {}) => NAMES.own.said(pictureOf(options, config), { t });
  assert.match(said({}, 4), /^Here E_4 joins what comes back from later steps: its share of ∂E\/∂h_4 is −?[\d.]+ %\.$/);
  const alone = (t) =>
    `Here the river begins with E_${t}: nothing comes back from later steps, all of ∂E/∂h_${t} is its own.`;
  assert.equal(said({}, 8), alone(8), "the last loss");
  assert.equal(said({ T: 1 }, 1), alone(1));
  assert.equal(said({ hasLoss: (t) => t < 6 }, 5), alone(5), "no later step has a loss");
  assert.equal(said({ tensors: nothingCarried(8) }, 4), alone(4), "W_hh is 0");
  assert.equal(said({}, 4, { k1: 2, k2: 2 }), alone(4), "truncation cuts between 5 and 4");
  assert.equal(said({ hasLoss: (t) => t % 5 === 0, T: 20 }, 5, { k1: 4, k2: 4 }), alone(5), "nor is one kept so far");
  const cell = { ln_dc_norm: { shape: [9], data: new Float64Array(9).fill(-1) } };
  assert.equal(
    said({ tensors: { ...nothingCarried(8), ...cell } }, 4, { cell: "lstm" }),
    "Here E_4 is all of ∂E/∂h_4: nothing comes back to h_4, only to c_4 through the forget gate.",
  );
  const deep = deepRecord({ layers: 2, T: 8, H: 6 });
  const lower = readPicture(chosenRecord(deep, { layer: 1, direction: "forward" }), CONFIG, null);
  assert.match(NAMES.own.said(lower, { t: 4 }), /With what is carried in layer 1 the norm/);
  assert.match(
    NAMES.own.said(lower, { t: 8 }),
    /Nothing is carried to h_8 in layer 1: the norm of ∂E\/∂h_8 is [\d.]+\.$/,
  );
});

test("where no matrix is on the way back the gate is named, and an embedding where the input is embedded", () => {
  const mingru = pictureOf({}, { cell: "mingru" });
  assert.match(
    NAMES.carried.said(mingru, { t: 4 }),
    /come back through the gate that keeps the state, from h_4 to h_3/,
  );
  const W_emb = { shape: [3, 2], data: Float64Array.of(1, 2, 3, 4, 5, 6) };
  assert.match(
    NAMES.W_xh.said(pictureOf({ I: 3, tensors: { W_emb } }), { t: 4 }),
    /from the 2 numbers of the input’s embedding to the 6 units,/,
  );
});

test("bars of clipping say what they cut, and where they cut nothing that too", () => {
  assert.match(NAMES.clip.said(pictureOf({ meta: { clip_scale: 0.25 } }), { t: 0 }), /leaves 25 % of its length/);
  assert.match(NAMES.clip.said(pictureOf({ meta: { clip_scale: 1 } }), { t: 0 }), /nothing is cut/);
  assert.match(
    NAMES.clip.said(pictureOf({}, { clip: "timestep", clip_threshold: 5 }), { t: 3 }),
    /at h_3 .* threshold 5/,
  );
  assert.match(NAMES.clip.long(pictureOf({}, { clip: "timestep", clip_threshold: 5 })), /^bars: clipped here$/);
  assert.match(NAMES.clip.long(pictureOf({}, { clip: "norm", clip_threshold: 5 })), /^two bars: clipping$/);
});

test("what has no name says why, and what helps where that is true", () => {
  const picture = pictureOf();
  assert.equal(missingWords([], picture, 45), "");
  assert.equal(missingWords(["W_xh"], picture, 45), "Not named here, for want of room: input to state.");
  assert.match(missingWords(["W_xh"], pictureOf({ T: 100 }), 45), /Up to T = 45 there is room for more names\.$/);
  for (const why of ["folded", "slow", "lanes"]) assert.match(elsewhereWords(why), /\.$/);
});

test("the first view says how fast it goes, and when it does not", () => {
  const open = {
    ...initialState(),
    rate: 2,
    phase: "running",
    connection: { status: "open", retryAt: null, attempt: 0 },
  };
  assert.equal(paceWords(open), "2 updates a second");
  assert.equal(paceWords({ ...open, rate: 1 }), "1 update a second");
  assert.equal(paceWords({ ...open, rate: null }), "as fast as possible");
  assert.equal(paceWords({ ...open, phase: "paused" }), "paused");
  assert.equal(paceWords({ ...open, phase: "diverged" }), "stopped");
  assert.equal(paceWords({ ...open, connection: { ...open.connection, status: "lost" } }), "not connected");
});

test("the first headline is the task with its loss; what goes wrong is said as everywhere", () => {
  const finding = { code: "learning", cause: null, values: { needed_lag: 2, loss: 0.3, baseline: 1 }, remedies: [] };
  const meta = { iteration: 36, loss_per_timestep: 0.268, baseline: 1, needed_lag: 2, finding };
  const record = sampleRecord({ T: 8, H: 6, meta });
  const state = { ...initialState({ config: CONFIG }), record, first: true };
  assert.equal(
    plainWords(state).finding,
    "The task is to repeat the value from 2 steps before: loss 0.268, without memory 1.00.",
  );
  assert.equal(progressWords(state), "iteration 36 · loss 0.268, without memory 1.00");
  const repeats = (lag) => ({
    ...state,
    record: sampleRecord({ meta: { ...meta, persistence: 0.04, needed_lag: lag } }),
  });
  assert.match(progressWords(repeats(2)), /, without memory 0\.0400$/, "who repeats the last value has none either");
  assert.match(progressWords(repeats(0)), /, without reading the input 1\.00$/, "who repeats it reads it");
  for (const [lag, sequence] of Object.entries({ 1: 2, 0: 1 })) {
    const short = { ...state, record: sampleRecord({ T: sequence, H: 6, meta: { ...meta, needed_lag: Number(lag) } }) };
    assert.match(progressWords(short), lag === "0" ? /, without reading the input 1\.00$/ : /, without memory 1\.00$/);
  }
  assert.deepEqual([0, 1, 2].map(echoWords), [
    "that same value",
    "the value from 1 step before",
    "the value from 2 steps before",
  ]);
  const diverged = { ...state, divergence: { iteration: 3, quantity: "h", timestep: 2, unit: 0, cause: "" } };
  assert.match(plainWords(diverged).finding, /^Stopped at iteration 3/);
});

test("the line in Flow has its name where it is drawn, and says what the task needs", () => {
  const at = (meta) => drawnLag({ ...initialState(), record: sampleRecord({ T: 8, H: 6, meta }) });
  assert.equal(at({ needed_lag: 2 }), 2);
  for (const lag of [null, 0, 8]) assert.equal(at({ needed_lag: lag }), null, `needed lag ${lag} of 8 timesteps`);
  const both = deepRecord({ layers: 1, directions: 2, T: 8, H: 6, meta: { needed_lag: 2 } });
  const seen = (direction) => drawnLag({ ...initialState(), record: chosenRecord(both, { layer: 1, direction }) });
  assert.deepEqual([seen("forward"), seen("reverse")], [2, null]);
  assert.match(neededLagSaid(2), /2 timesteps or more .* needs 2:/);
  assert.match(neededLagSaid(1), /1 timestep or more/);
});

test("a saturated unit's sentence has the slope of the activation there", () => {
  const record = sampleRecord({ T: 8, H: 6 });
  record.tensors.h.data[3 * 6 + 1] = 0.96;
  const picture = readPicture(record, { ...CONFIG, activation: "tanh" }, null);
  assert.match(
    NAMES.saturated.said(picture, { t: 3, unit: 1 }),
    /^Unit 2 of h_3 .* slope of tanh is 0\.0784, below 0\.1/,
  );
  record.tensors.h.data[3 * 6 + 1] = 0;
  const relu = readPicture(record, { ...CONFIG, activation: "relu" }, null);
  assert.match(
    NAMES.saturated.said(relu, { t: 3, unit: 1 }),
    /slope of relu is 0, below 0\.1, so no gradient passes it\.$/,
  );
});

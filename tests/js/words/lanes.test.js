import assert from "node:assert/strict";
import test from "node:test";
import {
  breakable,
  inAll,
  differences,
  laneNames,
  laneReading,
  laneWords,
  readoutOf,
  tableOf,
  tellLanes,
  titleOf,
} from "../../../static/js/words/lanes.js";
import { initialState, reduce } from "../../../static/js/run/state.js";
import { formatExp } from "../../../static/js/lib/format.js";
import { withLayer } from "../../../static/js/run/layer.js";
import { makeRecord } from "../records.js";
import { deepRecord } from "../stage/deep.js";

const CONFIG = {
  cell: "rnn",
  activation: "tanh",
  hidden_size: 16,
  forget_bias: 1,
  learning_rate: 0.01,
  task: "adding",
  lag: 8,
  sequence_length: 4,
  batch_size: 32,
  seed: 3,
};
const schema = { properties: { forget_bias: { title: "Forget bias" }, learning_rate: { title: "Learning rate" } } };

const state = (config, ln = 0) =>
  reduce(initialState({ config: { ...CONFIG, ...config }, schema }), {
    type: "record",
    record: makeRecord({ lnNorm: (t) => (t === 1 ? ln : 0) }),
  });

test("what is on in one lane and off in another is said, not answered with yes and no", () => {
  const named = (field) =>
    laneNames(
      [
        { ...CONFIG, [field]: false },
        { ...CONFIG, [field]: true },
      ],
      schema,
    );
  assert.deepEqual(named("carry_state"), ["state from zeros", "state carried"]);
  assert.deepEqual(named("bidirectional"), ["one direction", "both directions"]);
  assert.deepEqual(named("train_h0"), ["initial state fixed", "initial state learned"]);
});

test("layers are counted in words, so that no two numbers follow each other", () => {
  const configs = [1, 2, 4].map((num_layers) => ({ ...CONFIG, num_layers }));
  assert.deepEqual(laneNames(configs, schema), ["one layer", "two layers", "four layers"]);
});

test("a lane is called by what differs first", () => {
  const lstm = { ...CONFIG, cell: "lstm" };
  assert.deepEqual(laneNames([CONFIG, lstm], schema), ["rnn", "lstm"]);
  assert.deepEqual(laneNames([CONFIG, { ...CONFIG, activation: "leaky_relu" }], schema), ["tanh", "leaky relu"]);
  assert.deepEqual(laneNames([CONFIG, { ...CONFIG, learning_rate: 0.1 }], schema), [
    "learning rate 0.01",
    "learning rate 0.1",
  ]);
  assert.deepEqual(laneNames([CONFIG, CONFIG], schema), ["rnn", "rnn"]);
  assert.equal(laneWords(lstm, differences([CONFIG, lstm]), schema, "lstm"), "tanh, 16 units, forget bias 1");
});

test("lanes that would be called alike are called by what they do not share with the first", () => {
  const configs = [{}, { cell: "lstm" }, { activation: "relu" }, { learning_rate: 0.1 }].map((one) => ({
    ...CONFIG,
    ...one,
  }));
  const names = laneNames(configs, schema);
  assert.deepEqual(names, ["rnn", "lstm", "relu", "learning rate 0.1"]);
  const differing = differences(configs);
  assert.equal(laneWords(configs[2], differing, schema, names[2]), "rnn, 16 units, learning rate 0.01");
  assert.equal(laneWords(configs[3], differing, schema, names[3]), "rnn, tanh, 16 units");
  const twice = [{}, { cell: "lstm" }, { cell: "lstm", activation: "relu" }].map((one) => ({ ...CONFIG, ...one }));
  assert.deepEqual(laneNames(twice, schema), ["rnn", "lstm, tanh", "lstm, relu"]);
  const gated = [{ cell: "gru" }, { cell: "mingru", forget_bias: 0 }, { cell: "mingru", forget_bias: 3 }];
  const alike = gated.map((one) => ({ ...CONFIG, init: "orthogonal", ...one }));
  assert.deepEqual(laneNames(alike, schema), ["gru", "mingru, forget bias 0", "mingru, forget bias 3"]);
});

test("the table has in bold what differs, with what a cell has not as none", () => {
  const rows = tableOf([state({}, Math.log(1e-8)), state({ cell: "lstm" }, Math.log(0.5))]);
  assert.deepEqual(rows.slice(0, 2), [
    { label: "cell", values: ["rnn", "lstm"], bold: true },
    { label: "forget bias", values: ["none", "1"], bold: true },
  ]);
  const row = (label) => rows.find((one) => one.label === label).values;
  assert.deepEqual(row("‖∂E/∂h_1‖"), ["1.00\u2009×\u200910⁻⁸", "0.500"]);
  assert.deepEqual(row("data, seed"), ["same", "same"]);
  assert.deepEqual(row("parameters"), ["8", "8"]);
  const bare = state({});
  for (const name of ["W_xh", "W_hh", "b_h"]) delete bare.record.tensors[name];
  assert.equal(tableOf([bare, state({ seed: 4 })]).find(({ label }) => label === "parameters").values[0], "–");
  assert.equal(titleOf([CONFIG, { ...CONFIG, cell: "lstm" }]), "Two lanes, one difference");
});

test("in a narrow table long words and numbers may be parted, and what all have is said once", () => {
  assert.equal(breakable("orthogonal"), "ortho\u00adgonal");
  assert.equal(breakable("1.36\u2009×\u200910⁻¹²"), "1.36\u2009×\u200b\u200910⁻¹²");
  assert.equal(breakable("0.150"), "0.150");
  assert.equal(inAll("same"), "same in all");
});

test("other data are called other data", () => {
  const states = [state({}), state({ seed: 4 })];
  assert.deepEqual(tableOf(states).find(({ label }) => label === "data, seed").values, ["same", "other"]);
  assert.match(tellLanes(states).finding, /^Not the same data/);
});

test("the sentence says by what the gradient is multiplied on its way back, as the records have it", () => {
  const { finding } = tellLanes([state({}, Math.log(1e-4)), state({ cell: "lstm" }, Math.log(0.25))]);
  assert.equal(
    finding,
    "Same data, same seed: over 3 steps back ∂E/∂h_t is multiplied by 1.00\u2009×\u200910⁻⁴ in 1 (rnn), 0.250 in 2 (lstm).",
  );
  assert.match(tellLanes([state({}), state({})]).finding, /all the same/);
});

test("lanes of different layers say which one is shown, and what flows to the right shrinks on its way to the right", () => {
  const deep = (direction) => {
    const record = deepRecord({ layers: 2, directions: 2, T: 4, H: 2, decay: (lag) => 0.1 ** lag });
    const shown = { record, layer: 2, direction };
    const { bidirectional, num_layers } = { bidirectional: true, num_layers: 2 };
    return withLayer({ ...state({ bidirectional, num_layers }), ...shown, live: { record } }, state({}));
  };
  const told = ["forward", "reverse"].map((direction) => tellLanes([state({}, Math.log(2)), deep(direction)]));
  const factors = told.map(({ finding }) => /([\d.]+) in 2 /.exec(finding)?.[1]);
  const { data } = deep("forward").live.record.tensors.ln_dh_norm_l2;
  assert.equal(factors[0], formatExp(data[1] - data[4]));
  assert.equal(factors[1], factors[0], "the reverse direction of this record is the forward one, mirrored");
  assert.match(told[1].reason, /^Shown: layer 2, reverse direction in 2\. Loss /);
  const lone = deep("reverse");
  const { data: back } = lone.live.record.tensors.ln_dh_norm_l2_reverse;
  back.fill(Number.NEGATIVE_INFINITY);
  assert.doesNotMatch(tellLanes([state({}, Math.log(2)), lone]).finding, /∞/, "nothing starts that could grow");
  const row = tableOf([state({}), deep("reverse")]).find(({ label }) => label === "shown");
  assert.deepEqual(row.values, ["all", "layer 2, reverse direction"]);
});

test("a number that several lanes have is said once, and what clipping by timestep leaves is what is said", () => {
  const clips = ["none", "norm", "value", "timestep"];
  const states = clips.map((clip) => state({ clip }, Math.log(151)));
  states[3].record = {
    ...states[3].record,
    tensors: { ...states[3].record.tensors, dh_norm_used: { shape: [5], data: Float64Array.of(0, 0, 1, 1, 1) } },
  };
  const { finding, reason } = tellLanes(states);
  assert.match(finding, /is multiplied by 151 in 1, 2 and 3, 0 in 4\.$/);
  assert.match(reason, /^Loss [\d.]+ in 1, 2, 3 and 4; without reading the input 1\.00 can be reached\.$/);
  const row = (/** @type {string} */ wanted) => tableOf(states).find(({ label }) => label === wanted);
  assert.deepEqual(row("‖∂E/∂h_1‖").values, ["151", "151", "151", "0"]);
  assert.equal(row("data, seed"), undefined, "that is in the sentence");
  assert.equal(readoutOf(states, 2)[4], "4 clip timestep: 1.00");
});

test("the read-out has every lane's norm at the timestep", () => {
  assert.deepEqual(readoutOf([state({}, Math.log(2)), state({ cell: "gru" }, 0)], 1), [
    "‖∂E/∂h₁‖",
    "1 rnn: 2.00",
    "2 gru: 1.00",
  ]);
});

test("a lane says its horizon also where that is 0, and none where none was measured", () => {
  const reading = (horizon) => laneReading(/** @type {any} */ ({ loss_per_timestep: 1.13, horizon }));
  assert.deepEqual([0, 94, null].map(reading), ["loss 1.13 · horizon 0", "loss 1.13 · horizon 94", "loss 1.13"]);
});

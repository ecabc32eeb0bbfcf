import assert from "node:assert/strict";
import test from "node:test";
import { initialState } from "../../../static/js/run/state.js";
import {
  flowWords,
  gatesWords,
  lagsWords,
  lossWords,
  outputWords,
  slopeWords,
  spectrumWords,
  weightsWords,
} from "../../../static/js/words/views.js";
import { makeRecord } from "../records.js";
import { chosenRecord } from "../../../static/js/record/chosen.js";
import { deepRecord } from "../stage/deep.js";

/** A state that shows a record with these tensors beside the usual ones. */
function showing({ tensors = {}, config = { activation: "tanh", cell: "rnn" }, ...more } = {}) {
  const record = makeRecord(more);
  Object.assign(record.tensors, tensors);
  return { ...initialState({ config }, record), schema: { activations: { tanh: { gamma: 1 } } } };
}

const vector = (...values) => ({ shape: [values.length], data: Float64Array.from(values) });
const matrix = (rows) => ({ shape: [rows.length, rows[0].length], data: Float64Array.from(rows.flat()) });

test("under the loss: the number, its share of the baseline, clipped updates", () => {
  const words = lossWords(initialState({}, makeRecord()));
  assert.equal(words, "Loss 0.0160, 1.6 % of the baseline. Clipped in 412 of 412 updates.");
  assert.equal(
    lossWords(initialState({}, makeRecord({ meta: { loss_per_timestep: null } }))),
    "The loss is not finite.",
  );
  const held = { baseline: 1, persistence: 0.04, validation_loss: 0.25, validation_as_of: 408 };
  const series = (more) =>
    lossWords(initialState({ task: { loss: "squared_error" } }, makeRecord({ meta: { ...held, ...more } })));
  assert.equal(
    series({ iteration: 412 }),
    "Loss 0.0160, 1.6 % of the baseline, 40 % of repeating the last value. On the rows held out 0.250 (at iteration 408). Clipped in 412 of 412 updates.",
  );
  assert.match(series({ iteration: 408 }), /On the rows held out 0\.250\. /);
  const meta = { loss_per_timestep: 225, iteration: 0, clipped_updates: 0 };
  assert.equal(lossWords(initialState({}, makeRecord({ meta }))), "Loss 225, 225 times the baseline.");
});

test("under the flow: the last row, or the pinned column", () => {
  const state = initialState({}, makeRecord({ meta: { needed_lag: 2 } }));
  assert.equal(flowWords(state), "E_4, 2 steps back at h_2: 0.135; at h_1 it is 0.0498.");
  const whole = initialState({}, makeRecord({ meta: { needed_lag: 3 } }));
  assert.equal(flowWords(whole), "E_4 is 1.00 at h_4; at h_1 it is 0.0498.", "not h_1 twice");
  assert.equal(flowWords({ ...state, pin: { t: 2 } }), "E_2 contributes most to h_2: 1.00. E_4 arrives at 0.135.");
});

test("what a view needs may come with a later record, and that is said", () => {
  for (const words of [slopeWords, spectrumWords, lagsWords]) assert.match(words(showing()), /next record/);
  assert.match(lagsWords({ ...showing(), omitted: true }), /^Not computed: too expensive at this size/);
});

test("under the slope: the mean, what it can be at most, and how many are exactly 0 where a slope is 1 or 0", () => {
  const said = (mean, activation = "tanh") =>
    slopeWords(
      showing({
        tensors: { a: matrix([[0, 0]]), slope_mean: vector(mean - 0.01, mean + 0.01) },
        config: { activation, cell: "rnn" },
      }),
    );
  const multiplied = "each unit’s gradient is multiplied by its own slope.";
  assert.equal(said(0.62), `Mean slope 0.620, of at most 1.00: back through tanh ${multiplied}`);
  assert.equal(
    said(0.39, "relu"),
    `Mean slope 0.390: back through relu ${multiplied} It is 0 at 61 % of all units and timesteps.`,
  );
  assert.equal(said(Number.NaN), "The slope is not finite.");
});

test("under the lags: horizon, needed lag, and the cosine of just those lags", () => {
  const tensors = { lag_norm: vector(3, 2, 1, 0.01), truncation_cosine: vector(0.5, 0.91, 0.99, 1) };
  assert.equal(
    lagsWords(showing({ tensors, meta: { horizon: 2, needed_lag: 1 } })),
    "99 % of dW_hh lies in lags up to 2; the task needs 1. Lags 0…1 alone give a cosine of 0.910 with the whole.",
  );
  assert.equal(
    lagsWords(showing({ tensors, meta: { horizon: 0 } })),
    "99 % of dW_hh lies in lags up to 0. Lag 0 alone gives a cosine of 0.500 with the whole.",
  );
  assert.match(lagsWords(showing({ tensors })), /exactly 0/);
  const broken = { ...tensors, lag_norm: vector(3, Number.NaN, 1, 0) };
  assert.match(lagsWords(showing({ tensors: broken })), /^The gradient of W_hh is not finite/);
});

test("under the eigenvalues: sizes recomputed from them, and the bound from γ and σ", () => {
  const tensors = {
    eigenvalues: matrix([
      [0.6, 0.8],
      [0.6, -0.8],
    ]),
    singular_values: vector(1.21, 0.8),
    jacobian_norm: vector(1, 0.9, 1.1, 1),
  };
  assert.equal(
    spectrumWords(showing({ tensors })),
    "Eigenvalues up to ρ = 1.00; σ_max = 1.21. ‖∂h_t/∂h_t−1‖ is 0.900 to 1.10, in the geometric mean 0.997; γσ_max = 1.21 bounds it: γ is the activation’s steepest slope, σ_max the most W_hh stretches a vector.",
  );
  const gates = { shape: [4, 3, 2], data: new Float32Array(24) };
  assert.equal(
    spectrumWords(showing({ tensors: { ...tensors, gates }, config: { cell: "gru", activation: "tanh" } })),
    "Of the candidate’s block: eigenvalues up to ρ = 1.00; σ_max = 1.21. ‖∂h_t/∂h_t−1‖ is 0.900 to 1.10, in the geometric mean 0.997.",
  );
  const fate = (...lyapunov) => spectrumWords(showing({ tensors: { ...tensors, lyapunov: vector(...lyapunov) } }));
  assert.match(fate(-0.2, -3), /a vector\. Lyapunov λ₁ = −0\.200: small changes of the state fade\.$/);
  assert.match(fate(0.05, -3), /λ₁ = 0\.0500: small changes of the state grow\.$/);
  assert.match(fate(0, 0), /small changes of the state stay\.$/);
  assert.match(fate(-Infinity, -Infinity), /bounds it: [^.]+\.$/);
  const norms = (...jacobian_norm) =>
    spectrumWords(showing({ tensors: { ...tensors, jacobian_norm: vector(...jacobian_norm) } }));
  assert.match(norms(0, 1.1, 0, 0.5), /is exactly 0 at 2 of 4 timesteps, at most 1\.10;/);
  assert.match(norms(0, 0), /is exactly 0 at every timestep;/);
  assert.match(norms(Number.NaN, 1), /is not finite at every timestep;/);
  const record = deepRecord({ layers: 1, directions: 2, T: 2, H: 2 });
  for (const [name, tensor] of Object.entries({ ...tensors, jacobian_norm: vector(1, 1) })) {
    record.tensors[name] = tensor;
    record.tensors[`${name}_reverse`] = tensor;
  }
  const said = (direction) =>
    spectrumWords({ ...showing({ tensors }), record: chosenRecord(record, { layer: 1, direction }) });
  assert.match(said("forward"), /‖∂h_t\/∂h_t−1‖ is 1\.00/);
  assert.match(said("reverse"), /‖∂h_t\/∂h_t\+1‖ is 1\.00/, "it comes from the timestep after");
});

test("under the gates: the mean, and after how many steps half is left at that rate", () => {
  const gates = { shape: [4, 4, 2], data: new Float32Array(32).fill(0.5) };
  const state = showing({ tensors: { gates }, config: { cell: "lstm" } });
  assert.equal(
    gatesWords(state, "f"),
    "The forget gate f is open 50 % on average; if it stayed so, half of c would be left after 1.0 steps.",
  );
  assert.equal(gatesWords(state, "o"), "The output gate o is open 50 % on average.");
});

test("under a parameter: how often it is used, or what its gradient is", () => {
  const state = showing({ meta: { grad_norm: 5, grad_norms: { W_hh: 3 } } });
  assert.equal(weightsWords(state, "W_hh", false), "W_hh: 4 numbers, used at all 4 timesteps; the largest is 3.00.");
  assert.match(weightsWords(state, "W_hh", true), /next record/);
  state.record.tensors["grad.W_hh"] = state.record.tensors.W_hh;
  assert.equal(
    weightsWords(state, "W_hh", true),
    "‖∂L/∂W_hh‖ = 3.00 over the batch, before clipping, 36 % of the whole gradient’s square.",
  );
});

test("under the predictions: right ones for classes, the mean loss for values", () => {
  const loss_t = vector(0.5, 0.25, 0.25, 0);
  assert.equal(
    outputWords(showing({ tensors: { loss_t }, targets: [1, 2, 3] })),
    "This sequence, 3 of 4 timesteps with a target: mean loss 0.333.",
  );
  const classes = {
    y: matrix([
      [2, 1],
      [1, 2],
      [0, 1],
      [1, 0],
    ]),
    target: { shape: [4], data: Int32Array.from([0, 0, 1, -1]) },
    loss_t,
  };
  assert.equal(
    outputWords(showing({ tensors: classes })),
    "Right at 2 of 3 timesteps of this sequence; mean loss 0.333.",
  );
});

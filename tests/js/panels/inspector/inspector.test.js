import assert from "node:assert/strict";
import test from "node:test";
import { carriedLabel, noShareWords, startWords } from "../../../../static/js/words/inspector/timestep.js";
import { symbolIndex } from "../../../../static/js/panels/inspector/input.js";
import { reachWords } from "../../../../static/js/words/inspector/loss.js";
import { accountWords, pairNumbers } from "../../../../static/js/words/inspector/pair.js";
import { rangeOf, wayBack } from "../../../../static/js/panels/inspector/pair.js";
import { statusOf, titleOf } from "../../../../static/js/words/inspector/subject.js";
import { subjectOf } from "../../../../static/js/panels/inspector/subject.js";
import { arrowsIn } from "../../../../static/js/panels/inspector/update.js";
import { clipWords } from "../../../../static/js/words/inspector/update.js";
import { updateWords, useWords } from "../../../../static/js/words/inspector/weight.js";
import { ledger, lossGradient, ownGradient, ownShare } from "../../../../static/js/record/readings.js";
import { initialState } from "../../../../static/js/run/state.js";
import { chosenRecord } from "../../../../static/js/record/chosen.js";
import { makeRecord } from "../../records.js";
import { deepRecord } from "../../stage/deep.js";

test("what is carried is named by its first and its last loss", () => {
  assert.equal(carriedLabel(makeRecord({ T: 6 }), 2), "carried, E_3…6");
  assert.equal(carriedLabel(makeRecord({ T: 6 }), 5), "carried, E_6");
  assert.equal(carriedLabel(makeRecord({ T: 6 }), 6), "carried");
  assert.equal(carriedLabel(makeRecord({ T: 6, targets: [2, 6] }), 2), "carried, E_6");
  assert.equal(carriedLabel(makeRecord({ T: 6, targets: [2] }), 3), "carried");
});

test("what was chosen last is spoken of, else what is under the pointer", () => {
  const state = initialState({}, makeRecord());
  const kind = (more) => subjectOf({ ...state, ...more }).kind;
  assert.equal(kind({}), "nothing");
  assert.equal(kind({ hover: { t: 2, unit: 1 } }), "timestep");
  assert.equal(kind({ pin: { t: 2, source: 2 } }), "loss");
  assert.equal(kind({ hover: { t: 2, source: 2 } }), "timestep");
  assert.equal(kind({ pin: { t: 1, source: 3, k: 1 } }), "pair");
  assert.equal(kind({ weight: { tensor: "W_hh", index: [0, 1] } }), "weight");
});

test("where truncation lets no loss through the inspector says so, as the river does; elsewhere shares are of what is left", () => {
  const record = makeRecord({ T: 4 });
  assert.equal(ownShare(record, 2), 0.125);
  assert.equal(noShareWords(record, 2), "");
  record.tensors.share_used = { shape: [4, 5], data: new Float32Array(20).fill(0.75) };
  record.tensors.dh_norm_used = { shape: [5], data: Float64Array.of(0, 1, 0, 1, 1) };
  assert.equal(ownShare(record, 1), 0.75);
  assert.ok(Number.isNaN(ownShare(record, 2)));
  assert.equal(noShareWords(record, 2), "Truncated, no loss reaches h_2; full BPTT would bring it 1.00.");
  record.tensors.ln_dh_norm.data[2] = Number.NEGATIVE_INFINITY;
  assert.equal(noShareWords(record, 2), "No loss reaches h_2: ∂E/∂h_2 is exactly 0.");
});

test("what a sequence starts from is said where it starts: zeros, a parameter, the window before, what data bring", () => {
  const record = makeRecord({ T: 3, H: 2 });
  record.tensors.ln_dh_norm.data[0] = Math.log(0.25);
  record.tensors.h.data.set([0, 0]);
  assert.equal(startWords(record, 2, {}), "");
  assert.equal(startWords(record, 1, {}), "h_0 is 0.");
  assert.equal(startWords(record, 1, { carry_state: true }), "h_0 is 0.", "no window before the data's first");
  assert.match(startWords(record, 1, { train_h0: true }), /^h_0, learned: norm 0; trained by a gradient of norm 0\.25/);
  record.tensors.h.data.set([3, 4]);
  assert.match(startWords(record, 1, {}), /^h_0 comes with the data: norm 5/);
  const carried = startWords(record, 1, { carry_state: true });
  assert.match(
    carried,
    /^h_0, carried from the window before: norm 5(\.00)?; a gradient of norm 0\.25\d* is cut off there\.$/,
  );
  record.tensors.c = record.tensors.h;
  record.tensors.ln_dc_norm = record.tensors.ln_dh_norm;
  assert.match(
    startWords(record, 1, { carry_state: true }),
    /^h_0 and c_0, .*: norms 5.* and 5.*; gradients .* are cut/,
  );
});

test("beside a layer's title there is room for the unit alone", () => {
  const timestep = { kind: "timestep", t: 2, unit: 4, pinned: true };
  assert.deepEqual(statusOf(timestep, "Layer 2 reverse"), "unit 5 · ");
  assert.equal(statusOf({ kind: "pair", t: 3, k: 1, pinned: true }, "Layer 2"), "pinned · ");
});

test("titles and how it was chosen, counted as people count", () => {
  const timestep = { kind: "timestep", t: 2, unit: 4, pinned: true };
  assert.deepEqual([titleOf(timestep), statusOf(timestep)], ["Timestep 2", "pinned · unit 5 · "]);
  assert.equal(titleOf({ kind: "pair", t: 3, k: 1, pinned: true }), "E_3 at h_1");
  assert.equal(titleOf({ kind: "weight", tensor: "W_hh", index: [9, 5], pinned: true }), "W_hh [10, 6]");
});

test("a loss sends back twice the error, or probability less target; through W_hy it reaches one unit", () => {
  const record = makeRecord({ T: 2 });
  record.tensors.y.data.set([0.75, 0]);
  record.tensors.target.data.set([1, Number.NaN]);
  record.tensors.W_hy = { shape: [2, 1], data: Float64Array.from([2, -1]) };
  assert.deepEqual(lossGradient(record, 1), [-0.5]);
  assert.deepEqual(lossGradient(record, 2), [0]);
  assert.equal(ownGradient(record, 1, 0, false), -1);
  assert.equal(ownGradient(record, 1, 1, true), 0.5);
  record.tensors.y = { shape: [2, 2], data: Float32Array.from([0, 0, 0, 0]) };
  record.tensors.target = { shape: [2], data: Int32Array.from([1, -1]) };
  assert.deepEqual(lossGradient(record, 1), [0.5, -0.5]);
});

test("one entry of the flow: its size, and a ledger that adds up as printed", () => {
  const record = makeRecord();
  assert.equal(pairNumbers(record, 4, 1), "norm 0.0498; lag 3");
  assert.equal(
    accountWords(record, 4, 1),
    "From h_4 back to h_1: ln ratio −3.00 = −0.75 saturation − 2.25 recurrent weights",
  );
  assert.equal(accountWords(record, 4, 4), "");
  assert.equal(pairNumbers(makeRecord({ targets: [2] }), 4, 1), "no target, no loss: nothing flows");
  const zero = makeRecord({ lnFlow: (t, k) => (k < t ? Number.NEGATIVE_INFINITY : 0) });
  assert.equal(pairNumbers(zero, 4, 1), "norm exactly 0; lag 3");
});

test("the way back: sizes at every timestep, and halfway between what φ′ alone leaves", () => {
  assert.deepEqual(wayBack(makeRecord(), 3, 1), { sizes: [0, -1, -2], halfway: [-0.25, -1.25] });
});

test("the waterfall’s axis ends at a 1, 2 or 5", () => {
  const { low, high } = rangeOf([Math.log(0.3), Math.log(3)]);
  assert.deepEqual(
    [10 ** low, 10 ** high].map((end) => Number(end.toPrecision(6))),
    [0.2, 5],
  );
  assert.deepEqual(rangeOf([0, 0]), { low: 0, high: 1 });
});

test("one loss: its size where it arises and at the first timestep", () => {
  assert.equal(reachWords(makeRecord(), 4), "‖∂E_4/∂h_4‖ is 1.00; of it 0.0498 arrives at h_1.");
  assert.equal(reachWords(makeRecord(), 1), "‖∂E_1/∂h_1‖ is 1.00.");
});

test("one weight: how often it is used, and for plain descent where it goes next", () => {
  const record = makeRecord({ meta: { clip_scale: 0.5 } });
  assert.equal(useWords(record, "W_hh", [1, 1]), "3.000: one number, used at all 4 timesteps.");
  record.tensors.h.data.fill(0, 0, 2);
  const once = "3.000: one number, used at all 4 timesteps; at the first it meets h_0 = 0 and adds nothing.";
  assert.equal(useWords(record, "W_hh", [1, 1]), once);
  assert.equal(useWords(record, "b_h", [1]), "0.1000: one number, used at all 4 timesteps.");
  const state = initialState({ config: { optimizer: "sgd", learning_rate: 0.1, weight_decay: 0, clip: "norm" } });
  assert.equal(updateWords(state, record, 2), "The next update adds −0.100 × gradient × 0.500 by clipping: −0.100.");
  assert.equal(updateWords({ ...state, config: { ...state.config, optimizer: "adam" } }, record, 2), "");
});

test("an initial state is used once, and of an embedding each row where its class is read", () => {
  const record = makeRecord({ T: 4 });
  record.tensors.h0 = { shape: [2], data: Float64Array.of(0.5, 0) };
  record.tensors.W_emb = { shape: [3, 2], data: Float64Array.of(1, 2, 3, 4, 5, 6) };
  record.tensors.x = { shape: [4, 3], data: Float32Array.of(0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0) };
  assert.equal(useWords(record, "h0", [0]), "0.5000: one number, used once, where the state starts.");
  assert.match(useWords(record, "W_emb", [1, 0]), /used at 3 of 4 timesteps, where its class is read\.$/);
  assert.match(useWords(record, "W_emb", [2, 0]), /not used here: the shown sequence never reads its class\.$/);
});

test("by how much clipping cuts one entry is said only where it is the same for all", () => {
  const record = makeRecord({ meta: { clip_scale: 0.5 } });
  const config = { optimizer: "sgd", learning_rate: 0.1, weight_decay: 0 };
  const words = (clip) => updateWords(initialState({ config: { ...config, clip } }), record, 2);
  assert.deepEqual(["value", "timestep"].map(words), ["", ""]);
});

test("where a loss never comes by, there is no account of what became of it", () => {
  assert.equal(ledger(makeRecord({ targets: [1, 2] }), 2, 3), null, "h_3 is read after the last loss");
  const both = deepRecord({ layers: 1, directions: 2, T: 6, hasLoss: (t) => t > 2 });
  both.tensors.ln_flow_a_reverse = both.tensors.ln_flow_reverse;
  const reverse = chosenRecord(both, { layer: 1, direction: "reverse" });
  assert.equal(ledger(reverse, 3, 2), null, "E_3 is the first loss, and h_2 is read after it in reverse");
  assert.notEqual(ledger(reverse, 3, 5), null);
});

test("the next update: before and after clipping with the angle, or what clipping would do", () => {
  const words = (meta, config) =>
    clipWords(initialState({ config: { clip_threshold: 1, ...config } }), makeRecord({ meta }));
  assert.equal(
    words({ grad_norm: 4, clip_scale: 0.25, clip_angle: 0 }, { clip: "norm" }),
    "‖g‖ 4.00 before clipping, 1.00 after: × 0.250, in the same direction.",
  );
  assert.match(
    words({ grad_norm: 4, clip_scale: 0.5, clip_angle: 31.25 }, { clip: "value" }),
    /turned by 31\.[23]°\.$/,
  );
  assert.equal(
    words({ grad_norm: 4, clip_scale: 1, clip_angle: 0 }, { clip: "value" }),
    "‖g‖ 4.00. No entry is above 1: nothing is clipped.",
  );
  assert.match(
    words({ grad_norm: 4, clip_scale: 1 }, { clip: "none" }),
    /at 1 would leave × 0\.250, in the same direction/,
  );
  assert.match(words({ grad_norm: 0.5, clip_scale: 1 }, { clip: "norm" }), /below the threshold 1: nothing is clipped/);
  assert.match(words({ grad_norm: 0.5, clip_scale: 1 }, { clip: "none" }), /at 1 would change nothing/);
  const timestep = { clip: "timestep", clip_threshold: 5 };
  assert.equal(
    words({ grad_norm: 20, clip_scale: 0.5, clip_angle: 60 }, timestep),
    "‖g‖ 20.0 before clipping, 10.0 with each ‖∂E/∂h_t‖ clipped to 5: × 0.500, turned by 60.0°.",
  );
  assert.match(words({ grad_norm: 2, clip_scale: 1, clip_angle: 0 }, timestep), /above 5: nothing is clipped/);
  assert.match(words({ grad_norm: null }, { clip: "norm" }), /not finite/);
});

test("both arrows of the next update end inside their box, and are true to each other", () => {
  for (const degrees of [0, 5, 34, 79, 120, 170]) {
    for (const scale of [0.01, 0.4, 0.95, 1.2]) {
      const [before, after] = arrowsIn(50, scale, degrees);
      assert.ok(Math.abs(after.length / before.length - scale) < 1e-9);
      for (const { x, y, length, turn } of [before, after]) {
        const [endX, endY] = [x + length * Math.cos(turn), y - length * Math.sin(turn)];
        assert.ok(Math.min(x, endX) > 0 && Math.max(x, endX) < 268, `${degrees}°, × ${scale}: ${x} to ${endX}`);
        assert.ok(endY > 0 && y < 50, `${degrees}°, × ${scale}: up to ${endY}`);
      }
    }
  }
});

test("an input is a symbol where exactly one of three or more is 1", () => {
  const record = makeRecord({ T: 2 });
  assert.equal(symbolIndex(record, 1), null);
  record.tensors.x = { shape: [2, 3], data: Float32Array.from([0, 1, 0, 0.5, 0, 0]) };
  assert.equal(symbolIndex(record, 1), 1);
  assert.equal(symbolIndex(record, 2), null);
});

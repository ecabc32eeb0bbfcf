import assert from "node:assert/strict";
import test from "node:test";
import { positionOf } from "../../../static/js/panels/check.js";
import { bugFits } from "../../../static/js/record/check.js";
import { BUGS, factsOf, SEEN, symbolOf, verdict } from "../../../static/js/words/check.js";

const SOUND = { W_xh: 1e-10, W_hh: 3e-10, b_h: 1e-11, W_hy: 2e-12, b_y: 1e-13 };

function tensors(changes = {}) {
  const errors = { ...SOUND, ...changes };
  return Object.fromEntries(
    Object.entries(errors).map(([name, error]) => [name, { max_rel_error: error, samples: 8 }]),
  );
}

test("all agree: the largest difference is named", () => {
  const { caught, title, reason } = verdict(tensors(), null);
  assert.equal(caught, false);
  assert.equal(title, "All 5 tensors agree.");
  assert.match(reason, /3\.0.×.10⁻¹⁰, at W_hh\.$/);
});

test("a bug that changes nothing is not called caught", () => {
  assert.equal(verdict(tensors(), "drop_carried").caught, false);
});

test("only W_hh fails: what flows back is right, what it is multiplied with or summed over is not", () => {
  const { caught, title, reason } = verdict(tensors({ W_hh: 0.9 }), "stale_h");
  assert.equal(caught, true);
  assert.equal(title, "Caught: W_hh is wrong.");
  assert.match(reason, /∂E\/∂a_t is right/);
});

test("all recurrent tensors fail: what flows back is wrong", () => {
  const { title, reason } = verdict(tensors({ W_xh: 0.4, W_hh: 0.9, b_h: 0.2 }), "drop_carried");
  assert.equal(title, "Caught: W_xh, W_hh and b_h are wrong.");
  assert.match(reason, /carried from t\+1/);
});

test("the readout fails: everything is built on it", () => {
  assert.match(verdict(tensors({ b_y: 1 }), null).reason, /^The readout fails too/);
});

test("an error exactly at the limit, or none at all, does not pass", () => {
  assert.equal(verdict(tensors({ W_hh: 1e-5 }), null).caught, true);
  assert.equal(verdict(tensors({ W_hh: null }), null).caught, true);
});

test("a tensor of which nothing was compared is not called right", () => {
  const some = { ...tensors(), b_h: { max_rel_error: null, samples: 0 } };
  const { caught, title, reason } = verdict(some, null);
  assert.equal(caught, false);
  assert.equal(title, "4 of 5 tensors agree; the others could not be compared.");
  assert.match(reason, /Not compared: b_h, at a kink of the activation\.$/);
  const none = { b_h: { max_rel_error: null, samples: 0 } };
  assert.equal(verdict(none, null).title, "Nothing could be compared.");
});

test("entries at a kink are counted apart, and what is 0 on both sides is said to show little", () => {
  const entry = (more) => ({ max_rel_error: 1e-10, samples: 8, at_kink: 0, zero: 0, ...more });
  const some = { W_xh: entry({ at_kink: 3 }), W_hh: entry({ zero: 8 }), b_y: entry({ zero: 2 }) };
  assert.equal(
    verdict(some, null).reason,
    "The largest difference is 1.0\u2009×\u200910⁻¹⁰, at W_xh. Not compared: 3 entries, at a kink of the activation. Exactly 0 on both sides, which shows little: W_hh.",
  );
  const none = { ...some, W_xh: { max_rel_error: null, samples: 0, at_kink: 18, zero: 0 } };
  assert.match(verdict(none, null).reason, /Not compared: W_xh \(18 entries in all\), at a kink/);
  assert.equal(verdict(none, null).title, "2 of 3 tensors agree; the others could not be compared.");
});

test("a tensor that fails alone is not blamed on what is carried", () => {
  const { reason } = verdict(tensors({ b_h: 1 }), "bias_forgotten");
  assert.match(reason, /∂E\/∂a_t is right at every t/);
  assert.match(reason, /Typical of this bug: b_h alone fails/);
});

test("every bug has its name and a sentence on how it is seen", () => {
  assert.deepEqual(Object.keys(SEEN), Object.keys(BUGS));
});

test("a tensor's name is a symbol with its layer and direction below the line, and h0 keeps its 0", () => {
  const said = (name) => Object.values(symbolOf(name)).join("|");
  assert.deepEqual(["W_hh", "W_hh_l2_reverse", "b_h_reverse", "h0", "c0_l3", "W_emb"].map(said), [
    "W|hh",
    "W|hh, 2 ←",
    "b|h ←",
    "h|0",
    "c|0, 3",
    "W|emb",
  ]);
});

test("errors stand on a log axis and never beside it", () => {
  assert.equal(positionOf(1e-12), 0);
  assert.equal(positionOf(0), 0);
  assert.equal(positionOf(1e-5), 0.5);
  assert.equal(positionOf(1e9), 1);
  assert.equal(positionOf(null), 1);
});

test("whoever looks at the past is told that the network is checked as it is now", () => {
  const live = { iteration: 1412 };
  assert.doesNotMatch(factsOf({ past: null, live }), /as it is now/);
  assert.match(factsOf({ past: { iteration: 130 }, live }), /iteration 130: .* as it is now, at iteration 1412\.$/);
});

/** @param {string[]} wrong @param {string[]} right @returns {import("../../../static/js/record/check.js").PerTensor} */
function checked(wrong, right) {
  const entry = (/** @type {number} */ max_rel_error) => ({ max_rel_error, samples: 8 });
  return Object.fromEntries([...wrong.map((name) => [name, entry(1)]), ...right.map((name) => [name, entry(0)])]);
}

test("of several layers and directions it says which ones are wrong", () => {
  const wrong = ["W_hh", "W_hh_reverse", "W_hh_l2", "W_hh_l2_reverse"];
  const found = verdict(checked(wrong, ["W_xh", "b_h", "W_hy", "b_y", "W_xh_l2", "b_h_l2"]), "no_accumulation");
  assert.equal(found.title, "Caught: W_hh is wrong in all layers and both directions.");
  const some = verdict(checked(wrong.slice(1), ["W_hh", "b_h", "W_hy", "b_y"]), null);
  assert.equal(
    some.title,
    "Caught: W_hh of layer 1 in reverse, W_hh of layer 2 forward and W_hh of layer 2 in reverse are wrong.",
  );
  const carried = verdict(checked(["W_hh", "b_h", "W_hh_l2", "b_h_l2"], ["W_hy", "b_y"]), "drop_carried");
  assert.equal(carried.title, "Caught: W_hh and b_h are wrong in all layers.");
  const readout = verdict(checked(["W_hh", "b_h", "W_hh_l2", "b_h_l2", "W_hy", "b_y"], []), "state_kept");
  assert.equal(readout.title, "Caught: W_hy and b_y are wrong, and W_hh and b_h in all layers.");
  assert.match(found.reason, /^All others agree, .* of W_hh from it in each of these layers and directions: the h_/);
  const layer = verdict(checked(["b_h_l2"], ["W_hh", "b_h", "W_hh_l2", "W_hy"]), null);
  assert.equal(layer.title, "Caught: b_h of layer 2 is wrong.");
  assert.doesNotMatch(layer.reason, /in each/);
  const direction = verdict(checked(["b_h_reverse"], ["W_hh", "b_h", "W_hh_reverse", "W_hy"]), null);
  assert.equal(direction.title, "Caught: b_h in reverse is wrong.");
});

test("only the bugs are offered that this network can have", () => {
  const fitting = (config) => Object.keys(BUGS).filter((bug) => bugFits(bug, config));
  const rnn = { cell: "rnn", activation: "tanh", train_h0: false };
  assert.deepEqual(
    Object.keys(BUGS).filter((bug) => !bugFits(bug, rnn)),
    ["forget_gate_dropped"],
  );
  assert.deepEqual(fitting({ ...rnn, cell: "lstm" }), Object.keys(BUGS));
  const least = fitting({ cell: "mingru", activation: "relu", train_h0: true });
  assert.deepEqual(least, ["drop_carried", "no_accumulation", "counted_twice", "bias_forgotten"]);
  assert.ok(!fitting({ ...rnn, cell: "indrnn" }).includes("transpose_W_hh"));
  assert.ok(bugFits("", rnn), "none at all");
});

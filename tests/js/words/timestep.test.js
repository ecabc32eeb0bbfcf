import assert from "node:assert/strict";
import test from "node:test";
import { ASPECTS, timestepWords } from "../../../static/js/words/timestep.js";
import { chosenRecord } from "../../../static/js/record/chosen.js";
import { deepRecord } from "../stage/deep.js";
import { sampleRecord } from "../stage/sample.js";

test("a timestep is said as a whole, or one row of the picture at a time", () => {
  const record = sampleRecord({ T: 6, H: 4, hasLoss: (t) => t > 2 });
  record.tensors.loss_t.data[4] = 0.25;
  assert.match(
    timestepWords(record, 5, "all"),
    /^Timestep 5 of 6: loss 0\.25\d*; gradient norm .*; hidden state of norm .*\.$/,
  );
  for (const aspect of ASPECTS) {
    for (let t = 1; t <= 6; t += 1) {
      const words = timestepWords(record, t, aspect);
      assert.match(words, new RegExp(`^Timestep ${t} of 6: .+\\.$`));
      assert.doesNotMatch(words, /NaN|undefined|null/, `${aspect} at ${t}: ${words}`);
    }
  }
});

test("a timestep without a target says so, and its gradient has no part of its own", () => {
  const record = sampleRecord({ T: 6, H: 4, hasLoss: (t) => t > 2 });
  assert.match(timestepWords(record, 1, "loss"), /no target, so no loss/);
  assert.doesNotMatch(timestepWords(record, 1, "gradient"), /own loss/);
  assert.match(timestepWords(record, 3, "gradient"), /from its own loss/);
  assert.doesNotMatch(timestepWords(record, 1, "output"), /target/);
});

test("of several layers and directions it is said whose timestep it is, and a lower layer has no loss of its own", () => {
  const record = deepRecord({ layers: 2, directions: 2, T: 6 });
  const words = (layer, direction, aspect) => timestepWords(chosenRecord(record, { layer, direction }), 3, aspect);
  assert.match(
    words(2, "reverse", "gradient"),
    /^Timestep 3 of 6, layer 2, reverse direction: .* from its own loss\.$/,
  );
  assert.match(
    words(1, "forward", "gradient"),
    /^Timestep 3 of 6, layer 1, forward direction: .* from the loss of this/,
  );
});

test("the unit that is furthest from 0 is named as the picture counts, from 1", () => {
  const record = sampleRecord({ T: 2, H: 3 });
  record.tensors.h.data.set([0.1, -0.9, 0.2], 3);
  assert.match(timestepWords(record, 1, "state"), /unit 2 is furthest from 0, at −0\.9/);
});

test("the state that goes on from another than zeros says so, where it is read first", () => {
  const record = sampleRecord({ T: 3, H: 2 });
  assert.doesNotMatch(timestepWords(record, 1, "state"), /initial/);
  record.tensors.h.data.set([3, 4]);
  assert.match(timestepWords(record, 1, "state"), /it goes on from an initial state of norm 5/);
  assert.doesNotMatch(timestepWords(record, 2, "state"), /initial/);
});

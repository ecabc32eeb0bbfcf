import assert from "node:assert/strict";
import test from "node:test";
import { chosenRecord, nameIn } from "../../../static/js/record/chosen.js";
import { NAMES } from "../../../static/js/words/names.js";
import { readPicture, usesOf } from "../../../static/js/record/picture.js";
import { findingWords } from "../../../static/js/words/finding.js";
import { foldWords } from "../../../static/js/words/fold.js";
import { carriedLabel, noLedger } from "../../../static/js/words/inspector/timestep.js";
import { recordAt } from "../../../static/js/watched/place.js";
import { useWords } from "../../../static/js/words/inspector/weight.js";
import { fedWords, inputWords, layerName, layerTitle, layerWords, ofLayer } from "../../../static/js/words/layers.js";
import { flowWords, weightsWords } from "../../../static/js/words/views.js";
import { deepRecord } from "../stage/deep.js";
import { sampleRecord } from "../stage/sample.js";

const seen = (record, layer, direction) => chosenRecord(record, { layer, direction });

test("a network of one layer never speaks of layers", () => {
  const record = sampleRecord();
  for (const words of [layerWords, layerTitle, inputWords, fedWords]) assert.equal(words(record), "");
});

test("a layer is named as shortly as tells it from the others", () => {
  const place = /** @type {const} */ ({ layer: 2, direction: "reverse" });
  assert.equal(layerName(place, { layers: 2, directions: 1 }), "layer 2");
  assert.equal(layerName({ ...place, layer: 1 }, { layers: 1, directions: 2 }), "reverse ←");
  assert.equal(layerName(place, { layers: 2, directions: 2 }), "layer 2 ←");
  const record = seen(deepRecord({ layers: 2, directions: 2 }), 2, "reverse");
  assert.equal(layerTitle(record), "Layer 2 reverse");
  assert.equal(layerWords(record), "layer 2, reverse direction");
});

test("what an upper layer reads, and what a lower one is fed by, are said", () => {
  const record = deepRecord({ layers: 3 });
  assert.equal(inputWords(seen(record, 2, "forward")), "x_t here: h_t of layer 1.");
  assert.match(fedWords(seen(record, 1, "forward")), /No loss touches layer 1 directly.*∂E\/∂x_t of layer 2/);
  assert.equal(fedWords(seen(record, 3, "forward")), "");
  assert.match(noLedger(seen(record, 1, "forward"), 6, 2), /can be told for the top layer only/);
});

test("names of the server say whose they are", () => {
  assert.equal(ofLayer("h_l2", { layers: 2 }), " of layer 2");
  assert.equal(ofLayer("h", { layers: 2 }), " of layer 1");
  assert.equal(ofLayer("h", { layers: 1 }), "");
  assert.equal(ofLayer("dh_l3_reverse", { layers: 3 }), " of layer 3 in the reverse direction");
  assert.equal(ofLayer("y", { layers: 3 }), "");
});

test("in the reverse direction earlier losses are carried, and a column names the one that contributes most", () => {
  const record = seen(deepRecord({ layers: 1, directions: 2, T: 6, hasLoss: (t) => t < 5 }), 1, "reverse");
  assert.equal(carriedLabel(record, 6), "carried, E_1…4");
  assert.equal(carriedLabel(record, 1), "carried");
  assert.match(flowWords({ record, pin: { t: 3 } }), /^E_[123] contributes most to h_3/);
  const late = seen(deepRecord({ layers: 1, directions: 2, T: 6, hasLoss: (t) => t === 6 }), 1, "reverse");
  assert.equal(flowWords({ record: late, pin: { t: 3 } }), "No loss at or before h_3: it receives no gradient.");
});

test("of several layers a finding says in which it was measured", () => {
  const finding = sampleFinding();
  const extent = { layers: 2, directions: 2 };
  assert.equal(
    findingWords(finding, "W_hh", extent).reason,
    "Measured in layer 2, the forward direction. The loss is 0.400; without memory 1.00 can be reached.",
  );
  assert.doesNotMatch(findingWords(finding, "W_hh").reason, /layer/);
});

function sampleFinding() {
  const values = { loss: 0.4, baseline: 1, needed_lag: null, state: "h", layer: 2, loss_timestep: 4, timestep: 1 };
  return { code: "learning", cause: null, values: { ...values, ln_start: 0, ln_there: -3 }, remedies: [], skipped: [] };
}

test("in words a weight is used at every timestep, as lessons say; where the state before is 0 that adds nothing", () => {
  for (const direction of ["forward", "reverse"]) {
    const record = seen(deepRecord({ layers: 2, directions: 2, T: 6 }), 2, direction);
    const uses = usesOf(readPicture(record, {}, null), "W_hh");
    assert.equal(uses, 5, direction);
    const tensor = nameIn("W_hh", record);
    const meets = direction === "forward" ? "first it meets h_0" : "last it meets h_7";
    const used = `, used at all 6 timesteps; at the ${meets} = 0 and adds nothing`;
    assert.ok(weightsWords({ record, can: {} }, tensor, false).includes(`${used}; the largest`));
    assert.ok(useWords(record, tensor, [0, 0]).endsWith(`one number${used}.`));
    const name = NAMES.W_hh.said(readPicture(record, {}, null), { t: 3 });
    assert.ok(
      name.includes(`at all 6 timesteps: at the ${meets} = 0 and adds nothing; it leads from every hidden state`),
      name,
    );
    assert.ok(name.includes(", 5 times,"), name);
    record.tensors.h.data[0] = 0.5;
    assert.equal(usesOf({ T: 6, H: 4, h: record.tensors.h.data }, "W_hh"), 6);
    assert.match(weightsWords({ record, can: {} }, tensor, false), /, used at all 6 timesteps; the largest/);
    assert.match(NAMES.W_hh.said({ ...readPicture(record, {}, null) }, { t: 3 }), /6 timesteps: it leads from every/);
    const other = nameIn("W_hh", seen(record, 1, direction));
    assert.equal(useWords(record, other, [0, 0]), "", "a layer that is not open is not spoken of");
  }
  const { loss_t: _, ...captured } = deepRecord({ layers: 1, directions: 2, T: 3 }).tensors;
  const facts = { bidirectional: true, num_layers: 1, grad_norms: {} };
  const watched = recordAt({ meta: facts, tensors: captured }, { layer: 1, reverse: true });
  const said = weightsWords({ record: watched, can: {} }, "W_hh_reverse", false);
  const first = /used at all 3 timesteps; at the first it meets h_0 = 0 and adds nothing;/;
  assert.match(said, first, "a place of a watched module knows no loss, and is shown in the order of reading");
  assert.equal(useWords(watched, "W_hh", [0, 0]), "", "the forward direction is not open");
  const one = { record: sampleRecord({ T: 1 }), can: {} };
  assert.match(
    weightsWords(one, "W_hh", false),
    /, used at the one timestep; there it meets h_0 = 0 and adds nothing;/,
  );
  assert.match(weightsWords(one, "W_xh", false), /, used at the one timestep; the largest/);
  assert.equal(foldWords(1, true, 1, 1, "W_hh")?.finding, "One cell, one W_hh, at the one timestep.");
  assert.equal(foldWords(1, true, 6, 1, "W_hh")?.finding, "One cell, one W_hh, at all 6 timesteps.");
});

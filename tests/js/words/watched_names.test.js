import assert from "node:assert/strict";
import test from "node:test";
import { formatExp, formatNumber } from "../../../static/js/lib/format.js";
import { layerOf } from "../../../static/js/watched/named.js";
import { pictureOf } from "../../../static/js/watched/picture.js";
import { placesOf } from "../../../static/js/watched/place.js";
import { watchedMissing, watchedNames } from "../../../static/js/words/watched_names.js";
import { watchedRecord } from "../watched/record.js";

const FORWARD = { layer: 1, reverse: false };

/** What the names say, and of what. */
function named(options = {}, place = FORWARD) {
  const record = watchedRecord(options);
  const about = layerOf(record, place);
  return { record, about, picture: pictureOf(record, place), names: watchedNames(about) };
}

/** Without the marks by which the page sets small figures. */
const said = ({ names, picture }, key, at) => names[key].said(picture, at);

const PICTURES = {
  "an rnn": {},
  "a gru of two layers in both directions": { cell: "gru", layers: 2, both: true },
  "an lstm": { cell: "lstm" },
  "an lstm with projection": { cell: "lstm", proj: 3 },
  "one timestep": { T: 1 },
  "a cell's runs": { restarts: [3] },
  "a layer too large for its flow": { flow: false },
  "many inputs": { inputs: 24 },
};

for (const [name, options] of Object.entries(PICTURES)) {
  test(`every name has two lengths and a whole sentence: ${name}`, () => {
    const { layers = 1, both = false } = options;
    for (const place of placesOf({ num_layers: layers, bidirectional: both })) {
      const { names, picture } = named(options, place);
      const t = Math.min(4, picture.T);
      for (const [key, { long, short, said: says }] of Object.entries(names)) {
        if (key === "cell" && picture.lanes.length < 2) continue;
        if (key === "saturated" && picture.cell !== "rnn") continue;
        if (picture.T === 1 && key === "carried") continue;
        assert.ok(short(picture).length <= long(picture).length, key);
        const sentence = says(picture, { t, source: picture.T, unit: 0 });
        assert.match(sentence, /[.]$/, key);
        assert.doesNotMatch(sentence, /NaN|undefined|null|Infinity|loss|output|target/, `${key}: ${sentence}`);
        assert.ok(sentence.length <= 200, `${key}: ${sentence.length} characters`);
      }
    }
  });
}

test("numbers are those of the record, in every layer and direction in the order of reading", () => {
  const options = { cell: "gru", layers: 2, both: true };
  for (const place of placesOf({ num_layers: 2, bidirectional: true })) {
    const one = named(options, place);
    const { T } = one.picture;
    const ending = `${place.layer > 1 ? "_l2" : ""}${place.reverse ? "_reverse" : ""}`;
    const row = place.reverse ? T - 4 : 3; // of timestep 4, as it is read
    const flow = one.record.tensors[`ln_flow${ending}`].data;
    const handed = flow[row * (T + 1) + (place.reverse ? T - 4 : 4)];
    assert.ok(said(one, "loss", { t: 4 }).includes(`h_4 of layer ${place.layer} its norm is ${formatExp(handed)}.`));
    const carried = one.record.tensors[`dh_carried_norm${ending}`].data;
    const norm = formatNumber(carried[place.reverse ? T - 3 : 3]); // sent back to the state read third
    assert.match(said(one, "carried", { t: 4 }), new RegExp(`from h_4 to h_3, .* has the norm ${norm};`));
  }
});

test("a share is told where the record tells timesteps apart, else what all of them come to", () => {
  const top = named({ layers: 2, both: true }, { layer: 2, reverse: false });
  assert.match(
    said(top, "own", { t: 4 }),
    /^Here what is handed in at timestep 4 joins the river: its share of ∂E\/∂h_4 is \d+ %\.$/,
  );
  assert.match(
    said(top, "own", { t: 6 }),
    /^Here the river begins: no gradient comes back to h_6 from later timesteps,/,
  );
  const backwards = named({ layers: 2, both: true }, { layer: 2, reverse: true });
  assert.match(said(backwards, "own", { t: 6 }), /comes back to h_6 from timesteps read later,/);
  const lower = named({ layers: 2, both: true }, { layer: 1, reverse: false });
  const norm = formatExp(lower.record.tensors.ln_dh_norm.data[6]);
  assert.equal(
    said(lower, "own", { t: 6 }),
    `Here what is handed in at timestep 6 joins the river: in all ∂E/∂h_6 has the norm ${norm}.`,
  );
});

test("between two runs of a cell nothing is carried, and the sentences say so", () => {
  const one = named({ restarts: [3], cell: "lstm" });
  assert.match(said(one, "own", { t: 3 }), /^Here the river begins/);
  assert.match(said(one, "W_hh", { t: 2 }), /Not from h_4 to h_3: there the state was not taken over as it was\.$/);
  assert.doesNotMatch(one.names.W_hh.long(one.picture), /\d/, "nor is it told how often");
  assert.doesNotMatch(said(one, "cell", { t: 4 }), /c_3/);
  assert.match(said(one, "cell", { t: 3 }), /From c_3 to c_2 it goes through the forget gate alone/);
  assert.doesNotMatch(said(one, "cell", { t: 1 }), /c_0/);
});

test("a gradient comes back through what the cell has", () => {
  const way = (cell) => /comes back (.*?), from/.exec(said(named({ cell }), "carried", { t: 2 }))[1];
  assert.equal(way("rnn"), "through W_hh");
  assert.equal(way("lstm"), "through W_hh");
  assert.equal(way("gru"), "through W_hh and the gate that keeps the state");
});

test("what the module reads is not what an upper layer reads, and a strip shows some of it", () => {
  const upper = named({ layers: 2, both: true, inputs: 24 }, { layer: 2, reverse: false });
  assert.equal(upper.names.input.long(upper.picture), "input: 16 of 24 numbers");
  assert.equal(
    said(upper, "input", { t: 2 }),
    "What the module reads at timestep 2: 24 numbers, of which 16 are drawn. Layer 2 itself reads the states of both directions of layer 1.",
  );
  const single = named({ inputs: 1 });
  assert.ok(said(single, "input", { t: 2 }).endsWith(`x_2 is ${formatNumber(single.record.tensors.x.data[1])}.`));
  assert.equal(named({ cell: "lstm", proj: 3 }).names.units.short({ H: 3 }), "3 numbers");
  assert.equal(named().names.units.short({ H: 3 }), "3 units");
});

test("what has no name is told, and of a reverse direction how its timesteps are counted", () => {
  const { picture, about } = named();
  assert.equal(watchedMissing([], picture, about), "");
  assert.equal(
    watchedMissing(["own", "share"], picture, about),
    "Not named here, for want of room: it joins, one colour.",
  );
  assert.match(watchedMissing(["own"], picture, { ...about, reverse: true }), /Timestep 1 is the sequence’s last\.$/);
});

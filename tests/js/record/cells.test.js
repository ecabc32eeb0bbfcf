import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { CELLS as EQUATIONS, equationsOf } from "../../../static/js/panels/equations/cells.js";
import {
  CELLS,
  cellNameOf,
  cellOf,
  learnCells,
  keptBy,
  keptName,
  meaningless,
  statesMeetBy,
} from "../../../static/js/record/cells.js";
import { readPicture } from "../../../static/js/record/picture.js";
import { GATES, gatesOf } from "../../../static/js/words/views.js";
import { sampleRecord } from "../stage/sample.js";

const described = JSON.parse(readFileSync(new URL("../../messages/cells.json", import.meta.url), "utf8"));

const OURS = ["rnn", "lstm", "gru", "indrnn", "mingru", "ln_lstm"];

test("the page knows of every cell what the server says of it", () => {
  assert.deepEqual(Object.keys(CELLS), OURS);
  learnCells(described);
  for (const [name, said] of Object.entries(described)) {
    const known = /** @type {Record<string, unknown>} */ ({ ...CELLS[name] });
    for (const key of ["states", "gates", "keeps", "direct", "ledger", "recurrent"]) {
      assert.deepEqual(known[key], said[key], `${name}: ${key}`);
    }
  }
});

test("every cell of ours has its equation, and every one with gates names them in their order", () => {
  assert.deepEqual(Object.keys(EQUATIONS).sort(), [...OURS].sort());
  for (const name of OURS) {
    const { gates, keeps } = CELLS[name];
    assert.equal(name in GATES, gates.length > 0, name);
    for (const [gate, { row }] of Object.entries(GATES[name] ?? {})) assert.equal(gates[row], gate, name);
    if (keeps) assert.equal(Object.keys(GATES[name])[0], keeps.gate, "the keeping gate comes first");
  }
});

test("a cell that was added to the server is drawn as the server describes it", () => {
  learnCells({ new_gru: { ...described.gru }, gru: { ...described.lstm } });
  assert.deepEqual(CELLS.gru.states, ["h"], "what the page knows by itself stays");
  assert.equal(cellOf({ cell: "new_gru" }).keeps?.gate, "z");
  assert.deepEqual(gatesOf("new_gru"), { z: { row: 1, does: "gate" }, r: { row: 0, does: "gate" } });
  assert.equal(gatesOf("gru").z.does, "update gate");
  assert.equal(equationsOf("new_gru").numbers(sampleRecord(), 1, 0, "tanh").includes("for unit 1"), true);
  assert.equal(equationsOf("gru"), EQUATIONS.gru);
  delete CELLS.new_gru;
});

test("what a cell has nothing to do with is not offered", () => {
  assert.deepEqual(meaningless({ cell: "rnn" }), ["forget_bias"]);
  assert.deepEqual(meaningless({ cell: "ln_lstm" }), []);
  assert.deepEqual(meaningless({ cell: "mingru" }), ["init", "gain"]);
  assert.equal(statesMeetBy({ cell: "indrnn" }), "u_hh");
  assert.equal(statesMeetBy({ cell: "mingru" }), null);
  assert.equal(cellOf({ cell: "of the future" }), CELLS.rnn);
});

test("a record that another cell made is read as what it holds", () => {
  assert.equal(cellNameOf({ cell: "ln_lstm" }, { ln_dc_norm: 1 }), "ln_lstm");
  assert.equal(cellNameOf({ cell: "gru" }, { ln_dc_norm: 1 }), "lstm");
  assert.equal(cellNameOf({ cell: "lstm" }, {}), "rnn");
});

test("what a gate keeps is what it lets through, of a mingru what it does not", () => {
  const gates = { shape: [1, 2, 1], data: Float32Array.of(0.25, 9) };
  assert.equal(keptBy("mingru", gates, 1, 0), 0.75);
  assert.ok(Number.isNaN(keptBy("gru", gates, 1, 0)), "gates of another cell");
  assert.ok(Number.isNaN(keptBy("rnn", gates, 1, 0)));
  assert.deepEqual(
    ["lstm", "gru", "mingru", "rnn"].map((cell) => keptName({ cell })),
    ["f_t", "z_t", "1 − z_t", ""],
  );
});

test("an indrnn’s recurrent weights are drawn as the diagonal they are", () => {
  const u_hh = { shape: [4], data: Float64Array.of(1, 2, 3, 4) };
  const { W_hh, recurrent } = readPicture(sampleRecord({ tensors: { u_hh } }), { cell: "indrnn" }, null);
  assert.equal(recurrent, "u_hh");
  assert.deepEqual(W_hh.shape, [4, 4]);
  assert.deepEqual(
    [...W_hh.data].filter((value) => value !== 0),
    [1, 2, 3, 4],
  );
  assert.equal(W_hh.data[5], 2);
});

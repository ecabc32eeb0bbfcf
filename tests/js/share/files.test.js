import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inflateSync } from "node:zlib";

import { decodeRecord } from "../../../static/js/wire/protocol.js";
import { kindOf } from "../../../static/js/share/kinds.js";
import { crc32, withTexts } from "../../../static/js/share/png.js";
import { tooLargeWords } from "../../../static/js/words/share.js";
import { recordAsCsv, recordAsSafetensors } from "../../../static/js/share/tables.js";
import { chosenRecord } from "../../../static/js/record/chosen.js";
import { safetensors } from "../records.js";
import { deepRecord } from "../stage/deep.js";

const sent = readFileSync(new URL("../../messages/record.safetensors", import.meta.url));
const record = decodeRecord(sent.buffer.slice(sent.byteOffset, sent.byteOffset + sent.byteLength));
const bytes = (/** @type {string} */ text) => new TextEncoder().encode(text).buffer;

test("the table has one row a timestep from 0, and says every number exactly", () => {
  const [note, head, ...rows] = recordAsCsv(record, ["a\nlink"]).trimEnd().split("\n");
  assert.equal(note, "# a link");
  const T = record.tensors.loss_t.shape[0];
  assert.equal(rows.length, T + 1);
  const names = head.split(",");
  const cell = (/** @type {number} */ t, /** @type {string} */ name) => rows[t].split(",")[names.indexOf(name)];
  assert.equal(cell(0, "loss_t"), "");
  assert.equal(cell(0, "h_1"), "0");
  for (let t = 1; t <= T; t += 1) {
    assert.equal(Number(cell(t, "t")), t);
    assert.equal(Number(cell(t, "loss_t")), record.tensors.loss_t.data[t - 1]);
    assert.equal(Number(cell(t, "dh_norm")), record.tensors.dh_norm.data[t]);
    assert.equal(Number(cell(t, "h_2")), record.tensors.h.data[t * record.tensors.h.shape[1] + 1]);
  }
});

test("the table holds every layer and direction, each state at its own timestep, whichever is open", () => {
  const T = 5;
  const deep = deepRecord({ layers: 2, directions: 2, T });
  deep.tensors.h_l2_reverse = { shape: [T + 1, 4], data: Float32Array.from({ length: 24 }, (_, at) => at + 0.5) };
  const tables = ["forward", "reverse"].map((direction) =>
    recordAsCsv(chosenRecord(deep, { layer: 2, direction }), ["whose"]),
  );
  assert.equal(tables[0], tables[1]);
  const [, head, ...rows] = tables[0].trimEnd().split("\n");
  assert.equal(rows.length, T + 2, "from h_0 of the forward direction to h_T+1 of the reverse one");
  const names = head.split(",");
  assert.equal(new Set(names).size, names.length);
  const cell = (t, name) => rows[t].split(",")[names.indexOf(name)];
  for (const ending of ["", "_reverse", "_l2", "_l2_reverse"]) {
    const { data } = deep.tensors[`h${ending}`];
    const first = ending.endsWith("_reverse") ? 1 : 0;
    for (let t = 0; t <= T + 1; t += 1) {
      const row = t - first;
      const expected = row < 0 || row > T ? "" : String(data[row * 4 + 1]);
      assert.equal(cell(t, `h${ending}_2`), expected, `h${ending} at t = ${t}`);
    }
  }
  assert.deepEqual([cell(0, "loss_t"), cell(T + 1, "loss_t"), cell(T + 1, "x_1")], ["", "", ""]);
});

test("no quantity of a timestep that a record always holds is missing from the table", () => {
  const [head] = recordAsCsv(record, []).split("\n");
  const stems = new Set(head.split(",").map((title) => title.replace(/_\d+$/, "")));
  const T = record.tensors.loss_t.shape[0];
  for (const [name, { shape }] of Object.entries(record.tensors)) {
    const isByTimestep = shape.length < 3 && [T, T + 1].includes(shape[0]) && shape[1] !== T + 1;
    if (isByTimestep && !name.startsWith("grad.") && !/^[Wbu]_/.test(name)) assert.ok(stems.has(name), name);
  }
});

test("of an own table the table says every number as it is in the file, by the name of its column", () => {
  const own = [{ name: 'level, "upper" (m)', mean: 101.5, unit: 2.25 }];
  const file = [97.4, 101.5, 103.1, 99.9, 104.75, 100];
  const scaled = Float32Array.from(file, (value) => (value - 101.5) / 2.25);
  const column = { shape: [scaled.length, 1], data: scaled };
  const tensors = { ...record.tensors, x: column, target: column };
  const [note, head, first, ...rows] = recordAsCsv({ ...record, tensors }, [], own)
    .trimEnd()
    .split("\n");
  assert.match(note, /^# Columns by name are in the table's own numbers; .* are scaled/);
  assert.ok(head.startsWith('t,"level, ""upper"" (m) input","level, ""upper"" (m) output",'));
  assert.ok(first.startsWith("0,,,,,"));
  for (const [index, row] of rows.entries()) {
    const [, input, output, target, error] = row.split(",").map(Number);
    assert.deepEqual([input, target], [file[index], file[index]]);
    assert.ok(Math.abs(output - (101.5 + 2.25 * record.tensors.y.data[index])) < 1e-4);
    assert.ok(Math.abs(error - (output - target)) < 1e-9);
  }
});

test("a record that was written is the same record again", async () => {
  const file = await recordAsSafetensors(record, { link: "#x" }).arrayBuffer();
  const again = decodeRecord(file);
  assert.deepEqual(again.tensors, record.tensors);
  assert.deepEqual(again.meta, { ...record.meta, link: "#x" });
});

test("a file is known by what stands in it", () => {
  const one = { shape: [1], data: Float64Array.of(0) };
  assert.equal(kindOf("a.bin", safetensors({ kind: "snapshot" }, { W_hh: one })), "snapshot");
  assert.equal(kindOf("a.bin", safetensors({ kind: "snapshot" }, { inputs: one, targets: one })), "snapshot");
  assert.equal(kindOf("a.bin", safetensors({ kind: "pytorch" }, { "rnn.weight_hh_l0": one })), "weights");
  assert.equal(kindOf("a.bin", safetensors({}, { inputs: one, targets: one })), "dataset");
  assert.equal(kindOf("poem.txt", bytes("a rose is a rose\nis a rose\n")), "text");
  assert.equal(kindOf("any", bytes("a,b\n1,2\n3,4\n5,6\n")), "series");
  assert.equal(kindOf("any", bytes("1;2\n3;4\n5;6")), "series");
  assert.equal(kindOf("names.csv", bytes("only words\nhere")), "series");
  assert.equal(kindOf("dots.txt", bytes("Yes, no.\nNo, yes.\nWell, well.")), "text");
});

test("a PNG keeps its picture and says its words", () => {
  assert.equal(crc32(new TextEncoder().encode("IEND")), 0xae426082);
  const png = Uint8Array.from(
    Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
      "base64",
    ),
  );
  const file = Buffer.from(withTexts(png, { Title: "River", Source: "#seed=3 ∂E" }));
  const chunks = [];
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    const content = file.subarray(at + 4, at + 8 + length);
    assert.equal(file.readUInt32BE(at + 8 + length), crc32(content));
    chunks.push(content);
    at += 12 + length;
  }
  assert.deepEqual(
    chunks.map((content) => content.toString("latin1", 0, 4)),
    ["IHDR", "IDAT", "iTXt", "iTXt", "IEND"],
  );
  assert.equal(chunks[2].toString("utf8", 4), "Title\0\0\0\0\0River");
  assert.equal(chunks[3].toString("utf8", 4), "Source\0\0\0\0\0#seed=3 ∂E");
  assert.equal(inflateSync(chunks[1].subarray(4)).length, 5);
  assert.throws(() => withTexts(new Uint8Array(40), {}), { code: "no_png" });
});

test("a file that is too large is refused by its size, with the limit beside it", () => {
  const most = 16 * 2 ** 20;
  assert.equal(tooLargeWords("poem.txt", most, most), "");
  assert.match(tooLargeWords("poem.txt", most + 1, most), /^poem\.txt: expected at most 16 MiB, got 16\.1 MiB\./);
  assert.match(tooLargeWords("film.csv", 900 * 2 ** 20, most), /at most 16 MiB, got 900 MiB/);
});

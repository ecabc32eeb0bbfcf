import assert from "node:assert/strict";
import test from "node:test";
import { beginsAsSnapshot, kindOf } from "../../../static/js/share/kinds.js";

const kind = (text, name = "file.txt") => kindOf(name, new TextEncoder().encode(text).buffer);

test("rows of numbers are a table, however they are written and whatever the file is called", () => {
  for (const table of [
    "a,b\n1,2\n3,4\n5,6\n",
    "# a b\n1.5e-03 -2.0e+00\n2.5e+00 3.0e-01\n1 2\n",
    "7.1\n7.2\n7.3\n",
    "Date;Time;CO\n10/03/2004;18.00.00;2,6\n10/03/2004;19.00.00;2\n;;\n",
    "date,T\n2020-01-01T00:00:00Z,1.5\n2020-01-02T00:00:00Z,NA\n2020-01-03T00:00:00Z,3\n",
    "visits\tsales\n900\t1\n1,002\t2\n1,019\t3\n",
    "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n| 5 | 6 |\n",
    "rate\n12.5%\n13%\n14%\n",
    "price\n$12.50\n$13\n$14\n",
    "1.5D+00\n2.5D+00\n3.5D+00\n",
    "[[1, 2], [3, 4],\n [5, 6]]\n\n",
    '{"a": 1.5, "b": 2}\n{"a": 2.5, "b": 3}\n',
    '[\n {"a": 1.5, "b": 2}\n]',
    '{"a": [1, 2], "b": [3, 4]}',
  ]) {
    assert.equal(kind(table), "series", table);
  }
  assert.equal(kind("a text about nothing", "notes.csv"), "series", "its name says so");
});

test("prose is a text, also with numbers in it", () => {
  for (const text of [
    "how now, brown cow?\n",
    "1. How\n2. Now\n3. Brown\n4. Cow\n",
    "In 1990\n1991 came\nand 1992\n",
    "abc\n",
  ]) {
    assert.equal(kind(text), "text", text);
  }
});

test("an array of NumPy is a table, and an archive of arrays a dataset", () => {
  const bytes = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0)).buffer;
  assert.equal(kindOf("x.npy", bytes("\x93NUMPY\x01\0v\0{'descr'")), "series");
  assert.equal(kindOf("x.npz", bytes("PK\x03\x04\0\0inputs.npy\0\0")), "dataset");
  assert.equal(kindOf("x.npz", bytes("PK\x03\x04\0\0rnn.weight_ih_l0.npy\0\0")), "weights");
});

test("what is no data here is sent as what the server names best", () => {
  const bytes = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0)).buffer;
  assert.equal(kindOf("x.xlsx", bytes("PK\x03\x04\0\0[Content_Types].xml")), "text");
  assert.equal(kindOf("x.pt", bytes("PK\x03\x04\0\0x/data.pkl")), "weights");
  assert.equal(kindOf("x.h5", bytes("\x89HDF\r\n\x1a\n")), "weights");
  assert.equal(kindOf("old.pt", bytes("\x80\x02\x8a\n")), "weights");
  assert.equal(kindOf("frame.pkl", bytes("\x80\x04\x95")), "text");
  assert.equal(kindOf("empty.txt", bytes("")), "text");
});

test("a text or table in another encoding is one all the same", () => {
  const wide = (text, mark, little) =>
    Uint8Array.from([...mark, ...[...text].flatMap((c) => (little ? [c.charCodeAt(0), 0] : [0, c.charCodeAt(0)]))])
      .buffer;
  for (const [mark, little] of [
    [[0xff, 0xfe], true],
    [[0xfe, 0xff], false],
    [[], true],
    [[], false],
  ]) {
    assert.equal(kindOf("a.txt", wide("how now, brown cow?\n", mark, little)), "text");
    assert.equal(kindOf("a.txt", wide("a;b\n1;2\n3;4\n5;6\n", mark, little)), "series");
  }
  const western = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0)).buffer;
  assert.equal(kindOf("a.txt", western("caf\xe9 cr\xe8me\n")), "text");
  assert.equal(kindOf("a.txt", western("d\xe9bit;T\n1,5;2\n2,5;3\n3,5;4\n")), "series");
  assert.equal(kindOf("nul.txt", western("ab\0cd\n")), "text");
});

test("a snapshot is known by its first characters, before it is read", () => {
  const begins = (kind) => `\x48\x08\0\0\0\0\0\0{"__metadata__":{"unroll":"{\\"kind\\":\\"${kind}\\",\\"version\\":1`;
  assert.equal(beginsAsSnapshot(begins("snapshot")), true);
  assert.equal(beginsAsSnapshot(begins("pytorch")), false);
  assert.equal(beginsAsSnapshot("day,level\n1,2\n"), false);
});

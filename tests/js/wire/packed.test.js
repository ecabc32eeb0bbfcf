import assert from "node:assert/strict";
import test from "node:test";
import { pack, unpack } from "../../../static/js/wire/packed.js";
import { fromText, toText } from "../../../static/js/wire/text.js";
import { makeRecord } from "../records.js";

const ODD = [0, -0, 1, -1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324, 1.7e308, Math.PI];

/** A record with numbers of all kinds. */
function oddRecord(iteration) {
  const record = makeRecord({ T: 3 + (iteration % 2), meta: { iteration } });
  const turned = ODD.map((_, index) => ODD[(index + iteration) % ODD.length] * (iteration + 1));
  record.tensors.long = { shape: [2, 5], data: Float64Array.from(turned) };
  record.tensors.short = { shape: [10], data: Float32Array.from(turned) };
  record.tensors.whole = { shape: [3], data: Int32Array.from([iteration, -(2 ** 31), 2 ** 31 - 1 - iteration]) };
  record.tensors.bytes = { shape: [3], data: Uint8Array.from([255 * (iteration % 2), 128, iteration]) };
  if (iteration % 3 === 0) record.tensors.none = { shape: [0, 4], data: new Float32Array(0) };
  return record;
}

test("records come back bit for bit, whatever numbers they hold, also of different shapes", () => {
  const records = Array.from({ length: 7 }, (_, iteration) => oddRecord(iteration));
  const read = unpack(pack(records, { config: { cell: "rnn" } }));
  assert.deepEqual(read.more, { config: { cell: "rnn" } });
  for (const [index, { meta, tensors }] of read.records.entries()) {
    assert.deepEqual(meta, records[index].meta);
    assert.deepEqual(Object.keys(tensors).sort(), Object.keys(records[index].tensors).sort());
    for (const [name, { shape, data }] of Object.entries(tensors)) {
      const before = records[index].tensors[name];
      assert.deepEqual(shape, before.shape);
      const bits = (one) => [one.constructor.name, ...new Uint8Array(one.buffer, one.byteOffset, one.byteLength)];
      assert.deepEqual(bits(data), bits(before.data), `${name} of record ${index}`);
    }
  }
});

test("bytes are text and bytes again, of every length", () => {
  for (const length of [0, 1, 2, 7, 12, 13, 14, 1000]) {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 97 + length) % 256);
    const text = toText(bytes);
    assert.match(text, /^[!#-;=-[\]-~]*$/, "nothing that HTML or a script would read");
    assert.deepEqual(fromText(text, length), bytes);
  }
});

import assert from "node:assert/strict";
import test from "node:test";
import { encodeFrame } from "../../../static/js/wire/frame.js";
import { decodeFrame } from "../../../static/js/wire/protocol.js";
import {
  framed,
  isRecording,
  readRecording,
  recordedState,
  recordingStart,
} from "../../../static/js/wire/recording.js";
import { Fault } from "../../../static/js/lib/fault.js";
import { faultWords } from "../../../static/js/words/faults.js";
import { makeRecord, safetensors } from "../records.js";

const task = {
  ...{ name: "echo", title: "Echo", description: "", loss: "squared_error", baseline: "", solved: "" },
  ...{ inputs: ["a"], outputs: ["b"], classes: null },
};
const facts = { config: { cell: "rnn" }, task };
const { meta, tensors } = makeRecord({ meta: { iteration: 7 } });

async function file(...pieces) {
  return new Blob(pieces.flat()).arrayBuffer();
}

const record = (more = {}, other = tensors) => framed(encodeFrame({ ...meta, ...more }, other));
const raw = (bytes) => framed(new Uint8Array(bytes));

test("a frame that is written is read back bit for bit", () => {
  const read = decodeFrame(encodeFrame(meta, tensors).buffer);
  assert.deepEqual(read.meta, meta);
  assert.deepEqual(read.tensors, tensors);
});

test("a recording is told by its first bytes", async () => {
  assert.equal(isRecording(await file(recordingStart(facts))), true);
  assert.equal(isRecording(await file([new Uint8Array([1, 2])])), false);
});

test("a last record that is not whole is overlooked, and that is said", async () => {
  const whole = await file(recordingStart(facts), record(), record({ iteration: 8 }));
  for (const missing of [1, 200, 1000]) {
    const { records, cutShort } = readRecording(whole.slice(0, whole.byteLength - missing));
    assert.deepEqual([records.length, cutShort], [1, true], `${missing} bytes missing`);
  }
});

const REFUSED = {
  "nothing but its name": [],
  "facts without a task": [recordingStart({ config: {} }), record()],
  "facts with half a task": [recordingStart({ config: {}, task: { ...task, inputs: [1] } }), record()],
  "a configuration with more than texts and numbers": [recordingStart({ config: { a: {} }, task }), record()],
  "a state without a configuration": [recordingStart(facts), recordedState({ config: 3 }), record()],
  "no record": [recordingStart(facts)],
  "a record first": [new TextEncoder().encode("UNROLL1\n"), record()],
  "two beginnings": [recordingStart(facts), recordingStart(facts).slice(1), record()],
  "a part that says it has 2^60 bytes": [recordingStart(facts), new Uint8Array([0, 0, 0, 0, 0, 0, 0, 16]), record()],
  "an empty part": [recordingStart(facts), new Uint8Array(8), record()],
  "a header longer than its part": [recordingStart(facts), raw([0, 1, 0, 0, 0, 0, 0, 0, 1, 1])],
  "a header that is no JSON": [recordingStart(facts), raw([3, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3])],
  "an iteration below 0": [recordingStart(facts), record({ iteration: -1 })],
  "an iteration that is a text": [recordingStart(facts), record({ iteration: "1" })],
  "a record without a finding": [recordingStart(facts), record({ finding: null })],
  "a record without a picture": [recordingStart(facts), record({}, { W_hh: tensors.W_hh })],
  "shapes that do not agree": [recordingStart(facts), record({}, { ...tensors, dh: tensors.W_hh })],
  "a snapshot": [recordingStart(facts), framed(encodeFrame({ kind: "snapshot" }, {}))],
  "a tensor that says it is larger than the file": [
    recordingStart(facts),
    raw(
      safetensors({ ...meta, kind: "record" }, { h: { dtype: "F32", shape: [2 ** 40, 2], data: new Float32Array(4) } }),
    ),
  ],
  "a tensor of an unknown type": [
    recordingStart(facts),
    raw(safetensors({ ...meta, kind: "record" }, { h: { dtype: "X9", shape: [2, 2], data: new Float32Array(4) } })),
  ],
};

for (const [name, pieces] of Object.entries(REFUSED)) {
  test(`refused in a sentence: ${name}`, async () => {
    const bytes = await file(...pieces);
    assert.throws(
      () => readRecording(bytes),
      (error) => {
        assert.ok(error instanceof Fault, error.stack);
        assert.match(faultWords(error), /^(This|It|Its|Record \d+) .+\.$/);
        return true;
      },
    );
  });
}

test("whatever bytes are changed, a recording is read or refused in a sentence", async () => {
  const whole = new Uint8Array(await file(recordingStart(facts), record(), record({ iteration: 8 })));
  let seed = 7;
  const random = (below) => {
    seed = (seed * 48271) % 2147483647;
    return seed % below;
  };
  for (let turn = 0; turn < 500; turn += 1) {
    const changed = whole.slice();
    for (let times = 0; times <= turn % 4; times += 1) changed[random(changed.length)] = random(256);
    try {
      for (const { decode } of readRecording(changed.buffer).records) decode();
    } catch (error) {
      assert.match(faultWords(error), /^(This|It|Its|Record \d+) /, `turn ${turn}: ${error.stack}`);
    }
  }
});

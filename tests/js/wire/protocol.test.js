import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";
import { bytesFromBase64, command, decodeFrame, decodeRecord } from "../../../static/js/wire/protocol.js";
import { initialState, reduce } from "../../../static/js/run/state.js";
import { safetensors } from "../records.js";

const MESSAGES = new URL("../../messages/", import.meta.url);
const example = (file) => JSON.parse(readFileSync(new URL(file, MESSAGES), "utf8"));
const examples = (prefix) => readdirSync(MESSAGES).filter((file) => file.startsWith(prefix));

const tensors = {
  h: { dtype: "F32", shape: [1, 3], data: Float32Array.of(1, 2, 3) },
  ln_dh_norm: { dtype: "F64", shape: [2], data: Float64Array.of(Number.NEGATIVE_INFINITY, 0.5) },
  index: { dtype: "I64", shape: [2], data: BigInt64Array.of(7n, -1n) },
};

test("a frame gives its metadata and every tensor with shape and numbers, wherever it lies in the file", () => {
  const { meta, tensors: decoded } = decodeFrame(safetensors({ kind: "record", iteration: 3 }, tensors));
  assert.deepEqual(meta, { kind: "record", iteration: 3 });
  assert.deepEqual(decoded.h, { shape: [1, 3], data: Float32Array.of(1, 2, 3) });
  assert.deepEqual(decoded.ln_dh_norm.data, Float64Array.of(Number.NEGATIVE_INFINITY, 0.5));
  assert.deepEqual(decoded.index.data, Float64Array.of(7, -1));
});

test("tensors are parts of the file itself; what lies where its type may not lie, or is no array of the page, is copied", () => {
  const file = safetensors({ kind: "record" }, Object.fromEntries(Object.entries(tensors).reverse()));
  const { h, ln_dh_norm, index } = decodeFrame(file).tensors;
  assert.deepEqual(
    [h, ln_dh_norm, index].map(({ data }) => data.buffer === file),
    [true, true, false],
  );
  const odd = { flag: { dtype: "U8", shape: [1], data: Uint8Array.of(1) }, ...tensors };
  const decoded = decodeFrame(safetensors({ kind: "record" }, odd)).tensors;
  assert.deepEqual(decoded.h.data, tensors.h.data);
  assert.deepEqual(decoded.ln_dh_norm.data, tensors.ln_dh_norm.data);
});

test("a frame of another kind is no record", () => {
  assert.throws(() => decodeRecord(safetensors({ kind: "snapshot" }, {})), {
    code: "no_record",
    values: { kind: "snapshot" },
  });
});

test("an unknown dtype is named", () => {
  const strange = { x: { dtype: "F8", shape: [1], data: new Uint8Array(1) } };
  assert.throws(() => decodeFrame(safetensors({ kind: "record" }, strange)), {
    code: "unknown_dtype",
    values: { name: "x", dtype: "F8" },
  });
});

test("base64 gives the bytes back", () => {
  assert.deepEqual(new Uint8Array(bytesFromBase64("AAEC/w==")), Uint8Array.of(0, 1, 2, 255));
});

test("commands leave out what was not said", () => {
  assert.deepEqual(command.play(), { type: "play" });
  assert.deepEqual(command.play(30), { type: "play", rate: 30 });
  assert.deepEqual(command.watch(["flow"]), { type: "watch", quantities: ["flow"] });
  assert.deepEqual(command.watch([], 2), { type: "watch", quantities: [], probe: 2 });
});

test("every command the page builds is written as in the examples that the server's tests read too", () => {
  const built = {
    start: ({ config }) => command.start(config),
    configure: ({ changes }) => command.configure(changes),
    play: ({ rate }) => command.play(rate),
    pause: () => command.pause(),
    step: ({ iterations }) => command.step(iterations),
    reset: () => command.reset(),
    ack: ({ iteration }) => command.ack(iteration),
    watch: ({ quantities, probe }) => command.watch(quantities, probe),
    edit: ({ tensor, index, value }) => command.edit(tensor, index, value),
    check_gradients: (sent) => command.check_gradients(sent.samples, sent.break),
    snapshot: ({ dataset }) => command.snapshot(dataset),
    export: ({ format }) => command.export(format),
    upload: ({ kind, bytes }) => command.upload(kind, bytes),
    share: ({ key }) => command.share(key),
    unshare: () => command.unshare(),
    follow: ({ run }) => command.follow(run),
    copy: ({ dataset }) => command.copy(dataset),
    ask: ({ scene, options }) => command.ask(scene, options),
    reveal: () => command.reveal(),
    answer: ({ scene, option }) => command.answer(scene, option),
  };
  assert.deepEqual(Object.keys(command).sort(), Object.keys(built).sort());
  for (const [type, build] of Object.entries(built)) {
    const { id: _id, ...message } = example(`client-${type}.json`);
    assert.deepEqual(build(message), message);
  }
});

test("every message of the server is understood", () => {
  for (const file of examples("server-")) {
    const message = example(file);
    const state = reduce(initialState(), { type: "server", message, at: 0 });
    if (message.type === "hello") assert.equal(state.limits, message.limits);
    if (message.type === "state") {
      assert.equal(state.phase, message.phase);
      assert.equal(state.solvedAt, message.solved_at);
      assert.deepEqual(state.config, message.config);
      assert.equal(typeof state.task.baseline, "string");
    }
    if (message.type === "error")
      assert.ok(JSON.stringify([state.errors, state.notice]).includes(message.message.slice(0, 10)));
  }
});

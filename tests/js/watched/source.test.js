import assert from "node:assert/strict";
import test from "node:test";
import { createStore } from "../../../static/js/lib/store.js";
import { createSource } from "../../../static/js/watched/source.js";
import { initialWatched, reduceWatched } from "../../../static/js/watched/state.js";
import { recordBytes } from "../records.js";
import { createPlatform } from "../sockets.js";

test("a capture that cannot be read is acknowledged and told; the next one is shown", () => {
  const platform = createPlatform();
  const store = createStore(initialWatched(), reduceWatched);
  const failed = [];
  createSource("ws://here/ws", "token", store, platform, (error) => failed.push(error)).connect();
  const [socket] = platform.sockets;
  socket.open();
  socket.onmessage({ data: new ArrayBuffer(3) });
  assert.deepEqual(socket.sent.at(-1), { type: "ack", iteration: 999_999_999_999_999 });
  assert.equal(failed.length, 1);
  const meta = { module: "encoder", step: 7, num_layers: 1, bidirectional: false, timesteps: 3 };
  socket.onmessage({ data: recordBytes({ iteration: 7, ...meta }) });
  assert.deepEqual(socket.sent.at(-1), { type: "ack", iteration: 7 });
  assert.equal(store.get().captures.encoder.length, 1);
});

test("what could not be read or drawn is said until the script is heard of again", () => {
  const failed = reduceWatched(initialWatched(), { type: "failed", failed: "a part" });
  assert.equal(failed.failed, "a part");
  assert.equal(reduceWatched(failed, { type: "status", status: "live" }).failed, "");
});

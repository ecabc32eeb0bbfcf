import assert from "node:assert/strict";
import test from "node:test";
import { openAhead } from "../../../static/js/wire/ahead.js";

/** A socket as far as events go. */
class Socket extends EventTarget {
  constructor(url) {
    super();
    this.url = url;
    for (const kind of ["open", "message"]) this.addEventListener(kind, (event) => this[`on${kind}`]?.(event));
  }
}

const said = (data) => Object.assign(new Event("message"), { data });

test("what a socket said before anybody listened is told in its order, and what comes then once", async () => {
  const heard = [];
  const listen = (socket) => {
    socket.onopen = () => heard.push("open");
    socket.onmessage = ({ data }) => heard.push(data);
  };
  const opened = [];
  const early = openAhead("ws://here/ws", (url) => opened[opened.push(new Socket(url)) - 1]);
  opened[0].dispatchEvent(new Event("open"));
  opened[0].dispatchEvent(said("hello"));
  assert.equal(early.take("ws://elsewhere/ws"), null, "another address needs a socket of its own");
  const socket = early.take("ws://here/ws");
  assert.equal(socket, opened[0]);
  assert.equal(socket.binaryType, "arraybuffer");
  listen(socket);
  assert.deepEqual(heard, [], "not while its handlers are being set");
  await Promise.resolve();
  socket.dispatchEvent(said("state"));
  assert.deepEqual(heard, ["open", "hello", "state"]);
  assert.equal(early.take("ws://here/ws"), null, "after a loss another one is opened");
});

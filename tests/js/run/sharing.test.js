import assert from "node:assert/strict";
import test from "node:test";
import { createSharing } from "../../../static/js/run/sharing.js";
import { followedRun, followLink } from "../../../static/js/share/followed.js";
import { createPlatform } from "../sockets.js";

const settle = () => new Promise((resolve) => setImmediate(resolve));

/** A run that is shared, and the answer of whichever server its address leads to. */
async function shared(answer) {
  const platform = createPlatform();
  const sent = [];
  let moves = 0;
  const request = async (message) => {
    sent.push(message);
    return message.type === "share" ? { type: "shared", run: "token", key: "key", followers: 2 } : null;
  };
  const move = async () => {
    moves += 1;
  };
  const sharing = createSharing("ws://here/ws", request, move, platform);
  const asked = sharing.share();
  await settle();
  const probe = platform.sockets[0];
  probe.open();
  assert.deepEqual(probe.sent, [{ type: "follow", run: "token" }]);
  probe.onmessage({ data: JSON.stringify(answer) });
  return { sharing, platform, sent, answer: await asked, moves: () => moves, probe };
}

test("a run that its link leads to stays where it is", async () => {
  const { answer, moves, probe } = await shared({ type: "state" });
  assert.equal(answer.followers, 2);
  assert.equal(moves(), 0);
  assert.equal(probe.readyState, 3, "the question is over");
});

test("a run that the link leads past moves to where it leads", async () => {
  const { moves } = await shared({ type: "error", code: "unknown_run", message: "not here" });
  assert.equal(moves(), 1);
});

test("a server that is full is no reason to move", async () => {
  const { moves } = await shared({ type: "error", code: "server_full", message: "later" });
  assert.equal(moves(), 0);
});

test("on another server the run is shared under the same link, until it is shared no longer", async () => {
  const { sharing, sent } = await shared({ type: "state" });
  await sharing.again();
  assert.deepEqual(sent.at(-1), { type: "share", key: "key" });
  await sharing.unshare();
  await sharing.again();
  assert.deepEqual(sent.at(-1), { type: "unshare" });
});

test("sockets of a shared run are opened at the address that leads to it", () => {
  const opened = [];
  const platform = { ...createPlatform(), open: (address) => opened.push(address) };
  createSharing(
    "ws://here/ws",
    async () => null,
    async () => {},
    platform,
  ).open("ws://here/ws");
  assert.deepEqual(opened, ["ws://here/ws"]);
});

test("a link to a shared run holds its token, and nothing else is taken for one", () => {
  const link = followLink("s3I2y8-_XrbeYQ4Dn2Hj7g", { origin: "http://here", pathname: "/a/" });
  assert.equal(link, "http://here/a/#follow=s3I2y8-_XrbeYQ4Dn2Hj7g");
  assert.equal(followedRun(new URL(link).hash), "s3I2y8-_XrbeYQ4Dn2Hj7g");
  for (const other of ["", "#follow=", "#follow=a&b", "#cell=gru", "#follow=<b>", `#follow=${"a".repeat(101)}`]) {
    assert.equal(followedRun(other), null);
  }
});

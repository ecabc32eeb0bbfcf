import assert from "node:assert/strict";
import test from "node:test";
import { BROWSER } from "../../../static/js/lib/platform.js";

globalThis.document = { baseURI: "http://here/below/" };

/** @param {() => Response} answer */
function answersWith(answer) {
  globalThis.fetch = async (address) => {
    assert.equal(address, "http://here/below/readyz");
    return answer();
  };
  return BROWSER.answers();
}

test("a server lets sockets open while it is ready, and while it is full: that is said inside", async () => {
  const is = (status) => Response.json({ status }, { status: status === "ready" ? 200 : 503 });
  assert.equal(await answersWith(() => is("ready")), true);
  assert.equal(await answersWith(() => is("full")), true);
  assert.equal(await answersWith(() => is("draining")), false);
  assert.equal(await answersWith(() => is("recovering")), false);
});

test("what stands in front of a server does not speak for it", async () => {
  assert.equal(await answersWith(() => new Response("<h1>Log in</h1>")), false);
  assert.equal(await answersWith(() => new Response("Bad gateway", { status: 502 })), false);
  assert.equal(
    await answersWith(() => {
      throw new TypeError("fetch failed");
    }),
    false,
  );
});

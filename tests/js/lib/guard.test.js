import assert from "node:assert/strict";
import test from "node:test";
import { createGuard } from "../../../static/js/lib/guard.js";
import { failureWords } from "../../../static/js/words/notices.js";
import { createPlatform } from "../sockets.js";

test("a part that fails is told once in five seconds, reported every time, and the next part has its turn", () => {
  const platform = createPlatform();
  const told = [];
  const guard = createGuard(platform, (error) => told.push(failureWords(error)));
  const fail = () => {
    throw new Error("no such row");
  };
  assert.equal(guard.run(fail, 7), 7);
  assert.equal(
    guard.run(() => 3, 7),
    3,
  );
  guard.run(fail, 7);
  assert.equal(platform.reported.length, 2);
  assert.equal(told.length, 1);
  assert.match(told[0], /could not be drawn \(no such row\)/);
  platform.pass(5000);
  guard.run(fail, 7);
  assert.equal(told.length, 2);
});

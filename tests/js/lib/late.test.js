import assert from "node:assert/strict";
import test from "node:test";
import { createLate } from "../../../static/js/lib/late.js";

test("it is fetched once, however often it is needed", async () => {
  let fetched = 0;
  const use = createLate(
    async () => ++fetched,
    () => assert.fail("it did not fail"),
  );
  /** @type {number[]} */
  const seen = [];
  await Promise.all([use((one) => seen.push(one)), use((one) => seen.push(one))]);
  assert.deepEqual(seen, [1, 1]);
});

test("what failed is told, and fetched anew the next time", async () => {
  let fetched = 0;
  let failures = 0;
  const use = createLate(
    async () => {
      fetched += 1;
      if (fetched === 1) throw new Error("no network");
      return fetched;
    },
    () => {
      failures += 1;
    },
  );
  /** @type {number[]} */
  const seen = [];
  await use((one) => seen.push(one));
  await use((one) => seen.push(one));
  assert.deepEqual([failures, seen], [1, [2]]);
});

test("an error of who uses it is no failure to fetch", async () => {
  const use = createLate(
    async () => 1,
    () => assert.fail("it was fetched"),
  );
  await assert.rejects(
    use(() => {
      throw new Error("their own");
    }),
    /their own/,
  );
});

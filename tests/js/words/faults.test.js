/** Every fault that a script reports has its sentence. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";
import { Fault } from "../../../static/js/lib/fault.js";
import { FAULTS, faultWords } from "../../../static/js/words/faults.js";
import { failureWords } from "../../../static/js/words/notices.js";

const SCRIPTS = new URL("../../../static/js/", import.meta.url);
const reported = readdirSync(SCRIPTS, { recursive: true })
  .filter((name) => name.endsWith(".js"))
  .flatMap((name) => [...readFileSync(new URL(name, SCRIPTS), "utf8").matchAll(/new Fault\("(\w+)"/g)])
  .map(([, code]) => code);

test("each has one sentence, and no sentence is left over", () => {
  assert.deepEqual([...new Set(reported)].sort(), [...FAULTS].sort());
});

test("a fault is told with its values, an error of the browser in its own words", () => {
  const fault = new Fault("no_style", { file: "share.css" });
  assert.equal(faultWords(fault), "css/share.css could not be fetched.");
  assert.match(fault.message, /no_style.*share\.css/, "in the console both can be found");
  assert.equal(faultWords(new TypeError("Failed to fetch")), "Failed to fetch");
  assert.equal(faultWords("refused"), "refused");
});

test("within a sentence its full stop is left out", () => {
  assert.match(
    failureWords(new Fault("no_chart_library")),
    /drawn \(The chart library could not be loaded\)\. Training/,
  );
});

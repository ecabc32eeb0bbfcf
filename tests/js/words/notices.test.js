import assert from "node:assert/strict";
import test from "node:test";
import { refusalWords } from "../../../static/js/words/refusals.js";
import { refusedLinkWords } from "../../../static/js/words/notices.js";

test("a refusal that speaks of commands is said in words for readers", () => {
  const early = { code: "no_run", message: "`step` needs a run. Send `start`, or `upload` a snapshot, first." };
  const diverged = { code: "not_now", message: "`play` is not possible while a number is not finite. `configure` …" };
  for (const error of [early, diverged, { code: "bad_value", message: "`rate` must be a number; got text" }]) {
    assert.doesNotMatch(refusalWords(error), /`|Send|start/, error.code);
  }
  assert.match(refusalWords(diverged), /What would help stands under “The first bad number”/);
  const other = { code: "not_now", message: "`answer` needs a question that is asked." };
  assert.equal(refusalWords(other), "answer needs a question that is asked.");
  assert.equal(refusalWords({ code: "busy", message: "Try again in 5 s." }), "Try again in 5 s.");
});

test("a network that is refused says why, and what of it was left out", () => {
  const words = refusedLinkWords(
    ["sequence length", "hidden units"],
    "This run would cost 3 times what the server gives.",
  );
  assert.match(words, /the usual one runs\. This run would cost .* was left out: sequence length, hidden units\.$/);
  assert.doesNotMatch(refusedLinkWords([], "Why."), /left out/);
});

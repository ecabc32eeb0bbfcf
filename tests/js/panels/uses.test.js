import assert from "node:assert/strict";
import test from "node:test";
import { printParts } from "../../../static/js/panels/uses/printed.js";
import { chosenEntries } from "../../../static/js/panels/uses/tile.js";
import { initialState, reduce } from "../../../static/js/run/state.js";
import { framedWords, termWords, togetherWords } from "../../../static/js/words/uses.js";

const numberOf = (text) => Number(text.replace("−", "-"));

test("the parts of a sum add up as they are printed, whatever their size", () => {
  for (const size of [1e-12, 1e-4, 1, 90, 1e7]) {
    const { parts, total } = printParts([0.33333, -0.12345, 0.66667, 0].map((part) => part * size));
    const sum = parts.reduce((all, part) => all + numberOf(part), 0);
    assert.ok(Math.abs(sum - numberOf(total)) < 1e-9, `${parts.join(" + ")} = ${total}`);
    assert.equal(parts[3], "0");
    assert.ok(
      parts.every((part) => part.length <= 7),
      parts.join(),
    );
  }
  assert.equal(printParts([1e-12]).power, -12);
  assert.equal(printParts([Number.NaN, 1]).total, "NaN");
});

test("a tile of a large matrix shows evenly chosen entries, the framed one among them", () => {
  assert.deepEqual(chosenEntries(4, 4, 2), [0, 1, 2, 3]);
  for (const framed of [0, 17, 99]) {
    const chosen = chosenEntries(12, 100, framed);
    assert.ok(chosen.includes(framed));
    assert.deepEqual(
      chosen,
      [...chosen].sort((a, b) => a - b),
    );
  }
});

test("the explicit term is told from the implicit ones, and why the first of W_hh is nothing", () => {
  assert.equal(termWords("W_hh", 4, 4, true), "explicit, k = 4: h_3 held fixed");
  assert.equal(termWords("W_hh", 4, 2, true), "implicit, k = 2: by way of h_3, h_2");
  assert.equal(termWords("W_hh", 4, 1, true), "implicit, k = 1: h_0 = 0, so exactly nothing");
  assert.equal(termWords("W_hh", 4, 1, false), "implicit, k = 1: by way of h_3…h_1", "a learned h_0");
  assert.equal(termWords("W_xh", 4, 4, true), "explicit, k = 4: as used for h_4");
  assert.match(termWords("W_hy", 4, 4, true), /^explicit/);
  assert.equal(togetherWords(4, 0.751), "all 4 together, as vectors; cosine with the explicit one 0.75");
  assert.equal(togetherWords(1, 1), "its one term");
  assert.match(framedWords("W_hh", [4, 2], -9), /W_hh \[5, 3\] in units of 10⁻⁹/);
});

test("a matrix pinned on the stage takes the rail until it is unpinned, unless something else has it", () => {
  const pin = (state, takesRail) =>
    reduce(state, { type: "weight", weight: { tensor: "W_hh", index: [0, 1] }, takesRail });
  const open = pin(initialState(), true);
  assert.equal(open.panel, "uses");
  assert.equal(pin(open, undefined).panel, "uses", "another entry of it");
  assert.equal(reduce(open, { type: "pin", pin: null }).panel, null);
  assert.equal(reduce(open, { type: "pin", pin: { t: 2 } }).panel, null);
  assert.equal(pin(initialState(), undefined).panel, null, "chosen in the view of the weights");
  assert.equal(pin({ ...initialState(), panel: "check" }, true).panel, "check");
});

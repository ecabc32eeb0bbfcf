import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { smallRiver } from "../../../static/js/share/preset_picture.js";

const read = (name) =>
  JSON.parse(readFileSync(new URL(`../../../static/js/share/${name}.json`, import.meta.url), "utf8"));
const [WIDTH, HEIGHT] = [264, 84];

test("a small river is as wide as the gradient is on the far ruler", () => {
  const { profile, dashes } = smallRiver([Math.log(1e-3), 0, Math.log(1e3)], WIDTH, HEIGHT);
  assert.deepEqual(dashes, []);
  const perDecade = HEIGHT / 18;
  for (const [t, decades] of [9, 12, 15].entries()) {
    const half = profile[Math.round(((t + 0.5) * WIDTH) / 3)];
    assert.ok(Math.abs(2 * half - decades * perDecade) < 1, `${half} at ${t + 1}`);
  }
});

test("what is too small for the ruler is a dry bed, not a thin river", () => {
  const { profile, dashes } = smallRiver([-60, -50, -40, 0], WIDTH, HEIGHT);
  assert.equal(profile[10], 0);
  assert.ok(dashes.length > 0 && dashes.every(({ from, to }) => from >= 0 && to <= WIDTH));
});

test("every card has a river of finite numbers, and its picture shows what its name says", () => {
  const rivers = read("preset_pictures");
  const cards = read("presets").filter(({ card }) => card);
  assert.deepEqual(Object.keys(rivers).sort(), cards.map(({ name }) => name).sort());
  const drawn = Object.fromEntries(cards.map(({ name }) => [name, smallRiver(rivers[name], WIDTH, HEIGHT)]));
  assert.ok(drawn.vanishing.dashes.length > 0, "it dries up");
  assert.ok(drawn.exploding.profile[8] > 1.15 * drawn.exploding.profile[WIDTH - 8], "it grows on its way back");
  assert.ok(drawn.motorway.profile[8] > 0.9 * drawn.motorway.profile[WIDTH - 8], "it keeps its width");
});
